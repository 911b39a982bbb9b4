"""How articles are numbered: (一), （1）, 第十二条, 第十二条之一."""

import re
import unicodedata
from dataclasses import dataclass

DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
UNITS = {"十": 10, "百": 100, "千": 1000}
NUMERAL = rf"(?:\d+|[{''.join(DIGITS)}{''.join(UNITS)}]+)"
# Longer runs of digits number nothing.
LONGEST = 9
LABEL = re.compile(rf"第\s*(?P<clause>{NUMERAL})\s*条(?:之(?P<sub>{NUMERAL}))?|[(（](?P<item>{NUMERAL})[)）]")


@dataclass(frozen=True)
class Label:
    """The number a heading starts with, as written and as read; `clause` tells 第…条 from (…)."""

    written: str
    clause: bool
    number: tuple[int, int]


def read_label(heading: str) -> Label | None:
    """Return the number at the start of a heading, or None if it has none."""
    found = LABEL.match(heading)
    if found is None:
        return None
    number = numeral(found["clause"] or found["item"])
    sub = numeral(found["sub"]) if found["sub"] else 0
    return None if number is None or sub is None else Label(found[0], bool(found["clause"]), (number, sub))


def numeral(written: str) -> int | None:
    """Return the value of Arabic, full-width or Chinese digits; None if they are no number."""
    plain = unicodedata.normalize("NFKC", written)
    if plain.isascii():
        return int(plain) if plain.isdigit() and len(plain) <= LONGEST else None
    if not any(unit in plain for unit in UNITS):
        return _placed(plain)
    total, digit = 0, None
    for character in plain:
        if character in UNITS:
            total += (1 if digit is None else digit or 1) * UNITS[character]
            digit = None
        elif character in DIGITS:
            digit = DIGITS[character]
        else:
            return None
    return total + (digit or 0)


def _placed(written: str) -> int | None:
    """Read digits by place: 二〇二四."""
    if not all(character in DIGITS for character in written):
        return None
    return int("".join(str(DIGITS[character]) for character in written))
