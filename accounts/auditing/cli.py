"""`flask audit …`: verify the log, anchor it, write it out for others to check."""

import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NoReturn

import click
from flask.cli import with_appcontext
from sqlalchemy import inspect
from sqlalchemy.exc import DatabaseError

from accounts.auditing import queries
from core import anchors
from core.chain import SAID, Anchor, AnchorsError, Check, Finding, stored_instant
from core.cli import one_line
from core.extensions import db
from core.settings import settings

FOUND, NOT_CHECKED = 1, 2
SHOWN = 100


@click.group("audit")
def commands() -> None:
    """The audit log."""


@commands.command("verify")
@click.option("--anchors", "file", type=click.Path(path_type=Path), help="Anchors kept elsewhere; else the site's own.")
@with_appcontext
def verify(file: Path | None) -> None:
    """Check every event, the chain and the anchors. Exit code 0: whole; 1: findings, one a line; 2: not checked."""
    kept = _anchors(file)
    if not _has_log():
        _end_without_log(kept)
    check = Check(kept)
    found = 0
    for found, finding in enumerate(_read(check), 1):
        if found <= SHOWN:
            print(f"第 {finding.event} 条事件：{finding.text}")
    if found > SHOWN:
        print(f"另有 {found - SHOWN} 处")
    if found:
        sys.exit(FOUND)
    print(f"OK：{check.count} 条事件，末端哈希 {check.hash}，与 {len(kept)} 个锚点相符")


@commands.command("anchor")
@with_appcontext
def anchor() -> None:
    """Write the present end of the log to the file of anchors."""
    with one_line(OSError):
        found = anchors.anchor(anchors.DAILY)
    print(f"{found.count} {found.hash}")


@commands.command("export")
@with_appcontext
def export() -> None:
    """Print the whole log as JSON lines, for another program to check: docs/audit.md."""
    for row in queries.chain(db.session()):
        print(json.dumps({**_said(row), "hash": row.hash}, ensure_ascii=False))


def _has_log() -> bool:
    """Tell whether the log's table is there; ends the program with one line when the database cannot be opened."""
    try:
        return inspect(db.engine).has_table("audit_event")
    except DatabaseError as error:
        print(f"error: 数据库读不出（{error.orig}），没有核验", file=sys.stderr)
        sys.exit(NOT_CHECKED)


def _end_without_log(kept: Sequence[Anchor]) -> NoReturn:
    most = max((anchor.count for anchor in kept), default=0)
    if most:
        print(f"第 1 条事件：整个审计日志缺失，锚点记有 {most} 条：被删除")
        sys.exit(FOUND)
    print("error: 数据库里没有审计日志，请先运行 flask data", file=sys.stderr)
    sys.exit(NOT_CHECKED)


def _anchors(file: Path | None) -> Sequence[Anchor]:
    """Read the named file, or the site's own if there is one; ends the program with one line when it is no such file."""
    path = file or settings().anchors_file
    if file is None and not path.exists():
        return []
    try:
        return anchors.read(path)
    except (AnchorsError, OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        print(f"error: 锚点文件 {path}：{reason}", file=sys.stderr)
        sys.exit(NOT_CHECKED)


def _read(check: Check) -> Iterator[Finding]:
    """Read the log through, and once more row by row from where a portion cannot be read, to name the event."""
    session = db.session()
    yield from check.start()
    end: list[Any] = []
    try:
        yield from _rows(check, queries.chain(session), end)
    except DatabaseError:
        try:
            yield from _rows(check, queries.chain(session, after=check.count, portion=1), end)
        except DatabaseError as error:
            yield Finding(check.count + 1, f"读不出（{error.orig}），其后没有核验")
            return
    yield from check.end(*(end or queries.head(session)))


def _rows(check: Check, rows: Iterable[Sequence[Any]], end: list[Any]) -> Iterator[Finding]:
    """Check rows; `end` takes up what the head row says."""
    for row in rows:
        salt, written, *end[:] = row[len(SAID) :]
        yield from check.read(_said(row), salt, written)


def _said(row: Sequence[Any]) -> dict[str, Any]:
    said = dict(zip(SAID, row, strict=False))
    said["at"] = stored_instant(said["at"])
    return said
