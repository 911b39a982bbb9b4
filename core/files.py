"""Files that people hand in: checked, kept outside the web root, scanned, and sent only as attachments."""

import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from hashlib import sha256
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from typing import IO, Any, TypeVar

from flask import Flask, Request, Response, abort, current_app, request, send_file
from flask_babel import gettext
from huey import crontab
from sqlalchemy import String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column
from werkzeug.datastructures import FileStorage

from core import clock, commits, scanner
from core.errors import InvalidInputError
from core.extensions import db
from core.file_types import ALLOWED, accepted, check, clean_name
from core.jobs import job, periodic
from core.orm import Base
from core.scanner import Outcome
from core.settings import settings

__all__ = [
    "ALLOWED",
    "StoredFile",
    "accept",
    "accepted",
    "allow_upload",
    "erase",
    "keep_in_memory",
    "read",
    "send",
    "setup",
    "write_private",
]

View = TypeVar("View", bound=Callable[..., Any])

MIB = 1024 * 1024
TOUCHED = "stored_files_touched"
# A form may bring more than one file; a body beyond this is answered with 413 before it is read.
FILES_IN_A_FORM = 2
# A file without a row is left alone for so long: its transaction may still be open.
GRACE = 3600.0
BATCH = 200
SANDBOX = "sandbox; default-src 'none'"


class StoredFile(Base):
    """A file that was handed in: its bytes lie outside the web root and the database, under its token.

    quarantined → clean | refused, and → erased from each of them; only what is clean is sent or read.
    """

    __tablename__ = "stored_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(16), default="quarantined", index=True)
    reason: Mapped[str] = mapped_column(String(200), default="")
    purpose: Mapped[str] = mapped_column(String(32))
    created_at: Mapped[datetime]
    organisation_id: Mapped[int | None]


def allow_upload(view: View) -> View:
    """Let a view's requests be as large as files need; every other request stays small. Goes below `@access`."""
    view.allows_upload = True  # type: ignore[attr-defined]  # functions carry attributes
    return view


def keep_in_memory(view: View) -> View:
    """Let what is uploaded to a view never touch a disk before the view has it. Goes below `@access`."""
    view.keeps_in_memory = True  # type: ignore[attr-defined]  # functions carry attributes
    return view


class UploadRequest(Request):
    """A request whose files stay in memory where the view says so; Werkzeug puts larger ones into temporary files."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        if getattr(current_app.view_functions.get(self.endpoint or ""), "keeps_in_memory", False):
            return BytesIO()
        return super()._get_file_stream(total_content_length, content_type, filename, content_length)


def setup(app: Flask) -> None:
    app.request_class = UploadRequest
    # Before every before_request: the CSRF check reads the form.
    app.url_value_preprocessor(_widen)


def _widen(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    if getattr(current_app.view_functions.get(endpoint or ""), "allows_upload", False):
        request.max_content_length = (FILES_IN_A_FORM * settings().max_file_mb + 1) * MIB


def accept(session: Session, upload: FileStorage, *, purpose: str, organisation_id: int | None = None) -> StoredFile:
    """Check an uploaded file, write its bytes, and add its row; they go again if the transaction is rolled back.

    Raises InvalidInputError: too big, empty, of a type not taken, not what its name says, or with an unreadable name.
    """
    most = settings().max_file_mb
    name = clean_name(upload.filename or "")
    data = upload.stream.read(most * MIB + 1)
    if len(data) > most * MIB:
        raise InvalidInputError(gettext("“%(name)s”超过 %(most)s MB，请压缩或拆分后再上传", name=name, most=most))
    stored = StoredFile(
        token=secrets.token_urlsafe(24),
        name=name,
        media_type=check(name, data).media_type,
        size=len(data),
        digest=sha256(data).hexdigest(),
        state="quarantined" if scanner.is_configured() else "clean",
        reason="",
        purpose=purpose,
        created_at=clock.now(),
        organisation_id=organisation_id,
    )
    _touch(session, stored.token)
    write_private(_path(stored.token), data)
    session.add(stored)
    session.flush()
    return stored


def send(stored: StoredFile) -> Response:
    """Answer with the file as a download; 404 unless it is clean and there."""
    path = _path(stored.token)
    if stored.state != "clean" or not path.is_file():
        abort(HTTPStatus.NOT_FOUND)
    response = send_file(path, download_name=stored.name, as_attachment=True, etag=False, max_age=0)
    response.headers["Content-Type"] = stored.media_type
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    # What is redacted must not live on in a cache.
    response.headers["Cache-Control"] = "private, no-store"
    return response


def read(stored: StoredFile) -> bytes:
    """Return the bytes of a clean file. Raises FileNotFoundError for any other."""
    if stored.state != "clean":
        raise FileNotFoundError(f"stored file {stored.id} is {stored.state}")
    return _path(stored.token).read_bytes()


def erase(session: Session, stored: StoredFile, reason: str) -> None:
    """Take a file away: at once for readers of the row, and its bytes when the transaction commits."""
    stored.state, stored.reason = "erased", reason[:200]
    _touch(session, stored.token)
    session.flush()


def _folder() -> Path:
    return settings().instance / "files"


def _path(token: str) -> Path:
    return _folder() / token[:2] / token


def write_private(path: Path, data: bytes) -> None:
    """Write a new file that only this user can read, in a folder of a folder of its kind; on the disk before it returns."""
    for folder in (path.parent.parent, path.parent):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _remove(path: Path) -> None:
    """Overwrite and unlink; nothing if it is gone already."""
    try:
        with path.open("r+b") as file:
            file.write(bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except FileNotFoundError:
        return


def _touch(session: Session, token: str) -> None:
    session.info.setdefault(TOUCHED, set()).add(token)


def _settle(tokens: Iterable[str]) -> None:
    """Remove the bytes that the commit took away, and have scanned what it brought."""
    states = _remove_unwanted(tokens)
    for token, state in states.items():
        if state == "quarantined":
            scan_one(token)


def _remove_unwanted(tokens: Iterable[str]) -> dict[str, str]:
    """Remove the bytes of rows that are not there, refused or erased, by what is committed; return the states found."""
    wanted = list(tokens)
    with Session(db.engine) as fresh:
        rows = fresh.execute(select(StoredFile.token, StoredFile.state).where(StoredFile.token.in_(wanted)))
        states = {token: state for token, state in rows}  # noqa: C416 - dict() does not take SQLAlchemy's rows for mypy
    for token in wanted:
        if states.get(token) not in {"quarantined", "clean"}:
            _remove(_path(token))
    return states


commits.follow(TOUCHED, _settle, _remove_unwanted)


def scan(session: Session, token: str) -> Outcome | None:
    """Scan one quarantined file and commit what comes of it; None if it is not quarantined (any more).

    `session` is the job's own: what it holds uncommitted is rolled back.
    """
    waiting = (StoredFile.token == token, StoredFile.state == "quarantined")
    number = session.scalar(select(StoredFile.id).where(*waiting))
    session.rollback()  # no transaction stays open while the scanner works
    path = _path(token)
    if number is None or not path.is_file():
        return None
    verdict = scanner.scan(path.read_bytes()) if scanner.is_configured() else scanner.Verdict(Outcome.CLEAN)
    if verdict.outcome is Outcome.UNAVAILABLE:
        current_app.logger.warning("file %s stays quarantined: %s", number, verdict.detail)
        return verdict.outcome
    state = "clean" if verdict.outcome is Outcome.CLEAN else "refused"
    session.execute(update(StoredFile).where(*waiting).values(state=state, reason=verdict.detail[:200]))
    _touch(session, token)
    session.commit()
    return verdict.outcome


def scan_waiting(session: Session) -> int:
    """Scan what is still quarantined, the oldest first; returns how many got a verdict."""
    if scanner.is_configured() and not scanner.is_awake():
        return 0
    waiting = select(StoredFile.token).where(StoredFile.state == "quarantined").order_by(StoredFile.id).limit(BATCH)
    outcomes = [scan(session, token) for token in session.scalars(waiting).all()]
    return sum(outcome in {Outcome.CLEAN, Outcome.INFECTED} for outcome in outcomes)


def sweep() -> int:
    """Remove the bytes that belong to no row, or to one that was refused or erased; returns how many."""
    before = {path.name: path for path in _old_files()}
    tokens = list(before)
    for start in range(0, len(tokens), BATCH):
        _remove_unwanted(tokens[start : start + BATCH])
    return sum(not path.exists() for path in before.values())


def _old_files() -> Iterator[Path]:
    oldest = time.time() - GRACE
    for path in _folder().glob("*/*"):
        if path.stat().st_mtime < oldest:
            yield path


@job()
def scan_one(token: str) -> None:
    scan(db.session(), token)


@periodic(crontab(minute="*/5"))
def scan_again() -> None:
    scan_waiting(db.session())


@periodic(crontab(minute="17"))
def sweep_files() -> None:
    sweep()
