"""The audit log: every operation appends one event, chained by its hash. Events hold ids as text, never names."""

import hmac
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app
from sqlalchemy import Connection, Index, String, Table, bindparam, event, insert, inspect, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from core import chain, clock
from core.chain import START
from core.orm import Base

HEAD = 1

# In Session.info once the transaction has an event: see core/events.py.
RECORDED = "audit_recorded"

# What concealed ids begin with: see `concealed`.
CONCEALED = "~"

# Subjects of which nobody is shown an event, nor how many there are, before one of these verbs made them public.
SEALED: Mapping[str, frozenset[str]] = {"bid": frozenset({"unseal", "lapse"})}


@dataclass(frozen=True)
class Actor:
    """Who acts, in which role, on behalf of which organisation; ids as text."""

    id: str
    role: str
    organisation: str = ""


SYSTEM = Actor(id="system", role="system")


class AuditEvent(Base):
    """One committed operation. `id` counts without gaps and is the cursor that rooms above read by.

    `before` and `after` are salted digests of the subject's state. The salt is not part of the hash, only its digest:
    erased, it makes the digest of what was redacted unguessable, and the chain still holds.
    """

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_subject", "subject_type", "subject_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(64), index=True)
    role: Mapped[str] = mapped_column(String(32))
    organisation: Mapped[str] = mapped_column(String(64), index=True)
    verb: Mapped[str] = mapped_column(String(64))
    subject_type: Mapped[str] = mapped_column(String(64))
    subject_id: Mapped[str] = mapped_column(String(64))
    before: Mapped[str] = mapped_column(String(64), default="")
    after: Mapped[str] = mapped_column(String(64), default="")
    salt: Mapped[str] = mapped_column(String(32), default="")
    salt_digest: Mapped[str] = mapped_column(String(64), default="")
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)


class AuditHead(Base):
    """The one row that says how many events there are and what the last one's hash is. Writing it lets one writer in."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True)
    count: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))


_KEPT = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in (*chain.SAID, "hash"))


def _refusal(name: str, action: str, table: str, when: str = "1") -> str:
    """Return a trigger by which SQLite itself refuses `action` on a table when the condition holds."""
    refuse = f"SELECT RAISE(ABORT, 'the audit log is append-only: {name}')"
    return f"CREATE TRIGGER {name} BEFORE {action} ON {table} WHEN {when} BEGIN {refuse}; END"


# The log only grows, at its end, and of an event only the salt can be blanked. REPLACE deletes without firing a delete
# trigger, hence those before an insert. The migration repeats them.
EVENT_TRIGGERS = (
    _refusal("audit_event_kept", "DELETE", "audit_event"),
    _refusal("audit_event_unchanged", "UPDATE", "audit_event", f"NOT (NEW.salt = '' AND {_KEPT})"),
    _refusal("audit_event_last", "INSERT", "audit_event", "NEW.id <= (SELECT COALESCE(MAX(id), 0) FROM audit_event)"),
    _refusal("audit_event_new", "INSERT", "audit_event", "EXISTS (SELECT 1 FROM audit_event WHERE hash = NEW.hash)"),
)
HEAD_TRIGGERS = (
    _refusal("audit_head_kept", "DELETE", "audit_head"),
    _refusal("audit_head_forward", "UPDATE", "audit_head", "NEW.id IS NOT OLD.id OR NEW.count < OLD.count"),
    _refusal("audit_head_alone", "INSERT", "audit_head", "EXISTS (SELECT 1 FROM audit_head)"),
)


@event.listens_for(AuditEvent.__table__, "after_create")
def _guard_events(_table: Table, connection: Connection, **_options: Any) -> None:
    _guard(connection, EVENT_TRIGGERS)


@event.listens_for(AuditHead.__table__, "after_create")
def _begin(table: Table, connection: Connection, **_options: Any) -> None:
    connection.execute(insert(table).values(id=HEAD, count=0, hash=START))
    _guard(connection, HEAD_TRIGGERS)


def _guard(connection: Connection, triggers: Iterable[str]) -> None:
    if connection.dialect.name == "sqlite":
        for trigger in triggers:
            connection.exec_driver_sql(trigger)


# Plain statements over the tables: through the ORM an event costs nearly three times as much.
_EVENT: Any = AuditEvent.__table__
_HEAD: Any = AuditHead.__table__
_TAKE = update(_HEAD).where(_HEAD.c.id == HEAD).values(count=_HEAD.c.count + 1).returning(_HEAD.c.count, _HEAD.c.hash)
_APPEND = insert(_EVENT)
_CLOSE = update(_HEAD).where(_HEAD.c.id == HEAD).values(hash=bindparam("last"))


def record(  # noqa: PLR0913 - an event has this many parts
    session: Session,
    actor: Actor,
    verb: str,
    subject_type: str,
    subject_id: object,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Append one event in the caller's transaction; `before` and `after` are the subject's states: see `state`.

    Returns it as it was written, apart from the session.
    """
    session.flush()
    connection = session.connection()
    # Whoever writes the head keeps every other writer out until the commit.
    number, previous = connection.execute(_TAKE).one()
    salt = "" if before is None and after is None else secrets.token_hex(16)
    values: dict[str, Any] = {
        "id": number,
        "at": clock.now(),
        "actor": actor.id,
        "role": actor.role,
        "organisation": actor.organisation,
        "verb": verb,
        "subject_type": subject_type,
        "subject_id": str(subject_id),
        "before": digest(salt, before),
        "after": digest(salt, after),
        "salt_digest": chain.digest(salt) if salt else "",
        "previous": previous,
    }
    values |= {"salt": salt, "hash": chain.link(_said(values))}
    connection.execute(_APPEND, values)
    connection.execute(_CLOSE, {"last": values["hash"]})
    session.info[RECORDED] = True
    return AuditEvent(**values)


@contextmanager
def change(session: Session, actor: Actor, verb: str, subject_type: str, row: Base) -> Iterator[None]:
    """Record what the block does with `row` as one event, with its state before and after."""
    before = state(row)
    yield
    session.flush()
    session.refresh(row)
    record(session, actor, verb, subject_type, row.id, before=before, after=state(row))  # type: ignore[attr-defined]  # every audited row has an id


def forget(session: Session, subject_type: str, subject_id: object) -> int:
    """Erase the salts of a subject's events, so that nobody can test guesses of its former content against them.

    Returns how many events had one. Part of a redaction or an erasure, which records the event.
    """
    found = update(AuditEvent).where(
        AuditEvent.subject_type == subject_type, AuditEvent.subject_id == str(subject_id), AuditEvent.salt != ""
    )
    done: Any = session.execute(found.values(salt=""))
    return int(done.rowcount)


def concealed(actor: Actor, subject: object) -> Actor:
    """Return `actor` under ids that hold for one subject only and tell nobody who it is, the log's readers included.

    `subject` names what the event is about, as "question:17". The same actor and subject give the same ids, so that
    people find their own events: see `concealed_id`.
    """
    organisation = actor.organisation and concealed_id(actor.organisation, "organisation", subject)
    return Actor(concealed_id(actor.id, "person", subject), actor.role, organisation)


def concealed_id(identity: str, kind: str, subject: object) -> str:
    """Return the id that a person (pseudonym) or an organisation (row id as text) has in concealed events of a subject."""
    key = str(current_app.secret_key).encode()
    text = chain.canonical({"kind": kind, "id": identity, "subject": str(subject)})
    return CONCEALED + hmac.digest(key, b"audit-actor " + text.encode(), "sha256").hex()[:40]


def take_turn(session: Session) -> None:
    """Keep every other writer out until the commit: what is read from now on is not changed by anybody else meanwhile."""
    session.flush()
    session.execute(update(AuditHead).where(AuditHead.id == HEAD).values(count=AuditHead.count))


def state(row: Base) -> dict[str, Any]:
    """Return the columns of a row as plain values: what a digest is taken of."""
    return {column.key: getattr(row, column.key) for column in inspect(type(row)).column_attrs}


def digest(salt: str, values: Mapping[str, Any] | None) -> str:
    """Return the SHA-256 of a salted state, "" for none."""
    return "" if values is None else chain.digest(salt + chain.canonical(values))


def hash_of(entry: AuditEvent) -> str:
    """Return the hash that an event should have, from all that it says and the hash before it."""
    return chain.link(said(entry))


def said(entry: AuditEvent) -> dict[str, Any]:
    """Return what an event says, as it is hashed."""
    return _said({name: getattr(entry, name) for name in chain.SAID})


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: values[name] for name in chain.SAID} | {"at": chain.instant(values["at"])}
