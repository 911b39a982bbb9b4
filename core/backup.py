"""Consistent copies of the database, made while the site runs."""

import os
import re
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import make_url

from core import clock
from core.errors import ProductError
from core.settings import settings

COPY = re.compile(r"\d{8}T\d{12}Z(-[\w-]+)?\.db")
UNFINISHED = ".partial"
LONGEST_LABEL = 40
BUSY = 30.0
DAY = 24 * 3600.0


class BackupError(ProductError):
    """No copy was made; one line that says why."""


def backup(label: str = "") -> Path:
    """Copy the SQLite database into `backups/` of the instance folder, check the copy, and drop the oldest ones.

    The copy holds what was committed when it began; the caller's own open transaction is not in it. Files that were
    handed in lie beside the database and are not copied. Raises BackupError.
    """
    source = _database_file()
    folder = settings().instance / "backups"
    stamp = f"{clock.now():%Y%m%dT%H%M%S%f}Z"
    target = folder / ("-".join(part for part in (stamp, _slug(label)) if part) + ".db")
    unfinished = target.with_suffix(UNFINISHED)
    _reserve(unfinished)
    try:
        _copy(source, unfinished)
        _name(unfinished, target)
        _drop_old(folder, settings().backups_kept)
    except (OSError, sqlite3.Error) as error:
        raise BackupError(f"cannot back up {source}: {error}") from error
    finally:
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
    return target


def _database_file() -> Path:
    url = make_url(settings().database)
    if url.get_backend_name() != "sqlite" or not url.database or url.database == ":memory:":
        raise BackupError("only a SQLite database in a file is backed up here")
    path = Path(url.database)
    if not path.is_file():
        raise BackupError(f"there is no database yet: {path}")
    return path


def _slug(label: str) -> str:
    return re.sub(r"[^\w-]+", "-", label).strip("-")[:LONGEST_LABEL]


def _reserve(unfinished: Path) -> None:
    """Make the file that is copied into; one that is there already is another process's, and left to it."""
    try:
        unfinished.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except OSError as error:
        raise BackupError(f"cannot write {unfinished}: {error}") from error


def _copy(source: Path, target: Path) -> None:
    """Copy in one read transaction, into a single file that needs no journal beside it, and check it."""
    with (
        closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True, timeout=BUSY)) as live,
        closing(sqlite3.connect(target)) as copy,
    ):
        live.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")
        found = copy.execute("PRAGMA integrity_check").fetchall()
    if found != [("ok",)]:
        raise BackupError(f"the copy of {source} is damaged: {found[0][0]}")
    _to_disk(target)


def _name(unfinished: Path, target: Path) -> None:
    """Give a checked copy its name; a copy is never overwritten."""
    if target.exists():
        raise FileExistsError(f"{target} is there already")
    unfinished.rename(target)


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _drop_old(folder: Path, kept: int) -> None:
    """Remove the oldest copies beyond `kept`, and what a process that was killed left unfinished."""
    copies = sorted(path for path in folder.iterdir() if COPY.fullmatch(path.name))
    yesterday = time.time() - DAY
    left = [path for path in folder.glob(f"*{UNFINISHED}*") if path.stat().st_mtime < yesterday]
    for path in [*copies[:-kept], *left]:
        path.unlink()
