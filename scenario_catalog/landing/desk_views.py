"""The desk: the list, one landing, and what is done with it."""

from collections.abc import Callable
from typing import Any

from flask import Response, abort, request
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse

from accounts.rules import AGENCY_READERS, ENTERPRISE_READERS
from core import clock
from core.access import access, may, principal
from core.extensions import db
from core.web import paginate, render
from scenario_catalog.landing import operations, presenting, queries, returning
from scenario_catalog.landing.forms import ContractForm, FailForm, PlanForm, ReplicationForm, ReportForm, SendBackForm
from scenario_catalog.landing.models import Landing, Replication
from scenario_catalog.landing.pages import UNREADABLE, done, landing_page
from scenario_catalog.landing.routes import DESK, NUMBER, blueprint, load


@blueprint.get("/desk/landings")
@access("landing.list")
def index() -> Response:
    asked = request.args.get("state", "")
    state = asked if asked in queries.STATES else ""
    rows = _of_reader(queries.landings())
    page = paginate(queries.in_state(rows, state) if state else rows)
    lines = [presenting.line(found) for found in page.items]
    shown: dict[str, Any] = {"chosen": state, "choices": queries.STATES, "unrecorded": _unrecorded()}
    return render("landing/index.html", fragment="results", page=page, lines=lines, **shown)


@blueprint.get(DESK)
@access("landing.read")
def one(number: str) -> Response:
    return landing_page(load(number))


@blueprint.post(f"{DESK}/contract")
@access("landing.write")
def describe(number: str) -> BaseResponse:
    form, found = ContractForm(prefix="contract-"), load(number)
    act = lambda: operations.describe(db.session(), principal().actor, found, form.contract)  # noqa: E731 - passed on
    return _asked(number, found, act, _("已保存合同信息"), "contract", contract_form=form)


@blueprint.post(f"{DESK}/milestones")
@access("landing.write")
def plan(number: str) -> BaseResponse:
    form, found = PlanForm(prefix="plan-"), load(number)
    act = lambda: operations.plan(db.session(), principal().actor, found, form.plan)  # noqa: E731 - passed on
    return _asked(number, found, act, _("已增加节点"), "milestones", plan_form=form)


@blueprint.post(f"{DESK}/results")
@access("landing.write")
def report(number: str) -> BaseResponse:
    form, found = ReportForm(prefix="report-"), load(number)
    return _asked(number, found, lambda: _report(found, form), _("已保存成效"), "results", report_form=form)


@blueprint.post(f"{DESK}/pilot")
@access("landing.decide")
def pilot(number: str) -> BaseResponse:
    found = load(number)
    return done(number, lambda: operations.start_pilot(db.session(), principal().actor, found), _("试点已经开始"))


@blueprint.post(f"{DESK}/fail")
@access("landing.fail")
def fail(number: str) -> BaseResponse:
    form, found = FailForm(prefix="fail-"), load(number)
    act = lambda: operations.fail(db.session(), principal().actor, found, form.words.data or "")  # noqa: E731 - passed on
    return _asked(number, found, act, _("已宣告验收未通过"), fail_form=form)


@blueprint.post(f"{DESK}/verify")
@access("landing.verify")
def verify(number: str) -> BaseResponse:
    found = load(number)
    return done(number, lambda: operations.verify(db.session(), principal().actor, found), _("已核验，场景计入已落地"))


@blueprint.post(f"{DESK}/send-back")
@access("landing.verify")
def send_back(number: str) -> BaseResponse:
    form, found = SendBackForm(prefix="back-"), load(number)
    act = lambda: returning.send_back(db.session(), principal().actor, found, form.words.data or "")  # noqa: E731 - passed on
    return _asked(number, found, act, _("已退回，需求单位和承建方会收到通知"), send_back_form=form)


@blueprint.post(f"{DESK}/resubmit")
@access("landing.decide")
def resubmit(number: str) -> BaseResponse:
    found = load(number)
    return done(
        number, lambda: returning.resubmit(db.session(), principal().actor, found), _("已再次提交，等运营方核验")
    )


@blueprint.post(f"{DESK}/replications")
@access("landing.write")
def replicate(number: str) -> BaseResponse:
    form, found = ReplicationForm(prefix="copy-"), load(number)
    return _asked(
        number, found, lambda: _replicate(found, form), _("已登记复制推广"), "replications", replication_form=form
    )


@blueprint.post(f"{DESK}/replications/<{NUMBER}:replication_id>/remove")
@access("landing.write")
def forget_replication(number: str, replication_id: int) -> BaseResponse:
    found = load(number)
    copy = queries.replication(found.id, replication_id) or abort(404)
    act = lambda: operations.forget_replication(db.session(), principal().actor, found, copy)  # noqa: E731 - passed on
    return done(number, act, _("已移除"), "replications")


def _asked(
    number: str, found: Landing, act: Callable[[], Any], message: str, anchor: str = "", **named: FlaskForm
) -> BaseResponse:
    """Do what a form asks for, and go on; where it cannot be done, the form is shown again under the name it is given by."""
    if not all(form.validate() for form in named.values()):
        return landing_page(found, status=UNREADABLE, **named)
    return done(number, act, message, anchor, **named)


def _report(found: Landing, form: ReportForm) -> None:
    said = (form.results.data or "", form.conditions.data or "")
    operations.report(db.session(), principal().actor, found, *said)


def _replicate(found: Landing, form: ReplicationForm) -> None:
    copy = Replication(place=form.place.data, since=form.since.data, note=form.note.data or "")
    operations.replicate(db.session(), principal().actor, found, copy)


def _of_reader(rows: Any) -> Any:
    """Narrow the landings to the reader's: an agency's scenarios, what an enterprise takes part in, all for the others."""
    who = principal()
    if who.role in AGENCY_READERS:
        return queries.of_agency(rows, who.organisation or 0)
    return queries.of_party(rows, who.organisation or 0) if who.role in ENTERPRISE_READERS else rows


def _unrecorded() -> list[Any]:
    """Return the procurements that wait for their result, for who may record it."""
    return (
        [*db.session.scalars(queries.unrecorded_procurements(clock.today())).unique()] if may("landing.record") else []
    )
