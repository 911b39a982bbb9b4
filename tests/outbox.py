"""The e-mail that a test's site has sent: tests post into files."""

import email
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from core.settings import settings


def letters(recipient: str | None = None) -> list[EmailMessage]:
    """Return what was sent, to everybody or to one address, in the order of sending."""
    paths = sorted((settings().instance / "mail").glob("*.eml"), key=_number)
    found = [email.message_from_bytes(path.read_bytes(), policy=default) for path in paths]
    return [letter for letter in found if recipient is None or letter["To"] == recipient]


def text_of(letter: EmailMessage) -> str:
    return str(letter.get_content()).replace("\r\n", "\n")


def _number(path: Path) -> int:
    return int(path.stem.rpartition("-")[2])
