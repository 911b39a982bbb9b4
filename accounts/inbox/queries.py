"""Every SELECT of the inbox."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Select, func, select

from accounts.access.models import Person
from accounts.models import Invitation, Membership, Notice, Organisation, Verification
from accounts.rules import OPERATOR, OWNER


def notices(person: int) -> Select[Notice]:
    """Select what a person was told, the newest first."""
    return select(Notice).where(Notice.person_id == person).order_by(Notice.at.desc(), Notice.id.desc())


def unread(person: int) -> Select[int]:
    """Count what a person has not read yet."""
    return select(func.count(Notice.id)).where(Notice.person_id == person, Notice.read_at.is_(None))


def notice(person: int, notice_id: int) -> Select[Notice]:
    """Select one of a person's own notices."""
    return select(Notice).where(Notice.person_id == person, Notice.id == notice_id)


def reachable(people: Iterable[int]) -> Select[Person]:
    """Select those of these people whose account is in use."""
    return select(Person).where(Person.id.in_(set(people)), Person.active, Person.erased_at.is_(None))


def by_pseudonym(pseudonym: str) -> Select[Person]:
    """Select the person of a pseudonym, unless erased."""
    return select(Person).where(Person.pseudonym == pseudonym, Person.erased_at.is_(None))


def owners(organisation: int, before: datetime) -> Select[int]:
    """Select the row ids of an organisation's present owners who were members by then."""
    return present(before).where(Membership.organisation_id == organisation, Membership.role == OWNER)


def operators(before: datetime) -> Select[int]:
    """Select the row ids of the operator's present members who were members by then."""
    by_kind = present(before).join(Organisation, Organisation.id == Membership.organisation_id)
    return by_kind.where(Organisation.kind == OPERATOR)


def present(before: datetime) -> Select[int]:
    """Select the row ids of those who were members of an organisation by then, and still are."""
    return select(Membership.person_id).where(Membership.ended_at.is_(None), Membership.created_at <= before)


def decision(organisation: int, before: datetime) -> Select[str]:
    """Select the reason of the last decision about an organisation's verification by then."""
    decided = select(Verification.reason).where(
        Verification.organisation_id == organisation, Verification.decided_at <= before
    )
    return decided.order_by(Verification.decided_at.desc(), Verification.id.desc()).limit(1)


def organisation_of_invitation(invitation: int) -> Select[Organisation]:
    """Select the organisation that an invitation is into."""
    return (
        select(Organisation)
        .join(Invitation, Invitation.organisation_id == Organisation.id)
        .where(Invitation.id == invitation)
    )


def exported(person: int) -> Select[datetime, str, str, str, datetime | None]:
    """Select a person's notices for the person's own export."""
    return (
        select(Notice.at, Notice.title, Notice.text, Notice.url, Notice.read_at)
        .where(Notice.person_id == person)
        .order_by(Notice.id)
    )
