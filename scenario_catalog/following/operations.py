"""Following scenarios, and telling people what happened. Callers own the transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from flask import url_for
from sqlalchemy import delete
from sqlalchemy.orm import Session

from accounts.inbox.operations import notify
from core import audit, clock
from core.audit import Actor, AuditEvent
from core.city import city
from core.formats import day
from scenario_catalog.following import queries
from scenario_catalog.following.audience import DEADLINE_NEAR, TELLINGS, Group, Telling, key_of
from scenario_catalog.models import Batch, Follow, Scenario


def follow(session: Session, actor: Actor, person: int, scenario: Scenario) -> None:
    """Let a person follow a scenario; asking twice changes nothing."""
    if session.scalar(queries.follow(person, scenario.id)) is None:
        session.add(Follow(person_id=person, scenario_id=scenario.id, since=clock.now()))
        session.flush()
        audit.record(session, actor, "follow", "follow", scenario.id)


def unfollow(session: Session, actor: Actor, person: int, scenario: Scenario) -> None:
    found = session.scalar(queries.follow(person, scenario.id))
    if found is not None:
        session.delete(found)
        session.flush()
        audit.record(session, actor, "unfollow", "follow", scenario.id)


def tell(session: Session, events: Sequence[AuditEvent]) -> None:
    """Tell those concerned what happened: each person once for each event."""
    for event in events:
        telling = TELLINGS.get((event.subject_type, event.verb))
        if telling is not None:
            _tell(session, event, telling)


def remind(session: Session) -> int:
    """Tell those concerned of the closing days that are near, once for each day; returns how many scenarios."""
    today = clock.today()
    near = session.scalars(queries.closing_by(today, today + timedelta(days=city().rules.reminder))).all()
    for scenario in near:
        people = _people(session, DEADLINE_NEAR.groups, scenario, None)
        title = f"{scenario.number} {DEADLINE_NEAR.news}"
        text = f"{scenario.title}\n报名截止：{day(scenario.deadline)}（当天仍可报名）"
        key = f"deadline-{scenario.id}-{scenario.deadline.isoformat()}"
        notify(session, people, key=key, title=title, text=text, url=_public(scenario), urgent=DEADLINE_NEAR.urgent)
    return len(near)


def _tell(session: Session, event: AuditEvent, telling: Telling) -> None:
    batch, scenario = queries.batch_of(session, event), queries.scenario_of(session, event)
    subject: Batch | Scenario | None = batch or scenario
    if subject is None:
        return
    people = _people(session, telling.groups, scenario, event)
    number = f"第 {batch.number} 批" if batch and batch.number else getattr(scenario, "number", None)
    title = f"{number or subject.title}：{telling.news}"
    key = key_of(event.subject_type, event.verb, event.id)
    address = _address(telling, subject)
    text = subject.title if number else ""
    notify(session, people, key=key, title=title, text=text, url=address, urgent=telling.urgent)


def _people(
    session: Session, groups: Iterable[Group], scenario: Scenario | None, event: AuditEvent | None
) -> list[int]:
    by = event.at if event else clock.now()
    found = set[int]()
    for group in groups:
        if group == "operators":
            found |= {*session.scalars(queries.operators(by))}
        elif group == "asker" and event:
            found |= {asker} if (asker := queries.asker_of(session, event)) else set()
        elif group == "agency" and scenario:
            found |= {*session.scalars(queries.members(scenario.agency_id, by))}
        elif group == "followers" and scenario:
            found |= {*session.scalars(queries.followers(scenario.id, by))}
    return sorted(found)


def _address(telling: Telling, subject: Batch | Scenario) -> str:
    if isinstance(subject, Batch):
        return url_for("publishing.batch", batch_id=subject.id)
    if telling.place == "review":
        return url_for("review.scenario", scenario_id=subject.id)
    if subject.number and telling.place == "public":
        return _public(subject)
    return url_for("drafting.edit", scenario_id=subject.id)


def _public(scenario: Scenario) -> str:
    return url_for("catalog.scenario", number=scenario.number)


def forget(session: Session, person: int) -> None:
    """Delete what a person followed: part of the account's erasure, which records the event."""
    session.execute(delete(Follow).where(Follow.person_id == person))


def personal(session: Session, person: int) -> Mapping[str, Any]:
    """Return what the room knows of a person, for the person's own export."""
    rows = session.execute(queries.follows_of(person))
    return {
        "follows": [{"scenario": number, "title": title, "since": since.isoformat()} for title, number, since in rows]
    }
