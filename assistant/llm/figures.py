"""Figures of a claim against those of its quote: value, unit, comparator, time, and what they are figures of."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.quantities import Quantity, quantities
from assistant.verification import plain

NUMERALS = "零〇一二两三四五六七八九十百千万亿"
WRITTEN = re.compile(rf"^(?:百分之)?(?:[\d.,]+[{NUMERALS}]*|[{NUMERALS}]+)?")
SCALES = {letter: 1000.0**power for power, letter in enumerate("kmgtpez", 1)}
SAME_UNITS = {
    **dict.fromkeys(["", "元", "人民币元", "块", "块钱", "yuan", "rmb"], "元"),
    **dict.fromkeys(["名", "位", "人"], "人"),
    **dict.fromkeys(["年", "周年"], "年"),
    **dict.fromkeys(["月", "个月"], "月"),
    **dict.fromkeys(["日", "天"], "天"),
    **dict.fromkeys(["周", "星期", "个星期"], "周"),
    **dict.fromkeys(["工作日", "个工作日"], "工作日"),
    **dict.fromkeys(["公里", "千米"], "公里"),
}
# 50家 and 50个 are the same number of the same thing: the words beside the figure say of what.
ANY_UNIT, OWN_UNITS = "个", frozenset({"倍", "次", "人"})
STOPS = ",,，。;；:：、!！?？()（）"
COMPARATORS = {
    "at most": r"不(?:超过|高于|多于|大于|超|晚于|得超过)|最高|最多|至多|上限|封顶",
    "at least": r"不(?:少于|低于|小于|下于|得少于|得低于)|至少|最少|最低|下限|起码",
    "more": r"(?<!不)(?<!得)(?:超过|超出|突破|大于|高于|多于|超)|逾",
    "less": r"(?<!不)(?<!得)(?:低于|少于|小于)|不足|不到",
    "about": r"大约|约|接近|近(?!年)|左右|预计",
}
BEFORE = re.compile("|".join(f"(?P<{name.replace(' ', '_')}>{words})" for name, words in COMPARATORS.items()))
AFTER = re.compile(
    r"(?P<at_most>以内|之内|及?以下|封顶|为限|为上限)|(?P<at_least>及?以上|起步|起(?![点来]))|(?P<about>左右|上下|余|多(?=[个家项]))|(?P<from>[至到~—-]\d)"
)
PART = r"(?:年)?(?P<part>底|末|初|中|上半年|下半年|第?[一二三四1-4]季度|\d+月)?"
WHEN = re.compile(rf"{PART}(?P<side>之前|以前|前|之后|以后|后|起|以来|以内|之内|内|止)?")
SIDES = {"前": "before", "止": "before", "后": "after", "起": "after", "来": "after", "内": "within"}
VAGUE = re.compile(r"[数几上成好多]$")
JOINED = re.compile(r"[和及与或]|以及")
LOOSE = re.compile(
    rf"\d+(?:\.\d+)?|[{NUMERALS}]+分之[{NUMERALS}]+|[数几上近约逾超成][十百千万亿]+|翻[一两几]?番|[{NUMERALS}]*倍|过半|半数|大半|近半|一半|减半|对半|双倍|加倍|多数|大部分|百分百|[{NUMERALS}]{{2,}}"
)
ARTICLE = re.compile(rf"第[(]?(?:\d+|[{NUMERALS}]+)[)]?条")
ARTICLE_WORDS = re.compile(r"一(?:个|种|批|项|系列|些|次性|体|流|定|类)")
CLAUSES = re.compile(rf"[{STOPS}]|并且?|同时|以及|而且")
# A day is told as a whole: its month and its number may each stand elsewhere in the quote.
DAY = re.compile(r"(?:\d{4}年)?\d{1,2}月\d{1,2}日|\d{4}年\d{1,2}月")
FROM = re.compile(r"(?:提前|前|后|首|头|第|每|满|近)$")
NEAR, NOUN = 8, 2


@dataclass(frozen=True)
class Figure:
    """A quantity with its unit in one form, its comparator, and, of a time, which part and side of it is meant.

    `beside` are the pairs of characters next to it, `noun` what is counted (or the start of it), `around` where that may stand.
    """

    quantity: Quantity
    value: float
    unit: str
    comparator: str
    when: tuple[str, str]
    beside: frozenset[str]
    noun: str
    around: str

    def says(self, other: "Figure") -> bool:
        """Tell whether two figures are the same in every respect but what they are of."""
        said = (self.value, self.comparator, self.when)
        return (
            self.comparable(other)
            and said == (other.value, other.comparator, other.when)
            and (self.quantity.kind != "count" or self.noun in other.around)
        )

    def comparable(self, other: "Figure") -> bool:
        units = {self.unit, other.unit}
        return len(units) == 1 or (
            self.quantity.kind == other.quantity.kind == "count" and ANY_UNIT in units and not units & OWN_UNITS
        )


def read(text: str) -> list[Figure]:
    """Return the figures of a plain text; 一个 and 一批 are no figures."""
    found = [one for one in quantities(text) if not ARTICLE_WORDS.match(text, one.start)]
    figures = list[Figure]()
    for place, one in enumerate(found):
        left = text[found[place - 1].end if place else 0 : one.start]
        right = text[one.end : found[place + 1].start if place + 1 < len(found) else len(text)]
        figures.append(_figure(one, left, right, figures[-1] if figures else None))
    return figures


def unproved(claim: str, quote: str) -> list[str]:
    """Return the figures of a claim that its quote does not give: in the same words, or as the same figure of the same thing."""
    said, stands = ARTICLE.sub("", plain(claim)), plain(quote)
    proofs = read(stands)
    figures = read(said)
    wrong = [one.quantity.text for one in figures if not _proved(one, proofs)]
    return [*wrong, *(one for one in [*DAY.findall(said), *_loose(said, figures)] if one not in stands)]


def sentence_of(figure: Figure, sentences: Sequence[str]) -> str | None:
    """Return the first of some sentences (plain) that gives the figure."""
    return next((one for one in sentences if any(figure.says(other) for other in read(one))), None)


def _proved(claimed: Figure, proofs: Sequence[Figure]) -> bool:
    """Tell whether the figure stands in the quote, and beside it what stands beside it there, not beside another figure."""
    alike = [one for one in proofs if claimed.comparable(one)]
    same = [len(claimed.beside & one.beside) for one in alike if claimed.says(one)]
    others = [len(claimed.beside & one.beside) for one in alike if not claimed.says(one)]
    return bool(same) and max(same) >= max(others, default=0)


def _loose(text: str, figures: Sequence[Figure]) -> Iterator[str]:
    """Yield the number words outside the figures, each with the character that follows it."""
    taken = [(one.quantity.start, one.quantity.end) for one in figures]
    for found in LOOSE.finditer(text):
        if not any(start < found.end() and found.start() < end for start, end in taken):
            yield text[found.start() : found.end() + 1].rstrip(STOPS)


def _figure(one: Quantity, left: str, right: str, before: Figure | None) -> Figure:
    value, unit = _measured(one)
    right = right.removeprefix("次")  # 人次
    timely = one.kind in {"year", "time"}
    when = _when(left, right) if timely else ("", "")
    comparator = "" if when[1] else _comparator(left, right, before)
    bound = AFTER.match(right)
    noun = CLAUSES.split(right[bound.end() if bound else 0 :])[0].lstrip("的")[:NOUN]
    around = CLAUSES.split(left)[-1] + CLAUSES.split(right)[0]
    return Figure(one, value, unit, comparator, when, _beside(left, right), noun, around)


def _measured(one: Quantity) -> tuple[float, str]:
    """Return value and unit in one form: bytes, FLOPS, one word for what is written in several ways."""
    unit = WRITTEN.sub("", plain(one.text))
    if one.kind in {"year", "share"}:
        return one.value, {"year": "year"}.get(one.kind, "个百分点" if "百分点" in unit else "%")
    if one.kind in {"data", "computing"}:
        return one.value * SCALES.get(unit[:1], 1.0), one.kind
    return one.value, SAME_UNITS.get(unit, unit)


def _comparator(left: str, right: str, before: Figure | None) -> str:
    if VAGUE.search(left):
        return "vague"
    said = [*BEFORE.finditer(re.split(f"[{STOPS}]", left)[-1])]
    after = AFTER.match(right)
    if said:
        return str(said[-1].lastgroup)
    if after:
        return str(after.lastgroup)
    if before and re.fullmatch(r"[至到~—-]", left):
        return "to"
    return before.comparator if before and left and JOINED.fullmatch(left) else ""


def _when(left: str, right: str) -> tuple[str, str]:
    found = WHEN.match(right)
    part = (found["part"] or "") if found else ""
    side = SIDES.get((found["side"] or " ")[-1], "") if found else ""
    side = side or ("before" if re.search(r"(?:到|至|截至|截止到?)$", left) else "")
    side = side or ("after" if re.search(r"(?:自|从)$", left) else "")
    first = FROM.search(left)
    return (first[0] if first else "end" if part in {"底", "末"} else part), side


def _beside(left: str, right: str) -> frozenset[str]:
    """Return the pairs of characters next to a figure, up to a stop on either side."""
    near = (CLAUSES.split(left)[-1][-NEAR:], CLAUSES.split(right)[0][:NEAR])
    return frozenset(part[place : place + 2] for part in near for place in range(len(part) - 1))
