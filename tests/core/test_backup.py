"""A copy made while the site writes is whole, private, and one of the newest; what goes wrong is one line."""

import os
import re
import sqlite3
import threading
import time
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from stat import S_IMODE

import pytest
from flask import Flask
from sqlalchemy import text

from core import clock
from core.backup import COPY, BackupError, backup
from core.extensions import db
from core.settings import settings
from tests.conftest import make_app, opened


def rows(path: Path) -> list[tuple[int, int]]:
    with closing(sqlite3.connect(path)) as copy:
        return copy.execute("SELECT a, b FROM pair ORDER BY a").fetchall()


def make_pairs(count: int = 1) -> None:
    db.session.execute(text("CREATE TABLE pair (a INTEGER PRIMARY KEY, b INTEGER, filler BLOB)"))
    for number in range(count):
        db.session.execute(text("INSERT INTO pair VALUES (:n, :n, zeroblob(3000))"), {"n": number})
    db.session.commit()


def test_a_copy_holds_what_is_committed(app: Flask) -> None:
    make_pairs(3)
    db.session.execute(text("INSERT INTO pair VALUES (9, 9, NULL)"))
    path = backup("第七批 发布/前")
    assert path.parent == settings().instance / "backups"
    assert re.fullmatch(r"\d{8}T\d{12}Z-第七批-发布-前\.db", path.name)
    assert rows(path) == [(0, 0), (1, 1), (2, 2)]
    assert S_IMODE(path.stat().st_mode) == 0o600
    assert S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [found.name for found in path.parent.iterdir()] == [path.name]


def test_a_copy_made_while_others_write_is_consistent(app: Flask) -> None:
    make_pairs(500)
    stop, turns = threading.Event(), []

    def write() -> None:
        with closing(sqlite3.connect(Path(app.instance_path) / "test.db", timeout=30)) as connection:
            while not stop.is_set():
                with connection:
                    connection.execute("UPDATE pair SET a = a + 1000")
                    connection.execute("UPDATE pair SET b = b + 1000")
                turns.append(1)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copies = [rows(backup()) for _ in range(5)]
    finally:
        stop.set()
        writer.join()
    assert turns
    for copy in copies:
        assert len(copy) == 500
        assert all(a == b for a, b in copy)
        assert len({a // 1000 for a, _ in copy}) == 1


def test_the_newest_are_kept(tmp_path: Path) -> None:
    with opened(make_app(tmp_path, backups_kept=3)):
        folder = tmp_path / "backups"
        folder.mkdir()
        (folder / "mine.db").write_text("not ours")
        for name, age in (("old", 90_000), ("young", 60)):
            (folder / f"{name}.partial").touch()
            os.utime(folder / f"{name}.partial", (time.time() - age,) * 2)
        start = datetime(2026, 3, 1, tzinfo=UTC)
        made = []
        for day in range(5):
            with clock.frozen(start + timedelta(days=day)):
                made.append(backup(f"z{9 - day}"))
        assert sorted(found for found in folder.iterdir() if COPY.fullmatch(found.name)) == made[2:]
        assert (folder / "mine.db").read_text() == "not ours"
        assert [found.name for found in folder.glob("*.partial")] == ["young.partial"]


def test_two_copies_at_the_same_instant_do_not_overwrite_each_other(app: Flask) -> None:
    with clock.frozen(datetime(2026, 3, 1, tzinfo=UTC)):
        first = backup()
        with pytest.raises(BackupError):
            backup()
    assert first.is_file()


def test_what_another_process_is_copying_into_is_left_to_it(app: Flask) -> None:
    folder = settings().instance / "backups"
    folder.mkdir()
    theirs = folder / "20260301T000000000000Z.partial"
    theirs.write_bytes(b"half of a copy")
    with clock.frozen(datetime(2026, 3, 1, tzinfo=UTC)), pytest.raises(BackupError, match=theirs.name):
        backup()
    assert theirs.read_bytes() == b"half of a copy"
    assert [*folder.iterdir()] == [theirs]


def test_a_damaged_database_is_not_called_a_backup(app: Flask) -> None:
    make_pairs(200)
    db.session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    db.session.remove()
    db.engine.dispose()
    database = Path(app.instance_path) / "test.db"
    with database.open("r+b") as file:
        file.seek(database.stat().st_size // 2)
        file.write(b"\xde\xad\xbe\xef" * 4096)
    with pytest.raises(BackupError, match=r"damaged|malformed"):
        backup()
    assert list((Path(app.instance_path) / "backups").iterdir()) == []


def test_the_command_prints_path_and_size(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["backup", "--label", "nightly"])
    assert result.exit_code == 0
    assert re.fullmatch(r"\S+-nightly\.db \(\d+\.\d MiB\)\n", result.output)


@pytest.mark.parametrize("broken", ["no database", "no folder"])
def test_the_command_fails_with_one_line(tmp_path: Path, broken: str) -> None:
    app = make_app(tmp_path)
    if broken == "no folder":
        (tmp_path / "test.db").touch()
        (tmp_path / "backups").write_text("a file where the folder should be")
    result = app.test_cli_runner().invoke(args=["backup"])
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: ")
    assert result.stderr.count("\n") == 1
