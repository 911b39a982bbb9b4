"""Every SELECT of following: who is concerned by what."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from accounts.inbox import queries as inbox
from accounts.models import Membership
from accounts.rules import APPROVER, MEMBER, OWNER
from core.audit import AuditEvent
from scenario_catalog.models import Batch, Corrigendum, Follow, Question, Scenario
from scenario_catalog.queries import cards, public

ACTIVE = (OWNER, APPROVER, MEMBER)


def follow(person: int, scenario: int) -> Select[Follow]:
    return select(Follow).where(Follow.person_id == person, Follow.scenario_id == scenario)


def followed(person: int) -> Select[Any]:
    """Select the rows of the scenarios that a person follows, the last followed first."""
    found = cards().join(Follow, Follow.scenario_id == Scenario.id).where(Follow.person_id == person)
    return found.order_by(None).order_by(Follow.since.desc())


def followers(scenario: int, by: datetime) -> Select[int]:
    """Select the ids of those who followed a scenario at an instant."""
    return select(Follow.person_id).where(Follow.scenario_id == scenario, Follow.since <= by)


def members(organisation: int, by: datetime) -> Select[int]:
    """Select the ids of those who worked for an organisation at an instant, and still do."""
    return inbox.present(by).where(Membership.organisation_id == organisation, Membership.role.in_(ACTIVE))


def operators(by: datetime) -> Select[int]:
    return inbox.operators(by).where(Membership.role.in_(ACTIVE))


def closing_by(first: date, last: date) -> Select[Scenario]:
    """Select the public scenarios whose closing day lies in first..last and that still take bids."""
    return select(Scenario).where(public(), Scenario.status == "open", Scenario.deadline.between(first, last))


def scenario_of(session: Session, event: AuditEvent) -> Scenario | None:
    """Return the scenario that an event is about."""
    find = _SCENARIO_OF.get(event.subject_type)
    return find(session, int(event.subject_id)) if find else None


def _of_question(session: Session, id_: int) -> Scenario | None:
    question = session.get(Question, id_)
    return question.scenario if question else None


def _of_corrigendum(session: Session, id_: int) -> Scenario | None:
    corrigendum = session.get(Corrigendum, id_)
    return corrigendum.scenario if corrigendum else None


_SCENARIO_OF: Mapping[str, Callable[[Session, int], Scenario | None]] = {
    "scenario": lambda session, id_: session.get(Scenario, id_),
    "question": _of_question,
    "corrigendum": _of_corrigendum,
}


def batch_of(session: Session, event: AuditEvent) -> Batch | None:
    return session.get(Batch, int(event.subject_id)) if event.subject_type == "batch" else None


def asker_of(session: Session, event: AuditEvent) -> int | None:
    question = session.get(Question, int(event.subject_id)) if event.subject_type == "question" else None
    return question.person_id if question else None


def follows_of(person: int) -> Select[str, str | None, datetime]:
    """Select (scenario's title, number, since) of what a person follows, for the person's own export."""
    found = select(Scenario.title, Scenario.number, Follow.since)
    return found.join(Follow, Follow.scenario_id == Scenario.id).where(Follow.person_id == person)
