"""Every SELECT of keys and holders."""

from collections.abc import Sequence

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from accounts.models import Membership, Organisation
from accounts.rules import AGENCY as AGENCY_KIND
from accounts.rules import AUDITOR
from accounts.rules import OPERATOR as OPERATOR_KIND
from core.extensions import db
from marketplace.sealing.models import Seal, SealHolder, SealWrap
from marketplace.sealing.rules import AGENCY, OPERATOR
from scenario_catalog.models import Scenario

TAKES_BIDS = ("approved", "open")


def seal_of(session: Session, scenario: int) -> Seal | None:
    """Return the keys of a scenario (row id)."""
    return session.scalar(select(Seal).where(Seal.scenario_id == scenario))


def seal(seal_id: int) -> Seal | None:
    return db.session.get(Seal, seal_id)


def holder(holder_id: int) -> SealHolder | None:
    return db.session.get(SealHolder, holder_id)


def wraps(session: Session, seal_id: int, part: str) -> Sequence[SealWrap]:
    return session.scalars(select(SealWrap).where(SealWrap.seal_id == seal_id, SealWrap.part == part)).all()


def is_member(session: Session, person: int | None, organisation: int) -> bool:
    """Tell whether a person belongs to an organisation at present."""
    found = exists().where(
        Membership.person_id == person, Membership.organisation_id == organisation, Membership.ended_at.is_(None)
    )
    return person is not None and bool(session.scalar(select(found)))


def candidates(line: str, agency: int) -> Select[Membership]:
    """Select who may hold the share of a line, for a scenario of `agency` (row id)."""
    found = select(Membership).join(Organisation).where(Membership.ended_at.is_(None))
    if line == AGENCY:
        found = found.where(Organisation.id == agency)
    elif line == OPERATOR:
        found = found.where(Organisation.kind == OPERATOR_KIND)
    else:
        found = found.where(Organisation.kind.in_((AGENCY_KIND, AUDITOR)), Organisation.id != agency)
    # Auditors first: what an outside holder is for.
    return found.order_by(Organisation.kind.desc(), Organisation.name, Membership.id)


def membership(membership_id: int) -> Membership | None:
    return db.session.get(Membership, membership_id)


def seals_of_agency(agency: int) -> Select[Scenario]:
    """Select the scenarios of an agency that take bids or took them, the nearest deadline first."""
    kept = Scenario.status.in_(TAKES_BIDS) | exists().where(Seal.scenario_id == Scenario.id)
    taking = Scenario.mode != "procurement"
    return select(Scenario).where(Scenario.agency_id == agency, taking, kept).order_by(Scenario.deadline.desc())


def held_by(person: int) -> Select[SealHolder]:
    """Select the shares of a person, the nearest deadline first."""
    return (
        select(SealHolder)
        .join(Seal)
        .join(Scenario)
        .where(SealHolder.person_id == person)
        .order_by(Scenario.deadline.desc(), SealHolder.id)
    )


def present_membership(person: int | None, organisation: int) -> Select[Membership]:
    """Select the present membership of a person in an organisation."""
    mine = (Membership.person_id == person, Membership.organisation_id == organisation)
    return select(Membership).where(*mine, Membership.ended_at.is_(None))
