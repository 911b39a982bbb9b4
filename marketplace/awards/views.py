"""The pages of awards, and what waits at the desks."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from accounts.rules import AGENCY_APPROVERS
from core import clock
from core.access import Principal
from core.extensions import db
from core.registry import Waiting
from marketplace.awards import desk_views, public_views, queries, result_views
from marketplace.awards.routes import blueprint
from marketplace.evaluation.queries import evaluation_of
from marketplace.evaluation.queries import since as since_of
from scenario_catalog.models import Scenario

__all__ = ["blueprint", "desk_views", "personal", "public_views", "result_views", "waiting"]


def waiting(who: Principal) -> Sequence[Waiting]:
    """Return what waits for an agency's approver: objections, awards whose notice has ended, finalists; the oldest first."""
    if who.role not in AGENCY_APPROVERS or not who.organisation:
        return []
    return sorted(_waiting(who.organisation), key=lambda one: one.since)


def personal(session: Session, person: int) -> Mapping[str, Any]:
    """Return the objections that a person raised, for the person's own export."""
    return {
        "objections": [
            {
                "scenario": number,
                "number": found.number,
                "text": found.text,
                "raised_at": found.raised_at.isoformat(),
                "status": found.status,
                "answer": found.answer,
            }
            for found, number in session.execute(queries.objections_of(person))
        ]
    }


def _waiting(agency: int) -> Iterator[Waiting]:
    session = db.session()
    for objection in session.scalars(queries.waiting_objections(agency)):
        award = objection.award
        title = f"{award.scenario.number} 第 {objection.number} 件异议：{objection.text[:40]}"
        yield Waiting("待答复异议", title, _address(award.scenario), objection.raised_at)
    for award in session.scalars(queries.waiting_awards(agency)):
        if clock.now() >= award.notice_ends and not queries.open_objections(session, award):
            yield Waiting("公示期满，待授标", _title(award.scenario), _address(award.scenario), award.notice_ends)
    for scenario in session.scalars(queries.waiting_finalists(agency)):
        since = since_of(session, scenario) or scenario.updated_at
        yield Waiting("待提出中选方", _title(scenario), _address(scenario), since)
    for scenario in session.scalars(queries.waiting_shortlists(agency)):
        evaluation = evaluation_of(session, scenario)
        ranked_at = evaluation.ranked_at if evaluation else None
        yield Waiting("待确定入围", _title(scenario), _address(scenario), ranked_at or scenario.updated_at)


def _title(scenario: Scenario) -> str:
    return f"{scenario.number} {scenario.title}"


def _address(scenario: Scenario) -> str:
    return url_for("awards.scenario", scenario_id=scenario.id)
