"""The pages of evaluations, and what waits at the desks."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from accounts.rules import AGENCY_APPROVERS
from core.access import Principal
from core.extensions import db
from core.registry import Waiting
from marketplace.evaluation import consensus_views, desk_views, panel_views, presenting, queries
from marketplace.evaluation.models import Evaluation, PanelMember
from marketplace.evaluation.routes import blueprint
from marketplace.evaluation.rules import EVALUATION, EVALUATORS
from scenario_catalog.models import Scenario

TASKS = {"score": "待评分", "settle": "待合议", "sign": "待会签", "overrule": "待裁定异议"}

__all__ = ["blueprint", "consensus_views", "desk_views", "panel_views", "personal", "waiting"]


def waiting(who: Principal) -> Sequence[Waiting]:
    """Return what waits for an agency's approver, or for a member of a panel; the oldest first."""
    found: list[Waiting] = []
    if who.role in AGENCY_APPROVERS and who.organisation:
        rows = db.session.execute(queries.waiting_evaluations(who.organisation))
        found += [_for_agency(scenario, evaluation) for scenario, evaluation in rows]
    if who.role in EVALUATORS and who.person:
        found += _for_judge(who)
    return found


def personal(session: Session, person: int) -> Mapping[str, Any]:
    """Return the panels that a person was named to and what the person declared, for the person's own export."""
    return {
        "panels": [
            {
                "scenario": seat.evaluation.scenario.number,
                "status": seat.status,
                "statement": seat.statement,
                "invited_at": seat.invited_at.isoformat(),
                "declared_at": seat.declared_at.isoformat() if seat.declared_at else None,
            }
            for seat in session.scalars(queries.seats_of(person))
        ]
    }


def _for_agency(scenario: Scenario, evaluation: Evaluation | None) -> Waiting:
    """Return the next step of an evaluation, or what still stands against it."""
    step = presenting.next_step(evaluation) if evaluation else None
    label = EVALUATION.label("begin") if step is None else step.label
    since = queries.since(db.session(), scenario) or scenario.updated_at
    title = f"{scenario.number} {scenario.title}" + (f"：{step.refusal}" if step and step.refusal else "")
    if evaluation and (late := presenting.overdue(evaluation)):
        title += f"（{len(late)} 位评审已逾期，可以解除）"
    return Waiting(f"待{label}", title, url_for("evaluation.scenario", scenario_id=scenario.id), since)


def _for_judge(who: Principal) -> Iterator[Waiting]:
    for seat in db.session.scalars(queries.waiting_seats(who.person or 0)):
        label = _task(seat)
        if label and seat.organisation_id == who.organisation:
            scenario = seat.evaluation.scenario
            address = url_for("evaluation.seat", member_id=seat.id)
            yield Waiting(label, f"{scenario.number} {scenario.title}", address, seat.declared_at or seat.invited_at)


def _task(seat: PanelMember) -> str:
    """Return what a member has to do now, "" for nothing."""
    if seat.status == "invited":
        return "待申报利益冲突"
    found = presenting.task(seat)
    late = "（已逾期）" if seat.id in presenting.overdue(seat.evaluation) else ""
    return f"{TASKS[found.verb]} {len(found.bids)} 份{late}" if found else ""
