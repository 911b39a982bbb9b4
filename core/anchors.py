"""Anchors: the log's end, written down outside the database, so that a log rewritten as a whole does not fit them."""

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from huey import crontab
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.audit import HEAD, AuditEvent, AuditHead
from core.chain import Anchor, AnchorsError, instant, parse_anchors
from core.extensions import db
from core.jobs import periodic
from core.settings import settings

DAILY, PUBLICATION, DEADLINE, OPENING = "daily", "publication", "deadline", "opening"

# The last lines are looked at without reading the years before them.
TAIL = 64 * 1024


def anchor(cause: str) -> Anchor:
    """Append the committed end of the log to the file of anchors, and return it.

    `cause` is one of the constants above. What the caller's own transaction has not committed is not in it: call it
    from a consumer of events or a job. Raises OSError when the file cannot be written.
    """
    with db.engine.connect() as connection:
        count, last = connection.execute(select(AuditHead.count, AuditHead.hash).where(AuditHead.id == HEAD)).one()
    found = Anchor(count, last, instant(clock.now()), cause)
    _append(settings().anchors_file, found)
    return found


def follow(_session: Session, events: Sequence[AuditEvent]) -> None:
    """Anchor the log when a batch was published: a consumer of events."""
    if any((entry.subject_type, entry.verb) == ("batch", "publish") for entry in events):
        anchor(PUBLICATION)


@periodic(crontab(minute="*/10"))
def anchor_the_day() -> None:
    """Anchor the log once in each of the city's days, as soon as a worker is there."""
    midnight = instant(clock.start_of_day(clock.today()))
    if not any(found.cause == DAILY and found.at >= midnight for found in newest()):
        anchor(DAILY)


def newest() -> list[Anchor]:
    """Return the last few hundred anchors, the oldest first; `line` is not known, and what is no anchor is passed over."""
    path = settings().anchors_file
    if not path.exists():
        return []
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL))
        lines = file.read().decode("utf-8", "replace").splitlines()
    return [*_anchors(lines)]


def read(path: Path) -> list[Anchor]:
    """Read a file of anchors. Raises AnchorsError naming the first line that is none, OSError, UnicodeDecodeError."""
    with path.open(encoding="utf-8") as file:
        return parse_anchors(file)


def _anchors(lines: Iterable[str]) -> Iterator[Anchor]:
    for line in lines:
        with suppress(AnchorsError):
            yield from parse_anchors([line])


def _append(path: Path, found: Anchor) -> None:
    """Add one line in one write, on the disk before this returns; what stands in the file is never touched."""
    line = json.dumps({"count": found.count, "hash": found.hash, "at": found.at, "cause": found.cause}) + "\n"
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        data = (line if _is_whole(handle) else f"\n{line}").encode()
        if os.write(handle, data) != len(data):
            raise OSError(f"{path}: an anchor was written in part")
        os.fsync(handle)
    finally:
        os.close(handle)


def _is_whole(handle: int) -> bool:
    """Tell whether the last line of a file is ended: one that a full disk cut short is not carried on."""
    size = os.fstat(handle).st_size
    return not size or os.pread(handle, 1, size - 1) == b"\n"
