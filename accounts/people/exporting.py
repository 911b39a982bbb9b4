"""All that the site knows of a person, as the person's own file."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from accounts.access.models import Person
from accounts.people import queries
from core import audit
from core.audit import Actor
from core.orm import Base
from core.registry import Room

ACCOUNT = ("email", "name", "pseudonym", "created_at", "confirmed_at", "mail_level")
SIGN_IN = ("browser", "address", "created_at", "seen_at", "ended_at")
EVENT = ("id", "at", "role", "organisation", "verb", "subject_type", "subject_id")


def export(session: Session, actor: Actor, person: Person, rooms: Iterable[Room]) -> Mapping[str, Any]:
    """Return what every room knows of a person, as values that JSON can hold, and record that it was handed out."""
    audit.record(session, actor, "export", "person", person.pseudonym)
    known = {room.name: room.personal(session, person.id) for room in rooms if room.personal}
    return {
        "account": {**_values(person, ACCOUNT), "second_factor": person.has_second_factor},
        "memberships": [
            {"organisation": row.organisation.name, **_values(row, ("role", "created_at", "ended_at"))}
            for row in session.scalars(queries.all_memberships(person.id))
        ],
        "sign_ins": [_values(row, SIGN_IN) for row in session.scalars(queries.sign_ins(person.id))],
        "events": [_values(row, EVENT) for row in session.scalars(queries.own_events(person.pseudonym))],
        **known,
    }


def _values(row: Base, names: Iterable[str]) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in names}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
