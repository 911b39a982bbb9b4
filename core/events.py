"""Committed audit events, read in order by those who declared that they follow them."""

from collections.abc import Sequence

from flask import current_app
from huey import crontab
from sqlalchemy import String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from core import commits
from core.audit import RECORDED, AuditEvent, AuditHead
from core.extensions import db
from core.jobs import job, periodic
from core.orm import Base
from core.registry import Consumer, Room

AT_ONCE = 200


class EventCursor(Base):
    """How far a consumer has read. A new consumer begins with the first event of the log."""

    __tablename__ = "event_cursor"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    event_id: Mapped[int]


def deliver_all() -> None:
    """Let every consumer read what it has not read yet, each portion in a transaction of its own.

    A portion that fails is rolled back with its place, and tried again by the next delivery; it keeps no other consumer
    waiting. Raises the failures together.
    """
    failures = [failure for consumer in _behind() if (failure := _catch_up(consumer))]
    if failures:
        raise ExceptionGroup("consumers of events failed", failures)


def _behind() -> list[Consumer]:
    """Return the consumers with something to read, so that the others take no lock."""
    session = db.session()
    last = session.scalar(select(AuditHead.count)) or 0
    places = {row.name: row.event_id for row in session.execute(select(EventCursor.name, EventCursor.event_id))}
    session.commit()
    rooms: Sequence[Room] = current_app.extensions["rooms"]
    return [consumer for room in rooms for consumer in room.consumers if places.get(consumer.name, 0) < last]


def _catch_up(consumer: Consumer) -> Exception | None:
    """Hand over portion after portion; returns what went wrong, with the consumer's name in its notes."""
    try:
        while _deliver(consumer):
            pass
    except Exception as error:  # noqa: BLE001 - whatever a consumer raises concerns it alone; deliver_all raises it
        db.session.rollback()
        error.add_note(f"consumer {consumer.name}")
        return error
    return None


def _deliver(consumer: Consumer) -> bool:
    """Hand over the next portion; returns whether more may be there."""
    session = db.session()
    after = _take_cursor(session, consumer.name)
    unread = select(AuditEvent).where(AuditEvent.id > after).order_by(AuditEvent.id).limit(AT_ONCE)
    found = session.scalars(unread).all()
    if found:
        last = found[-1].id
        consumer.handle(session, found)
        session.execute(update(EventCursor).where(EventCursor.name == consumer.name).values(event_id=last))
    session.commit()
    return len(found) == AT_ONCE


def _take_cursor(session: Session, name: str) -> int:
    """Return the place of a consumer, keeping every other reader out until the commit."""
    taken = update(EventCursor).where(EventCursor.name == name).values(event_id=EventCursor.event_id)
    place = session.execute(taken.returning(EventCursor.event_id)).scalar_one_or_none()
    if place is None:
        session.add(EventCursor(name=name, event_id=0))
        session.flush()
    return place or 0


@job()
def deliver() -> None:
    deliver_all()


@periodic(crontab(minute="*"))
def deliver_what_was_missed() -> None:
    deliver_all()


commits.follow(RECORDED, lambda _recorded: deliver())
