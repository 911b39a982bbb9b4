"""Personal data in a text: ID card numbers (checksum), mobile numbers, bank cards (Luhn), e-mail addresses."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

ID_CARD = re.compile(
    r"(?<![0-9A-Za-z])(\d{6}[ -]?(?:18|19|20)\d{2}[ -]?\d{4}[ -]?\d{3}[\dXx]|\d{6}(?:18|19|20)\d{9}[\dXx])(?![0-9A-Za-z])"
)
MOBILE = re.compile(r"(?<!\d)(?:(?:\+|00)?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)")
BANK_CARD = re.compile(r"(?<!\d)\d(?:[ -]?\d){11,18}(?!\d)")
EMAIL = re.compile(r"(?<![A-Za-z0-9_.+-])[A-Za-z0-9_.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}")
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECKS = "10X98765432"
CARD_LENGTHS = range(13, 20)


@dataclass(frozen=True)
class Kind:
    """A kind of personal data; `is_one` judges what the pattern found, blanks and dashes aside."""

    label: str
    pattern: re.Pattern[str]
    is_one: Callable[[str], bool]

    def accepts(self, found: re.Match[str]) -> bool:
        return self.is_one(re.sub(r"[ -]", "", found[0]).upper())


@dataclass(frozen=True)
class Finding:
    """Where personal data stands in a text."""

    label: str
    start: int
    end: int


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


def _always(_found: str) -> bool:
    return True


# In this order: what is an ID card number is not taken for a bank card.
NUMBERS = (
    Kind("身份证号", ID_CARD, is_id_card),
    Kind("手机号", MOBILE, _always),
    Kind("银行卡号", BANK_CARD, is_bank_card),
)
KINDS = (*NUMBERS, Kind("邮箱地址", EMAIL, _always))


def find(text: str) -> Iterator[Finding]:
    """Yield the personal data in a text, kind by kind; no place is told twice."""
    taken: list[tuple[int, int]] = []
    for kind in KINDS:
        for found in kind.pattern.finditer(text):
            start, end = found.span()
            if kind.accepts(found) and all(end <= left or right <= start for left, right in taken):
                taken.append((start, end))
                yield Finding(kind.label, start, end)


def labels_in(text: str) -> list[str]:
    """Return what kinds of personal data stand in a text, each once."""
    return list(dict.fromkeys(finding.label for finding in find(text)))
