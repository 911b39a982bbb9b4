"""Adding what has been published about a target, and withdrawing it. Callers own the transaction."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from accounts.rules import OPERATORS, SYSTEM
from core import audit, clock
from core.audit import Actor
from core.errors import ForbiddenError, InvalidInputError
from policies.facts.rules import Fact
from policies.targets.models import TargetEntry
from policies.targets.rules import key_of

SUBJECT = "target_entry"


@dataclass(frozen=True)
class Published:
    """A figure with its source; `value` counts in the target's unit."""

    figure: str
    value: Decimal | None
    as_of: date
    source_title: str
    source_url: str


def add(session: Session, actor: Actor, document_id: str, target: Fact, said: Published) -> TargetEntry:
    """Add a published figure to a target. Raises InvalidInputError for a date that is yet to come."""
    _check(actor)
    if said.as_of > clock.today():
        raise InvalidInputError(_("数据日期不能晚于今天"))
    made = TargetEntry(document_id=document_id, target=key_of(target), added_at=clock.now(), **vars(said))
    session.add(made)
    session.flush()
    audit.record(session, actor, "add", SUBJECT, made.id, after=audit.state(made))
    return made


def withdraw(session: Session, actor: Actor, entry: TargetEntry, reason: str) -> None:
    """Take an entry off the board; it and the reason are kept. Raises InvalidInputError without a reason."""
    _check(actor)
    if not reason.strip():
        raise InvalidInputError(_("请写明撤下的理由"))
    with audit.change(session, actor, "withdraw", SUBJECT, entry):
        entry.withdrawn_at, entry.withdrawn_reason = clock.now(), reason.strip()


def _check(actor: Actor) -> None:
    if actor.role not in OPERATORS | SYSTEM:
        raise ForbiddenError
