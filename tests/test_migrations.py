"""The revisions make the tables that the models say, and carry a log written before the chain into it."""

import json
from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import inspect, text

from core.extensions import db
from core.settings import ROOT
from tests.conftest import make_app, opened

TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'audit_%' ORDER BY name"
NOON = "2025-03-01 04:00:00.000000"
OLD_EVENT = text(
    "INSERT INTO audit_event (at, actor, organisation, verb, subject_type, subject_id)"
    " VALUES (:at, :actor, '', :verb, 'scenario', '1')"
)

NAMES = {place: {"code": name, "name": name} for place, name in enumerate("一二", 1)}
# What a column gets that must have something, by its type.
NOTHING = {"INTEGER": 0, "BOOLEAN": False, "FLOAT": 0.0, "JSON": "{}", "DATETIME": NOON, "DATE": NOON[:10]}


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


def fill(table: str, **values: object) -> object:
    """Insert a row as its revision made the table: what it must have and is not said is 0, or empty; returns its id."""
    for column in inspect(db.engine).get_columns(table):
        if not (column["nullable"] or column["default"] or column["name"] in {"id", *values}):
            values[column["name"]] = NOTHING.get(type(column["type"]).__name__, "")
    statement = f"INSERT INTO {table} ({', '.join(values)}) VALUES ({', '.join(':' + name for name in values)})"
    db.session.execute(text(statement), values)
    db.session.commit()
    return values["id"]


def asked(statement: str) -> list[tuple[object, ...]]:
    found = [tuple(row) for row in db.session.execute(text(statement))]
    db.session.rollback()
    return found


def test_a_receipt_written_before_names_its_scenario_and_outlives_its_bid(empty: Flask) -> None:
    flask_migrate.upgrade(revision="0005")
    fill("scenario", id=7, agency_id=fill("organisation", id=3, code="agency", name="agency"))
    for bid in (1, 2):
        fill("organisation", id=bid, code=str(bid), name=str(bid))
        fill("bid", id=bid, token=str(bid), scenario_id=7, organisation_id=bid)
        fill("bid_receipt", id=bid, bid_id=bid, digest=str(bid))
    flask_migrate.upgrade()
    receipts = "SELECT id, bid_id, scenario_id FROM bid_receipt ORDER BY id"
    assert asked(receipts) == [(1, 1, 7), (2, 2, 7)]
    db.session.execute(text("DELETE FROM bid WHERE id = 1"))
    db.session.commit()
    assert asked(receipts) == [(1, None, 7), (2, 2, 7)]
    flask_migrate.downgrade(revision="0005")
    assert asked("SELECT id, bid_id FROM bid_receipt") == [(2, 2)]


def test_signatures_move_out_of_the_scores_and_back(empty: Flask) -> None:
    flask_migrate.upgrade(revision="0005")
    fill("organisation", id=1)
    fill("scenario", id=7, agency_id=1)
    points, signed = '"a": {"points": 80.0}', '{"agreed": [1], "objected": {"2": "偏高"}, "ruling": ""}'
    before = [f'{{{points}, "#signed": {signed}}}', f"{{{points}}}"]
    for place, scores in enumerate(before, 1):
        fill(
            "bid",
            id=place,
            token=str(place),
            scenario_id=7,
            organisation_id=fill("organisation", id=10 + place, **NAMES[place]),
        )
        fill("consensus", id=place, bid_id=place, scores=scores)
    flask_migrate.upgrade()
    found = [
        [json.loads(str(one)) for one in row] for row in asked("SELECT scores, signatures FROM consensus ORDER BY id")
    ]
    assert found == [[{"a": {"points": 80.0}}, json.loads(signed)], [{"a": {"points": 80.0}}, {}]]
    flask_migrate.downgrade(revision="0005")
    assert [json.loads(str(one)) for (one,) in asked("SELECT scores FROM consensus ORDER BY id")] == [
        json.loads(one) for one in before
    ]


def test_revisions_need_nothing_of_the_site_that_may_change() -> None:
    """Only the type of instants is the site's own: what it stores, every database holds."""
    for path in (ROOT / "migrations" / "versions").glob("*.py"):
        found = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if "import" in line.split()]
        ours = [line for line in found if line.split()[1].partition(".")[0] in {"core", "accounts", "scenario_catalog"}]
        assert set(ours) <= {"import core.orm"}, path.name
