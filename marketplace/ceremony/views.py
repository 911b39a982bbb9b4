"""Naming holders, taking a share, presenting it; with the second share the bids are opened."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from accounts.rules import AGENCY, AGENCY_APPROVERS
from core.access import access, me, principal
from core.errors import InvalidInputError
from core.extensions import db, limiter
from core.web import paginate, render
from marketplace.bids import opening
from marketplace.bids.operations import entry
from marketplace.calls import queries as calls
from marketplace.ceremony import presenting
from marketplace.ceremony.forms import HoldersForm, ShareForm
from marketplace.sealing import operations, queries
from marketplace.sealing.models import Seal, SealHolder
from marketplace.sealing.rules import CONTENT, LINES, SEAL
from scenario_catalog.models import Scenario

blueprint = Blueprint("ceremony", __name__)

NUMBER = "int(max=999999999)"
HOLDERS = f"/desk/seals/<{NUMBER}:scenario_id>/holders"
SHARE = f"/desk/seals/shares/<{NUMBER}:holder_id>"
TRIES = "20 per hour"


@blueprint.after_request
def _never_kept(response: Response) -> Response:
    response.headers["Cache-Control"] = "private, no-store"
    return response


@blueprint.get("/desk/seals")
@access("seal.list")
def index() -> Response:
    who, session = principal(), db.session()
    agency = who.organisation if who.role.startswith(AGENCY) else 0
    page = paginate(queries.seals_of_agency(agency or 0))
    return render(
        "ceremony/index.html",
        page=page,
        keys=presenting.keys(session, page.items),
        shares=session.scalars(queries.held_by(me())).unique().all(),
        may_appoint=who.role in AGENCY_APPROVERS,
        states=SEAL.states,
        lines=LINES,
        refusal=presenting.refusal,
    )


@blueprint.get(HOLDERS)
@access("seal.appoint")
def holders(scenario_id: int) -> Response:
    return _holders(_scenario(scenario_id))


@blueprint.post(HOLDERS)
@access("seal.appoint")
def appoint(scenario_id: int) -> BaseResponse:
    session, found = db.session(), _scenario(scenario_id)
    form = HoldersForm(presenting.candidates(session, found))
    if not form.validate():
        return _holders(found, form)
    named = [(line, queries.membership(int(form[line].data))) for line in LINES]
    try:
        chosen = [presenting.appointed(line, one) for line, one in named if one]
        operations.appoint(session, principal().actor, found, chosen)
    except InvalidInputError as error:
        session.rollback()
        form.form_errors = error.problems
        return _holders(_scenario(scenario_id), form)
    session.commit()
    flash(_("已指定持有人，他们会在工作台看到领取分片的提示"), "success")
    return redirect(url_for("ceremony.index"), HTTPStatus.SEE_OTHER)


@blueprint.get(SHARE)
@access("seal.hold")
def share(holder_id: int) -> Response:
    return _share(_mine(holder_id), ShareForm(formdata=None))


@blueprint.post(f"{SHARE}/take")
@access("seal.hold")
def take(holder_id: int) -> BaseResponse:
    """Show the share: this answer is the only place where it ever stands."""
    session, holder = db.session(), _mine(holder_id)
    try:
        taken = operations.take_share(session, principal().actor, holder)
    except InvalidInputError as error:
        return _refused(holder_id, error)
    session.commit()
    return render("ceremony/taken.html", holder=holder, share=taken, label=LINES[holder.line])


@blueprint.post(f"{SHARE}/present")
@access("seal.hold")
@limiter.limit(TRIES, key_func=lambda: principal().id)
def present(holder_id: int) -> BaseResponse:
    """Present a share; with the second one open what is due."""
    form, holder = ShareForm(), _mine(holder_id)
    if not form.validate():
        return _share(holder, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        message = _present(holder, form.share.data or "")
    except InvalidInputError as error:
        db.session.rollback()
        form.share.errors = error.problems
        return _share(_mine(holder_id), form, HTTPStatus.UNPROCESSABLE_ENTITY)
    db.session.commit()
    flash(message, "success")
    return redirect(url_for("ceremony.share", holder_id=holder_id), HTTPStatus.SEE_OTHER)


def _present(holder: SealHolder, typed: str) -> str:
    """Present, and open if it is the second share; returns what to say."""
    session, number = db.session(), holder.seal_id
    entry(session)
    part = operations.due(holder.seal)
    private = operations.present(session, principal().actor, holder, typed)
    if private is None:
        return str(_("已出示。另一位持有人出示后即开启"))
    faults = opening.damaged(holder.seal.scenario_id, private) if part == CONTENT else {}
    session.rollback()  # what comes next reads anew, under the lock
    seal = _given(queries.seal(number))
    if part == CONTENT:
        count = opening.open_bids(session, principal().actor, seal, private, faults)
        return str(_("已开标，共 %(n)s 份方案", n=count) if count else _("已开标：没有收到方案，场景流标"))
    return str(_("已开启 %(n)s 份报价", n=opening.open_prices(session, principal().actor, seal, private)))


def _refused(holder_id: int, error: InvalidInputError) -> BaseResponse:
    db.session.rollback()
    for problem in error.problems:
        flash(problem, "error")
    return redirect(url_for("ceremony.share", holder_id=holder_id), HTTPStatus.SEE_OTHER)


def _share(holder: SealHolder, form: ShareForm, status: int = HTTPStatus.OK) -> Response:
    seal, session = holder.seal, db.session()
    return render(
        "ceremony/share.html",
        status=status,
        holder=holder,
        seal=seal,
        form=form,
        label=LINES[holder.line],
        state=SEAL.states[seal.status],
        refusal=presenting.refusal(seal),
        due=presenting.due_label(seal),
        presented=operations.presented(session, seal),
    )


def _holders(found: Scenario, form: HoldersForm | None = None) -> Response:
    session, seal = db.session(), queries.seal_of(db.session(), found.id)
    if form is None:
        values: dict[str, Any] = dict(presenting.chosen(session, seal))
        form = HoldersForm(presenting.candidates(session, found), formdata=None, data=values)
        status = HTTPStatus.OK
    else:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return render("ceremony/holders.html", status=status, scenario=found, seal=seal, form=form, lines=LINES)


def _scenario(scenario_id: int) -> Scenario:
    return calls.scenario(scenario_id) or abort(HTTPStatus.NOT_FOUND)


def _mine(holder_id: int) -> SealHolder:
    """Return a share of the person who asks; anybody else's is not there."""
    found = queries.holder(holder_id)
    if found is None or found.person_id != principal().person:
        abort(HTTPStatus.NOT_FOUND)
    return found


def _given(seal: Seal | None) -> Seal:
    return seal or abort(HTTPStatus.NOT_FOUND)
