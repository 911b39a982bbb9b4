"""Every SELECT of awards, objections and trials."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, selectinload

from core import clock
from core.extensions import db
from marketplace.awards.models import Award, FinalistTrial, Objection
from marketplace.awards.rules import CLOSED, DUE
from marketplace.bids.models import Bid, BidPartner
from marketplace.bids.rules import OPENED
from marketplace.evaluation.models import Evaluation
from scenario_catalog.models import Scenario, ScenarioMove
from scenario_catalog.queries import public

Rows = Select[*tuple[Any, ...]]


def awards(session: Session, scenario: Scenario) -> Sequence[Award]:
    """Return every award of a scenario with its winners and objections, the newest first."""
    found = select(Award).where(Award.scenario_id == scenario.id).order_by(Award.number.desc())
    return session.scalars(found.options(selectinload(Award.winners), selectinload(Award.objections))).all()


def current(session: Session, scenario: Scenario) -> Award | None:
    """Return the award that stands, noticed or made; None before the notice and after a withdrawal."""
    found = select(Award).where(Award.scenario_id == scenario.id, Award.status != "withdrawn")
    return session.scalar(found.order_by(Award.number.desc()).limit(1))


def highest_number(session: Session, scenario: Scenario) -> int:
    return session.scalar(select(func.max(Award.number)).where(Award.scenario_id == scenario.id)) or 0


def highest_objection(session: Session, award: Award) -> int:
    return session.scalar(select(func.max(Objection.number)).where(Objection.award_id == award.id)) or 0


def objection(objection_id: int) -> Objection | None:
    found = select(Objection).join(Award).join(Scenario).where(Objection.id == objection_id, public())
    return db.session.scalar(found)


def agency_of_objection(objection_id: int, **_values: object) -> int | None:
    """Return which agency answers an objection: for the authorisation table."""
    found = select(Scenario.agency_id).join(Award, Award.scenario_id == Scenario.id)
    return db.session.scalar(
        found.join(Objection, Objection.award_id == Award.id).where(Objection.id == objection_id, public())
    )


def open_objections(session: Session, award: Award) -> int:
    """Return how many objections to an award wait for an answer."""
    found = select(func.count()).where(Objection.award_id == award.id, Objection.status == "raised")
    return session.scalar(found) or 0


def same_objection(session: Session, award: Award, organisation: int, text: str) -> bool:
    found = select(Objection.id).where(Objection.award_id == award.id, Objection.organisation_id == organisation)
    return session.scalar(found.where(Objection.text == text)) is not None


def bids_in(session: Session, scenario: Scenario, *states: str) -> Sequence[Bid]:
    """Return the opened bids of a scenario in these states, by their alias."""
    wanted = [state for state in states if state in OPENED]
    found = select(Bid).where(Bid.scenario_id == scenario.id, Bid.status.in_(wanted))
    return session.scalars(found.order_by(Bid.alias, Bid.id)).all()


def had_been_finalists(session: Session, scenario: Scenario, reason: str) -> Sequence[Bid]:
    """Return the bids that were finalists and were let go for this reason."""
    found = select(Bid).where(Bid.scenario_id == scenario.id, Bid.status == "not_selected", Bid.reason == reason)
    return session.scalars(found.order_by(Bid.alias, Bid.id)).all()


def trials(session: Session, scenario: Scenario) -> Sequence[FinalistTrial]:
    """Return the trials of a scenario's finalists, in the order they were recorded."""
    found = select(FinalistTrial).join(Bid).where(Bid.scenario_id == scenario.id).order_by(FinalistTrial.id)
    return session.scalars(found.options(selectinload(FinalistTrial.bid), selectinload(FinalistTrial.file))).all()


def trial(scenario_id: int, trial_id: int) -> FinalistTrial | None:
    found = select(FinalistTrial).join(Bid).where(FinalistTrial.id == trial_id, Bid.scenario_id == scenario_id)
    return db.session.scalar(found)


def own_bid(token: str, organisation: int | None) -> Bid | None:
    """Return an opened bid to the enterprise that leads it, or that has joined it; None to all others."""
    found = select(Bid).where(Bid.token == token, Bid.status.in_(OPENED))
    joined = select(BidPartner.bid_id).where(
        BidPartner.organisation_id == organisation, BidPartner.status == "accepted", BidPartner.bid_id == Bid.id
    )
    mine = or_(Bid.organisation_id == organisation, joined.exists())
    return db.session.scalar(found.where(mine))


def in_limbo(at: datetime) -> Rows:
    """Select (scenario, since when in its state) of those that wait for a decision at `at`, the longest waiting first.

    What takes no bids any more and was not opened waits since its closing day: `since` is null there.
    """
    since = (
        select(func.max(ScenarioMove.at))
        .where(ScenarioMove.scenario_id == Scenario.id, ScenarioMove.status == Scenario.status)
        .scalar_subquery()
    )
    closed = and_(Scenario.status == "open", Scenario.deadline < clock.local_date(at))
    waiting = or_(closed, Scenario.status.in_([state for state in DUE if state != CLOSED]))
    return select(Scenario, since.label("since")).where(public(), waiting).order_by(since, Scenario.deadline)


def waiting_awards(agency: int) -> Select[Award]:
    """Select the noticed awards of an agency, the one that ends first first."""
    found = select(Award).join(Scenario).where(Scenario.agency_id == agency, public(), Award.status == "noticed")
    return found.order_by(Award.notice_ends).options(selectinload(Award.objections))


def waiting_finalists(agency: int) -> Select[Scenario]:
    """Select the scenarios of an agency whose finalists wait for winners to be named."""
    return select(Scenario).where(Scenario.agency_id == agency, public(), Scenario.status == "finalists")


def waiting_shortlists(agency: int) -> Select[Scenario]:
    """Select the scenarios of an agency whose bids are ranked, and wait for finalists."""
    found = select(Scenario).join(Evaluation, Evaluation.scenario_id == Scenario.id)
    return found.where(
        Scenario.agency_id == agency, public(), Scenario.status == "evaluating", Evaluation.status == "ranked"
    )


def waiting_objections(agency: int) -> Select[Objection]:
    """Select what waits for an agency's answer, the oldest first."""
    found = select(Objection).join(Award).join(Scenario).where(Scenario.agency_id == agency, public())
    return found.where(Objection.status == "raised").order_by(Objection.raised_at)


def objections_of(person: int) -> Rows:
    """Select (objection, scenario's number) of what a person objected, for the person's own export."""
    found = select(Objection, Scenario.number).join(Award, Award.id == Objection.award_id)
    return found.join(Scenario, Scenario.id == Award.scenario_id).where(Objection.person_id == person)
