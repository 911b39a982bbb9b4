"""Evaluations as one reader may see them: what is hidden from whom is decided here, and only here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from accounts.rules import AGENCY
from core import clock
from core.access import Principal
from core.extensions import db
from core.lifecycle import LifecycleError
from marketplace.bids.models import Bid
from marketplace.calls.queries import terms_of
from marketplace.calls.rules import Criterion
from marketplace.evaluation import agreeing, operations, queries, rules, scoring
from marketplace.evaluation.models import Consensus, Evaluation, PanelMember, ScoreSheet
from marketplace.evaluation.rules import EVALUATION
from marketplace.evaluation.table import AUDIT_READERS
from scenario_catalog.models import Scenario

Facts = Callable[[Session, Evaluation], Mapping[str, Any]]

STEPS: Mapping[str, tuple[str, Facts]] = {
    "preparing": ("begin", operations.facts_to_begin),
    "scoring": ("close_scores", scoring.facts_to_close),
    "consensus": ("agree", agreeing.facts_to_agree),
    "agreed": ("rank", agreeing.facts_to_rank),
}


@dataclass(frozen=True)
class Sight:
    """What a reader may see of an evaluation: the bidders' names, who judges, and what was scored."""

    names: bool
    judges: bool
    scores: bool


@dataclass(frozen=True)
class Step:
    """What comes next: the verb, its label, and why not yet ("" where it can be done)."""

    verb: str
    label: str
    refusal: str


@dataclass(frozen=True)
class Seat:
    """A member of a panel with the sheets handed in and owed, and whether these are overdue."""

    member: PanelMember
    label: str
    done: int
    owed: int
    late: bool


@dataclass(frozen=True)
class Line:
    """One criterion of one bid: what each member gave (in the panel's order), and what was agreed on."""

    criterion: Criterion
    given: Sequence[Mapping[str, Any]]
    spread: float
    wide: bool
    mean: float
    agreed: Mapping[str, Any]


@dataclass(frozen=True)
class Scored:
    """All scores of one bid."""

    bid: Bid
    judges: Sequence[str]
    lines: Sequence[Line]
    consensus: Consensus | None


def sight(who: Principal, scenario: Scenario, evaluation: Evaluation | None) -> Sight:
    """Return what `who` may see: an agency names from the opening and scores from the closing on, all others after the award.

    Auditors read the opened bids from the opening on; scores, like everybody else outside, when it is decided.
    """
    opened, decided = operations.is_opened(scenario), scenario.status in queries.DECIDED
    closed = evaluation is not None and evaluation.status in rules.SHOWN
    own = (
        who.role.startswith(f"{AGENCY}-")
        and who.organisation == scenario.agency_id
        and who.role not in rules.EVALUATORS
    )
    names = opened and (own or decided or who.role in AUDIT_READERS)
    return Sight(names=names, judges=own or decided, scores=closed and (own or decided))


def next_step(evaluation: Evaluation) -> Step | None:
    """Return what comes next in an evaluation, and what still stands against it; None when it is through."""
    if evaluation.status not in STEPS or evaluation.scenario.status not in {"open", "evaluating"}:
        return None
    verb, facts = STEPS[evaluation.status]
    try:
        EVALUATION.check(evaluation.status, verb, "system", **facts(db.session(), evaluation))
    except LifecycleError as error:
        return Step(verb, EVALUATION.label(verb), str(error))
    return Step(verb, EVALUATION.label(verb), "")


def panel(evaluation: Evaluation) -> list[Seat]:
    """Return the members with what they have handed in; those who left come last."""
    owed = scoring.owed(db.session(), evaluation)
    done = queries.submitted_counts(db.session(), evaluation)
    labels, late = judges(evaluation), is_late(evaluation, clock.now())
    seats = [
        Seat(one, labels.get(one.id, ""), done.get(one.id, 0), owed.get(one.id, 0), late and owed.get(one.id, 0) > 0)
        for one in evaluation.panel
    ]
    return sorted(seats, key=lambda seat: seat.member.status in {"recused", "removed"})


def judges(evaluation: Evaluation) -> dict[int, str]:
    """Return what the active members are called, by row id: 评审1, 评审2, …"""
    found = queries.active(db.session(), evaluation)
    return {one.id: rules.judge(place) for place, one in enumerate(found, 1)}


def is_late(evaluation: Evaluation, now: datetime) -> bool:
    """Tell whether the scores were due before now."""
    return evaluation.status == "scoring" and evaluation.due is not None and now >= evaluation.due


def scores(evaluation: Evaluation) -> list[Scored]:
    """Return all scores of all judged bids. Callers have asked `sight`, or whether the reader is a member."""
    if evaluation.status not in rules.SHOWN:
        return []
    terms, labels = terms_of(db.session(), evaluation.scenario), judges(evaluation)
    sheets = {(one.member_id, one.bid_id): one for one in queries.sheets(db.session(), evaluation)}
    agreed = {one.bid_id: one for one in queries.consensuses(db.session(), evaluation.scenario)}
    return [
        Scored(
            bid,
            [*labels.values()],
            [_line(one, [sheets.get((id_, bid.id)) for id_ in labels], agreed.get(bid.id)) for one in terms.technical],
            agreed.get(bid.id),
        )
        for bid in queries.bids(db.session(), evaluation.scenario)
    ]


def _line(criterion: Criterion, sheets: Sequence[ScoreSheet | None], consensus: Consensus | None) -> Line:
    given = [one.scores.get(criterion.key, {}) if one else {} for one in sheets]
    points = [float(one["points"]) for one in given if one.get("points") is not None]
    apart = rules.spread(points)
    agreed = consensus.scores.get(criterion.key, {}) if consensus else {}
    return Line(criterion, given, apart, apart >= rules.WIDE_SPREAD, rules.mean(points), agreed)
