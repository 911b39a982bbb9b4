"""The figures of a policy text: numbers with their unit, and what kind of figure each is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

NUMBER = r"\d+(?:[,，]\d{3})*(?:\.\d+)?"
UNITS = {
    "money": "元|美元|港元",
    "share": "%|％|个百分点",
    "computing": r"[KMGTPE]\s?FLOPS|P(?![A-Za-z])",
    "data": "字节|[KMGTPEZ]B(?![A-Za-z])",
    "time": "个?工作日|年|个?月|天|日|小时|分钟|秒",
    "count": "个|家|项|条|人|名|次|座|所|批|款|场|处|台|套|辆|件|种|倍|亩|平方米|公里",
}
KINDS = {
    "money": "金额",
    "share": "比例",
    "computing": "算力规模",
    "data": "数据量",
    "time": "期限",
    "date": "时间节点",
    "count": "数量",
}
ALTERNATIVES = "|".join(f"(?P<{kind}>{units})" for kind, units in UNITS.items())
DATE = r"(?<!\d)(?:19|20)\d{2}年(?:年?底|年?末)?(?:\d{1,2}月(?:\d{1,2}日)?)?"
FIGURE = re.compile(rf"(?P<date>{DATE})|(?<![A-Za-z\d.-]){NUMBER}\s?[十百千万亿]*\s?(?:{ALTERNATIVES})")
OF_WHAT = re.compile(r"(?:项目)?总(?:投入|投资|额)的\Z")  # 不超过项目总投入的50%
UPPER_BEFORE, UPPER_AFTER = ("不超过", "最高", "不高于", "至多", "最多", "上限"), ("以内", "以下")
LOWER_BEFORE, LOWER_AFTER = ("不少于", "不低于", "至少", "超过", "最低"), ("以上",)


@dataclass(frozen=True)
class Figure:
    """A figure stands at `start:end`; `meaning` says what it is: 金额上限, 数量下限, 时间节点."""

    start: int
    end: int
    meaning: str


def figures(text: str) -> Iterator[Figure]:
    """Yield the figures of a text in order."""
    for found in FIGURE.finditer(text):
        kind = found.lastgroup or "count"
        meaning = KINDS[kind] + ("" if kind == "date" else _bound(text, found.start(), found.end()))
        yield Figure(found.start(), found.end(), meaning)


def _bound(text: str, start: int, end: int) -> str:
    before, after = OF_WHAT.sub("", text[:start]), text[end:]
    if before.endswith(UPPER_BEFORE) or after.startswith(UPPER_AFTER):
        return "上限"
    if before.endswith(LOWER_BEFORE) or after.startswith(LOWER_AFTER):
        return "下限"
    return ""
