"""The audit log: every operation appends one event. Events hold ids as text, never names."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from core import clock
from core.orm import Base


@dataclass(frozen=True)
class Actor:
    """Who acts, in which role, on behalf of which organisation; ids as text."""

    id: str
    role: str
    organisation: str = ""


SYSTEM = Actor(id="system", role="system")


class AuditEvent(Base):
    """One committed operation. `id` is the cursor that rooms above read by."""

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_subject", "subject_type", "subject_id"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(64))
    organisation: Mapped[str] = mapped_column(String(64))
    verb: Mapped[str] = mapped_column(String(64))
    subject_type: Mapped[str] = mapped_column(String(64))
    subject_id: Mapped[str] = mapped_column(String(64))


def record(session: Session, actor: Actor, verb: str, subject_type: str, subject_id: object) -> AuditEvent:
    """Append one event in the caller's transaction."""
    event = AuditEvent(
        at=clock.now(),
        actor=actor.id,
        organisation=actor.organisation,
        verb=verb,
        subject_type=subject_type,
        subject_id=str(subject_id),
    )
    session.add(event)
    return event
