"""What every part of the room selects: organisations, and who is in them."""

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import aliased

from accounts.models import Membership, Organisation
from accounts.rules import AGENCY, OWNER
from core.extensions import db


def organisation_by_code(code: str) -> Organisation | None:
    return db.session.scalar(select(Organisation).where(Organisation.code == code))


def named(name: str) -> Select[Organisation]:
    """Select the organisation of a name."""
    return select(Organisation).where(Organisation.name == name)


def list_agencies() -> list[Organisation]:
    """Return all agencies, invented ones too, by name."""
    return list(db.session.scalars(select(Organisation).where(Organisation.kind == AGENCY).order_by(Organisation.name)))


def memberships_of(person: int) -> Select[Membership]:
    """Select the present memberships of a person, the first first."""
    present = select(Membership).where(Membership.person_id == person, Membership.ended_at.is_(None))
    return present.order_by(Membership.created_at, Membership.id)


def members_of(organisation: int) -> Select[Membership]:
    """Select the present members of an organisation, the first first."""
    present = select(Membership).where(Membership.organisation_id == organisation, Membership.ended_at.is_(None))
    return present.order_by(Membership.created_at, Membership.id)


def solely_owned(person: int) -> Select[Organisation]:
    """Select the organisations that would have no owner without this person."""
    other = aliased(Membership)
    another_owner = exists().where(
        other.organisation_id == Organisation.id,
        other.person_id != person,
        other.role == OWNER,
        other.ended_at.is_(None),
    )
    owned = (
        select(Organisation)
        .join(Membership, Membership.organisation_id == Organisation.id)
        .where(Membership.person_id == person, Membership.role == OWNER, Membership.ended_at.is_(None))
    )
    return owned.where(~another_owner).order_by(Organisation.name)
