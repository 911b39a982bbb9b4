"""What came of the ranking: finalists and their trials, the award, objections and their answers."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core import clock
from marketplace.awards.models import Award, AwardWinner, FinalistTrial, Objection
from marketplace.awards.rules import NOT_AWARDED, NOT_SHORTLISTED, notice_ends
from marketplace.bids.models import Bid
from marketplace.calls.queries import terms_of
from marketplace.demonstration import people
from marketplace.demonstration.offering import Offered
from marketplace.demonstration.story import Told
from marketplace.evaluation.models import Consensus
from scenario_catalog.models import Scenario

TRIED, OBJECTED, ANSWERED = timedelta(days=3), timedelta(days=1, hours=5), timedelta(days=2, hours=2)

# When the scenario came into which state.
Moves = Mapping[str, datetime]


def strike(offered: Sequence[Offered]) -> None:
    """Disqualify the bids that are told to be."""
    for one in offered:
        if "struck" in one.told:
            cause = one.told["struck"]
            one.bid.status, one.bid.reason = "disqualified", cause["code"]
            one.bid.article, one.bid.words = cause["article"], cause["words"]


def decide(session: Session, told: Told, found: Sequence[Consensus], moves: Moves) -> None:
    """Write down what was decided on ranked bids (the best first), as far as the scenario has come."""
    chosen = [one.bid for one in found if one.passed][: told["finalists"]]
    for one in found:
        one.bid.status = "finalist" if one.bid in chosen else "not_selected"
        one.bid.reason = "" if one.bid in chosen else NOT_SHORTLISTED
    _try(session, told, chosen, moves["finalists"])
    if "noticed" in moves:
        _award(session, told, chosen, moves)
    session.flush()


def _try(session: Session, told: Told, chosen: Sequence[Bid], since: datetime) -> None:
    by_code = {bid.organisation.code: bid for bid in chosen}
    for one in told.get("trials", ()):
        trial = FinalistTrial(bid=by_code[one["by"]], recorded_at=since + TRIED)
        trial.kind, trial.tester = one["kind"], one["tester"]
        trial.result, trial.passed = one["result"], one["passed"]
        session.add(trial)


def _award(session: Session, told: Told, chosen: Sequence[Bid], moves: Moves) -> None:
    """Notice the best as the winner; where the scenario was awarded, so was the bid."""
    scenario, winner, at = chosen[0].scenario, chosen[0], moves["noticed"]
    made = Award(
        scenario=scenario, number=1, status="noticed", reason=told["award"]["reason"], noticed_at=at, demo=True
    )
    made.notice_ends = notice_ends(at, terms_of(session, scenario).standstill_days)
    made.winners = [AwardWinner(bid=winner)]
    session.add(made)
    session.flush()
    _object(session, made, told["award"].get("objections", ()))
    if "awarded" in moves:
        made.status, made.awarded_at = "awarded", moves["awarded"]
        for bid in chosen:
            bid.status, bid.reason = ("selected", "") if bid is winner else ("not_selected", NOT_AWARDED)


def _object(session: Session, award: Award, told: Sequence[Told]) -> None:
    """Have bidders object within the period, and the agency answer that they are not right."""
    for number, one in enumerate(told, 1):
        made = Objection(number=number, organisation_id=people.bidder(session, one["by"]).id, text=one["text"])
        made.status, made.answer = "rejected", one["answer"]
        made.raised_at, made.decided_at = award.noticed_at + OBJECTED, award.noticed_at + ANSWERED
        award.objections.append(made)


def moves_of(scenario: Scenario) -> dict[str, datetime]:
    """Return when the scenario came into which state, the last time."""
    return {move.status: move.at for move in sorted(scenario.moves, key=lambda move: move.at)}


def end_of_judging(moves: Moves) -> datetime:
    """Return when the bids were ranked at the latest: before the finalists were named, or now."""
    return moves.get("finalists", clock.now())
