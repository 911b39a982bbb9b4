"""Evaluations as one reader may see them: what is hidden from whom is decided here, and only here."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from accounts.rules import AGENCY
from core import clock
from core.access import Principal
from core.city import city
from core.extensions import db
from core.lifecycle import LifecycleError
from marketplace.bids.models import Bid
from marketplace.calls.queries import terms_of
from marketplace.calls.rules import Criterion
from marketplace.evaluation import agreeing, operations, queries, releasing, rules, scoring, signing
from marketplace.evaluation.models import Consensus, Evaluation, PanelMember, ScoreSheet
from marketplace.evaluation.rules import EVALUATION
from marketplace.evaluation.signing import Signed
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
    """A member of a panel: sheets handed in and owed, what is not signed yet, whether it is overdue, and the panel's head.

    A head who was picked and has not declared yet is shown as the head already.
    """

    member: PanelMember
    label: str
    done: int
    owed: int
    unsigned: int
    late: bool
    head: bool


@dataclass(frozen=True)
class Task:
    """What a member has to do: score, settle, sign or overrule, and the bids that it is about, in the member's order."""

    verb: str
    bids: Sequence[Bid]


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
class Signer:
    """A member of the panel as the signer of a consensus: `state` is agreed, objected or owing."""

    member: int
    label: str
    head: bool
    state: str
    words: str


@dataclass(frozen=True)
class Signatures:
    """Who signed a consensus, what the head decided on objections, whether one waits for it, and whether it stands."""

    signers: Sequence[Signer]
    ruling: str
    waiting: bool
    final: bool

    @property
    def owing(self) -> list[Signer]:
        return [one for one in self.signers if one.state == "owing"]


@dataclass(frozen=True)
class Scored:
    """All scores of one bid; `signatures` is None where nobody was asked to sign."""

    bid: Bid
    judges: Sequence[str]
    lines: Sequence[Line]
    consensus: Consensus | None
    signatures: Signatures | None


def sight(who: Principal, scenario: Scenario, evaluation: Evaluation | None) -> Sight:
    """Return what `who` may see: an agency names from the opening and scores from the closing on, all others after the award.

    Auditors read the opened bids from the opening on; scores, like everybody else outside, once it was decided: what was
    shown then is not hidden again by an un-award.
    """
    opened, decided = operations.is_opened(scenario), queries.was_decided(db.session(), scenario)
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
    labels, late, head = judges(evaluation), overdue(evaluation), _head(evaluation)
    signing_owed = releasing.unsigned(db.session(), evaluation)
    seats = []
    for one in evaluation.panel:
        owes = (owed.get(one.id, 0), len(signing_owed.get(one.id, ())))
        seats.append(Seat(one, labels.get(one.id, ""), done.get(one.id, 0), *owes, one.id in late, one is head))
    return sorted(seats, key=lambda seat: seat.member.status not in rules.SEATED)


def overdue(evaluation: Evaluation) -> set[int]:
    """Return the members (row ids) who owe now what was due before."""
    return releasing.overdue(db.session(), evaluation, clock.now())


def is_chairable(evaluation: Evaluation) -> bool:
    """Tell whether the head may still be picked."""
    return not operations.unchairable(db.session(), evaluation)


def _head(evaluation: Evaluation) -> PanelMember | None:
    picked = next((one for one in evaluation.panel if one.chairs and one.status == "invited"), None)
    return picked if picked and evaluation.status in rules.MANNING else queries.head(db.session(), evaluation)


def judges(evaluation: Evaluation) -> dict[int, str]:
    """Return what the members whose sheets count are called, by row id: 评审1, 评审2, …"""
    found = queries.counted(db.session(), evaluation)
    return {one.id: rules.judge(place) for place, one in enumerate(found, 1)}


def task(seat: PanelMember) -> Task | None:
    """Return what a member who judges has to do now, with the bids that it is about; None for nothing."""
    session, evaluation = db.session(), seat.evaluation
    bids = rules.in_order_of(seat.order_seed, queries.bids(session, evaluation.scenario))
    if evaluation.status == "scoring":
        done = {id_ for id_, sheet in queries.own_sheets(session, seat).items() if sheet.status == "submitted"}
        return _first(("score", [bid for bid in bids if bid.id not in done]))
    if evaluation.status != "consensus":
        return None
    signed = {one.bid_id: signing.read(one.signatures) for one in queries.consensuses(session, evaluation.scenario)}
    head = queries.head(session, evaluation)
    rules_on = head is not None and head.id == seat.id
    return _first(
        ("sign", [bid for bid in bids if bid.id in signed and signing.owing(signed[bid.id], [seat.id])]),
        ("overrule", [bid for bid in bids if rules_on and bid.id in signed and signing.is_open(signed[bid.id])]),
        ("settle", [bid for bid in bids if bid.id not in signed]),
    )


def _first(*found: tuple[str, list[Bid]]) -> Task | None:
    return next((Task(verb, bids) for verb, bids in found if bids), None)


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
            signatures(evaluation, agreed.get(bid.id)),
        )
        for bid in queries.bids(db.session(), evaluation.scenario)
    ]


def signatures(evaluation: Evaluation, consensus: Consensus | None) -> Signatures | None:
    """Return who signed a consensus and who is still to; None where there is none, or none was signed in its time."""
    if consensus is None or (evaluation.status != "consensus" and not consensus.signatures):
        return None
    signed, head = signing.read(consensus.signatures), queries.head(db.session(), evaluation)
    members = [one.id for one in queries.signatories(db.session(), evaluation)]
    answered = {*members, *signed.agreed, *signed.objected}
    signers = [
        _signer(signed, id_, label, head=head is not None and head.id == id_)
        for id_, label in judges(evaluation).items()
        if id_ in answered
    ]
    return Signatures(signers, signed.ruling, signing.is_open(signed), signing.is_final(signed, members))


def _signer(signed: Signed, member: int, label: str, *, head: bool) -> Signer:
    state = "agreed" if member in signed.agreed else "objected" if member in signed.objected else "owing"
    return Signer(member, label, head, state, signed.objected.get(member, ""))


def _line(criterion: Criterion, sheets: Sequence[ScoreSheet | None], consensus: Consensus | None) -> Line:
    given = [one.scores.get(criterion.key, {}) if one else {} for one in sheets]
    points = [float(one["points"]) for one in given if one.get("points") is not None]
    apart = rules.spread(points)
    agreed = consensus.scores.get(criterion.key, {}) if consensus else {}
    return Line(criterion, given, apart, apart >= city().judging.wide_spread, rules.mean(points), agreed)
