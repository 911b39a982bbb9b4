"""Every SELECT of the audit log's pages."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, and_, cast, exists, func, not_, or_, select, type_coerce
from sqlalchemy.engine import Result
from sqlalchemy.orm import Session, aliased

from accounts.access.models import Person
from accounts.auditing.filters import Filters
from accounts.models import Membership, Organisation
from core import clock
from core.audit import CONCEALED, HEAD, SEALED, AuditEvent, AuditHead, concealed_id
from core.chain import SAID

# What sorts right after every text that begins with CONCEALED.
_PAST_CONCEALED = chr(ord(CONCEALED) + 1)


def events(filters: Filters) -> Select[AuditEvent]:
    """Select the events that a reader asked for, the newest first; nothing of what is still sealed."""
    found = select(AuditEvent).where(not_(_sealed())).order_by(AuditEvent.id.desc())
    for name in ("verb", "subject_type", "subject_id"):
        if value := getattr(filters, name):
            found = found.where(getattr(AuditEvent, name) == value)
    if filters.actor:
        found = found.where(AuditEvent.actor.startswith(filters.actor, autoescape=True))
    if filters.organisation:
        found = found.where(AuditEvent.organisation.in_(_organisations(filters.organisation)))
    if filters.since:
        found = found.where(AuditEvent.at >= clock.start_of_day(filters.since))
    if filters.until:
        found = found.where(AuditEvent.at < clock.end_of_day(filters.until))
    return found


def _sealed() -> ColumnElement[bool]:
    """Tell of an event whether its subject has not been made public yet."""
    made_public = aliased(AuditEvent)
    same = (
        made_public.subject_type == AuditEvent.subject_type,
        made_public.subject_id == AuditEvent.subject_id,
    )
    return or_(
        *(
            and_(AuditEvent.subject_type == kind, not_(exists().where(*same, made_public.verb.in_(verbs))))
            for kind, verbs in SEALED.items()
        )
    )


def _organisations(text: str) -> Select[str]:
    """Select the ids, as the log writes them, of the organisations of that id or with that in their name."""
    number = cast(Organisation.id, String)
    return select(number).where(or_(number == text, Organisation.name.contains(text, autoescape=True)))


def of_person(session: Session, pseudonym: str) -> Select[AuditEvent]:
    """Select what a person did, concealed or not, and what was done with the person's account; the newest first."""
    ids = [pseudonym, *_concealed(session, "actor", pseudonym, "person")]
    own = (AuditEvent.subject_type == "person") & (AuditEvent.subject_id == pseudonym)
    return select(AuditEvent).where(or_(AuditEvent.actor.in_(ids), own)).order_by(AuditEvent.id.desc())


def of_organisation(session: Session, organisation: int) -> Select[AuditEvent]:
    """Select what was done for an organisation, concealed or not, and with it; the newest first."""
    number = str(organisation)
    ids = [number, *_concealed(session, "organisation", number, "organisation")]
    own = (AuditEvent.subject_type == "organisation") & (AuditEvent.subject_id == number)
    return select(AuditEvent).where(or_(AuditEvent.organisation.in_(ids), own)).order_by(AuditEvent.id.desc())


def _concealed(session: Session, column: str, identity: str, kind: str) -> list[str]:
    """Return the concealed ids that are this person's or organisation's: worked out, as nothing tells them apart."""
    held = getattr(AuditEvent, column)
    some = (
        select(held, AuditEvent.subject_type, AuditEvent.subject_id)
        .distinct()
        .where(held >= CONCEALED, held < _PAST_CONCEALED)
    )
    return [
        id_
        for id_, subject, number in session.execute(some)
        if id_ == concealed_id(identity, kind, f"{subject}:{number}")
    ]


def total(session: Session) -> int:
    """Return how many events are shown: how many there are, its head knows without counting."""
    hidden = session.scalar(select(func.count()).select_from(AuditEvent).where(_sealed())) or 0
    return (session.scalar(select(AuditHead.count).where(AuditHead.id == HEAD)) or 0) - hidden


def head(session: Session) -> tuple[int | None, str | None]:
    """Return what the head row says; None twice where it is missing."""
    found = session.execute(select(AuditHead.count, AuditHead.hash).where(AuditHead.id == HEAD))
    return found.one_or_none() or (None, None)


def chain(session: Session, after: int | None = None, portion: int = 2000) -> Result[Any]:
    """Read the log by number, as it stands in the database: SAID, salt, hash, and the head row's count and hash.

    One statement, and so one moment, whatever is written meanwhile; `portion` rows are fetched at a time.
    """
    said = (type_coerce(getattr(AuditEvent, name), String if name != "id" else AuditEvent.id.type) for name in SAID)
    at_the_end = (
        select(getattr(AuditHead, name)).where(AuditHead.id == HEAD).scalar_subquery() for name in ("count", "hash")
    )
    found = select(*said, AuditEvent.salt, AuditEvent.hash, *at_the_end).order_by(AuditEvent.id)
    if after is not None:
        found = found.where(AuditEvent.id > after)
    return session.execute(found.execution_options(yield_per=portion))


def organisation_names(session: Session, ids: Iterable[str]) -> Mapping[str, str]:
    """Return the names of organisations by their id as text."""
    numbers = [int(number) for number in set(ids) if number.isdecimal()]
    found: Iterable[Row[int, str]] = session.execute(
        select(Organisation.id, Organisation.name).where(Organisation.id.in_(numbers))
    )
    return {str(number): name for number, name in found}


def member_names(session: Session, organisation: int, pseudonyms: Iterable[str]) -> Mapping[str, str]:
    """Return the names of those of these people who are, or were, members of an organisation."""
    found = (
        select(Person.pseudonym, Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.organisation_id == organisation, Person.pseudonym.in_(set(pseudonyms)))
    )
    return {pseudonym: name for pseudonym, name in session.execute(found) if name}
