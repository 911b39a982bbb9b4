"""Automatic numbering of a Word document, written out: 第一条, （一）, 1., as the document shows it."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from policies.drafts.word import attribute, children, first

DIGITS = "零一二三四五六七八九"
LEGAL = str.maketrans("一二三四五六七八九十百千", "壹贰叁肆伍陆柒捌玖拾佰仟")
LEVELS = 9
PLACEHOLDER = re.compile(r"%([1-9])")
CLOSED = ("）", ")", "、", "】", "〕", "．", ".", "：", ":")


def chinese(number: int) -> str:
    """Return 1 to 9999 in Chinese: 十一, 一百零五."""
    text, zero = "", False
    for place, unit in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // place % 10
        if digit:
            text += ("零" if zero and text else "") + DIGITS[digit] + unit
        zero = digit == 0
    return text.removeprefix("一") if text.startswith("一十") else text


def letters(number: int) -> str:
    """Return a, …, z, aa, bb as Word counts."""
    turns, place = divmod(number - 1, 26)
    return chr(ord("a") + place) * (turns + 1)


def roman(number: int) -> str:
    """Return a number in small Roman numerals."""
    text = ""
    for value, sign in zip(
        (1000, 900, 500, 400, 100, 90, 50, 40, 10, 9, 5, 4, 1),
        ("m", "cm", "d", "cd", "c", "xc", "l", "xl", "x", "ix", "v", "iv", "i"),
        strict=True,
    ):
        text += sign * (number // value)
        number %= value
    return text


def circled(number: int) -> str:
    return chr(0x2460 + number - 1) if 1 <= number <= 20 else f"({number})"  # noqa: PLR2004 - Unicode has twenty


FORMATS: Mapping[str, Callable[[int], str]] = {
    "decimal": str,
    "decimalZero": lambda number: f"{number:02d}",
    "decimalFullWidth": str,
    "decimalHalfWidth": str,
    "chineseCounting": chinese,
    "chineseCountingThousand": chinese,
    "ideographDigital": chinese,
    "japaneseCounting": chinese,
    "japaneseDigitalTenThousand": chinese,
    "taiwaneseCounting": chinese,
    "taiwaneseCountingThousand": chinese,
    "chineseLegalSimplified": lambda number: chinese(number).translate(LEGAL),
    "ideographTraditional": lambda number: "甲乙丙丁戊己庚辛壬癸"[(number - 1) % 10],
    "ideographZodiac": lambda number: "子丑寅卯辰巳午未申酉戌亥"[(number - 1) % 12],
    "decimalEnclosedCircle": circled,
    "decimalEnclosedCircleChinese": circled,
    "lowerLetter": letters,
    "upperLetter": lambda number: letters(number).upper(),
    "lowerRoman": roman,
    "upperRoman": lambda number: roman(number).upper(),
}


class Counters:
    """The lists of a document while it is read from top to bottom."""

    def __init__(self, numbering: Any) -> None:
        self._abstract: dict[str, Any] = {}
        self._lists: dict[str, Any] = {}
        for one in children(numbering, "abstractNum") if numbering is not None else ():
            self._abstract[attribute(one, "abstractNumId")] = one
        for one in children(numbering, "num") if numbering is not None else ():
            self._lists[attribute(one, "numId")] = one
        self._counts: dict[str, list[int | None]] = {}
        self._begun = set[tuple[str, int]]()

    def next(self, list_id: str, level: int) -> str:
        """Count one on and return the number as it is written, "" for a bullet or a list that is not there."""
        found = self._lists.get(list_id)
        abstract_id = attribute(first(found, "abstractNumId"), "val") if found is not None else ""
        definition = self._level(list_id, abstract_id, level)
        if definition is None or not 0 <= level < LEVELS:
            return ""
        counts = self._counts.setdefault(abstract_id, [None] * LEVELS)
        self._count(counts, list_id, abstract_id, level)
        return self._written(definition, counts, list_id, abstract_id)

    def _count(self, counts: list[int | None], list_id: str, abstract_id: str, level: int) -> None:
        start = self._start_override(list_id, level)
        if start is not None and (list_id, level) not in self._begun:
            counts[level] = start
        else:
            before = counts[level]
            counts[level] = self._start(list_id, abstract_id, level) if before is None else before + 1
        self._begun.add((list_id, level))
        counts[level + 1 :] = [None] * (LEVELS - level - 1)

    def _level(self, list_id: str, abstract_id: str, level: int) -> Any:
        override = self._override(list_id, level)
        own = first(override, "lvl") if override is not None else None
        if own is not None:
            return own
        levels = children(self._abstract.get(abstract_id), "lvl")
        return next((one for one in levels if attribute(one, "ilvl") == str(level)), None)

    def _override(self, list_id: str, level: int) -> Any:
        overrides = children(self._lists.get(list_id), "lvlOverride")
        return next((one for one in overrides if attribute(one, "ilvl") == str(level)), None)

    def _start_override(self, list_id: str, level: int) -> int | None:
        override = self._override(list_id, level)
        start = first(override, "startOverride") if override is not None else None
        return None if start is None else _number(attribute(start, "val"))

    def _start(self, list_id: str, abstract_id: str, level: int) -> int:
        return _number(attribute(first(self._level(list_id, abstract_id, level), "start"), "val"))

    def _written(self, definition: Any, counts: list[int | None], list_id: str, abstract_id: str) -> str:
        def counted(found: re.Match[str]) -> str:
            place = int(found[1]) - 1
            number = counts[place]
            number = self._start(list_id, abstract_id, place) if number is None else number
            own = self._level(list_id, abstract_id, place)
            legal = first(definition, "isLgl") is not None
            name = "decimal" if legal else attribute(first(own, "numFmt"), "val") or "decimal"
            return FORMATS[name](number) if name in FORMATS and number > 0 else str(number)

        if attribute(first(definition, "numFmt"), "val") in {"bullet", "none"}:
            return ""
        text = PLACEHOLDER.sub(counted, attribute(first(definition, "lvlText"), "val"))
        return text if not text or text.endswith(CLOSED) or _joined(definition) else f"{text} "


def _joined(definition: Any) -> bool:
    return attribute(first(definition, "suff"), "val") == "nothing"


def _number(written: str) -> int:
    return int(written) if written.isdigit() else 1
