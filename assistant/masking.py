"""Personal data out of a text, before it is stored or shown to any model."""

import re
from collections.abc import Callable

ID_CARD = re.compile(
    r"(?<![0-9A-Za-z])(\d{6}[ -]?(?:18|19|20)\d{2}[ -]?\d{4}[ -]?\d{3}[\dXx]|\d{6}(?:18|19|20)\d{9}[\dXx])(?![0-9A-Za-z])"
)
MOBILE = re.compile(r"(?<!\d)(?:(?:\+|00)?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")
BANK_CARD = re.compile(r"(?<!\d)\d(?:[ -]?\d){11,18}(?!\d)")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
CARD_LENGTHS = range(13, 20)


def mask(text: str) -> str:
    """Replace ID card numbers (checksum), bank cards (Luhn) and mobile numbers by what they are, in brackets."""
    for pattern, is_one, placeholder in MASKS:
        text = pattern.sub(_replacing(is_one, placeholder), text)
    return text


def is_id_card(digits: str) -> bool:
    """Tell whether 18 characters carry the checksum of GB 11643."""
    if not re.fullmatch(r"\d{17}[\dX]", digits):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, WEIGHTS, strict=False))
    return CHECKS[total % 11] == digits[17]


def is_bank_card(digits: str) -> bool:
    """Tell whether digits have the length and the Luhn checksum of a bank card."""
    if not digits.isdigit() or len(digits) not in CARD_LENGTHS or len(set(digits)) == 1:
        return False
    doubled = [int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0  # noqa: PLR2004 - a digit's largest value


def _always(_digits: str) -> bool:
    return True


def _replacing(is_one: Callable[[str], bool], placeholder: str) -> Callable[[re.Match[str]], str]:
    return lambda found: placeholder if is_one(re.sub(r"[ -]", "", found[0]).upper()) else found[0]


MASKS: tuple[tuple[re.Pattern[str], Callable[[str], bool], str], ...] = (
    (ID_CARD, is_id_card, "[身份证号]"),
    (MOBILE, _always, "[手机号]"),
    (BANK_CARD, is_bank_card, "[银行卡号]"),
)
