"""What follows a commit happens once it stands, each for itself, and can break nothing any more."""

import sqlite3
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from huey.storage import SqliteStorage
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from core import audit, commits, files, mail
from core.audit import SYSTEM
from core.extensions import db
from core.files import StoredFile
from core.jobs import huey
from core.mail import MailMessage
from tests.conftest import make_app, opened
from tests.core.clamd import free_port
from tests.core.documents import PDF


def fail(value: object) -> None:
    raise RuntimeError(f"cannot act on {value}")


@pytest.fixture
def done(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Let one that fails stand before one that keeps what it is given; both told of a commit and of its absence."""
    got: list[object] = []
    monkeypatch.setattr(commits, "_FOLLOWING", {})
    commits.follow("first", fail, fail)
    commits.follow("second", got.append, got.append)
    db.session.info.update(first=1, second=2)
    db.session.execute(select(1))
    return got


def test_an_act_that_fails_is_logged_and_the_others_still_run(
    done: list[object], caplog: pytest.LogCaptureFixture
) -> None:
    db.session.commit()
    assert done == [2]
    assert "failed: first" in caplog.text
    assert "cannot act on 1" in caplog.text
    db.session.commit()
    assert done == [2], "each once"


def test_what_follows_a_rollback_fails_as_quietly(done: list[object], caplog: pytest.LogCaptureFixture) -> None:
    db.session.rollback()
    assert done == [2]
    assert "failed: first" in caplog.text


def test_a_queue_that_cannot_be_written_breaks_no_request_whose_work_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Letters and files wait for the periodic tasks; the test of events is theirs."""
    with opened(make_app(tmp_path, clamav=f"tcp:127.0.0.1:{free_port()}")):
        monkeypatch.setattr(huey, "storage", SqliteStorage(filename=str(tmp_path / "jobs.db"), timeout=0))
        monkeypatch.setattr(huey, "_immediate", False)
        with sqlite3.connect(tmp_path / "jobs.db") as other:
            other.execute("BEGIN EXCLUSIVE")
            mail.queue(db.session(), "k", "chen@example.org", "标题", "正文")
            stored = files.accept(db.session(), FileStorage(BytesIO(PDF), "说明.pdf"), purpose="attachment")
            audit.record(db.session(), SYSTEM, "save", "thing", 1)
            db.session.commit()
        other.close()
        assert [mark for mark in (mail.QUEUED, files.TOUCHED, audit.RECORDED) if mark not in caplog.text] == []
        assert "database is locked" in caplog.text
        assert db.session.get_one(StoredFile, stored.id).state == "quarantined"
        assert db.session.scalars(select(MailMessage.state)).all() == ["queued"]
        mail.deliver_what_waits.call_local()
        db.session.expire_all()
        assert db.session.scalars(select(MailMessage.state)).all() == ["sent"]
