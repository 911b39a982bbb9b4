"""Personal data out of a text, before it is stored or shown to any model."""

import re
from collections.abc import Callable

from core.personal_data import NUMBERS, Kind


def mask(text: str) -> str:
    """Replace ID card numbers (checksum), bank cards (Luhn) and mobile numbers by what they are, in brackets."""
    for kind in NUMBERS:
        text = kind.pattern.sub(_replacing(kind), text)
    return text


def _replacing(kind: Kind) -> Callable[[re.Match[str]], str]:
    return lambda found: f"[{kind.label}]" if kind.accepts(found) else found[0]
