"""The desk's two pages with their forms, and what happens when one is sent."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Response, flash, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from core.access import principal
from core.web import attempt, render
from scenario_catalog.landing import presenting
from scenario_catalog.landing.forms import (
    DecideForm,
    FailForm,
    PlanForm,
    ReplicationForm,
    SendBackForm,
    contract_form,
    evidence_form,
    plan_form,
    report_form,
)
from scenario_catalog.landing.models import Landing, Milestone
from scenario_catalog.landing.routes import load, load_milestone

UNREADABLE = HTTPStatus.UNPROCESSABLE_ENTITY


def landing_page(found: Landing, *, status: int = HTTPStatus.OK, **shown: Any) -> Response:
    """Show a landing; a form that was sent stands in the place of the fresh one."""
    forms = {
        "contract_form": contract_form(found),
        "plan_form": PlanForm(formdata=None, prefix="plan-"),
        "report_form": report_form(found),
        "replication_form": ReplicationForm(formdata=None, prefix="copy-"),
        "send_back_form": SendBackForm(formdata=None, prefix="back-"),
        "fail_form": FailForm(formdata=None, prefix="fail-"),
    }
    return render("landing/one.html", status=status, **presenting.desk(found), **{**forms, **shown})


def milestone_page(found: Milestone, *, status: int = HTTPStatus.OK, **shown: Any) -> Response:
    """Show a milestone; a form that was sent stands in the place of the fresh one."""
    forms = {
        "plan_form": plan_form(found),
        "evidence_form": evidence_form(found),
        "decide_form": DecideForm(found.status, principal().role, formdata=None, prefix="decide-"),
    }
    context = {**presenting.desk(found.landing), "step": found, **forms, **shown}
    return render("landing/milestone.html", status=status, **context)


def done(number: str, act: Callable[[], Any], message: str, anchor: str = "", **forms: Any) -> BaseResponse:
    """Do it and go back to the landing; what cannot be done is told there, with what was typed."""
    if problems := attempt(act):
        return landing_page(load(number), status=HTTPStatus.CONFLICT, problems=problems, **forms)
    return _onward(message, url_for("landing.one", number=number, _anchor=anchor or None))


def done_at(
    number: str, milestone_id: int, act: Callable[[], Any], message: str, anchor: str = "", **forms: Any
) -> BaseResponse:
    """Do it and go back to the milestone; what cannot be done is told there, with what was typed."""
    if problems := attempt(act):
        found = load_milestone(number, milestone_id)
        return milestone_page(found, status=HTTPStatus.CONFLICT, problems=problems, **forms)
    address = url_for("landing.milestone", number=number, milestone_id=milestone_id, _anchor=anchor or None)
    return _onward(message, address)


def _onward(message: str, address: str) -> BaseResponse:
    flash(message, "success")
    return redirect(address, HTTPStatus.SEE_OTHER)
