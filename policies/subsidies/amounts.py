"""Amounts as people type them, and as pages write them."""

import re
from decimal import Decimal

from flask_babel import gettext as _

from core.errors import InvalidInputError
from policies.quantities import CHINESE, LARGE, SMALL, amount_of
from retrieval.text import normalise

WAN, YI = Decimal(10**4), Decimal(10**8)
UNITS = {"wan": WAN, "yuan": Decimal(1)}
LARGEST = 10**5 * YI
LONGEST = 40
FOREIGN = re.compile(r"美元|港元|港币|欧元|日元|英镑|美金|[$€£]|usd|hkd|eur", re.IGNORECASE)
TYPED = re.compile(r"(?:人民币|¥|rmb)?(?P<number>[^元块圆]+?)(?P<unit>元|块钱?|圆)?(?:人民币|整)?", re.IGNORECASE)
DIGIT = "".join(CHINESE)
POINTED = re.compile(
    rf"(?P<whole>[{DIGIT}{''.join(SMALL)}]+)点(?P<part>[{DIGIT}]+)(?P<scale>[{''.join(SMALL | LARGE)}]*)"
)


def read_amount(typed: str, unit: str = "wan") -> Decimal:
    """Return an amount in 元: 2000 (in `unit`, "wan" or "yuan"), 2000万元, 1.5亿, 三千五百万.

    Raises InvalidInputError with what is wrong.
    """
    plain = re.sub(r"\s+", "", normalise(typed))
    if not plain:
        raise InvalidInputError(_("请填写金额"))
    if len(plain) > LONGEST:
        raise InvalidInputError(_("金额太长，请写成 2000万元 这样"))
    if FOREIGN.search(plain):
        raise InvalidInputError(_("“%(typed)s”不是人民币，请先折合成人民币", typed=plain))
    return _checked(_value(plain, unit), plain)


def _value(plain: str, unit: str) -> Decimal | None:
    found = TYPED.fullmatch(plain)
    if found is None:
        return None
    number = _number(found["number"])
    if number is None:
        return None
    has_unit = found["unit"] or found["number"].endswith(tuple(LARGE))
    return number if has_unit else number * UNITS.get(unit, WAN)


def _number(written: str) -> Decimal | None:
    pointed = POINTED.fullmatch(written)
    if pointed is None:
        return amount_of(written) if not written.endswith(",") else None
    whole, scale = amount_of(pointed["whole"]), Decimal(1)
    for sign in pointed["scale"]:
        scale *= (SMALL | LARGE)[sign]
    part = "".join(str(CHINESE[sign]) for sign in pointed["part"])
    return None if whole is None else (whole + Decimal(f"0.{part}")) * scale


def _checked(value: Decimal | None, plain: str) -> Decimal:
    if value is None:
        raise InvalidInputError(_("“%(typed)s”读不成金额，请写成 2000万元、1.5亿 或 三百万", typed=plain))
    if value <= 0:
        raise InvalidInputError(_("金额要大于 0"))
    if value > LARGEST:
        raise InvalidInputError(_("金额太大，请检查单位"))
    return value


def money(value: Decimal) -> str:
    """Return an amount as people write it: 1,000万元, 1.5亿元, 9,999.5元."""
    if value >= YI and value % (YI / 100) == 0:
        return f"{_plain(value / YI)}亿元"
    return f"{_plain(value / WAN)}万元" if value >= WAN else f"{_plain(value)}元"


def short(value: Decimal) -> str:
    """Return an amount as it stands in an address: 2000万元, 1.5亿元."""
    return money(value).replace(",", "")


def percent(value: Decimal) -> str:
    """Return a share as people write it: 50%, 12.5%."""
    return f"{_plain(value)}%"


def _plain(value: Decimal) -> str:
    written = f"{value:,f}"
    return written.rstrip("0").rstrip(".") if "." in written else written
