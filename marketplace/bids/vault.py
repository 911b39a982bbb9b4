"""Files of bids: checked and scanned in memory, and only then written, encrypted under a key of their own."""

import secrets
import time
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from core import clock, commits, scanner
from core.errors import InvalidInputError
from core.extensions import db
from core.file_types import check, clean_name
from core.files import write_private
from core.scanner import Outcome
from core.settings import settings
from marketplace.bids.content import Kept
from marketplace.bids.models import BidFile
from marketplace.sealing import boxes

MIB = 1024 * 1024
TOUCHED = "bid_files_touched"
# A file without a row is left alone for so many seconds: its transaction may still be open.
GRACE = 3600.0


class DamagedError(Exception):
    """A file is missing or is not what was handed in."""


def keep(session: Session, bid: int, upload: FileStorage) -> Kept:
    """Check a file, scan it, and write it encrypted; it goes again if the transaction is rolled back.

    Raises InvalidInputError: too big, empty, of a type not taken, infected, or not scanned although a scanner is configured.
    """
    most = settings().max_file_mb
    name = clean_name(upload.filename or "")
    data = upload.stream.read(most * MIB + 1)
    if len(data) > most * MIB:
        raise InvalidInputError(_("“%(name)s”超过 %(most)s MB，请压缩或拆分后再上传", name=name, most=most))
    media_type = check(name, data).media_type
    _scan(name, data)
    token, key = secrets.token_urlsafe(24), boxes.new_key()
    session.info.setdefault(TOUCHED, set()).add(token)
    write_private(_path(token), boxes.lock(data, key))
    session.add(BidFile(bid_id=bid, token=token, size=len(data), created_at=clock.now()))
    session.flush()
    return Kept(token, key.hex(), name, media_type, len(data), sha256(data).hexdigest())


def read(file: Mapping[str, Any]) -> bytes:
    """Return the bytes that were handed in. Raises DamagedError."""
    try:
        data = boxes.unlock(_path(file["token"]).read_bytes(), bytes.fromhex(file["key"]))
    except (OSError, boxes.WrongKeyError) as error:
        raise DamagedError(str(file["name"])) from error
    if sha256(data).hexdigest() != file["digest"]:
        raise DamagedError(str(file["name"]))
    return data


def drop(session: Session, rows: Iterable[BidFile]) -> None:
    """Take files away: their bytes go when the transaction commits."""
    for row in rows:
        session.info.setdefault(TOUCHED, set()).add(row.token)
        session.delete(row)
    session.flush()


def sweep() -> int:
    """Remove files that belong to no row any more; returns how many."""
    oldest = time.time() - GRACE
    old = [path for path in _folder().glob("*/*") if path.stat().st_mtime < oldest]
    _remove_unwanted([path.name for path in old])
    return sum(not path.exists() for path in old)


def _scan(name: str, data: bytes) -> None:
    if not scanner.is_configured():
        return
    verdict = scanner.scan(data)
    if verdict.outcome is Outcome.INFECTED:
        raise InvalidInputError(_("“%(name)s”未通过病毒扫描，没有保存", name=name))
    if verdict.outcome is not Outcome.CLEAN:
        raise InvalidInputError(_("病毒扫描暂不可用，文件没有保存，请稍后再传"))


def _folder() -> Path:
    return settings().instance / "bids"


def _path(token: str) -> Path:
    return _folder() / token[:2] / token


def _remove_unwanted(tokens: Iterable[str]) -> None:
    """Remove what no committed row names."""
    wanted = list(tokens)
    with Session(db.engine) as fresh:
        kept = set(fresh.scalars(select(BidFile.token).where(BidFile.token.in_(wanted))))
    for token in set(wanted) - kept:
        _path(token).unlink(missing_ok=True)


commits.follow(TOUCHED, _remove_unwanted, _remove_unwanted)
