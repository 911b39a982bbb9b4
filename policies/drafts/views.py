"""The corpus desk: every policy with how it stands, its versions, and what an operator says of it."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse

from accounts.rules import OPERATORS
from core import clock
from core.access import Principal, access, principal
from core.choices import offered
from core.city import city
from core.extensions import db
from core.registry import Waiting
from core.web import attempt, render
from policies import operations
from policies import queries as policies
from policies.drafts import presenting, queries
from policies.drafts.forms import SupersedeForm, WithdrawForm
from policies.facts import queries as facts
from policies.facts import views as fact_views
from policies.models import PolicyDocument, PolicyVersion
from policies.rules import POLICY

blueprint = Blueprint("corpus", __name__)


@blueprint.get("/desk/policies")
@access("policy.manage")
def index() -> Response:
    rows = db.session.execute(facts.documents()).all()
    return render("policies/corpus/index.html", rows=rows, drafts=queries.unfinished(), lifecycle=POLICY)


@blueprint.get("/desk/policies/<policy_id>")
@access("policy.manage")
def document(policy_id: str) -> Response:
    """Show a policy and its versions; `old` and `new` of the address are compared, by default the last two."""
    return _page(_document(policy_id))


@blueprint.post("/desk/policies/<policy_id>/supersede")
@access("policy.manage")
def supersede(policy_id: str) -> BaseResponse:
    found = _document(policy_id)
    form = _supersede_form(policy_id, sent=True)

    def act() -> None:
        successor = policies.document(form.successor.data) or abort(HTTPStatus.NOT_FOUND)
        operations.supersede(db.session(), principal().actor, found, successor, form.day)

    return _done(found, act, form, _("已标为被替代"), superseding=form)


@blueprint.post("/desk/policies/<policy_id>/withdraw")
@access("policy.manage")
def withdraw(policy_id: str) -> BaseResponse:
    found, form = _document(policy_id), WithdrawForm()

    def act() -> None:
        operations.withdraw(db.session(), principal().actor, found, form.reason.data or "")

    return _done(found, act, form, _("已撤下：列表、检索和回答中都不再出现"), withdrawing=form)


@blueprint.post("/desk/policies/<policy_id>/restore")
@access("policy.manage")
def restore(policy_id: str) -> BaseResponse:
    found = _document(policy_id)
    return _done(found, lambda: operations.restore(db.session(), principal().actor, found), None, _("已恢复为现行"))


def waiting(who: Principal) -> list[Waiting]:
    """Return what waits for an operator: drafts to be published, and figures to be checked."""
    if who.role not in OPERATORS:
        return []
    drafts = [
        Waiting(
            "待发布",
            str(one.about.get("title") or one.filename),
            url_for("policy_drafts.edit", draft_id=one.id),
            one.created_at,
        )
        for one in queries.unfinished()
    ]
    return [*drafts, *fact_views.waiting(who)]


def _done(
    found: PolicyDocument, act: Callable[[], None], form: FlaskForm | None, said: str, **forms: Any
) -> BaseResponse:
    """Do it and commit, or show the page again with what is wrong."""
    policy_id = found.id
    if form is not None and not form.validate():
        return _page(found, HTTPStatus.UNPROCESSABLE_ENTITY, **forms)
    problems = attempt(act)
    if problems:
        return _page(_document(policy_id), HTTPStatus.UNPROCESSABLE_ENTITY, problems=problems, **forms)
    flash(said, "success")
    return redirect(url_for("corpus.document", policy_id=policy_id), HTTPStatus.SEE_OTHER)


def _page(found: PolicyDocument, status: int = HTTPStatus.OK, **shown: Any) -> Response:
    versions = policies.versions(found.id)
    older, newer = _chosen(versions)
    context: dict[str, Any] = {
        "document": found,
        "versions": versions,
        "older": older,
        "newer": newer,
        "diff": presenting.compare_versions(older, newer) if older is not newer else [],
        "confirmed": {one.id: len(facts.confirmed_facts(db.session(), one)) for one in versions},
        "verbs": [move.verb for move in POLICY.moves_from(found.status, principal().role)],
        "is_plan": found.id == city().policy.id,
        "superseding": _supersede_form(found.id, sent=False),
        "withdrawing": WithdrawForm(formdata=None),
        "problems": (),
    }
    return render("policies/corpus/document.html", status=status, **(context | shown))


def _chosen(versions: list[PolicyVersion]) -> tuple[PolicyVersion, PolicyVersion]:
    """Return the two versions to compare, the older first. Aborts with 404 for one that is not there."""
    known = {one.number: one for one in versions}
    newest = versions[0].number
    pair = [request.args.get(name, default, int) for name, default in (("old", max(1, newest - 1)), ("new", newest))]
    if any(number not in known for number in pair):
        abort(HTTPStatus.NOT_FOUND)
    older, newer = sorted(pair)
    return known[older], known[newer]


def _supersede_form(policy_id: str, *, sent: bool) -> SupersedeForm:
    form = SupersedeForm() if sent else SupersedeForm(formdata=None, data={"since": clock.today()})
    form.successor.choices = offered({one.document_id: one.title for one in policies.successors(policy_id)})
    return form


def _document(policy_id: str) -> PolicyDocument:
    return policies.document(policy_id) or abort(HTTPStatus.NOT_FOUND)
