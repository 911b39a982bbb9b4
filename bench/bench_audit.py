"""Appending to the audit log against a bare INSERT of the same row, and checking the chain against hashing alone."""

import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from huey.storage import SqliteStorage

from accounts.auditing import queries
from app import create_app
from core import audit, chain
from core.audit import SYSTEM, AuditEvent
from core.chain import SAID, Check
from core.extensions import db
from core.jobs import huey
from core.settings import Settings

EVENTS = 2000
STATE = {"id": 1, "title": "场景" * 20, "scope": "范围" * 200, "status": "draft"}


def timed(what: str, work: Callable[[], object]) -> float:
    """Run `work` over EVENTS events, and print and return its microseconds an event."""
    start = time.perf_counter()
    work()
    each = (time.perf_counter() - start) / EVENTS * 1e6
    print(f"{what:<44}{each:8.1f} µs an event")
    return each


def append(commit: bool) -> None:
    for number in range(EVENTS):
        audit.record(db.session(), SYSTEM, "save", "scenario", number, before=STATE, after=STATE)
        if commit:
            db.session.commit()
    db.session.commit()


def bare(path: Path, commit: bool) -> None:
    """Insert rows of the same columns and indexes through the driver."""
    connection = sqlite3.connect(path, isolation_level="IMMEDIATE")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    columns = ", ".join(f'"{column.name}"' for column in AuditEvent.__table__.columns)
    marks = ", ".join("?" * len(AuditEvent.__table__.columns))
    first = connection.execute("SELECT COALESCE(MAX(id), 0) FROM bare").fetchone()[0] + 1
    for number in range(first, first + EVENTS):
        texts = [
            "2026-05-01 02:03:04.000005",
            "system",
            "system",
            "",
            "save",
            "scenario",
            str(number),
            *("a" * 64,) * 2,
        ]
        row = (number, *texts, "b" * 32, "c" * 64, "d" * 64, f"{number:064x}")
        connection.execute(f"INSERT INTO bare ({columns}) VALUES ({marks})", row)  # noqa: S608 - our own column names
        if commit:
            connection.commit()
    connection.commit()
    connection.close()


def make_bare(path: Path) -> None:
    connection = sqlite3.connect(path)
    columns = ", ".join(f'"{column.name}"' for column in AuditEvent.__table__.columns if column.name != "id")
    connection.execute(f"CREATE TABLE bare (id INTEGER PRIMARY KEY, {columns})")
    for number, names in enumerate(("actor", "organisation", "subject_type, subject_id", "hash")):
        connection.execute(f"CREATE INDEX bare_{number} ON bare ({names})")
    connection.close()


def check() -> None:
    found = Check()
    for row in queries.chain(db.session()):
        said = dict(zip(SAID, row, strict=False))
        said["at"] = chain.stored_instant(said["at"])
        assert not [*found.read(said, row.salt, row.hash)]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        instance = Path(folder)
        huey.storage = SqliteStorage(filename=str(instance / "jobs.db"))  # as in service: a commit queues its delivery
        settings = Settings(instance=instance, embedding_model="fake", database_url=f"sqlite:///{instance / 'a.db'}")
        app = create_app(settings)
        with app.app_context():
            db.create_all()
            make_bare(instance / "bare.db")
            for commit, kind in ((False, "one transaction"), (True, "a commit each")):
                plain = timed(f"bare INSERT, {kind}", partial(bare, instance / "bare.db", commit))
                ours = timed(f"audit.record, {kind}", partial(append, commit))
                print(f"{'ratio':<44}{ours / plain:8.1f}")
            plain = timed("SHA-256 alone", lambda: [sha256(b"x" * 600).hexdigest() for _ in range(EVENTS)])
            print(f"{'ratio of checking to it':<44}{timed('checking', check) / 2 / plain:8.1f}")
            db.session.remove()
            db.engine.dispose()


if __name__ == "__main__":
    main()
