"""Awards as the public, an agency and a bidder may see them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from core import clock
from core.city import city
from core.extensions import db
from marketplace.awards import queries, rules
from marketplace.awards.models import Award
from marketplace.awards.rules import CLOSED, Overdue
from marketplace.bids.models import Bid
from marketplace.bids.queries import opened
from marketplace.calls.rules import PROCUREMENT
from marketplace.evaluation import queries as evaluations
from marketplace.evaluation.models import Consensus, PanelMember
from marketplace.evaluation.presenting import Scored, scores
from scenario_catalog.models import Scenario, ScenarioMove
from scenario_catalog.rules import shown_status

# When the names of finalists are public.
LISTED = ("finalists", "noticed", "awarded", "piloting", "landed")


@dataclass(frozen=True)
class Winner:
    """A winner in public: the lead's name, the partners', the total of 100 points (None where none was counted)."""

    name: str
    partners: Sequence[str]
    total: float | None


@dataclass(frozen=True)
class Noticed:
    """An award in public, with whether objections are taken now."""

    award: Award
    winners: Sequence[Winner]
    takes_objections: bool


@dataclass(frozen=True)
class Standing:
    """What the public may know of a scenario's decision. Of those who did not win, only their number.

    `failed` is the move that gave the scenario up, with its code and the agency's words.
    `released` are the members of the panel who were let go, overdue: when and why, once it was decided; never who.
    """

    overdue: Overdue | None
    finalists: Sequence[str]
    current: Noticed | None
    past: Sequence[Noticed]
    others: int
    failed: ScenarioMove | None
    released: Sequence[PanelMember]


@dataclass(frozen=True)
class Result:
    """What a bidder learns of its own bid: scores and comments under pseudonyms, the rank among those that passed.

    `unawarded` is when the award was taken back that no other has followed yet; `recounted` is when the ranking was
    counted anew because a bid was struck after it.
    """

    scored: Scored | None
    consensus: Consensus | None
    passed: int
    unawarded: datetime | None
    recounted: datetime | None


def standing(scenario: Scenario) -> Standing:
    """Return what the public may know of a published scenario's decision."""
    found = [_noticed(one) for one in queries.awards(db.session(), scenario)]
    current = next((one for one in found if one.award.status != "withdrawn"), None)
    winners = len(current.winners) if current else 0
    decided = evaluations.was_decided(db.session(), scenario)
    listed = queries.bids_in(db.session(), scenario, "finalist", "selected") if scenario.status in LISTED else []
    return Standing(
        overdue=overdue(scenario),
        finalists=[bid.organisation.name for bid in listed],
        current=current,
        past=[one for one in found if one.award.status == "withdrawn"],
        others=len(opened(db.session(), scenario.id)) - winners,
        failed=next((move for move in scenario.moves if move.reason in rules.FAILURES), None),
        released=evaluations.released(db.session(), scenario) if decided else [],
    )


def overdue(scenario: Scenario) -> Overdue | None:
    """Return how late the next decision of a scenario is; None while it is in time."""
    return _late(scenario, evaluations.since(db.session(), scenario))


def all_overdue() -> list[tuple[Scenario, Overdue]]:
    """Return every public scenario whose decision is overdue, the latest first."""
    rows = db.session.execute(queries.in_limbo(clock.now()))
    found = [(scenario, late) for scenario, since in rows if (late := _late(scenario, since))]
    return sorted(found, key=lambda one: -one[1].days)


def result(bid: Bid) -> Result | None:
    """Return what a bidder learns of its bid; None before the first award, or the scenario's failure.

    It stays readable when the award is taken back.
    """
    scenario = bid.scenario
    evaluation = evaluations.evaluation_of(db.session(), scenario)
    if evaluation is None or not evaluations.was_decided(db.session(), scenario):
        return None
    scored = next((one for one in scores(evaluation) if one.bid.id == bid.id), None)
    ranked = evaluations.ranked(db.session(), scenario)
    struck = evaluations.recounted(db.session(), scenario)
    return Result(
        scored,
        scored.consensus if scored else None,
        sum(one.passed for one in ranked),
        _unawarded(scenario),
        evaluation.ranked_at if struck else None,
    )


def limits() -> dict[str, int]:
    """Return the calendar days that the city gives for each decision, by the state that waits for it."""
    return city().judging.decision_days.model_dump()


def _unawarded(scenario: Scenario) -> datetime | None:
    """Return when the newest award that was made was taken back; None while it stands."""
    made = (one for one in queries.awards(db.session(), scenario) if one.awarded_at)
    newest = next(made, None)
    return newest.withdrawn_at if newest else None


def _late(scenario: Scenario, since: datetime | None) -> Overdue | None:
    """Return how late a decision is; a closed scenario waits since its closing day, all others since their last move."""
    now = clock.now()
    status = shown_status(scenario.status, scenario.deadline, clock.local_date(now))
    if status == CLOSED:
        found = rules.overdue(status, clock.start_of_day(scenario.deadline), now, limits())
        return replace(found, due=rules.RECORD) if found and scenario.mode == PROCUREMENT else found
    return rules.overdue(status, since, now, limits()) if since else None


def _noticed(award: Award) -> Noticed:
    bids = [one.bid for one in award.winners]
    takes = rules.takes_objections(award.status, award.noticed_at, award.notice_ends, clock.now())
    return Noticed(award, [_winner(bid) for bid in bids], takes)


def _winner(bid: Bid) -> Winner:
    agreed = evaluations.consensus_of(db.session(), bid)
    partners = [one.organisation.name for one in bid.partners if one.status == "accepted"]
    return Winner(bid.organisation.name, partners, agreed.total if agreed else None)
