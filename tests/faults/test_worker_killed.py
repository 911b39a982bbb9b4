"""Killing the worker while it publishes a scheduled batch of 60 leaves all of it or nothing; started again, it publishes."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from core import anchors, clock
from core.audit import SYSTEM
from core.backup import COPY
from core.extensions import db
from core.settings import ROOT
from scenario_catalog import operations as catalog
from scenario_catalog.publishing import operations
from tests.conftest import make_app, opened
from tests.factories import OrganisationFactory, ScenarioFactory, approve
from tests.faults.instances import checked, environment, prepare

# Run by its path: the package of tests has an instance of its own.
PUBLISHER = Path(__file__).with_name("publisher.py")
COUNT, ROUNDS, KILLS = 60, 3, 4


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Flask]:
    """The site that the worker works for: its pages run while the worker is killed."""
    prepare(tmp_path)
    with opened(make_app(tmp_path, database_url="")) as app:
        yield app


@pytest.fixture
def worker(site: Flask, tmp_path: Path) -> Iterator["Worker"]:
    made = Worker(tmp_path)
    yield made
    made.end()


def schedule() -> int:
    """Leave a batch of approved needs whose time has come; returns its row id."""
    session, agency = db.session(), OrganisationFactory(verification="verified")
    needs = [approve(ScenarioFactory(agency=agency)) for _ in range(COUNT)]
    batch = catalog.create_batch(session, SYSTEM, "排期的一批")
    operations.add_scenarios(session, SYSTEM, batch, [need.id for need in needs])
    now = clock.now()
    with clock.frozen(now - timedelta(minutes=2)):
        operations.schedule(session, SYSTEM, batch, now - timedelta(minutes=1))
    session.commit()
    found = batch.id
    session.remove() if hasattr(session, "remove") else session.close()
    return found


class Worker:
    """The worker of the site: see publisher.py."""

    def __init__(self, instance: Path) -> None:
        command, pipe = [sys.executable, str(PUBLISHER)], subprocess.PIPE
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment(instance), stdin=pipe, stdout=pipe, text=True
        )

    def ask(self, line: str) -> int:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def run(self, killed_after: float | None = None) -> float:
        """Let the worker work, to its end or until it is killed; returns how long it took."""
        process, began = self.ask("start"), time.monotonic()
        if killed_after is not None:
            time.sleep(killed_after)
            os.kill(process, signal.SIGKILL)
        ended = self.ask("wait")
        assert ended == 0 or (killed_after is not None and ended == -signal.SIGKILL)
        return time.monotonic() - began

    def end(self) -> None:
        self.process.communicate()


def is_published(instance: Path, batch: int) -> bool:
    """Tell what has become of a batch, which is all of it or nothing."""
    counted = (
        "SELECT (SELECT count(*) FROM scenario WHERE batch_id = :id AND status = 'open' AND published_at IS NOT NULL),"
        " (SELECT count(*) FROM scenario WHERE batch_id = :id AND number IS NOT NULL),"
        " (SELECT count(*) FROM batch_entry WHERE batch_id = :id),"
        " (SELECT count(DISTINCT document) FROM passage JOIN scenario ON document = number WHERE batch_id = :id),"
        " (SELECT count(*) FROM audit_event WHERE subject_type = 'batch' AND verb = 'publish' AND subject_id = :id),"
        " (SELECT count(number) FROM batch WHERE id = :id), (SELECT status FROM batch WHERE id = :id)"
    )
    with checked(instance) as connection:
        found = connection.execute(counted, {"id": str(batch)}).fetchone()
    assert found in {(COUNT,) * 4 + (1, 1, "published"), (0,) * 6 + ("scheduled",)}
    return bool(found[-1] == "published")


def assert_sound(app: Flask, instance: Path) -> None:
    """The log fits its anchors, and what is called a backup is one, from before its batch was published."""
    found = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert found.exit_code == 0, found.output
    for copy in (instance / "backups").iterdir() if (instance / "backups").exists() else ():
        if COPY.fullmatch(copy.name):
            with closing(sqlite3.connect(copy)) as connection:
                assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                batch = copy.stem.rpartition("-")[2]
                status = connection.execute("SELECT status FROM batch WHERE id = ?", (batch,)).fetchone()
                assert status == ("scheduled",), copy.name
        else:
            assert ".partial" in copy.name


def test_a_killed_worker_publishes_all_or_nothing_and_the_next_one_all(
    site: Flask, worker: Worker, tmp_path: Path
) -> None:
    rng = random.Random(7)
    batches = [schedule()]
    whole = worker.run()
    assert is_published(tmp_path, batches[0])
    for _round in range(ROUNDS):
        batches.append(schedule())
        for _kill in range(KILLS):
            worker.run(killed_after=whole * rng.random())
            assert_sound(site, tmp_path)
            if is_published(tmp_path, batches[-1]):
                break
        worker.run()
        assert is_published(tmp_path, batches[-1])
        assert_sound(site, tmp_path)
    with checked(tmp_path) as connection:
        numbers = [int(number[-4:]) for (number,) in connection.execute("SELECT number FROM scenario")]
        assert sorted(numbers) == [*range(1, COUNT * len(batches) + 1)]
        given = connection.execute("SELECT id, number FROM batch ORDER BY number").fetchall()
        assert given == [*zip(batches, range(1, len(batches) + 1), strict=True)]
    kept = [found for found in anchors.newest() if found.cause == anchors.PUBLICATION]
    assert len(kept) >= len(batches), "each publication is anchored, also where the worker died after it"
