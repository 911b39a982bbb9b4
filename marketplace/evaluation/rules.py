"""The lifecycles of an evaluation, its panel and its score sheets, and how points become a ranking. Plain values only."""

import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, TypeVar

from accounts.rules import (
    AGENCY,
    AGENCY_APPROVERS,
    AUDITOR,
    EVALUATOR,
    OPERATOR,
    SYSTEM,
    having,
)
from core import clock
from core.lifecycle import Lifecycle, Move
from marketplace.calls.rules import Criterion, Terms

Row = TypeVar("Row")

# From whom a panel is drawn.
PANEL_KINDS = (AGENCY, OPERATOR, AUDITOR)
EVALUATORS = frozenset().union(*(having(kind, EVALUATOR) for kind in PANEL_KINDS))
# Who belonged to a bidder within so many days before (three years) has a conflict, as for procurement panels.
CONFLICT_DAYS = 1095
LONGEST_COMMENT, LONGEST_STATEMENT, LONGEST_REASON, LONGEST_ARTICLE = 1000, 1000, 2000, 120

APPROVERS = AGENCY_APPROVERS | SYSTEM
JUDGES = EVALUATORS | SYSTEM


def _begun(facts: Mapping[str, Any]) -> str | None:
    if not facts.get("opened"):
        return "尚未开标，不能开始评分"
    if facts.get("unreadable"):
        return f"有 {facts['unreadable']} 份方案无法解封，请先按规定取消其资格"
    if not facts.get("bids"):
        return "没有可评审的方案"
    return _manned(facts)


def _manned(facts: Mapping[str, Any]) -> str | None:
    members, smallest = facts.get("members", 0), facts.get("smallest", 1)
    return None if members >= smallest else f"评审组至少 {smallest} 人，现在已申报无冲突的有 {members} 人"


def _scored(facts: Mapping[str, Any]) -> str | None:
    owed = facts.get("owed", 0)
    return _manned(facts) or (f"还有 {owed} 份评分表没有提交，不能结束评分" if owed else None)


def _agreed(facts: Mapping[str, Any]) -> str | None:
    open_ = facts.get("unsettled", 0)
    if open_:
        return f"还有 {open_} 份方案没有形成合议意见"
    unsigned = facts.get("unsigned", 0)
    return f"还有 {unsigned} 份合议意见没有全部会签，或异议尚未由组长裁定" if unsigned else None


def _priced(facts: Mapping[str, Any]) -> str | None:
    if facts.get("price_due"):
        return "报价尚未开启：请密钥分片持有人先开报价"
    unpriced = facts.get("unpriced", 0)
    return f"有 {unpriced} 份合格方案的报价无法读取，请先按规定取消其资格" if unpriced else None


def _short(facts: Mapping[str, Any]) -> str | None:
    return None if _manned(facts) else "评审组人数足够，不需要补充评审"


def _overdue(facts: Mapping[str, Any]) -> str | None:
    return _worded(facts) if facts.get("late") else "只能解除评分或会签已经逾期的评审"


def _worded(facts: Mapping[str, Any]) -> str | None:
    return None if str(facts.get("words") or "").strip() else "请写明理由"


EVALUATION = Lifecycle(
    name="evaluation",
    states={
        "preparing": "组建评审组",
        "scoring": "独立评分中",
        "consensus": "合议中",
        "agreed": "技术分已定",
        "ranked": "已排名",
    },
    moves=(
        Move("preparing", "scoring", "begin", "开始评分", APPROVERS, _begun),
        Move("scoring", "consensus", "close_scores", "结束评分", APPROVERS, _scored),
        Move("consensus", "scoring", "reopen", "补充评审后重新评分", APPROVERS, _short),
        Move("consensus", "agreed", "agree", "确认技术分", APPROVERS, _agreed),
        Move("agreed", "ranked", "rank", "计算总分并排名", APPROVERS, _priced),
    ),
)

PANEL_MEMBER = Lifecycle(
    name="panel_member",
    states={
        "invited": "待申报",
        "declared": "已申报无冲突",
        "recused": "已回避",
        "removed": "已移出",
        "released": "因逾期解除",
    },
    moves=(
        Move("invited", "declared", "declare", "申报无利益冲突", JUDGES),
        Move("invited", "recused", "recuse", "回避", JUDGES | AGENCY_APPROVERS, _worded),
        Move("declared", "recused", "recuse", "回避", JUDGES | AGENCY_APPROVERS, _worded),
        Move("invited", "removed", "remove", "移出评审组", APPROVERS, _worded),
        Move("declared", "removed", "remove", "移出评审组", APPROVERS, _worded),
        Move("declared", "released", "release", "因逾期解除", APPROVERS, _overdue),
        Move("removed", "invited", "appoint", "指定为评审", APPROVERS),
    ),
)

SCORE_SHEET = Lifecycle(
    name="score_sheet",
    states={"draft": "评分中", "submitted": "已提交"},
    moves=(Move("draft", "submitted", "submit", "提交评分", JUDGES),),
)

# Who is on the panel; while its head may be picked.
SEATED = ("invited", "declared")
CHAIRED = ("preparing", "scoring", "consensus")
# While members may come and go; and from when on everybody concerned sees all scores.
MANNING = ("preparing", "scoring")
SHOWN = ("consensus", "agreed", "ranked")

_POINTS = re.compile(r"\d{1,3}(\.\d)?", re.ASCII)
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Offer:
    """A bid as the ranking sees it: `price` in 万元, None where none could be read or none is asked."""

    bid: int
    technical: Decimal
    passed: bool
    price: Decimal | None = None


@dataclass(frozen=True)
class Place:
    """Where a bid stands: weighted price points, total of 100, rank (1 is best; equal totals share one), None where it did not pass."""

    bid: int
    price_points: Decimal | None
    total: Decimal | None
    rank: int | None


def last_day(end: datetime) -> date:
    """Return the last whole day of a period that ends at `end`, that excluded."""
    return clock.local_date(end - timedelta(microseconds=1))


def unchairable(evaluation: str, scenario: str, *, ruled: bool) -> str | None:
    """Return why the head of a panel cannot be picked any more, or None: by the states, and whether a ruling stands."""
    if evaluation not in CHAIRED or scenario not in {"open", "evaluating"}:
        return "技术分已经确定，不能再改组长"
    return "组长已对异议作出裁定，不能再改组长" if ruled else None


def signing_ends(written: datetime, days: int) -> datetime:
    """Return until when a consensus is to be signed: the end of the day so many calendar days after it was written."""
    return clock.end_of_day(clock.local_date(written) + timedelta(days=days))


def judge(place: int) -> str:
    """Return what all but the agency call the panel's member at a place counted from 1."""
    return f"评审{place}"


def in_order_of(seed: int, rows: Sequence[Row]) -> list[Row]:
    """Return the rows in the order that a member sees them in: the same each time, another for each seed."""
    found = list(rows)
    random.Random(seed).shuffle(found)  # noqa: S311 - an order, no secret
    return found


def without_names(text: str, names: Iterable[str]) -> str:
    """Return a text in which the bidders' names are covered, the longest first."""
    for name in sorted({name for name in names if name}, key=len, reverse=True):
        text = text.replace(name, "【单位名称】")
    return text


def read_points(text: str) -> float | None:
    """Return what was typed as points: 0–100 with at most one decimal; None where it is no such number."""
    plain = text.strip()
    if not _POINTS.fullmatch(plain) or float(plain) > 100:  # noqa: PLR2004 - points are of 100
        return None
    return float(plain)


def in_conflict(ended: Iterable[datetime | None], now: datetime) -> bool:
    """Tell whether memberships of a bidder (when each ended, None: not yet) bar a person from judging."""
    since = now - timedelta(days=CONFLICT_DAYS)
    return any(end is None or end > since for end in ended)


def missing(scores: Mapping[str, Mapping[str, Any]], criteria: Iterable[Criterion]) -> list[str]:
    """Return the titles of the criteria without points."""
    return [one.title for one in criteria if scores.get(one.key, {}).get("points") is None]


def technical_total(scores: Mapping[str, Mapping[str, Any]], terms: Terms) -> Decimal:
    """Return the weighted sum of the technical criteria: at most the sum of their weights."""
    parts = (Decimal(str(scores[one.key]["points"])) * one.weight / 100 for one in terms.technical)
    return _rounded(sum(parts, Decimal(0)))


def passes(scores: Mapping[str, Mapping[str, Any]], terms: Terms) -> bool:
    """Tell whether no technical criterion is below its minimum."""
    return all(float(scores[one.key]["points"]) >= one.minimum for one in terms.technical)


def spread(points: Iterable[float]) -> float:
    """Return how far points lie apart."""
    found = list(points)
    return max(found) - min(found) if found else 0.0


def mean(points: Iterable[float]) -> float:
    """Return the mean of points with one decimal."""
    found = [Decimal(str(one)) for one in points]
    return float((sum(found, Decimal(0)) / max(1, len(found))).quantize(Decimal("0.1"), ROUND_HALF_UP))


def recounts(status: str, rank: int | None) -> bool:
    """Tell whether the places are counted anew when a bid is struck: after the ranking, where the bid held a rank.

    The price points of the others were counted against the lowest price, which may have been that bid's, and who stood
    behind it moves up. A bid that had not passed counted for nobody.
    """
    return status == "ranked" and rank is not None


def read_price(price: Mapping[str, Any] | None) -> Decimal | None:
    """Return the amount of an opened price in 万元; None where it is none."""
    try:
        amount = Decimal(str((price or {}).get("amount", "")))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and amount >= 0 else None


def price_points(price: Decimal, lowest: Decimal, weight: int) -> Decimal:
    """Return the weighted points of a price: the lowest gets the whole weight, the others lowest / price of it."""
    return _rounded(Decimal(weight) if price == lowest else lowest / price * weight)


def ranking(offers: Sequence[Offer], price_weight: int | None) -> list[Place]:
    """Return the places, best first and those that did not pass last; `price_weight` is None where no price is scored."""
    passed = [one for one in offers if one.passed]
    lowest = min((one.price for one in passed if one.price is not None), default=Decimal(0))
    found = [(one, _price_part(one, lowest, price_weight)) for one in passed]
    totals = {one.bid: one.technical + (part or 0) for one, part in found}
    places = [
        Place(one.bid, part, totals[one.bid], 1 + sum(other > totals[one.bid] for other in totals.values()))
        for one, part in found
    ]
    places.sort(key=lambda place: (place.rank or 0, place.bid))
    return [*places, *(Place(one.bid, None, None, None) for one in offers if not one.passed)]


def _price_part(offer: Offer, lowest: Decimal, weight: int | None) -> Decimal | None:
    if weight is None or offer.price is None:
        return None
    return price_points(offer.price, lowest, weight)


def _rounded(value: Decimal) -> Decimal:
    return value.quantize(_CENT, ROUND_HALF_UP)
