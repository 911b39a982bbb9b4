"""The desk: one milestone, its evidence, and what became of it."""

from flask import Response, abort, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from accounts.rules import AGENCY_READERS
from core import files
from core.access import access, principal
from core.errors import InvalidInputError
from core.extensions import db
from core.files import allow_upload
from scenario_catalog.landing import evidence, operations, queries
from scenario_catalog.landing.forms import DecideForm, EvidenceForm, PlanForm
from scenario_catalog.landing.models import MilestoneEvidence
from scenario_catalog.landing.pages import UNREADABLE, done, done_at, milestone_page
from scenario_catalog.landing.routes import DESK, NUMBER, blueprint, load, load_milestone

BELOW = f"{DESK}/milestones/<{NUMBER}:milestone_id>"
ONE = f"{DESK}/evidence/<{NUMBER}:evidence_id>"


@blueprint.get(BELOW)
@access("landing.read")
def milestone(number: str, milestone_id: int) -> Response:
    return milestone_page(load_milestone(number, milestone_id))


@blueprint.post(BELOW)
@access("landing.write")
def replan(number: str, milestone_id: int) -> BaseResponse:
    form, found = PlanForm(prefix="plan-"), load_milestone(number, milestone_id)
    if not form.validate():
        return milestone_page(found, status=UNREADABLE, plan_form=form)
    act = lambda: operations.replan(db.session(), principal().actor, found, form.plan)  # noqa: E731 - passed on
    return done_at(number, milestone_id, act, _("已保存节点"), plan_form=form)


@blueprint.post(f"{BELOW}/remove")
@access("landing.write")
def drop(number: str, milestone_id: int) -> BaseResponse:
    found = load_milestone(number, milestone_id)
    return done(number, lambda: operations.drop(db.session(), principal().actor, found), _("已移除节点"), "milestones")


@blueprint.post(f"{BELOW}/decision")
@access("landing.decide")
def decide(number: str, milestone_id: int) -> BaseResponse:
    found = load_milestone(number, milestone_id)
    form = DecideForm(found.status, principal().role, prefix="decide-")
    if not form.validate():
        return milestone_page(found, status=UNREADABLE, decide_form=form)
    verb, words = form.verb.data, form.words.data or ""
    act = lambda: operations.decide(db.session(), principal().actor, found, verb, words)  # noqa: E731 - passed on
    return done_at(number, milestone_id, act, _("已登记结论"), decide_form=form)


@blueprint.post(f"{BELOW}/evidence")
@access("landing.attach")
@allow_upload
def attach(number: str, milestone_id: int) -> BaseResponse:
    form, found = EvidenceForm(prefix="evidence-"), load_milestone(number, milestone_id)
    if not form.validate():
        return milestone_page(found, status=UNREADABLE, evidence_form=form)
    session, who = db.session(), principal()
    label = form.label_for(who.organisation)
    act = lambda: evidence.attach(session, who.actor, found, form.file.data, label)  # noqa: E731 - passed on
    return done_at(number, milestone_id, act, _("已上传材料"), "evidence", evidence_form=form)


@blueprint.post(ONE)
@access("landing.attach")
def change_evidence(number: str, evidence_id: int) -> BaseResponse:
    """Offer a file to all, take that back, or remove it: the button that was pressed says which."""
    found = _load(number, evidence_id)
    act = lambda: _change(found, request.form.get("do", ""))  # noqa: E731 - passed on
    return done_at(number, found.milestone_id, act, _("已更新材料"), "evidence")


@blueprint.get(ONE)
@access("landing.read")
def download(number: str, evidence_id: int) -> Response:
    return files.send(_load(number, evidence_id).file)


def _change(found: MilestoneEvidence, wanted: str) -> None:
    session, who = db.session(), principal()
    if wanted == "show":
        evidence.show(session, who.actor, found, who.organisation)
    elif wanted == "hide" and (who.role in AGENCY_READERS or found.file.organisation_id == who.organisation):
        evidence.hide(session, who.actor, found)
    elif wanted == "remove":
        evidence.remove(session, who.actor, found, who.organisation)
    else:
        raise InvalidInputError(_("没有这个操作"))


def _load(number: str, evidence_id: int) -> MilestoneEvidence:
    return queries.evidence(load(number).id, evidence_id) or abort(404)
