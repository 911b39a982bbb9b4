"""All requirement documents of a scenario as one ZIP: names that no program unpacks elsewhere, the same bytes each time."""

import re
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import IO

LONGEST_STEM = 60
LONGEST_ENDING = 10
UNSAFE = re.compile(r"[\\/:*?\"<>|\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")


@dataclass(frozen=True)
class Member:
    """A file of the archive: its name, and what gives its bytes when its turn comes."""

    name: str
    read: Callable[[], bytes]


def write(members: Iterable[Member], target: IO[bytes], at: datetime) -> None:
    """Write the members in their order, each dated `at`: nothing but names and bytes tells two archives apart."""
    date = (max(at.year, 1980), at.month, at.day, at.hour, at.minute, at.second)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for member in members:
            info = zipfile.ZipInfo(member.name, date)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(info, member.read())


def safe_name(place: int, title: str, ending: str) -> str:
    """Return a name for the document at `place`: no folders, no marks that a file system or a reader stumbles over."""
    stem = UNSAFE.sub(" ", title).strip(" .")[:LONGEST_STEM].strip(" .") or "附件"
    ending = re.sub(r"[^a-z0-9]", "", ending.lower())[:LONGEST_ENDING]
    if ending and stem.lower().endswith(f".{ending}"):
        stem = stem[: -len(ending) - 1]
    return f"{place:02d} {stem}.{ending}" if ending else f"{place:02d} {stem}"
