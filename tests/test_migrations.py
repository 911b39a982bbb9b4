"""The revisions make the tables that the models say, and carry a log written before the chain into it."""

from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import text

from core.extensions import db
from core.settings import ROOT
from tests.conftest import make_app, opened

TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit_%' ORDER BY name"
OLD_EVENT = text(
    "INSERT INTO audit_event (at, actor, organisation, verb, subject_type, subject_id)"
    " VALUES (:at, :actor, '', :verb, 'scenario', '1')"
)


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Flask]:
    """An application on a database without any table."""
    app = make_app(tmp_path)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def triggers() -> list[tuple[str, str]]:
    return [tuple(row) for row in db.session.execute(text(TRIGGERS))]


def test_an_empty_instance_gets_the_tables_of_the_models(empty: Flask, tmp_path: Path) -> None:
    flask_migrate.upgrade()
    flask_migrate.check()
    made = triggers()
    assert made
    with opened(make_app(tmp_path / "models")):
        assert triggers() == made


def test_a_log_written_before_the_chain_becomes_one(empty: Flask) -> None:
    flask_migrate.upgrade(revision="0001")
    for number, actor in enumerate(("cli", "沈澜", "cli"), 1):
        at = f"2025-03-0{number} 02:03:04.000005"
        db.session.execute(OLD_EVENT, {"at": at, "actor": actor, "verb": "publish"})
    db.session.commit()
    flask_migrate.upgrade()
    result = empty.test_cli_runner().invoke(args=["audit", "verify"])
    assert result.exit_code == 0, result.output
    assert "OK：3 条事件" in result.output
    db.session.rollback()
    assert db.session.execute(text("SELECT actor FROM audit_event ORDER BY id")).scalars().all() == [
        "cli",
        "沈澜",
        "cli",
    ]


def test_revisions_need_nothing_of_the_site_that_may_change() -> None:
    """Only the type of instants is the site's own: what it stores, every database holds."""
    for path in (ROOT / "migrations" / "versions").glob("*.py"):
        found = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if "import" in line.split()]
        ours = [line for line in found if line.split()[1].partition(".")[0] in {"core", "accounts", "scenario_catalog"}]
        assert set(ours) <= {"import core.orm"}, path.name
