"""The targets board, and the operator's desk on which published figures are entered."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from core.access import access, principal
from core.extensions import db
from core.web import attempt, render
from policies import queries as policies
from policies.models import PolicyVersion
from policies.targets import operations, presenting, queries
from policies.targets.forms import EntryForm, WithdrawForm
from policies.targets.rules import PAST, STATES, Target

blueprint = Blueprint("targets", __name__)
blueprint.add_app_template_global(presenting.progress_address, "target_progress_address")


@blueprint.get("/targets")
@access("read")
def board() -> Response:
    return render("policies/targets/board.html", parts=presenting.board(), states=STATES, past=PAST)


@blueprint.get("/desk/targets")
@access("policy.manage")
def desk() -> Response:
    return render("policies/targets/desk.html", parts=presenting.board(), states=STATES, past=PAST)


@blueprint.get("/desk/targets/<policy_id>/<key>")
@access("policy.manage")
def target(policy_id: str, key: str) -> Response:
    return _page(policy_id, key)


@blueprint.post("/desk/targets/<policy_id>/<key>")
@access("policy.manage")
def add(policy_id: str, key: str) -> BaseResponse:
    """Add what has been published about a target."""
    found, form = _target(policy_id, key)[1], EntryForm()
    if not form.validate():
        return _page(policy_id, key, HTTPStatus.UNPROCESSABLE_ENTITY, form=form)
    problems = attempt(lambda: operations.add(db.session(), principal().actor, policy_id, found.fact, form.said))
    if problems:
        form.as_of.errors = problems
        return _page(policy_id, key, HTTPStatus.UNPROCESSABLE_ENTITY, form=form)
    return redirect(url_for("targets.target", policy_id=policy_id, key=key), HTTPStatus.SEE_OTHER)


@blueprint.post("/desk/targets/<policy_id>/<key>/<int:entry_id>/withdraw")
@access("policy.manage")
def withdraw(policy_id: str, key: str, entry_id: int) -> BaseResponse:
    """Take an entry off the board, with a reason."""
    found = queries.entry(db.session(), policy_id, key, entry_id) or abort(404)
    form = WithdrawForm()
    if not form.validate():
        return _page(policy_id, key, HTTPStatus.UNPROCESSABLE_ENTITY, withdrawing=form, withdrawn=entry_id)
    operations.withdraw(db.session(), principal().actor, found, form.reason.data or "")
    db.session.commit()
    return redirect(url_for("targets.target", policy_id=policy_id, key=key), HTTPStatus.SEE_OTHER)


def _page(policy_id: str, key: str, status: int = HTTPStatus.OK, **forms: Any) -> Response:
    version, found = _target(policy_id, key)
    shown = {"form": EntryForm(formdata=None), "withdrawing": WithdrawForm(formdata=None), "withdrawn": 0, **forms}
    return render("policies/targets/entries.html", status=status, version=version, target=found, states=STATES, **shown)


def _target(policy_id: str, key: str) -> tuple[PolicyVersion, Target]:
    version = policies.current_version(policy_id) or abort(404)
    found = next((one for one in presenting.part(version).targets if one.key == key), None)
    return version, found or abort(404)
