"""What a call asks for and how it judges, and what must hold of that: plain values and functions."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

TECHNICAL, PRICE = "technical", "price"
KINDS: Mapping[str, str] = {TECHNICAL: "评审打分", PRICE: "报价（按最低价折算）"}
PROCUREMENT = "procurement"

MOST_SECTIONS, MOST_CRITERIA, MOST_LEVELS, FEWEST_LEVELS = 15, 12, 7, 3
LONGEST: Mapping[str, int] = {"title": 40, "hint": 300, "text": 300}
SHORTEST_SECTION, LONGEST_SECTION = 100, 10_000
FULL = 100
FINALISTS, STANDSTILL = range(1, 11), range(3, 31)

Row = TypeVar("Row")

# Keys become names of controls and parts of addresses.
_KEY = re.compile(r"[a-z][a-z0-9-]{0,39}")

_DEFAULTS = Path(__file__).parent / "defaults.json"
_FALLBACK = "open_bidding"


@dataclass(frozen=True)
class Section:
    """A section of the technical proposal; at most `longest` characters."""

    key: str
    title: str
    hint: str = ""
    required: bool = True
    longest: int = 3_000


@dataclass(frozen=True)
class Level:
    """What a bid shows that earns so many of 100 points."""

    points: int
    text: str


@dataclass(frozen=True)
class Criterion:
    """Scored from 0 to 100, counted with `weight` of 100; a bid below `minimum` (of 100) does not pass.

    The price's points are not given by anybody: they are the lowest price / the price × 100.
    """

    key: str
    title: str
    weight: int
    minimum: int = 0
    kind: str = TECHNICAL
    rubric: tuple[Level, ...] = ()


@dataclass(frozen=True)
class Terms:
    """A whole call. Days are calendar days."""

    sections: tuple[Section, ...] = ()
    criteria: tuple[Criterion, ...] = ()
    most_finalists: int = 3
    standstill_days: int = 5

    @property
    def technical(self) -> tuple[Criterion, ...]:
        return tuple(one for one in self.criteria if one.kind == TECHNICAL)

    @property
    def price(self) -> Criterion | None:
        return next((one for one in self.criteria if one.kind == PRICE), None)

    @property
    def weights(self) -> int:
        """The sum of all weights: 100 in a sound call."""
        return sum(one.weight for one in self.criteria)


def terms_from(content: Mapping[str, Any]) -> Terms:
    """Return the terms that plain values say, as `content_of` gives them."""
    criteria = tuple(
        Criterion(**{**one, "rubric": tuple(Level(**level) for level in one.get("rubric", ()))})
        for one in content["criteria"]
    )
    sections = tuple(Section(**one) for one in content["sections"])
    return Terms(sections, criteria, content["most_finalists"], content["standstill_days"])


def content_of(terms: Terms) -> dict[str, Any]:
    """Return terms as plain values, ready for JSON."""
    found: dict[str, Any] = json.loads(json.dumps(asdict(terms)))
    return found


def default_terms(mode: str) -> Terms:
    """Return what holds where an agency wrote nothing of its own, by the scenario's mode."""
    known = _defaults()
    return known.get(mode, known[_FALLBACK])


def takes_bids(mode: str) -> bool:
    """Tell whether scenarios of this mode take bids here: public procurement has its own procedure."""
    return mode != PROCUREMENT


def problems(terms: Terms) -> dict[str, str]:
    """Return what is wrong, by the field it is about: `sections-0-title`, `criteria-2-weight`, `criteria-2-rubric`, …"""
    return {**_of_sections(terms.sections), **_of_criteria(terms), **_of_decision(terms)}


def next_key(taken: Iterable[str], stem: str) -> str:
    """Return a key that is not taken: stem-1, stem-2, …"""
    known = {*taken}
    return next(key for number in range(1, len(known) + 2) if (key := f"{stem}-{number}") not in known)


def shifted(rows: Sequence[Row], place: int, by: int) -> list[Row]:
    """Return the rows with the one at `place` moved by `by` places; unchanged where that leads nowhere."""
    found, target = list(rows), place + by
    if 0 <= place < len(found) and 0 <= target < len(found):
        found.insert(target, found.pop(place))
    return found


@cache
def _defaults() -> Mapping[str, Terms]:
    said: dict[str, Any] = json.loads(_DEFAULTS.read_text(encoding="utf-8"))
    return {mode: terms_from(content) for mode, content in said.items()}


def _of_sections(sections: Sequence[Section]) -> dict[str, str]:
    found = {
        name: wrong
        for place, one in enumerate(sections)
        for name, wrong in (
            (f"sections-{place}-title", _wording(one.title, "title") or _twice(place, [s.title for s in sections])),
            (f"sections-{place}-hint", _too_long(one.hint, "hint")),
            (f"sections-{place}-longest", _outside(one.longest, SHORTEST_SECTION, LONGEST_SECTION, "字")),
        )
        if wrong
    }
    return found | _amount("sections", len(sections), MOST_SECTIONS, "节") | _keys("sections", sections)


def _of_criteria(terms: Terms) -> dict[str, str]:
    titles = [one.title for one in terms.criteria]
    found: dict[str, str] = {}
    for place, one in enumerate(terms.criteria):
        wrong = {
            "title": _wording(one.title, "title") or _twice(place, titles),
            "kind": "" if one.kind in KINDS else "请选择评分方式",
            "weight": _outside(one.weight, 1, FULL),
            "minimum": _outside(one.minimum, 0, FULL) or _priced_minimum(one),
            "rubric": _rubric(one),
        }
        found |= {f"criteria-{place}-{name}": text for name, text in wrong.items() if text}
    whole = _whole(terms)
    return found | _amount("criteria", len(titles), MOST_CRITERIA, "项") | _keys("criteria", terms.criteria) | whole


def _whole(terms: Terms) -> dict[str, str]:
    """Return what is wrong with the criteria together."""
    prices = sum(one.kind == PRICE for one in terms.criteria)
    wrong = []
    if terms.criteria and terms.weights != FULL:
        wrong.append(f"各项权重合计须为 {FULL}，现在是 {terms.weights}")
    if terms.criteria and not terms.technical:
        wrong.append("至少要有一项由评审打分")
    if prices > 1:
        wrong.append("报价只能有一项")
    return {"criteria": "；".join(wrong)} if wrong else {}


def _of_decision(terms: Terms) -> dict[str, str]:
    said = {
        "most_finalists": _outside(terms.most_finalists, FINALISTS[0], FINALISTS[-1], "家"),
        "standstill_days": _outside(terms.standstill_days, STANDSTILL[0], STANDSTILL[-1], "天"),
    }
    return {name: wrong for name, wrong in said.items() if wrong}


def _wording(text: str, kind: str) -> str:
    return _too_long(text, kind) if text else "请填写名称"


def _too_long(text: str, kind: str) -> str:
    most = LONGEST[kind]
    return f"最多 {most} 字，现在 {len(text)} 字" if len(text) > most else ""


def _twice(place: int, titles: Sequence[str]) -> str:
    return f"与第 {titles.index(titles[place]) + 1} 项重名" if titles[place] in titles[:place] else ""


def _outside(value: int, low: int, high: int, unit: str = "") -> str:
    return "" if low <= value <= high else f"请填写 {low}–{high} 之间的整数{unit and f'（{unit}）'}"


def _priced_minimum(one: Criterion) -> str:
    return "报价不设最低分" if one.kind == PRICE and one.minimum else ""


def _rubric(one: Criterion) -> str:
    points = [level.points for level in one.rubric]
    if one.kind == PRICE:
        return "报价按公式计分，不需要评分标准" if points else ""
    if len(points) < FEWEST_LEVELS:
        return f"请至少写明 {FEWEST_LEVELS} 档的评分标准，现在 {len(points)} 档"
    if len(points) > MOST_LEVELS:
        return f"最多 {MOST_LEVELS} 档"
    if len({*points}) < len(points) or not all(0 <= value <= FULL for value in points):
        return f"各档分值须是 0–{FULL} 之间互不相同的整数"
    return _levels_text(one.rubric)


def _levels_text(levels: Iterable[Level]) -> str:
    return next(
        ("每一档都要写明标准" if not one.text else _too_long(one.text, "text") for one in levels if _bad(one)), ""
    )


def _bad(level: Level) -> bool:
    return not level.text or len(level.text) > LONGEST["text"]


def _amount(name: str, count: int, most: int, unit: str) -> dict[str, str]:
    if not count:
        return {name: f"至少要有一{unit}"}
    return {name: f"最多 {most} {unit}，现在 {count} {unit}"} if count > most else {}


def _keys(name: str, rows: Sequence[Section] | Sequence[Criterion]) -> dict[str, str]:
    keys = [one.key for one in rows]
    sound = all(map(_KEY.fullmatch, keys)) and len({*keys}) == len(keys)
    return {} if sound else {name: "标识重复或缺失，请刷新后再试"}
