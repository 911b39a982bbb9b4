"""Every SELECT and DELETE of the demonstration's bids."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, delete, exists, or_, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import Delete

from accounts.models import Membership, Organisation
from accounts.people.queries import demo_memberships
from accounts.rules import EVALUATOR
from core.files import StoredFile
from marketplace.awards.models import Award, FinalistTrial, Objection
from marketplace.bids.models import Bid, BidPartner, BidReceipt
from marketplace.evaluation.models import Evaluation, PanelMember
from marketplace.evaluation.rules import PANEL_KINDS
from marketplace.sealing.models import Seal, SealHolder
from marketplace.solutions.models import Solution
from scenario_catalog.landing.models import LandingParty
from scenario_catalog.models import Scenario

_INVENTED = select(Scenario.id).where(Scenario.demo)
_BODIES = select(Organisation.id).where(Organisation.demo)


def has_bids(session: Session) -> bool:
    """Tell whether the invented bids are loaded."""
    return bool(session.scalar(select(exists().where(Bid.demo))))


def scenario(session: Session, title: str) -> Scenario | None:
    """Return an invented scenario to which nobody has done anything yet: no keys, no bid, no panel, no award."""
    found = select(Scenario).where(Scenario.demo, Scenario.title == title)
    for kind in (Seal, Bid, Evaluation, Award):
        found = found.where(~exists().where(kind.scenario_id == Scenario.id))
    return session.scalar(found)


def organisation(session: Session, code: str) -> Organisation | None:
    return session.scalar(select(Organisation).where(Organisation.code == code))


def solution(session: Session, owner: int, name: str) -> Solution | None:
    """Return a solution of an organisation (row id) by its name."""
    return session.scalars(select(Solution).where(Solution.organisation_id == owner, Solution.name == name)).first()


def evaluators() -> Select[Membership]:
    """Select the invented people who may judge."""
    found = demo_memberships().join(Organisation, Organisation.id == Membership.organisation_id)
    return found.where(Membership.role == EVALUATOR, Organisation.kind.in_(PANEL_KINDS))


def members(organisation_id: int) -> Select[Membership]:
    """Select the invented people of an organisation."""
    return demo_memberships().where(Membership.organisation_id == organisation_id)


def link_parties(session: Session, bidder: Organisation) -> None:
    """Let the landings' parties that are known by this name alone be this enterprise."""
    session.execute(
        update(LandingParty)
        .where(LandingParty.name == bidder.name, LandingParty.organisation_id.is_(None))
        .values(organisation_id=bidder.id)
    )


def demo_bids() -> Select[Bid]:
    """Select every bid of an invented scenario or enterprise."""
    return select(Bid).where(or_(Bid.scenario_id.in_(_INVENTED), Bid.organisation_id.in_(_BODIES)))


def trial_files() -> Select[StoredFile]:
    """Select the reports on finalists of invented scenarios or enterprises."""
    bids = demo_bids().with_only_columns(Bid.id)
    return (
        select(StoredFile)
        .join(FinalistTrial, FinalistTrial.file_id == StoredFile.id)
        .where(FinalistTrial.bid_id.in_(bids))
    )


def removals() -> Sequence[Delete]:
    """Return what removes all that hangs on invented scenarios, and then what names invented organisations elsewhere."""
    kinds: tuple[Any, ...] = (Award, Evaluation, Bid, Seal)
    named: tuple[Any, ...] = (Bid, Objection, BidPartner, PanelMember, SealHolder)
    receipts = delete(BidReceipt).where(BidReceipt.bid_id.in_(demo_bids().with_only_columns(Bid.id)))
    return [
        receipts,
        *(delete(kind).where(kind.scenario_id.in_(_INVENTED)) for kind in kinds),
        *(delete(kind).where(kind.organisation_id.in_(_BODIES)) for kind in named),
    ]
