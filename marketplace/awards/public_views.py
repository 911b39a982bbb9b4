"""What everybody may read of awards: the notice, objections and answers, and decisions that are overdue; and objecting."""

from http import HTTPStatus
from typing import Any

from flask import Response, abort
from flask_babel import gettext as _
from flask_limiter.util import get_remote_address
from werkzeug.wrappers import Response as BaseResponse

from accounts.models import Organisation
from core.access import access, me, principal
from core.errors import InvalidInputError
from core.extensions import db, limiter
from core.web import render
from marketplace.awards import objecting, presenting, queries, rules
from marketplace.awards.desk_views import page
from marketplace.awards.forms import AnswerForm, ObjectionForm
from marketplace.awards.models import Award, Objection
from marketplace.awards.objecting import Objector
from marketplace.awards.routes import NUMBER, PUBLIC, blueprint, done, load, load_public
from marketplace.awards.rules import AWARD, OBJECTION
from marketplace.evaluation.rules import last_day
from scenario_catalog.models import Scenario

OBJECTING_LIMIT = "10 per hour"


def _objector_key() -> str:
    return principal().id or get_remote_address()


@blueprint.get(PUBLIC)
@access("read")
def award(number: str) -> Response:
    """Show a scenario's notice and award: as a page, or the part that the scenario's page fetches."""
    found = load_public(number)
    shown: dict[str, Any] = {
        "standing": presenting.standing(found),
        "states": AWARD.states,
        "objection_states": OBJECTION.states,
    }
    shown["last_day"] = last_day
    return render("awards/award.html", fragment="award", scenario=found, **shown)


@blueprint.get("/scenarios/overdue")
@access("read")
def overdue_list() -> Response:
    return render("awards/overdue.html", rows=presenting.all_overdue(), limits=presenting.limits(), due=rules.DUE)


@blueprint.get(f"{PUBLIC}/objections/new")
@access("objection.raise")
def new_objection(number: str) -> Response:
    found = load_public(number)
    return _objection_page(found, _current(found), ObjectionForm(formdata=None))


@blueprint.post(f"{PUBLIC}/objections")
@access("objection.raise")
@limiter.limit(OBJECTING_LIMIT, key_func=_objector_key)
def object_(number: str) -> BaseResponse:
    form, found = ObjectionForm(), load_public(number)
    noticed = _current(found)
    if not form.validate():
        return _objection_page(found, noticed, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    organisation = db.session.get(Organisation, principal().organisation) or abort(HTTPStatus.FORBIDDEN)
    try:
        objector = Objector(me(), organisation)
        objecting.raise_objection(db.session(), principal().actor, noticed, objector, form.text.data or "")
    except InvalidInputError as error:
        db.session.rollback()
        again = load_public(number)
        shown = {"problems": error.problems}
        return _objection_page(again, _current(again), form, HTTPStatus.UNPROCESSABLE_ENTITY, **shown)
    return done(_("异议已提出，将公开答复"), "awards.award", number=number)


@blueprint.post(f"/desk/objections/<{NUMBER}:objection_id>/answer")
@access("objection.answer")
def answer(objection_id: int) -> BaseResponse:
    form, found = AnswerForm(), _objection(objection_id)
    scenario_id = found.award.scenario_id
    if not form.validate():
        return page(load(scenario_id), HTTPStatus.UNPROCESSABLE_ENTITY, answering=(objection_id, form))
    try:
        objecting.answer(db.session(), principal().actor, found, form.verdict.data, form.words.data or "")
    except InvalidInputError as error:
        db.session.rollback()
        shown = {"answering": (objection_id, form), "problems": error.problems}
        return page(load(scenario_id), HTTPStatus.CONFLICT, **shown)
    over = found.status == "upheld"
    message = _("已公开答复：异议成立，公示已撤销") if over else _("已公开答复")
    return done(message, "awards.scenario", scenario_id=scenario_id)


def _objection_page(
    found: Scenario, noticed: Award, form: ObjectionForm, status: int = HTTPStatus.OK, **shown: Any
) -> Response:
    standing = presenting.standing(found)
    limits = {"shortest": rules.SHORTEST_OBJECTION, "longest": rules.LONGEST_OBJECTION}
    context: dict[str, Any] = {
        "scenario": found,
        "award": noticed,
        "form": form,
        "standing": standing,
        "problems": (),
        **limits,
    }
    context["last_day"] = last_day
    return render("awards/object.html", status=status, **{**context, **shown})


def _current(found: Scenario) -> Award:
    """Return the award that stands, else the newest: who comes after a withdrawal is told so, with the text kept."""
    awards = queries.awards(db.session(), found)
    return queries.current(db.session(), found) or (awards[0] if awards else abort(HTTPStatus.NOT_FOUND))


def _objection(objection_id: int) -> Objection:
    return queries.objection(objection_id) or abort(HTTPStatus.NOT_FOUND)
