"""Quantities in a text, read to values that can be compared: 500万元, 三万P, 一半, 百分之三十, 2024年年底."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

CHINESE = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
SMALL = {"十": 10, "百": 100, "千": 1000}
LARGE = {"万": 10**4, "亿": 10**8}
UNITS = {
    "share": "%|个百分点|成(?![员立都果为熟长本功绩])",
    "money": "(?:人民币|美|港)?元|块钱?|(?:million |billion )?(?:yuan|rmb)",
    "computing": r"[kmgtpe]\s?flops|p(?![a-z])",
    "data": "字节|[kmgtpez]b(?![a-z])",
    "time": "个?工作日|周年|年|个?月|个?星期|周|天|日|小时|分钟|秒|years?|months?|days?|hours?",
    "length": "公里|千米|米",
    "area": "万?平方米|亩",
    "count": "个|家|间|项|条|人|名|位|次(?!性)|座|所|批|款|场|处|台|套|辆|件|种|倍|支|架|户|类|部|张|(?:[a-z-]+ ){0,3}(?:teams?|companies|enterprises|scenarios|institutions|models|projects|factories|labs|laboratories|bases)",
}
UNIT = "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in UNITS.items())
NUMBER = r"(?<![a-z\d.])\d+(?:,\d{3})*(?:\.\d+)?\s?[十百千万亿]*|[零〇一二两三四五六七八九十百千][零〇一二两三四五六七八九十百千万亿]*"
QUANTITY = re.compile(
    rf"(?P<year>(?<!\d)(?:19|20)\d\d)年|百分之(?P<hundredth>{NUMBER})|(?P<word>一半|对半|全额|全免|half)"
    rf"|(?P<number>{NUMBER})\s?(?:{UNIT}|(?P<bare>(?<=[万亿])))",
    re.IGNORECASE,
)
WORDS = {"一半": 50.0, "对半": 50.0, "half": 50.0, "全额": 100.0, "全免": 100.0}


@dataclass(frozen=True)
class Quantity:
    """A value of one kind at `start:end`. An amount without a unit, as in 给500万, counts as money."""

    start: int
    end: int
    text: str
    kind: str
    value: float


def quantities(text: str) -> Iterator[Quantity]:
    """Yield the quantities of `text` in order; offsets hold if `text` is in NFKC."""
    for found in QUANTITY.finditer(text):
        kind, value = _read(found)
        if value is not None:
            yield Quantity(found.start(), found.end(), found[0], kind, value)


def _read(found: re.Match[str]) -> tuple[str, float | None]:
    if found["year"]:
        return "year", float(found["year"])
    if found["hundredth"]:
        return "share", value_of(found["hundredth"])
    if found["word"]:
        return "share", WORDS[found["word"].lower()]
    kind = next((kind for kind in UNITS if found[kind]), "money")
    value = value_of(found["number"])
    return kind, None if value is None else value * _scale(found, kind)


def _scale(found: re.Match[str], kind: str) -> float:
    unit = found[kind] if found["bare"] is None else ""
    return 10.0 if unit == "成" else 10.0**6 if unit.startswith("million") else 1.0


def value_of(written: str) -> float | None:
    """Return the value of 1,500万, 三万, 二十五 or 1.2亿; None if it is no number."""
    plain = unicodedata.normalize("NFKC", written).replace(",", "").replace(" ", "")
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([十百千万亿]*)", plain)
    if found:
        value = float(found[1])
        for unit in found[2]:
            value *= (SMALL | LARGE)[unit]
        return value
    return _chinese(plain)


def _chinese(plain: str) -> float | None:
    total, section, digit = 0, 0, None
    for character in plain:
        if character in CHINESE:
            digit = CHINESE[character] if digit is None else digit * 10 + CHINESE[character]
        elif character in SMALL:
            section += (1 if digit is None else digit) * SMALL[character]
            digit = None
        elif character in LARGE:
            total = (total + section + (digit or 0)) * LARGE[character] or LARGE[character]
            section, digit = 0, None
        else:
            return None
    return float(total + section + (digit or 0))
