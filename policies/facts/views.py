"""The figures of a policy: the public table, and the operator's desk on which they are confirmed."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse

from accounts.rules import OPERATORS
from core.access import Principal, access, principal
from core.extensions import db
from core.registry import Waiting
from core.web import attempt, render, wants_fragment
from policies import queries as policies
from policies.facts import operations, presenting, queries
from policies.facts.forms import FactForm, NewFactForm
from policies.facts.models import PolicyFact
from policies.facts.rules import FACT, PROPOSED, marked
from policies.models import PolicyVersion

blueprint = Blueprint("facts", __name__)
blueprint.add_app_template_global(marked, "marked_quote")


@blueprint.get("/policies/<policy_id>/facts")
@access("read")
def table(policy_id: str) -> Response:
    """Show the confirmed figures of a policy, each with its sentence."""
    version = policies.answerable_version(policy_id) or abort(404)
    found = list(db.session.scalars(queries.confirmed(version.id)))
    undecided = db.session.scalar(queries.count(version.id, PROPOSED)) or 0
    return render("policies/facts/table.html", version=version, groups=presenting.groups(found), undecided=undecided)


@blueprint.get("/desk/policies/<policy_id>/facts")
@access("policy.manage")
def desk(policy_id: str) -> Response:
    version = _version(policy_id)
    known = list(db.session.scalars(queries.rows(version.id)))
    shown = presenting.desk(version, known, request.args.get("status", ""))
    return render("policies/facts/desk.html", version=version, shown=shown, lifecycle=FACT, parts=presenting.parts)


@blueprint.post("/desk/policies/<policy_id>/facts/<int:fact_id>/<any(confirm, reject):verb>")
@access("policy.manage")
def decide(policy_id: str, fact_id: int, verb: str) -> BaseResponse:
    """Confirm or reject; what another person has done meanwhile is told instead."""
    version, found = _fact(policy_id, fact_id)
    act = operations.confirm if verb == "confirm" else operations.reject
    problem = "；".join(attempt(lambda: act(db.session(), principal().actor, found)))
    if wants_fragment():
        shown: dict[str, Any] = {
            "version": version,
            "row": found,
            "problem": problem,
            "lifecycle": FACT,
            "parts": presenting.parts,
        }
        return render("policies/facts/decided.html", **shown)
    if problem:
        flash(problem, "error")
    return _to_desk(policy_id, fact_id)


@blueprint.get("/desk/policies/<policy_id>/facts/<int:fact_id>")
@access("policy.manage")
def fact(policy_id: str, fact_id: int) -> Response:
    version, found = _fact(policy_id, fact_id)
    return _edit_page(version, found, FactForm(formdata=None, data=presenting.typed_of(found)))


@blueprint.post("/desk/policies/<policy_id>/facts/<int:fact_id>")
@access("policy.manage")
def correct(policy_id: str, fact_id: int) -> BaseResponse:
    version, found = _fact(policy_id, fact_id)
    form = FactForm()
    problems = _attempt(form, lambda: operations.correct(db.session(), principal().actor, found, form.said))
    if problems is None:
        return _to_desk(policy_id, fact_id)
    return _edit_page(version, found, form, problems, HTTPStatus.UNPROCESSABLE_ENTITY)


@blueprint.get("/desk/policies/<policy_id>/facts/new")
@access("policy.manage")
def new(policy_id: str) -> Response:
    """Offer the form of a fact that was missed; `article` and `written` of the address fill it."""
    version = _version(policy_id)
    form = _new_form(version, filled=False)
    form.article.data = request.args.get("article", type=int)
    form.written.data = request.args.get("written", "")[:80]
    return _new_page(version, form)


@blueprint.post("/desk/policies/<policy_id>/facts/new")
@access("policy.manage")
def add(policy_id: str) -> BaseResponse:
    version, made = _version(policy_id), list[PolicyFact]()
    form = _new_form(version, filled=True)
    problems = _attempt(form, lambda: made.append(_add(version, form)))
    if problems is None:
        return _to_desk(policy_id, made[0].id)
    return _new_page(version, form, problems, HTTPStatus.UNPROCESSABLE_ENTITY)


def waiting(who: Principal) -> list[Waiting]:
    """Return the documents whose figures wait for an operator."""
    if who.role not in OPERATORS:
        return []
    return [
        Waiting(
            "待核对",
            _("%(title)s：%(n)s 个数字", title=version.title, n=proposed),
            url_for("facts.desk", policy_id=version.document_id, status=PROPOSED),
            version.imported_at,
        )
        for version, proposed, _confirmed in db.session.execute(queries.documents(policies.answerable()))
        if proposed
    ]


def _attempt(form: FlaskForm, act: Callable[[], object]) -> Sequence[str] | None:
    """Do it if the form is valid, and commit. Returns what is wrong beside the fields, None when it is done."""
    if not form.validate():
        return ()
    return attempt(act) or None


def _add(version: PolicyVersion, form: NewFactForm) -> PolicyFact:
    article = next(one for one in version.articles if one.ordinal == form.article.data)
    return operations.add(db.session(), principal().actor, article, form.written.data or "", form.said)


def _new_form(version: PolicyVersion, *, filled: bool) -> NewFactForm:
    form = NewFactForm() if filled else NewFactForm(formdata=None)
    form.article.choices = [(one.ordinal, one.heading[:40]) for one in version.articles]
    return form


def _edit_page(
    version: PolicyVersion, found: PolicyFact, form: FactForm, problems: Sequence[str] = (), status: int = HTTPStatus.OK
) -> Response:
    shown: dict[str, Any] = {"version": version, "row": found, "form": form, "problems": problems, "lifecycle": FACT}
    return render("policies/facts/edit.html", status=status, **shown)


def _new_page(
    version: PolicyVersion, form: NewFactForm, problems: Sequence[str] = (), status: int = HTTPStatus.OK
) -> Response:
    return render("policies/facts/new.html", status=status, version=version, form=form, problems=problems)


def _to_desk(policy_id: str, fact_id: int) -> BaseResponse:
    return redirect(url_for("facts.desk", policy_id=policy_id, _anchor=f"fact-{fact_id}"), HTTPStatus.SEE_OTHER)


def _version(policy_id: str) -> PolicyVersion:
    return policies.current_version(policy_id) or abort(404)


def _fact(policy_id: str, fact_id: int) -> tuple[PolicyVersion, PolicyFact]:
    version = _version(policy_id)
    return version, queries.fact(db.session(), version.id, fact_id) or abort(404)
