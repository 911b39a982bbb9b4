"""A walk through the catalogue, looked at from outside: what each step wrote, and what must hold after it."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant
from sqlalchemy.orm import Session

from core import clock
from core.audit import Actor
from core.errors import InvalidInputError
from core.extensions import db
from core.settings import settings
from scenario_catalog import draft as drafts
from tests.scenario_catalog.catalogue_model import MATERIAL, Catalogue, Events

# New Year is near, with which numbers begin anew.
START = datetime(2026, 12, 18, 15, 30, tzinfo=UTC)
AGENCY = 1
# Which of so many: taken modulo their number.
SOME = st.integers(0, 1_000)


@dataclass(frozen=True)
class Stage:
    """Where a walk may begin: the database as it is there, the anchors of its log, and what the model says of it."""

    database: bytes
    anchors: bytes
    model: Catalogue
    now: datetime


class Watched(RuleBasedStateMachine):
    """The product and its model side by side; steps are added below."""

    def __init__(self, app: Flask, stages: list[Stage]) -> None:
        super().__init__()
        self.app, self.stages = app, stages
        self.model, self.now = Catalogue(), START
        self.open()

    @initialize(where=SOME)
    def begin(self, where: int) -> None:
        """Put everything back to one of the stages."""
        stage, folder = self.stages[where % len(self.stages)], Path(self.app.instance_path)
        self.close()
        (folder / "test.db").write_bytes(stage.database)
        shutil.rmtree(folder / "backups", ignore_errors=True)
        settings().anchors_file.write_bytes(stage.anchors)
        self.model, self.now = deepcopy(stage.model), stage.now
        self.open()

    def stage(self, folder: Path) -> Stage:
        self.close()
        anchors = settings().anchors_file
        kept = anchors.read_bytes() if anchors.exists() else b""
        stage = Stage((folder / "test.db").read_bytes(), kept, deepcopy(self.model), self.now)
        self.open()
        return stage

    def open(self) -> None:
        self.outside = sqlite3.connect(Path(self.app.instance_path) / "test.db", isolation_level=None)
        self.outside.row_factory = sqlite3.Row
        self.last = self.rows("SELECT count FROM audit_head")[0]["count"]

    def close(self) -> None:
        """Let go of the database file, so that nothing of it is left in a log beside it."""
        self.outside.close()
        db.session.remove()
        db.engine.dispose()

    # What is looked at from outside: another connection sees what is committed, and nothing else.

    def rows(self, statement: str, *values: object) -> list[dict[str, Any]]:
        return [dict(row) for row in self.outside.execute(statement, values)]

    def written(self) -> int:
        """Return a number that changes with each commit of anybody that wrote anything, in whatever table."""
        version: int = self.outside.execute("PRAGMA data_version").fetchone()[0]
        return version

    def step(self, role: str, events: Events, work: Callable[[Session, Actor], int | None]) -> int:
        """Do it, and compare what was done with what was to be expected; returns the id of what was made."""
        before, session, made = self.written(), db.session(), 0
        with clock.frozen(self.now):
            try:
                made = work(session, Actor("someone", role, str(AGENCY))) or 0
                session.commit()
            except InvalidInputError as refusal:
                session.rollback()
                refused: list[str] | None = [*refusal.problems]
            else:
                refused = None
        assert (refused is not None) == (events is None), refused or "it was not to be let through"
        if refused is not None:
            assert refused[0]
            assert self.written() == before, "a refused step leaves a trace"
        session.expire_all()
        self.compare_events(role, [(kind, verb, str(id_ or made)) for kind, verb, id_ in events or []])
        self.now += timedelta(seconds=1)
        return made

    def compare_events(self, role: str, expected: list[tuple[str, str, str]]) -> None:
        found = self.rows("SELECT * FROM audit_event WHERE id > ? ORDER BY id", self.last)
        assert [(one["subject_type"], one["verb"], one["subject_id"]) for one in found] == expected
        assert all(one["role"] == role and one["at"] == f"{self.now:%Y-%m-%d %H:%M:%S.%f}" for one in found)
        self.last += len(found)

    # What holds after every step.

    @invariant()
    def needs_are_as_they_must_be(self) -> None:
        names = ("status", "number", "batch_id", "deadline", "background", "conditions", "contact_name")
        found = {row["id"]: row for row in self.rows("SELECT * FROM scenario")}
        assert {id_: [row[name] for name in names] for id_, row in found.items()} == {
            id_: [one.status, one.number, one.batch, *(one.fields[name] for name in names[3:])]
            for id_, one in self.model.needs.items()
        }
        assert {id_: row["published_at"] for id_, row in found.items()} == {
            id_: stored(one.published_at) for id_, one in self.model.needs.items()
        }
        paths: dict[int, list[str]] = {id_: [] for id_ in found}
        for row in self.rows("SELECT * FROM scenario_move ORDER BY id"):
            paths[row["scenario_id"]].append(f"{row['verb']} → {row['status']}")
        assert paths == {id_: one.path for id_, one in self.model.needs.items()}

    @invariant()
    def batches_are_whole(self) -> None:
        found = self.rows("SELECT * FROM batch")
        assert {row["id"]: (row["status"], row["number"], row["published_at"], bool(row["note"])) for row in found} == {
            id_: (one.status, one.number, stored(one.published_at), one.returned)
            for id_, one in self.model.batches.items()
        }
        entries = {(row["batch_id"], row["scenario_id"]) for row in self.rows("SELECT * FROM batch_entry")}
        public = {(one.batch, id_) for id_, one in self.model.needs.items() if one.published_at}
        assert entries == public, "all of a batch, or nothing"
        assert {batch for batch, _id in entries} == {row["id"] for row in found if row["status"] == "published"}

    @invariant()
    def what_is_public_is_what_was_frozen_and_its_corrigenda(self) -> None:
        for row in self.rows("SELECT * FROM batch_entry"):
            need, frozen = self.model.needs[row["scenario_id"]], json.loads(row["snapshot"])
            assert drafts.digest(frozen) == row["digest"]
            present = {name: frozen[name] for name in need.fields}
            assert present == need.frozen, "what was frozen stays"
            corrigenda = self.rows(
                "SELECT * FROM corrigendum WHERE scenario_id = ? ORDER BY number", row["scenario_id"]
            )
            assert [one["number"] for one in corrigenda] == [*range(1, need.corrigenda + 1)]
            for one in corrigenda:
                changes = {change["field"]: change for change in json.loads(one["changes"])}
                assert {name: change["before"] for name, change in changes.items()} == {
                    name: present[name] for name in changes
                }
                assert bool(one["material"]) == bool({*changes} & MATERIAL)
                if "deadline" in changes:
                    assert changes["deadline"]["after"] > present["deadline"]
                present |= {name: change["after"] for name, change in changes.items()}
            assert present == need.fields

    @invariant()
    def questions_are_as_they_must_be(self) -> None:
        found = self.rows("SELECT * FROM question")
        assert {row["id"]: (row["scenario_id"], row["number"], row["text"], row["status"]) for row in found} == {
            id_: (one.need, one.number, one.text, one.status) for id_, one in self.model.questions.items()
        }

    def teardown(self) -> None:
        self.close()
        found = self.app.test_cli_runner().invoke(args=["audit", "verify"])
        assert found.exit_code == 0, found.output
        assert found.output.startswith(f"OK：{self.last} 条事件")


def stored(at: datetime | None) -> str | None:
    return f"{at:%Y-%m-%d %H:%M:%S.%f}" if at else None
