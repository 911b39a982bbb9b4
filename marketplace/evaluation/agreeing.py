"""From individual scores to a ranking: disqualification, consensus, final technical scores, prices. Callers own the transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from core import audit, clock
from core.audit import Actor
from core.city import city
from core.errors import InvalidInputError
from core.lifecycle import LifecycleError
from core.statuses import change_status
from marketplace.bids.models import Bid
from marketplace.bids.rules import BID, DISQUALIFICATIONS
from marketplace.calls.queries import terms_of
from marketplace.calls.rules import Criterion
from marketplace.evaluation import operations, queries, rules, signing
from marketplace.evaluation.models import Consensus, Evaluation, PanelMember, ScoreSheet
from marketplace.evaluation.rules import Offer, Place
from marketplace.evaluation.scoring import Scores, check_scores
from marketplace.evaluation.signing import Signed
from marketplace.sealing import operations as sealing
from marketplace.sealing.queries import seal_of
from scenario_catalog.models import Scenario

SUBJECT = "consensus"


class StaleError(InvalidInputError):
    """Another member wrote the consensus meanwhile; nothing was written."""


@dataclass(frozen=True)
class Agreement:
    """What the panel agrees on for one bid, and when the consensus was written that it began from (None: none yet)."""

    scores: Scores
    reason: str
    seen: datetime | None = None


@dataclass(frozen=True)
class Cause:
    """Why a bid is disqualified: the code, the article of the rules that says so, and words."""

    code: str
    article: str
    words: str


def disqualify(session: Session, actor: Actor, bid: Bid, cause: Cause) -> None:
    """Take an opened bid out of the running, before winners are noticed; after the ranking the others are counted anew.

    Raises InvalidInputError for a lacking cause.
    """
    audit.take_turn(session)
    session.refresh(bid.scenario, ["status"])
    _check_cause(cause)
    if bid.scenario.status not in {"evaluating", "finalists"}:
        raise LifecycleError(_("只有评审中和已入围阶段可以取消资格；公示期间请先撤回公示"))
    move_bid(session, actor, bid, "disqualify", cause)
    _recount(session, actor, bid)


def move_bid(session: Session, actor: Actor, bid: Bid, verb: str, cause: Cause | None = None) -> None:
    """Make a move of an opened bid, and keep why. Raises LifecycleError with a readable reason."""
    session.refresh(bid, ["status"])
    target = BID.check(bid.status, verb, actor.role)
    before = audit.state(bid)
    change_status(session, bid, target)
    if cause:
        bid.reason, bid.article, bid.words = cause.code, cause.article, cause.words
    session.flush()
    audit.record(session, actor, verb, "bid", bid.token, before=before, after=audit.state(bid))


def settle(session: Session, actor: Actor, member: PanelMember, bid: Bid, said: Agreement) -> Consensus:
    """Write down what the panel agrees on for a bid, with the reason; the others are to sign it, or to sign it anew.

    Raises InvalidInputError for lacking points or reasons, StaleError where somebody else wrote meanwhile.
    """
    audit.take_turn(session)
    refuse_unless_agreeing(session, member, bid)
    terms = terms_of(session, bid.scenario)
    check_scores(said.scores, terms)
    _check_reasons(said, terms.technical, wide(queries.sheets(session, member.evaluation), bid.id))
    found = queries.consensus_of(session, bid)
    if (found.agreed_at if found else None) != said.seen:
        raise StaleError(_("另一位评审刚刚改过这份合议意见，请对照最新内容后再保存"))
    before = audit.state(found) if found else None
    found = found or Consensus(bid_id=bid.id)
    found.scores, found.reason = {key: dict(one) for key, one in said.scores.items()}, said.reason.strip()
    found.signatures = signing.kept(signing.agree(Signed(), member.id))
    found.technical = float(rules.technical_total(found.scores, terms))
    found.passed = rules.passes(found.scores, terms)
    found.person_id, found.agreed_at = member.person_id, clock.now()
    session.add(found)
    session.flush()
    audit.record(session, actor, "conclude", SUBJECT, found.id, before=before, after=audit.state(found))
    return found


def agree(session: Session, actor: Actor, evaluation: Evaluation) -> None:
    """Make the technical scores final, and then only ask for the price; without a price among the criteria, rank at once."""
    audit.take_turn(session)
    session.refresh(evaluation)
    scenario = evaluation.scenario
    operations.move(session, actor, evaluation, "agree", **facts_to_agree(session, evaluation))
    if terms_of(session, scenario).price is None:
        rank(session, actor, evaluation)
        return
    seal = seal_of(session, scenario.id)
    if seal and seal.status == "opened":
        sealing.move(session, actor, seal, "ask_price")


def rank(session: Session, actor: Actor, evaluation: Evaluation) -> None:
    """Count price points and totals, and rank the bids that passed. Raises LifecycleError before the prices are opened."""
    audit.take_turn(session)
    session.refresh(evaluation)
    operations.move(session, actor, evaluation, "rank", **facts_to_rank(session, evaluation))
    _count(session, evaluation.scenario)


def facts_to_agree(session: Session, evaluation: Evaluation) -> dict[str, int]:
    """Return what the lifecycle asks before the technical scores are final."""
    settled = {one.bid_id: one for one in queries.consensuses(session, evaluation.scenario)}
    unsettled = sum(bid.id not in settled for bid in queries.bids(session, evaluation.scenario))
    return {"unsettled": unsettled, "unsigned": len(unsigned(session, evaluation, [*settled.values()]))}


def unsigned(session: Session, evaluation: Evaluation, settled: Sequence[Consensus]) -> list[Consensus]:
    """Return what does not stand yet: a member has not signed, or an objection waits for the head."""
    members = [one.id for one in queries.signatories(session, evaluation)]
    return [one for one in settled if not signing.is_final(signing.read(one.signatures), members)]


def facts_to_rank(session: Session, evaluation: Evaluation) -> dict[str, int]:
    """Return what the lifecycle asks before the ranking: opened prices, where the criteria name one."""
    if terms_of(session, evaluation.scenario).price is None:
        return {}
    seal = seal_of(session, evaluation.scenario_id)
    offers = [_offer(one, priced=True) for one in queries.consensuses(session, evaluation.scenario)]
    unpriced = sum(one.passed and one.price is None for one in offers)
    return {"price_due": seal is None or seal.status != "priced", "unpriced": unpriced}


def wide(sheets: Sequence[ScoreSheet], bid: int) -> set[str]:
    """Return the keys of the criteria on which the members' points for a bid (row id) lie far apart."""
    given: dict[str, list[float]] = {}
    for sheet in sheets:
        for key, one in sheet.scores.items() if sheet.bid_id == bid else ():
            given.setdefault(key, []).append(float(one["points"]))
    apart = city().judging.wide_spread
    return {key for key, points in given.items() if rules.spread(points) >= apart}


def _check_cause(cause: Cause) -> None:
    problems = []
    if cause.code not in DISQUALIFICATIONS:
        problems.append(_("请选择取消资格的原因"))
    if not 0 < len(cause.article.strip()) <= rules.LONGEST_ARTICLE:
        problems.append(_("请写明依据的条款，最多 %(n)s 字", n=rules.LONGEST_ARTICLE))
    if not 0 < len(cause.words.strip()) <= rules.LONGEST_REASON:
        problems.append(_("请写明认定的事实，最多 %(n)s 字", n=rules.LONGEST_REASON))
    if problems:
        raise InvalidInputError(problems)


def _check_reasons(said: Agreement, criteria: Sequence[Criterion], apart: set[str]) -> None:
    absent = rules.missing(said.scores, criteria)
    problems = [_("还没有打分：%(titles)s", titles="、".join(absent))] if absent else []
    problems += [
        _("“%(title)s”各评审分差较大，请写明合议理由", title=one.title)
        for one in criteria
        if one.key in apart and not str(said.scores.get(one.key, {}).get("comment") or "").strip()
    ]
    if not 0 < len(said.reason.strip()) <= rules.LONGEST_REASON:
        problems.append(_("请写明合议意见，最多 %(n)s 字", n=rules.LONGEST_REASON))
    if problems:
        raise InvalidInputError(problems)


def refuse_unless_agreeing(session: Session, member: PanelMember, bid: Bid) -> None:
    """Raise LifecycleError unless this member takes part in the consensus on this bid now."""
    session.refresh(member, ["status"])
    session.refresh(member.evaluation, ["status"])
    session.refresh(bid, ["status"])
    if member.evaluation.status != "consensus" or member.evaluation.scenario.status != "evaluating":
        raise LifecycleError(_("现在不是合议阶段，不能修改合议意见"))
    if member.status != "declared":
        raise LifecycleError(_("您不在评审组中或已回避，不能参加合议"))
    if bid.scenario_id != member.evaluation.scenario_id or bid.status == queries.STRUCK:
        raise LifecycleError(_("这份方案已不在评审之列"))


def _recount(session: Session, actor: Actor, struck: Bid) -> None:
    """Count the others anew once a ranked bid was struck; what was counted before stays with that bid alone."""
    evaluation, held = queries.evaluation_of(session, struck.scenario), queries.consensus_of(session, struck)
    if evaluation is None or not rules.recounts(evaluation.status, held.rank if held else None):
        return
    before = _places(session, struck.scenario)
    _count(session, struck.scenario)
    evaluation.ranked_at = clock.now()
    after = _places(session, struck.scenario)
    audit.record(session, actor, "rank", operations.SUBJECT, evaluation.id, before=before, after=after)


def _count(session: Session, scenario: Scenario) -> None:
    price = terms_of(session, scenario).price
    found = {one.bid_id: one for one in queries.consensuses(session, scenario)}
    offers = [_offer(one, priced=price is not None) for one in found.values()]
    for place in rules.ranking(offers, price.weight if price else None):
        _put(found[place.bid], place)
    session.flush()


def _places(session: Session, scenario: Scenario) -> dict[str, list[float | None]]:
    """Return rank, price points and total by the bid's token: what a recount changes."""
    found = queries.consensuses(session, scenario)
    return {one.bid.token: [one.rank, one.price_points, one.total] for one in found}


def _offer(found: Consensus, *, priced: bool) -> Offer:
    price = rules.read_price(found.bid.price) if priced else None
    return Offer(found.bid_id, Decimal(str(found.technical)), found.passed, price)


def _put(found: Consensus, place: Place) -> None:
    found.rank = place.rank
    found.price_points = None if place.price_points is None else float(place.price_points)
    found.total = None if place.total is None else float(place.total)
