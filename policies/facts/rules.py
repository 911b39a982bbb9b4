"""What a fact is, and what can be computed from facts: which is largest, which are of a kind, what is not said."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from itertools import pairwise

from accounts.rules import OPERATORS, SYSTEM
from core.lifecycle import Lifecycle, Move
from policies.figures import LOWER_AFTER, LOWER_BEFORE, UPPER_AFTER, UPPER_BEFORE

# What the figure is for: money given to somebody, something to be reached, a term or condition of the two.
SUPPORT, TARGET, TERM = "support", "target", "term"
ROLES = {SUPPORT: "支持措施", TARGET: "目标", TERM: "条件与期限"}

PROPOSED, CONFIRMED, REJECTED = "proposed", "confirmed", "rejected"
_DECIDERS = OPERATORS | SYSTEM
FACT = Lifecycle(
    name="policy_fact",
    states={PROPOSED: "待核对", CONFIRMED: "已核对", REJECTED: "不采用"},
    moves=(
        Move(PROPOSED, CONFIRMED, "confirm", "核对无误", _DECIDERS),
        Move(REJECTED, CONFIRMED, "confirm", "改为采用", _DECIDERS),
        Move(PROPOSED, REJECTED, "reject", "不采用", _DECIDERS),
        Move(CONFIRMED, REJECTED, "reject", "改为不采用", _DECIDERS),
        Move(PROPOSED, CONFIRMED, "correct", "更正", _DECIDERS),
        Move(CONFIRMED, CONFIRMED, "correct", "更正", _DECIDERS),
        Move(REJECTED, CONFIRMED, "correct", "更正", _DECIDERS),
    ),
)
SOURCES = {"text": "从原文读出", "table": "随文件附带的核对表", "carried": "沿用上一版，原句未变", "person": "人工填写"}

# Kinds of figure; the last two have no value: a point in time alone, and a support that is named without any figure.
KINDS = {
    "money": "金额",
    "share": "比例",
    "computing": "算力规模",
    "data": "数据量",
    "time": "时长",
    "count": "数量",
    "area": "面积",
    "length": "长度",
    "date": "时间",
    "named": "未列数额的支持",
}
UPPER = frozenset(UPPER_BEFORE + UPPER_AFTER)
LOWER = frozenset(LOWER_BEFORE + LOWER_AFTER)

# What a reader may ask of a fact; `missing` names those that it leaves open.
SLOTS = {
    "money": "金额",
    "cap": "上限",
    "share": "比例",
    "when": "期限",
    "who": "负责单位",
    "where": "地点",
    "conditions": "条件",
    "procedure": "申请方式",
}


@dataclass(frozen=True)
class Fact:
    """A figure of a policy, or a support it names without one.

    `value` counts in `unit` (元, %, 个, P FLOPS …); it is None where the text gives none. `comparator` is as in the text
    (不超过, 最高, 以上, 达 …). `deadline`, `body`, `place`, `conditions` are "" where the sentence says nothing of it.
    `quote` is `text[start:end]` of the article, a whole sentence; `written` is the figure to the letter, at `at`.
    """

    article: int
    indicator: str
    comparator: str
    value: Decimal | None
    unit: str
    kind: str
    deadline: str
    body: str
    place: str
    conditions: str
    quote: str
    start: int
    end: int
    role: str = TERM
    written: str = ""
    at: int = 0
    reviewed: bool = False

    @property
    def is_upper(self) -> bool:
        """Tell whether the figure is a ceiling: 不超过, 最高, 以内."""
        return self.comparator in UPPER

    @property
    def is_lower(self) -> bool:
        """Tell whether the figure is a floor: 不少于, 以上."""
        return self.comparator in LOWER

    @property
    def amount(self) -> str:
        """The figure with its bound as people say it: 最高1000万元, 40个以上."""
        after = self.comparator in UPPER_AFTER + LOWER_AFTER
        return f"{self.written}{self.comparator}" if after else f"{self.comparator}{self.written}"


FIELDS = tuple(field.name for field in fields(Fact))


def by_kind(facts: Iterable[Fact], kind: str, role: str | None = None) -> list[Fact]:
    """Return the facts of a kind (and of a role), in the order of the text."""
    return sorted((one for one in facts if one.kind == kind and role in {None, one.role}), key=place_of)


def caps(facts: Iterable[Fact]) -> list[Fact]:
    """Return the ceilings on money given, in the order of the text."""
    return [one for one in by_kind(facts, "money", SUPPORT) if one.is_upper]


def compare(facts: Iterable[Fact]) -> list[Fact]:
    """Return facts of one unit, the largest value first; equal ones in the order of the text. Those without value fall out.

    Raises ValueError if their units differ: a share is not comparable with an amount.
    """
    valued = [one for one in facts if one.value is not None]
    if len({one.unit for one in valued}) > 1:
        raise ValueError("facts of different units cannot be compared")
    return sorted(valued, key=lambda one: (-(one.value or 0), place_of(one)))


def largest(facts: Iterable[Fact]) -> list[Fact]:
    """Return the fact or, where several are equal, the facts with the largest value; none for none."""
    ordered = compare(facts)
    return [one for one in ordered if one.value == ordered[0].value]


def smallest(facts: Iterable[Fact]) -> list[Fact]:
    """Return the fact or facts with the smallest value; none for none."""
    ordered = compare(facts)
    return [one for one in ordered if one.value == ordered[-1].value]


def total(facts: Iterable[Fact]) -> Decimal:
    """Return the sum of the values. Raises ValueError if their units differ."""
    return sum((one.value or Decimal(0) for one in compare(facts)), Decimal(0))


def about(facts: Iterable[Fact], words: Iterable[str]) -> list[Fact]:
    """Return the facts whose indicator, or else whose sentence, has all of `words`, best first."""
    wanted = [word for word in words if word]
    named = [one for one in facts if all(word in one.indicator for word in wanted)]
    return named or [one for one in facts if all(word in one.indicator + one.quote for word in wanted)]


def missing(fact: Fact) -> tuple[str, ...]:
    """Return the slots (keys of SLOTS) that the fact leaves open; a procedure no fact ever states."""
    stated = {
        "money": fact.kind == "money",
        "cap": fact.kind == "money" and fact.is_upper,
        "share": fact.kind == "share",
        "when": bool(fact.deadline) or fact.kind in {"date", "time"},
        "who": bool(fact.body),
        "where": bool(fact.place),
        "conditions": bool(fact.conditions),
        "procedure": False,
    }
    return tuple(slot for slot in SLOTS if not stated[slot])


def lacking(facts: Sequence[Fact], words: Iterable[str], slot: str) -> Fact | None:
    """Return the fact that mentions `words` when no fact in its sentence states `slot`; None if one does, or none mentions them."""
    found = about(facts, words)
    same = [one for one in facts if found and (one.article, one.start) == (found[0].article, found[0].start)]
    return found[0] if found and all(slot in missing(one) for one in [*found, *same]) else None


def say_lacking(fact: Fact, label: str, wanted: str, document: str = "方案") -> str:
    """Return 方案提到算力券（第一条），未规定每家企业的额度 for a fact, the article's label and what is not stated."""
    return f"{document}提到{fact.indicator}（{label}），未规定{wanted}"


def place_of(fact: Fact) -> tuple[int, int]:
    """Return where a fact stands: article and offset of the figure."""
    return fact.article, fact.at


def marked(facts: Sequence[Fact]) -> list[tuple[str, bool]]:
    """Return the sentence that these facts share, cut where their figures begin and end, each piece with: is it one."""
    first = facts[0]
    places = {
        (one.at - first.start, one.at - first.start + len(one.written)) for one in facts if one.start == first.start
    }
    cuts = sorted({0, len(first.quote), *(place for pair in places for place in pair)})
    return [(first.quote[a:b], any(low <= a < high for low, high in places)) for a, b in pairwise(cuts)]


def overlaps(one: Fact, other: Fact) -> bool:
    """Tell whether two facts are about the same figure of an article."""
    ends = one.at + max(1, len(one.written)), other.at + max(1, len(other.written))
    return one.article == other.article and one.at < ends[1] and other.at < ends[0]


def belongs(fact: Fact, text: str) -> bool:
    """Tell whether quote and figure stand in the article's text exactly where the fact says."""
    inside = fact.start <= fact.at and fact.at + len(fact.written) <= fact.end
    return inside and text[fact.start : fact.end] == fact.quote and text[fact.at :].startswith(fact.written)


def plain(words: str) -> str:
    """Return words without spaces and marks at their ends, as an indicator is written."""
    return re.sub(r"^[\s,，、:：的]+|[\s,，、:：;；。的]+$", "", words)
