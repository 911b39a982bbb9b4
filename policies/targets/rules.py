"""By when a target is due, and what can be said of it. Plain values only."""

import re
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Protocol

from policies.facts.rules import TARGET, Fact, place_of

LIVE, SOURCED, PAST, RUNNING, UNDATED = "live", "sourced", "past", "running", "undated"
STATES = {
    LIVE: "本平台实时统计",
    SOURCED: "有公开来源",
    PAST: "期限已过，完成情况未公布",
    RUNNING: "期限未到，尚未公布",
    UNDATED: "原文未写期限，尚未公布",
}
DEADLINE = re.compile(
    r"(?P<year>(?:19|20)\d\d)年"
    r"(?:(?P<month>\d{1,2})月(?:(?P<day>\d{1,2})日)?|(?P<half>上半年|年中)|第?(?P<quarter>[一二三四])季度)?"
)
QUARTERS = {"一": 3, "二": 6, "三": 9, "四": 12}
DECEMBER = 12


class Entry(Protocol):
    @property
    def as_of(self) -> date: ...
    @property
    def value(self) -> Decimal | None: ...


@dataclass(frozen=True)
class Target:
    """A target as the board shows it: its fact, the last day it is due (None if the text names none), and its state."""

    fact: Fact
    key: str
    due: date | None
    state: str
    entries: Sequence[Entry]
    reached: bool | None


def targets(facts: Iterable[Fact]) -> list[Fact]:
    """Return the facts that are targets with a figure, in the order of the text."""
    return sorted((one for one in facts if one.role == TARGET and one.kind != "named"), key=place_of)


def key_of(fact: Fact) -> str:
    """Return the name under which a target keeps its entries from version to version: as long as its sentence stands."""
    return sha256(f"{fact.quote}\n{fact.at - fact.start}\n{fact.written}".encode()).hexdigest()[:24]


def due(deadline: str) -> date | None:
    """Return the last day that a deadline leaves: 2024年年底前 is 2024-12-31; None for 每年 or a date that is none."""
    found = DEADLINE.search(deadline)
    if found is None:
        return None
    month = int(found["month"] or 0) or (6 if found["half"] else QUARTERS.get(found["quarter"] or "", DECEMBER))
    if month > DECEMBER:
        return None
    last = monthrange(int(found["year"]), month)[1]
    return date(int(found["year"]), month, min(int(found["day"] or last) or last, last))


def assess(fact: Fact, entries: Sequence[Entry], today: date, *, live: bool = False) -> Target:
    """Return what can be said of a target on a day; `live` tells that the marketplace counts it itself."""
    last = due(fact.deadline)
    ordered = sorted(entries, key=lambda one: one.as_of, reverse=True)
    return Target(fact, key_of(fact), last, _state(last, ordered, today, live=live), ordered, _reached(fact, ordered))


def _state(last: date | None, entries: Sequence[Entry], today: date, *, live: bool) -> str:
    if live:
        return LIVE
    if entries:
        return SOURCED
    if last is None:
        return UNDATED
    return PAST if last < today else RUNNING


def _reached(fact: Fact, ordered: Sequence[Entry]) -> bool | None:
    """Tell whether the newest figure reaches the target; None where no source gives a figure to compare."""
    newest = next((one.value for one in ordered if one.value is not None), None)
    if newest is None or fact.value is None:
        return None
    return newest <= fact.value if fact.is_upper else newest >= fact.value
