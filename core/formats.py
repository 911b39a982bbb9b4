"""Dates, money and numbers as people write them in Chinese, and personal data as it may be shown."""

import re
from datetime import date, datetime
from urllib.parse import quote

from core import clock

YI = 10_000  # 万
MOBILE = re.compile(r"(?<!\d)(1[3-9]\d)[ -]?(\d{4})[ -]?(\d{4})(?!\d)")


def day(value: date | datetime) -> str:
    """2026年3月18日, in the city's time zone."""
    found = clock.local_date(value) if isinstance(value, datetime) else value
    return f"{found.year}年{found.month}月{found.day}日"


def written_day(text: str) -> str:
    """Return a day written as 2026-03-18 as people write it, and any other text as it is."""
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text


def moment(value: datetime) -> str:
    """2026年3月18日 09:30, in the city's time zone."""
    return f"{day(value)} {clock.local(value):%H:%M}"


def wan(value: int) -> str:
    """Format an amount given in 万元: 350万元, 1.2亿元."""
    return f"{value / YI:g}亿元" if value >= YI else f"{value}万元"


def budget(low: int | None, high: int | None) -> str:
    """Format a budget range given in 万元; nothing given means 面议."""
    if low is None and high is None:
        return "面议"
    if low is None or high is None:
        return f"不低于{wan(low)}" if low is not None else f"不高于{wan(high or 0)}"
    if low == high:
        return wan(low)
    return f"{low}–{wan(high)}" if high < YI else f"{wan(low)}–{wan(high)}"


def masked_phone(text: str) -> str:
    """Hide the middle of mobile numbers; office telephones stay: 139 **** 1234."""
    return MOBILE.sub(r"\1 **** \3", text)


def text_fragment(text: str) -> str:
    """Return the `:~:text=` part of an address that makes browsers scroll to `text` and mark it."""
    return ":~:text=" + quote(text, safe="").replace("-", "%2D")


FILTERS = {"day": day, "moment": moment, "wan": wan, "masked_phone": masked_phone, "text_fragment": text_fragment}
