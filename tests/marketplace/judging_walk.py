"""A walk through one scenario's judging, looked at from outside: what each step wrote, and what must hold after it."""

import sqlite3
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
)
from sqlalchemy.orm import Session

from core import clock
from core.audit import Actor
from core.errors import InvalidInputError
from core.extensions import db
from marketplace.awards.models import Award
from marketplace.sealing.models import Seal
from scenario_catalog.models import Scenario
from tests.marketplace.judging import PRICES, Court, membership, scores
from tests.marketplace.judging_model import Events, Judging

START = datetime(2026, 12, 18, 3, 30, tzinfo=UTC)
ROLES = {"agency": "agency-approver", "judge": "operator-evaluator", "enterprise": "enterprise-member"}
SOME = st.integers(0, 1_000)


@dataclass(frozen=True)
class Stage:
    """Where a walk may begin: the database as it is there, what the model says of it, and the time."""

    database: bytes
    model: Judging
    seats: dict[int, int]
    now: datetime


class Watched(RuleBasedStateMachine):
    """The product and its model side by side; steps are added below."""

    def __init__(self, app: Flask, court: Court, stages: list[Stage]) -> None:
        super().__init__()
        self.app, self.stages, self.now = app, stages, START
        self.scenario, self.people = court.scenario.id, [one.id for one in map(membership, court.judges)]
        self.model = Judging(bids={bid.id: "unsealed" for bid in court.bids})
        self.prices = {bid.id: price for bid, price in zip(court.bids, PRICES, strict=False)}
        self.objector = court.bids[3].organisation_id
        self.seats: dict[int, int] = {}
        self.path = Path(app.instance_path) / "test.db"
        self.open()

    def open(self) -> None:
        self.outside = sqlite3.connect(self.path, isolation_level=None)
        self.outside.row_factory = sqlite3.Row
        self.last = self.rows("SELECT count FROM audit_head")[0]["count"]

    def close(self) -> None:
        self.outside.close()
        db.session.remove()
        db.engine.dispose()

    def stage(self) -> Stage:
        self.close()
        found = Stage(self.path.read_bytes(), deepcopy(self.model), dict(self.seats), self.now)
        self.open()
        return found

    @initialize(where=SOME)
    def begin(self, where: int) -> None:
        """Put everything back to one of the stages."""
        stage = self.stages[where % len(self.stages)]
        self.close()
        self.path.write_bytes(stage.database)
        self.model, self.seats, self.now = deepcopy(stage.model), dict(stage.seats), stage.now
        self.open()

    def rows(self, statement: str, *values: object) -> list[dict[str, Any]]:
        return [dict(row) for row in self.outside.execute(statement, values)]

    def written(self) -> int:
        """Return a number that changes with each commit of anybody that wrote anything, in whatever table."""
        version: int = self.outside.execute("PRAGMA data_version").fetchone()[0]
        return version

    def step(self, role: str, events: Events, work: Callable[[Session, Actor], int | None]) -> int:
        """Do it, and compare what was done with what was to be expected; returns the id of what was made."""
        before, session, made = self.written(), db.session(), 0
        refused: list[str] | None = None
        with clock.frozen(self.now):
            try:
                made = work(session, Actor("someone", ROLES[role], "1")) or 0
                session.commit()
            except InvalidInputError as refusal:
                session.rollback()
                refused = [*refusal.problems]
        assert (refused is not None) == (events is None), refused or "it was not to be let through"
        if refused is not None:
            assert refused[0]
            assert self.written() == before, "a refused step leaves a trace"
        session.expire_all()
        found = self.rows("SELECT * FROM audit_event WHERE id > ? ORDER BY id", self.last)
        assert [(one["subject_type"], one["verb"]) for one in found] == (events or [])
        assert all(one["role"] == ROLES[role] for one in found)
        self.last += len(found)
        self.now += timedelta(seconds=1)
        return made

    # What holds after every step.

    @invariant()
    def everything_is_as_the_model_says(self) -> None:
        (scenario,) = self.rows("SELECT status FROM scenario WHERE id = ?", self.scenario)
        assert scenario["status"] == self.model.scenario
        assert [row["status"] for row in self.rows("SELECT status FROM evaluation")] == [
            *filter(None, [self.model.evaluation])
        ]
        states = {
            "panel_member": self.model.members,
            "bid": self.model.bids,
            "objection": {id_: status for id_, (_number, status) in self.model.objections.items()},
        }
        for table, expected in states.items():
            assert {row["id"]: row["status"] for row in self.rows(f"SELECT id, status FROM {table}")} == expected
        heads = [row["id"] for row in self.rows("SELECT id FROM panel_member WHERE chairs")]
        assert heads == [*filter(None, [self.model.head])]
        found = self.rows("SELECT member_id, bid_id FROM score_sheet WHERE status = 'submitted'")
        assert {(row["member_id"], row["bid_id"]) for row in found} == self.model.handed_in
        assert [row["status"] for row in self.rows("SELECT status FROM award ORDER BY number")] == self.model.awards

    @invariant()
    def prices_are_opened_after_technical_scores_are_final(self) -> None:
        if self.model.evaluation not in {"agreed", "ranked"}:
            assert not self.rows("SELECT id FROM bid WHERE price IS NOT NULL")

    @invariant()
    def there_is_a_landing_while_there_is_an_award(self) -> None:
        (row,) = self.rows("SELECT count(*) AS count FROM landing WHERE ended_at IS NULL")
        assert row["count"] == (self.model.scenario == "awarded")

    def teardown(self) -> None:
        self.close()
        found = self.app.test_cli_runner().invoke(args=["audit", "verify"])
        assert found.exit_code == 0, found.output

    def newest(self) -> Award:
        found = db.session.query(Award).order_by(Award.number.desc()).first()
        assert found is not None
        return found

    def whole(self, points: float) -> dict[str, dict[str, Any]]:
        scenario = db.session.get_one(Scenario, self.scenario)
        return scores(Court(scenario, [], [], Seal()), points)

    def seat(self, which: int) -> int:
        return sorted(self.model.members)[which % len(self.model.members)]

    def bid(self, which: int) -> int:
        return sorted(self.model.bids)[which % len(self.model.bids)]
