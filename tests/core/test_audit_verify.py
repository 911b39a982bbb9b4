"""`flask audit verify` over a database file that somebody edited by hand, and the anchors it is held against."""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from core import anchors, audit, chain, clock
from core.audit import SYSTEM
from core.chain import SAID
from core.extensions import db
from core.settings import ROOT, settings
from tests.conftest import make_app, opened

EVENTS = 9


@pytest.fixture
def log(app: Flask) -> Path:
    """A log of nine events, with anchors at the third and at the last; returns the database file."""
    for number in range(1, EVENTS + 1):
        audit.record(db.session(), SYSTEM, "save", "thing", number, after={"n": number})
        db.session.commit()
        if number in {3, EVENTS}:
            anchors.anchor(anchors.DAILY)
    db.session.remove()
    return Path(settings().database.removeprefix("sqlite:///"))


def verify(app: Flask, *options: str) -> Result:
    return app.test_cli_runner().invoke(args=["audit", "verify", *options])


def edit(path: Path, *statements: str) -> None:
    """Change the file as someone does who has it: first of all the triggers go."""
    with sqlite3.connect(path) as connection:
        names = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit_%'")
        triggers = [name for (name,) in names.fetchall()]
        assert len(triggers) == 7
        for name in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
    connection.close()


def rewrite(path: Path, first: int) -> None:
    """Change who did it, and write the whole chain anew from there, its head too."""
    edit(path, f"UPDATE audit_event SET actor = 'nobody' WHERE id = {first}")
    with sqlite3.connect(path) as connection:
        connection.row_factory = sqlite3.Row
        last = None
        for row in connection.execute("SELECT * FROM audit_event ORDER BY id").fetchall():
            said = {name: row[name] for name in SAID} | {"at": chain.stored_instant(row["at"])}
            said["previous"] = last or row["previous"]
            last = chain.link(said)
            connection.execute(
                "UPDATE audit_event SET previous = ?, hash = ? WHERE id = ?", (said["previous"], last, row["id"])
            )
        connection.execute("UPDATE audit_head SET hash = ?", (last,))
    connection.close()


def test_a_log_as_it_was_written_is_whole(app: Flask, log: Path) -> None:
    found = verify(app)
    last = anchors.newest()[-1]
    assert found.exit_code == 0
    assert found.output.splitlines() == [f"OK：9 条事件，末端哈希 {last.hash}，与 2 个锚点相符"]


def test_an_empty_log_is_whole(app: Flask) -> None:
    assert verify(app).exit_code == 0


EDITS: dict[str, tuple[str, int]] = {
    **{f"edited {name}": (f"UPDATE audit_event SET \"{name}\" = 'x' WHERE id = 5", 5) for name in (*SAID[1:], "hash")},
    "edited salt": ("UPDATE audit_event SET salt = 'x' WHERE id = 5", 5),
    "blob": ("UPDATE audit_event SET actor = x'ff00' WHERE id = 5", 5),
    "not UTF-8": ("UPDATE audit_event SET actor = CAST(x'ff00' AS TEXT) WHERE id = 5", 5),
    "the time moved": ("UPDATE audit_event SET at = replace(at, '20', '19') WHERE id = 5", 5),
    "the last edited": ("UPDATE audit_event SET verb = 'x' WHERE id = 9", 9),
    "deleted": ("DELETE FROM audit_event WHERE id = 5", 5),
    "truncated": ("DELETE FROM audit_event WHERE id > 6", 7),
    "emptied": ("DELETE FROM audit_event", 1),
    "head moved back": ("UPDATE audit_head SET count = 6", 7),
    "head moved on": ("UPDATE audit_head SET count = 12", 10),
    "no head": ("DELETE FROM audit_head", 9),
    "head that is no number": ("UPDATE audit_head SET count = 'x'", 9),
}


@pytest.mark.parametrize(("statement", "event"), EDITS.values(), ids=EDITS.keys())
def test_what_was_done_to_the_file_is_told_with_the_number_of_the_event(
    app: Flask, log: Path, statement: str, event: int
) -> None:
    edit(log, statement)
    found = verify(app)
    assert found.exit_code == 1
    assert found.output.startswith(f"第 {event} 条事件：")
    assert "OK" not in found.output


def test_a_log_that_is_gone_as_a_whole_is_found_against_the_anchors(app: Flask, log: Path) -> None:
    edit(log, "DROP TABLE audit_event")
    found = verify(app)
    assert (found.exit_code, found.output) == (1, "第 1 条事件：整个审计日志缺失，锚点记有 9 条：被删除\n")
    settings().anchors_file.unlink()
    found = verify(app)
    assert found.exit_code == 2
    assert found.output.startswith("error: 数据库里没有审计日志")


@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9])
def test_a_file_that_was_cut_short_is_one_line_and_no_traceback(app: Flask, log: Path, kept: float) -> None:
    db.session.remove()
    db.engine.dispose()
    whole = log.read_bytes()
    log.write_bytes(whole[: int(len(whole) * kept)])
    found = verify(app)
    assert found.exit_code in {1, 2}
    assert isinstance(found.exception, SystemExit)
    assert "读不出" in found.output


EXCHANGE = [f"UPDATE audit_event SET id = {new} WHERE id = {old}" for old, new in ((4, 100), (5, 4), (100, 5))]
TRUNCATE = (
    "DELETE FROM audit_event WHERE id > 6",
    "UPDATE audit_head SET count = 6, hash = (SELECT hash FROM audit_event WHERE id = 6)",
)


def test_two_exchanged_events_are_found(app: Flask, log: Path) -> None:
    edit(log, *EXCHANGE)
    found = verify(app)
    assert found.exit_code == 1
    assert [line[:6] for line in found.output.splitlines()[:2]] == ["第 4 条事", "第 5 条事"]


def test_truncation_with_its_head_moved_back_is_found_against_the_anchors(app: Flask, log: Path) -> None:
    edit(log, *TRUNCATE)
    found = verify(app)
    assert found.exit_code == 1
    assert found.output.startswith("第 9 条事件：第 2 行锚点")
    settings().anchors_file.unlink()
    assert verify(app).exit_code == 0, "without anchors nothing shows: that is what they are for"


@pytest.mark.parametrize(("first", "caught"), [(2, 3), (3, 3), (4, 9), (9, 9)])
def test_a_chain_written_anew_is_found_at_the_first_anchor_after(
    app: Flask, log: Path, first: int, caught: int
) -> None:
    rewrite(log, first)
    found = verify(app)
    assert found.exit_code == 1
    assert found.output.startswith(f"第 {caught} 条事件：")


TAMPERING: dict[str, tuple[Callable[[Path], None], int]] = {
    "an edit": (lambda log: edit(log, "UPDATE audit_event SET verb = 'x' WHERE id = 5"), 1),
    "a deletion": (lambda log: edit(log, "DELETE FROM audit_event WHERE id = 5"), 1),
    "an exchange": (lambda log: edit(log, *EXCHANGE), 1),
    "a truncation": (lambda log: edit(log, *TRUNCATE), 0),
    "a chain written anew": (lambda log: rewrite(log, 2), 0),
}


@pytest.mark.parametrize(("tamper", "alone"), TAMPERING.values(), ids=TAMPERING.keys())
def test_anchors_kept_elsewhere_are_used_when_the_sites_own_were_replaced(
    app: Flask, log: Path, tmp_path: Path, tamper: Callable[[Path], None], alone: int
) -> None:
    kept = tmp_path / "kept.jsonl"
    kept.write_bytes(settings().anchors_file.read_bytes())
    assert verify(app, "--anchors", str(kept)).exit_code == 0
    tamper(log)
    settings().anchors_file.unlink()
    anchors.anchor(anchors.DAILY)
    assert verify(app).exit_code == alone, "what only anchors show, new ones do not"
    found = verify(app, "--anchors", str(kept))
    assert found.exit_code == 1
    assert found.output.startswith("第 ")


BAD = {"not JSON": b"x\n", "not UTF-8": b"\xff\xfe\n", "no hash": b'{"count": 1}\n'}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD.keys())
def test_a_file_that_is_none_of_anchors_is_one_line(app: Flask, log: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad").write_bytes(content)
    for path in (tmp_path / "bad", tmp_path / "none", tmp_path):
        found = verify(app, "--anchors", str(path))
        assert found.exit_code == 2
        assert len(found.output.splitlines()) == 1
        assert str(path) in found.output


def test_redaction_is_no_finding(app: Flask, log: Path) -> None:
    audit.forget(db.session(), "thing", 4)
    db.session.commit()
    assert verify(app).exit_code == 0


def test_many_findings_are_counted_not_listed(app: Flask) -> None:
    for number in range(130):
        audit.record(db.session(), SYSTEM, "save", "thing", number)
    db.session.commit()
    edit(Path(settings().database.removeprefix("sqlite:///")), "UPDATE audit_event SET verb = 'x'")
    lines = verify(app).output.splitlines()
    assert len(lines) == 101
    assert lines[-1] == "另有 30 处"


def test_anchors_are_appended_and_what_stands_is_never_touched(app: Flask) -> None:
    path = settings().anchors_file
    first = anchors.anchor("opening")
    before = path.read_bytes()
    audit.record(db.session(), SYSTEM, "save", "thing", 1)
    unfinished = anchors.anchor("opening")
    db.session.commit()
    second = anchors.anchor("deadline")
    assert unfinished.count == 0, "what is not committed is not anchored"
    assert (first.count, second.count) == (0, 1)
    assert path.read_bytes().startswith(before)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [sorted(line) for line in lines] == [["at", "cause", "count", "hash"]] * 3
    assert [line["cause"] for line in lines] == ["opening", "opening", "deadline"]


def test_a_line_cut_short_is_left_alone_and_named(app: Flask) -> None:
    path = settings().anchors_file
    path.write_text('{"count": 0, "ha')
    anchors.anchor("opening")
    assert path.read_text().startswith('{"count": 0, "ha\n{"count": 0')
    assert [found.cause for found in anchors.newest()] == ["opening"]
    assert "第 1 行" in verify(app).output


def test_a_day_is_anchored_once_whenever_the_worker_comes(app: Flask) -> None:
    for day, hour in ((1, 15), (1, 17), (1, 18), (2, 15), (2, 16)):
        with clock.frozen(datetime(2026, 5, day, hour, tzinfo=UTC)):
            anchors.anchor_the_day.call_local()
    assert [found.at[:13] for found in anchors.newest()] == ["2026-05-01T15", "2026-05-01T17", "2026-05-02T16"]


def test_the_setting_puts_the_file_elsewhere(tmp_path: Path) -> None:
    with opened(make_app(tmp_path, audit_anchors=str(tmp_path / "other.jsonl"))):
        anchors.anchor("opening")
    assert (tmp_path / "other.jsonl").exists()


def test_the_documented_program_checks_an_export(app: Flask, log: Path, tmp_path: Path) -> None:
    """The program in docs/audit.md, as it stands there, is given a whole export and one that was edited."""
    program = (ROOT / "docs" / "audit.md").read_text().split("```python\n")[1].split("```")[0]
    assert len(program.splitlines()) <= 20
    (tmp_path / "check.py").write_text(program)
    lines = app.test_cli_runner().invoke(args=["audit", "export"]).output
    assert len(lines.splitlines()) == EVENTS
    outcomes = []
    for text in (lines, lines.replace('"save"', '"x"', 1), "".join(lines.splitlines(keepends=True)[:8])):
        (tmp_path / "log.jsonl").write_text(text)
        command = [sys.executable, "check.py", "log.jsonl", str(settings().anchors_file)]
        outcomes.append(subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False))
    assert [outcome.returncode for outcome in outcomes] == [0, 1, 1], outcomes
    assert outcomes[0].stdout.startswith("OK 9 ")
