"""Every SELECT about a person's own account, and about accounts to try the site with."""

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from accounts import queries
from accounts.access.models import Person, SignIn
from accounts.models import Membership, Organisation
from core.audit import AuditEvent


def person_of(email: str) -> Select[Person]:
    """Select the person of an address, however it is spelt."""
    return select(Person).where(func.lower(Person.email) == email.lower())


def demo_people() -> Select[Person]:
    return select(Person).where(Person.demo, Person.active).order_by(Person.id)


def demo_memberships() -> Select[Membership]:
    """Select the present memberships of the accounts to try the site with."""
    present = select(Membership).join(Person, Membership.person_id == Person.id)
    return present.where(Person.demo, Person.active, Membership.ended_at.is_(None)).order_by(Membership.id)


def demo_agency(code: str) -> Select[Organisation]:
    return select(Organisation).where(Organisation.code == code, Organisation.demo)


def operators() -> Select[Organisation]:
    """Select the operator's own organisations, the first first."""
    return select(Organisation).where(Organisation.kind == "operator", ~Organisation.demo).order_by(Organisation.id)


def sign_ins(person: int) -> Select[SignIn]:
    """Select every sign-in of a person that is kept, the last first."""
    return select(SignIn).where(SignIn.person_id == person).order_by(SignIn.id.desc())


def all_memberships(person: int) -> Select[Membership]:
    """Select the memberships of a person, past ones too."""
    return select(Membership).where(Membership.person_id == person).order_by(Membership.id)


def own_events(pseudonym: str) -> Select[AuditEvent]:
    """Select what a person did, the first first."""
    return select(AuditEvent).where(AuditEvent.actor == pseudonym).order_by(AuditEvent.id)


def left_without_owner(session: Session, person: int) -> Sequence[Organisation]:
    """Return the organisations that have other members, and would have no owner without this person."""
    owned = session.scalars(queries.solely_owned(person)).unique().all()
    return [found for found in owned if len(session.scalars(queries.members_of(found.id)).unique().all()) > 1]


def membership(person: int, organisation: int) -> Select[Membership]:
    """Select the membership of a person in an organisation, a past one too."""
    return select(Membership).where(Membership.person_id == person, Membership.organisation_id == organisation)
