"""What people type, without what cannot be seen: the filters of text fields."""

import re

# Control characters but tab and newline, lone surrogates, and what Unicode calls default-ignorable: zero-width and
# bidirectional marks, fillers, variation selectors and tag characters, in which instructions can be hidden.
UNSEEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


def typed(text: str | None) -> str:
    """Return a text as it was typed: one character for a line end, none that cannot be seen; "" for None."""
    return UNSEEN.sub("", (text or "").replace("\r\n", "\n").replace("\r", "\n"))


def stripped(text: str | None) -> str:
    """Return a longer text as it was typed, without blanks and empty lines around it."""
    return typed(text).strip()


def one_line(text: str | None) -> str:
    """Return a text of one line, with single blanks."""
    return " ".join(typed(text).split())
