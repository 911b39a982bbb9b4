"""The figures a reader marks in a policy text: amounts written in digits and dates, and what kind of figure each is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from policies.quantities import dates, quantities

KINDS = {
    "money": "金额",
    "share": "比例",
    "computing": "算力规模",
    "data": "数据量",
    "time": "期限",
    "date": "时间节点",
    "length": "数量",
    "area": "数量",
    "count": "数量",
}
IN_DIGITS = re.compile(r"\d")
UPPER_BEFORE, UPPER_AFTER = ("不超过", "最高", "不高于", "至多", "最多", "上限", "最长", "不多于"), ("以内", "以下")
LOWER_BEFORE, LOWER_AFTER = ("不少于", "不低于", "至少", "超过", "最低"), ("以上",)
REACHING = ("达到", "达", "约")
BEFORE = re.compile(
    rf"({'|'.join(UPPER_BEFORE + LOWER_BEFORE)})(?:[^,，。;；、\d]{{1,12}}的)?\Z"
)  # 不超过项目总投入的50%
LONGEST_BOUND = 20


@dataclass(frozen=True)
class Figure:
    """A figure stands at `start:end`; `meaning` says what it is: 金额上限, 数量下限, 时间节点."""

    start: int
    end: int
    meaning: str


def figures(text: str) -> Iterator[Figure]:
    """Yield the figures of a text in order."""
    dated = [Figure(one.start, one.end, KINDS["date"]) for one in dates(text)]
    told = [
        Figure(one.start, one.end, KINDS[one.kind] + _bound(text, one.start, one.end))
        for one in quantities(text)
        if one.kind in KINDS and IN_DIGITS.match(one.text) and not any(d.start <= one.start < d.end for d in dated)
    ]
    yield from sorted(dated + told, key=lambda one: one.start)


def comparator(text: str, start: int, end: int) -> str:
    """Return the words that bound the figure at `start:end`, as the text has them: 不超过, 最高, 以上, 达; else ""."""
    before, after = text[max(0, start - LONGEST_BOUND) : start], text[end:]
    if found := BEFORE.search(before):
        return found[1]
    words = next((word for word in UPPER_AFTER + LOWER_AFTER if after.startswith(word)), "")
    return words or next((word for word in REACHING if before.endswith(word)), "")


def _bound(text: str, start: int, end: int) -> str:
    words = comparator(text, start, end)
    return "上限" if words in UPPER_BEFORE + UPPER_AFTER else "下限" if words in LOWER_BEFORE + LOWER_AFTER else ""
