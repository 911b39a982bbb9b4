"""Figures and dates of a Chinese text in English: the same value, its unit, and the word that bounds it, in the same direction."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from policies.quantities import Dated, Quantity, even

NOT = "(?:不(?:得|能|应|可|会|宜|许|准|允许)?|未|没有|严禁|禁止)"
# Longer words first: 不超过 holds 超过, and says the opposite.
BEFORE = re.compile(
    rf"(?:(?P<upto>最高(?:可达|不超过)?|{NOT}(?:超过|超出|高于|多于|大于|长于)|至多|最多|最长|最大|上限(?:为|是)?|封顶)"
    rf"|(?P<least>{NOT}(?:少于|低于|小于|短于)|至少|最低|最少|最短|起码|下限(?:为|是)?)"
    r"|(?P<more>超过|超出|高于|多于|大于|逾)|(?P<less>低于|少于|小于|不满|不足|未满)|(?P<about>大约|约|左右)|(?P<nearly>将近|接近|近))"
    r"(?:(?P<base>[^,，。;；、\d]{1,12})的)?\Z"
)
AFTER = re.compile(r"(?P<upto>以内|以下)|(?P<least>及?以上)|(?P<about>左右|上下)|(?P<within>之?内)")
SAID: Mapping[str, str] = {
    "upto": "up to",
    "least": "at least",
    "more": "more than",
    "less": "less than",
    "about": "about",
    "nearly": "nearly",
    "within": "within",
}
LONGEST_BOUND = 24
# What says that a figure is an ordinal, a part of a range or fraction, or a way of speaking; nothing is told of these.
NO_FIGURE_BEFORE = re.compile(
    r"(?:第|分之|[数几上成好]|[\d零一二两三四五六七八九十百千万亿]\s?(?:至|到|[-—~～－])|[同统唯单](?=一))\Z"
)
NO_FIGURE_AFTER = re.compile(r"[多余来几半]")
VAGUE = re.compile(r"一(?!次性)[^\d十百千万亿]{1,2}|(?!百分之)[百千万亿].*|全免")
# 7日 is a span of time only where something says so; else it is a day of the month.
DAY = re.compile(r"日\Z")
SPAN = re.compile(r"以?内|之内|以上|以下|的|期限|起")
SIZES = ((Decimal(10**12), "trillion"), (Decimal(10**9), "billion"), (Decimal(10**6), "million"))
# Words that count things, which English does without.
CLASSIFIERS = frozenset("个家间项条次座所批款场处台套辆件种支类部张架")
UNITS: Mapping[str, tuple[str, str]] = {
    "平方米": ("square metre", "square metres"),
    "立方米": ("cubic metre", "cubic metres"),
    "公里": ("kilometre", "kilometres"),
    "千米": ("kilometre", "kilometres"),
    "米": ("metre", "metres"),
    "年": ("year", "years"),
    "周年": ("year", "years"),
    "个月": ("month", "months"),
    "月": ("month", "months"),
    "个工作日": ("working day", "working days"),
    "工作日": ("working day", "working days"),
    "天": ("day", "days"),
    "日": ("day", "days"),
    "周": ("week", "weeks"),
    "个星期": ("week", "weeks"),
    "星期": ("week", "weeks"),
    "小时": ("hour", "hours"),
    "学时": ("class hour", "class hours"),
    "课时": ("class hour", "class hours"),
    "分钟": ("minute", "minutes"),
    "秒": ("second", "seconds"),
    "人": ("person", "people"),
    "名": ("person", "people"),
    "位": ("person", "people"),
    "户": ("household", "households"),
    "吨": ("tonne", "tonnes"),
    "公斤": ("kilogram", "kilograms"),
    "升": ("litre", "litres"),
    "倍": ("time", "times"),
    "字节": ("byte", "bytes"),
    "株": ("plant", "plants"),
    "亩": ("mu", "mu"),
    "瓦": ("W", "W"),
    "千瓦": ("kW", "kW"),
    "兆瓦": ("MW", "MW"),
    "瓦时": ("Wh", "Wh"),
    "千瓦时": ("kWh", "kWh"),
    "兆瓦时": ("MWh", "MWh"),
}
CURRENCIES: Mapping[str, str] = {"美元": "USD ", "港元": "HKD "}
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
DATE = re.compile(
    r"(?:(?P<year>\d{4})年)?(?:(?P<month>\d{1,2})月)?(?:(?P<day>\d{1,2})日)?"
    r"年?第?(?P<part>底|末|中旬|上旬|下旬|中|初|上半年|下半年|[一二三四]季度)?"
)
PARTS: Mapping[str, str] = {
    "底": "the end of ",
    "末": "the end of ",
    "中": "the middle of ",
    "初": "the beginning of ",
    "上旬": "the first ten days of ",
    "中旬": "the middle ten days of ",
    "下旬": "the last ten days of ",
    "上半年": "the first half of ",
    "下半年": "the second half of ",
    "一季度": "the first quarter of ",
    "二季度": "the second quarter of ",
    "三季度": "the third quarter of ",
    "四季度": "the fourth quarter of ",
}
UNTIL = re.compile(r"以?前|之前|为止")
# 底前 takes the end in; 3月1日前 does not take in the day.
ENDING = frozenset(["底", "末"])


@dataclass(frozen=True)
class Said:
    """What stands at `start:end` of a text, in English; of a share `base` is what it is of, as the text has it."""

    start: int
    end: int
    english: str
    base: str = ""


def figure(text: str, one: Quantity) -> Said | None:
    """Return a figure with what bounds it; None for what is no figure by itself, such as an ordinal or part of a range."""
    before, after = text[max(0, one.start - LONGEST_BOUND) : one.start], text[one.end :]
    if not _is_told(one, before, after):
        return None
    leading, trailing = BEFORE.search(before), AFTER.match(after)
    amount = _amount(one)
    if leading:
        base = (leading["base"] or "") if one.kind == "share" else ""
        return Said(one.start - len(leading[0]), one.end, f"{_bound(leading, one)} {amount}", base)
    if trailing and (_which(trailing) != "within" or one.kind == "time"):
        return Said(one.start, one.end + len(trailing[0]), f"{_bound(trailing, one)} {amount}")
    return Said(one.start, one.end, amount)


def date(text: str, one: Dated) -> Said | None:
    """Return a point in time, with 前 as by or before; None for a year alone, which says itself."""
    found, until = DATE.fullmatch(even(one.text)), UNTIL.match(text, one.end)
    if found is None or _is_odd(found):
        return None
    part = found["part"] or ""
    said = PARTS.get(part, "") + " ".join(filter(None, [found["day"], _month(found), found["year"]]))
    if until is None:
        return None if said == found["year"] else Said(one.start, one.end, said)
    return Said(one.start, until.end(), f"{'by' if part in ENDING or until[0] == '为止' else 'before'} {said}")


def _is_told(one: Quantity, before: str, after: str) -> bool:
    if one.kind == "year" or VAGUE.fullmatch(one.text) or NO_FIGURE_AFTER.match(after):
        return False
    if NO_FIGURE_BEFORE.search(before + ("一" if one.text.startswith("一") else "")) and not before.endswith("达到"):
        return False
    return not (DAY.search(one.text) and one.unit == "日" and not SPAN.match(after))


def _bound(found: re.Match[str], one: Quantity) -> str:
    which = _which(found)
    return "fewer than" if which == "less" and one.kind == "count" else SAID[which]


def _which(found: re.Match[str]) -> str:
    return next(name for name in SAID if found.groupdict().get(name))


def _amount(one: Quantity) -> str:
    if one.kind == "share":
        return f"{_plain(one.exact)}%"
    if one.kind == "computing":
        return f"{_plain(one.exact)} {''.join(one.unit.split()).upper()}"
    if one.kind == "money":
        # An amount without its unit, as in 千亿, is a number; what it counts is for the reader of the Chinese to say.
        named = re.search(r"元|块|yuan|rmb", one.text, re.IGNORECASE)
        return (CURRENCIES.get(one.unit, "CNY ") if named else "") + _large(one.exact)
    singular, plural = UNITS.get(one.unit, (one.unit, one.unit))
    if one.unit in CLASSIFIERS:
        return _large(one.exact)
    return f"{_large(one.exact)} {singular if one.exact == 1 else plural}"


def _large(value: Decimal) -> str:
    for size, word in SIZES:
        if value >= size and (value / size * 1000) % 1 == 0:
            return f"{_plain(value / size)} {word}"
    return _plain(value)


def _plain(value: Decimal) -> str:
    whole = value == value.to_integral_value()
    return f"{int(value):,}" if whole else f"{value.normalize():,f}"


def _is_odd(found: re.Match[str]) -> bool:
    """Tell a date that no calendar has, or a part of nothing."""
    month, day = int(found["month"] or 1), int(found["day"] or 1)
    return not (1 <= month <= len(MONTHS) and 1 <= day <= 31) or not (found["year"] or found["month"])  # noqa: PLR2004 - days


def _month(found: re.Match[str]) -> str:
    return MONTHS[int(found["month"]) - 1] if found["month"] else ""
