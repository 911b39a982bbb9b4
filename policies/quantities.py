"""The one reader of amounts, numbers with their unit, and of dates: 500万元, 三万P, 一半, 百分之三十, 2024年年底."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

CHINESE = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
SMALL = {"十": 10, "百": 100, "千": 1000}
LARGE = {"万": 10**4, "亿": 10**8}
UNITS = {
    "share": "%|个百分点|成(?![员立都果为熟长本功绩])",
    "money": "(?:人民币|美|港)?元|块钱?|(?:million |billion )?(?:yuan|rmb)",
    "computing": r"[kmgtpe]\s?flops|p(?![a-z])",
    "data": "字节|[kmgtpez]b(?![a-z])",
    "time": "个?工作日|周年|年|个?月|个?星期|周|天|日|小时|学时|课时|分钟|秒|years?|months?|days?|hours?",
    "area": "万?平方米|平方公里|公顷|亩",
    "length": "公里|千米|米",
    "count": "个|家|间|项|条|人|名|位|次(?!性)|座|所|批|款|场|处|台|套|辆|件|种|倍|支(?!持|撑)|架|户|类|部(?!门|署|分|件)|张|吨|公斤|升(?!级)|立方米|(?:千|兆)?瓦时?|株|(?:[a-z-]+ ){0,3}(?:teams?|companies|enterprises|scenarios|institutions|models|projects|factories|labs|laboratories|bases)",
}
UNIT = "|".join(f"(?P<{kind}>{pattern})" for kind, pattern in UNITS.items())
NUMBER = r"(?<![a-z\d.])(?<![a-z]-)\d+(?:,\d{3})*(?:\.\d+)?\s?[十百千万亿]*|[零〇一二两三四五六七八九十百千][零〇一二两三四五六七八九十百千万亿]*"
QUANTITY = re.compile(
    rf"(?P<year>(?<!\d)(?:19|20)\d\d)年|百分之(?P<hundredth>{NUMBER})|(?P<word>一半|对半|全额|全免|half)"
    rf"|(?P<number>{NUMBER})\s?(?:{UNIT}|(?P<bare>(?<=[万亿])))",
    re.IGNORECASE,
)
WORDS = {"一半": 50, "对半": 50, "half": 50, "全额": 100, "全免": 100}
SCALES = {"成": 10, "平方公里": 10**6, "公顷": 10**4, "million": 10**6, "billion": 10**9}
MONTH = r"\d{1,2}月(?:\d{1,2}日|底|末|中旬|上旬|下旬)?"
DATE = re.compile(
    rf"(?<!\d)(?:19|20)\d{{2}}年(?!代)(?:年?底|年?末|年?中|年?初|上半年|下半年|第?[一二三四]季度|{MONTH})?|(?<![\d.个]){MONTH}"
)
CANONICAL = {
    "成": "%",
    "个百分点": "%",
    "平方公里": "平方米",
    "公顷": "平方米",
    "块": "元",
    "块钱": "元",
    "人民币元": "元",
}


@dataclass(frozen=True)
class Quantity:
    """A value of one kind at `start:end`; `exact` counts in `unit`. An amount without a unit, as in 给500万, counts as money."""

    start: int
    end: int
    text: str
    kind: str
    exact: Decimal
    unit: str = ""

    @property
    def value(self) -> float:
        return float(self.exact)


@dataclass(frozen=True)
class Dated:
    """A point in time at `start:end`: 2024年, 2024年年底, 2025年3月1日, 9月底."""

    start: int
    end: int
    text: str


def quantities(text: str) -> Iterator[Quantity]:
    """Yield the quantities of `text` in order; full-width digits and signs count as plain ones."""
    for found in QUANTITY.finditer(even(text)):
        kind, value = _read(found)
        if value is not None:
            yield Quantity(
                found.start(), found.end(), text[found.start() : found.end()], kind, value, _unit(found, kind)
            )


def dates(text: str) -> Iterator[Dated]:
    """Yield the points in time of `text` in order, those within a year (9月底) too."""
    for found in DATE.finditer(even(text)):
        yield Dated(found.start(), found.end(), text[found.start() : found.end()])


def even(text: str) -> str:
    """Return `text` with each character in NFKC where that is one character, so that offsets hold in both."""
    return "".join(plain if len(plain := unicodedata.normalize("NFKC", one)) == 1 else one for one in text)


def value_of(written: str) -> float | None:
    """Return the value of 1,500万, 三万, 二十五 or 1.2亿; None if it is no number."""
    found = amount_of(written)
    return None if found is None else float(found)


def amount_of(written: str) -> Decimal | None:
    """Return the exact value of 1,500万, 三万, 二十五 or 1.2亿; None if it is no number."""
    plain = unicodedata.normalize("NFKC", written).replace(",", "").replace(" ", "")
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([十百千万亿]*)", plain)
    if found:
        value = Decimal(found[1])
        for unit in found[2]:
            value *= (SMALL | LARGE)[unit]
        return value
    return _chinese(plain)


def _read(found: re.Match[str]) -> tuple[str, Decimal | None]:
    if found["year"]:
        return "year", Decimal(found["year"])
    if found["hundredth"]:
        return "share", amount_of(found["hundredth"])
    if found["word"]:
        return "share", Decimal(WORDS[found["word"].lower()])
    kind = next((kind for kind in UNITS if found[kind]), "money")
    value = amount_of(found["number"])
    return kind, None if value is None else whole(value * _scale(found, kind))


def whole(value: Decimal) -> Decimal:
    """Return a whole number without decimal places: 15000.0 is 15000."""
    return value.to_integral_value() if value == value.to_integral_value() else value


def _unit(found: re.Match[str], kind: str) -> str:
    if kind in {"year", "share"}:
        return "年" if kind == "year" else "%"
    written = (found[kind] or "") if found["bare"] is None else "元"
    return CANONICAL.get(written, written)


def _scale(found: re.Match[str], kind: str) -> int:
    unit = found[kind].lower().partition(" ")[0] if found["bare"] is None else ""
    return SCALES.get(unit, 1)


def _chinese(plain: str) -> Decimal | None:
    total, section, digit = 0, 0, None
    for character in plain:
        if character in CHINESE:
            digit = CHINESE[character] if digit is None else digit * 10 + CHINESE[character]
        elif character in SMALL:
            section += (1 if digit is None else digit) * SMALL[character]
            digit = None
        elif character in LARGE:
            before = total + section + (digit or 0)
            total = LARGE[character] * (1 if not before and digit is None else before)
            section, digit = 0, None
        else:
            return None
    return Decimal(total + section + (digit or 0))
