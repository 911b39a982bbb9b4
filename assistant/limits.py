"""Figures that are a floor or a ceiling: 不少于12项, 最高500万元, 20台以上."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from assistant.quantities import Quantity, quantities

FLOOR_BEFORE = re.compile(
    r"(?:不少于|不低于|不小于|不得少于|不得低于|不得小于|至少|最少|最低|超过|突破|at least|no less than|minimum of)[^\d,，。;；、]{0,3}$"
)
CEILING_BEFORE = re.compile(
    r"(?:不超过|不得超过|不高于|不得高于|不多于|不得多于|不大于|不得大于|最高|最多|最长|顶多|至多|封顶|上限为?|up to|at most|no more than)[^\d,，。;；、]{0,3}$"
)
FLOOR_AFTER = re.compile(r"^\s*(?:以上|及以上|起(?!飞|点|来)|打底)")
CEILING_AFTER = re.compile(r"^\s*(?:以内|以下|及以下|封顶|为限)")
NEGATED = re.compile(r"不得?(?:超过|突破)\s*$")
# So many characters may say it before a figure.
BEFORE = 14


@dataclass(frozen=True)
class Limit:
    """A figure with the words that make it a floor or a ceiling."""

    text: str
    kind: str
    value: float
    floor: bool


def limits(folded: str) -> list[Limit]:
    """Return the figures of a folded text that it gives as a floor or as a ceiling, in order."""
    return list(_limits(folded))


def _limits(folded: str) -> Iterator[Limit]:
    for figure in quantities(folded):
        before, after = folded[max(0, figure.start - BEFORE) : figure.start], folded[figure.end :]
        yield from _of(figure, before, after)


def _of(figure: Quantity, before: str, after: str) -> Iterator[Limit]:
    ceiling = NEGATED.search(before) or CEILING_BEFORE.search(before)
    if word := ceiling or FLOOR_BEFORE.search(before):
        yield Limit((word[0] + figure.text).strip(), figure.kind, figure.value, floor=ceiling is None)
        return
    floor = FLOOR_AFTER.search(after)
    if word := floor or CEILING_AFTER.search(after):
        yield Limit(figure.text + word[0].strip(), figure.kind, figure.value, floor=floor is not None)
