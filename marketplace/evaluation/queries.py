"""Every SELECT of evaluations. A bid is known here once it was opened, never before."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, selectinload

from accounts.models import Membership, Organisation
from accounts.rules import EVALUATOR
from core.extensions import db
from marketplace.bids.models import Bid, BidPartner
from marketplace.bids.rules import OPENED
from marketplace.evaluation.models import Consensus, Evaluation, PanelMember, ScoreSheet
from marketplace.evaluation.rules import PANEL_KINDS
from scenario_catalog.models import Scenario, ScenarioMove
from scenario_catalog.queries import public

Rows = Select[*tuple[Any, ...]]

# Scenarios that are judged or were; those that still take bids may have a panel already.
JUDGED = ("evaluating", "finalists", "noticed", "awarded", "piloting", "landed", "failed")
# From the first of these on auditors and the operator read what was scored, and bidders their own.
DECIDED = ("awarded", "piloting", "landed", "failed")
STRUCK = "disqualified"
_COUNTED = or_(
    PanelMember.status == "declared",
    and_(PanelMember.status == "released", PanelMember.released_at > Evaluation.scored_at),
)


def scenario(scenario_id: int) -> Scenario | None:
    """Return a published scenario that takes bids here."""
    found = select(Scenario).where(Scenario.id == scenario_id, public(), Scenario.mode != "procurement")
    return db.session.scalar(found)


def agency_of(scenario_id: int, **_values: object) -> int | None:
    """Return whose published scenario it is: for the authorisation table."""
    return db.session.scalar(select(Scenario.agency_id).where(Scenario.id == scenario_id, public()))


def organisation_of_member(member_id: int, **_values: object) -> int | None:
    """Return for which organisation a panel's member judges: for the authorisation table."""
    return db.session.scalar(select(PanelMember.organisation_id).where(PanelMember.id == member_id))


def evaluation_of(session: Session, scenario: Scenario) -> Evaluation | None:
    """Return the evaluation of a scenario; None where no panel was ever named."""
    return session.scalar(select(Evaluation).where(Evaluation.scenario_id == scenario.id))


def scenarios(agency: int | None) -> Rows:
    """Select (scenario, evaluation or None) of what is judged or soon will be, the longest waiting first.

    Of one agency (row id), or of all.
    """
    found = select(Scenario, Evaluation).outerjoin(Evaluation, Evaluation.scenario_id == Scenario.id)
    found = found.where(public(), Scenario.mode != "procurement", Scenario.status.in_(("open", *JUDGED)))
    return (found if agency is None else found.where(Scenario.agency_id == agency)).order_by(
        Scenario.status.in_(DECIDED), Scenario.deadline, Scenario.id
    )


def member(member_id: int) -> PanelMember | None:
    return db.session.get(PanelMember, member_id)


def seats_of(person: int) -> Select[PanelMember]:
    """Select where a person is or was on a panel, the newest first."""
    found = select(PanelMember).join(Evaluation).join(Scenario).where(PanelMember.person_id == person, public())
    return found.order_by(PanelMember.id.desc()).options(selectinload(PanelMember.evaluation))


def candidates() -> Select[Membership]:
    """Select who may be named to a panel: members with the evaluator's role, by organisation and name."""
    found = select(Membership).join(Organisation).where(Membership.role == EVALUATOR, Membership.ended_at.is_(None))
    return found.where(Organisation.kind.in_(PANEL_KINDS)).order_by(Organisation.name, Membership.id)


def candidate(session: Session, membership_id: int) -> Membership | None:
    return session.scalar(candidates().where(Membership.id == membership_id))


def active(session: Session, evaluation: Evaluation) -> Sequence[PanelMember]:
    """Return the members who judge: declared, and neither recused nor removed."""
    found = select(PanelMember).where(PanelMember.evaluation_id == evaluation.id, PanelMember.status == "declared")
    return session.scalars(found.order_by(PanelMember.id)).all()


def counted(session: Session, evaluation: Evaluation) -> Sequence[PanelMember]:
    """Return the members whose sheets count: the active ones, and who was let go once all scores were in."""
    found = select(PanelMember).join(Evaluation).where(PanelMember.evaluation_id == evaluation.id, _COUNTED)
    return session.scalars(found.order_by(PanelMember.id)).all()


def released(session: Session, scenario: Scenario) -> Sequence[PanelMember]:
    """Return who was let go for being overdue, the first one first. Callers show it once the scenario was decided."""
    found = select(PanelMember).join(Evaluation).where(Evaluation.scenario_id == scenario.id)
    return session.scalars(found.where(PanelMember.status == "released").order_by(PanelMember.released_at)).all()


def signatories(session: Session, evaluation: Evaluation) -> Sequence[PanelMember]:
    """Return the active members who can sign: not who left the organisation, or erased the account, meanwhile."""
    there = select(Membership.id).where(
        Membership.person_id == PanelMember.person_id,
        Membership.organisation_id == PanelMember.organisation_id,
        Membership.role == EVALUATOR,
        Membership.ended_at.is_(None),
    )
    found = select(PanelMember).where(PanelMember.evaluation_id == evaluation.id, PanelMember.status == "declared")
    return session.scalars(found.where(there.exists()).order_by(PanelMember.id)).all()


def head(session: Session, evaluation: Evaluation) -> PanelMember | None:
    """Return the panel's head: of those who can sign the one whom the agency picked, or who was named first."""
    return min(signatories(session, evaluation), key=lambda one: not one.chairs, default=None)


def bids(session: Session, scenario: Scenario) -> Sequence[Bid]:
    """Return the bids that are judged: opened and not disqualified, by their alias."""
    found = select(Bid).where(Bid.scenario_id == scenario.id, Bid.status.in_(OPENED), Bid.status != STRUCK)
    return session.scalars(found.order_by(Bid.alias, Bid.id)).all()


def opened_bid(token: str) -> Bid | None:
    """Return a bid that was opened; none before."""
    return db.session.scalar(select(Bid).where(Bid.token == token, Bid.status.in_(OPENED)))


def bidders(session: Session, scenario: Scenario) -> set[int]:
    """Return the organisations (row ids) behind the opened bids of a scenario, partners too."""
    leads = select(Bid.organisation_id).where(Bid.scenario_id == scenario.id, Bid.status.in_(OPENED))
    joined = select(BidPartner.organisation_id).join(Bid).where(Bid.scenario_id == scenario.id, Bid.status.in_(OPENED))
    return {*session.scalars(leads), *session.scalars(joined.where(BidPartner.status == "accepted"))}


def bidder_names(session: Session, scenario: Scenario) -> list[str]:
    """Return the names behind the opened bids: what the panel's pages cover."""
    ids = bidders(session, scenario)
    return [*session.scalars(select(Organisation.name).where(Organisation.id.in_(ids)))]


def memberships_ended(session: Session, person: int | None, organisations: Iterable[int]) -> list[datetime | None]:
    """Return when the memberships of a person in these organisations ended, None for those that last."""
    wanted = (Membership.person_id == person, Membership.organisation_id.in_({*organisations}))
    return [*session.scalars(select(Membership.ended_at).where(*wanted))]


def sheet(session: Session, member: PanelMember, bid: Bid) -> ScoreSheet | None:
    found = select(ScoreSheet).where(ScoreSheet.member_id == member.id, ScoreSheet.bid_id == bid.id)
    return session.scalar(found)


def own_sheets(session: Session, member: PanelMember) -> dict[int, ScoreSheet]:
    """Return what one member scored, by the bid's row id."""
    found = session.scalars(select(ScoreSheet).where(ScoreSheet.member_id == member.id))
    return {one.bid_id: one for one in found}


def submitted_counts(session: Session, evaluation: Evaluation) -> dict[int, int]:
    """Return how many sheets of judged bids each member has submitted, by the member's row id."""
    found = (
        select(ScoreSheet.member_id, func.count())
        .join(Bid, Bid.id == ScoreSheet.bid_id)
        .join(PanelMember, PanelMember.id == ScoreSheet.member_id)
        .where(PanelMember.evaluation_id == evaluation.id, ScoreSheet.status == "submitted", Bid.status != STRUCK)
        .group_by(ScoreSheet.member_id)
    )
    return {member: count for member, count in session.execute(found)}  # noqa: C416 - dict() does not know the types of a Row


def sheets(session: Session, evaluation: Evaluation) -> Sequence[ScoreSheet]:
    """Return the submitted sheets that count. Callers show it once the scoring is closed, never before."""
    found = select(ScoreSheet).join(PanelMember).join(Evaluation).where(Evaluation.id == evaluation.id)
    found = found.where(_COUNTED, ScoreSheet.status == "submitted")
    return session.scalars(found.order_by(ScoreSheet.member_id, ScoreSheet.bid_id)).all()


def consensus_of(session: Session, bid: Bid) -> Consensus | None:
    return session.scalar(select(Consensus).where(Consensus.bid_id == bid.id))


def consensuses(session: Session, scenario: Scenario) -> Sequence[Consensus]:
    """Return what was agreed on the judged bids of a scenario, by their alias."""
    found = select(Consensus).join(Bid).where(Bid.scenario_id == scenario.id, Bid.status != STRUCK)
    return session.scalars(found.order_by(Bid.alias, Bid.id).options(selectinload(Consensus.bid))).all()


def ranked(session: Session, scenario: Scenario) -> list[Consensus]:
    """Return the judged bids best first, those that did not pass last; empty before the ranking."""
    done = select(Evaluation.id).where(Evaluation.scenario_id == scenario.id, Evaluation.status == "ranked").exists()
    found = select(Consensus).join(Bid).where(Bid.scenario_id == scenario.id, Bid.status != STRUCK, done)
    order = (Consensus.rank.is_(None), Consensus.rank, Bid.alias, Bid.id)
    return [*session.scalars(found.order_by(*order).options(selectinload(Consensus.bid)))]


def recounted(session: Session, scenario: Scenario) -> Sequence[Bid]:
    """Return the bids that were struck after the ranking, by their alias: for each the others were counted anew."""
    found = select(Bid).join(Consensus, Consensus.bid_id == Bid.id)
    found = found.where(Bid.scenario_id == scenario.id, Bid.status == STRUCK, Consensus.rank.is_not(None))
    return session.scalars(found.order_by(Bid.alias, Bid.id)).all()


def was_decided(session: Session, scenario: Scenario) -> bool:
    """Tell whether what was scored has been open to the bidders: since the first award, or the failure, for good."""
    came = select(ScenarioMove.id).where(ScenarioMove.scenario_id == scenario.id, ScenarioMove.status.in_(DECIDED))
    return scenario.status in DECIDED or session.scalar(came.limit(1)) is not None


def since(session: Session, scenario: Scenario) -> datetime | None:
    """Return when a scenario came into its present state."""
    return session.scalar(
        select(func.max(ScenarioMove.at)).where(
            ScenarioMove.scenario_id == scenario.id, ScenarioMove.status == scenario.status
        )
    )


def waiting_seats(person: int) -> Select[PanelMember]:
    """Select the seats of a person on panels that are not through: what may wait for the evaluator."""
    found = select(PanelMember).join(Evaluation).join(Scenario)
    running = Evaluation.status.in_(("preparing", "scoring", "consensus"))
    sitting = or_(PanelMember.status == "invited", PanelMember.status == "declared")
    live = Scenario.status.in_(("open", "evaluating"))
    return found.where(PanelMember.person_id == person, public(), running, sitting, live).order_by(PanelMember.id)


def waiting_evaluations(agency: int) -> Rows:
    """Select (scenario, evaluation or None) of an agency's opened scenarios that are not ranked yet."""
    found = select(Scenario, Evaluation).outerjoin(Evaluation, Evaluation.scenario_id == Scenario.id)
    unranked = or_(Evaluation.id.is_(None), Evaluation.status != "ranked")
    return found.where(public(), Scenario.agency_id == agency, Scenario.status == "evaluating", unranked)


def with_sheets(oldest: date) -> Select[Evaluation]:
    """Select the evaluations that still have sheets, of scenarios that closed before `oldest`."""
    found = select(Evaluation).join(Scenario).join(PanelMember, PanelMember.evaluation_id == Evaluation.id)
    return found.join(ScoreSheet, ScoreSheet.member_id == PanelMember.id).where(Scenario.deadline < oldest).distinct()
