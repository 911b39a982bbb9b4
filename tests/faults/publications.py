"""Batches of 60 and what publishes them in a process that may be killed; and what must hold in an instance afterwards."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from flask import Flask

from core.audit import SYSTEM
from core.backup import COPY
from core.extensions import db
from core.settings import ROOT
from scenario_catalog import operations as catalog
from scenario_catalog.models import Batch
from scenario_catalog.publishing import operations
from tests.factories import OrganisationFactory, ScenarioFactory, approve
from tests.faults.instances import checked, environment

# Run by its path: the package of tests has an instance of its own.
PUBLISHER = Path(__file__).with_name("publisher.py")
COUNT = 60


def composed(title: str) -> Batch:
    """Compose a batch of approved needs."""
    session, agency = db.session(), OrganisationFactory(verification="verified")
    needs = [approve(ScenarioFactory(agency=agency)) for _ in range(COUNT)]
    batch = catalog.create_batch(session, SYSTEM, title)
    operations.add_scenarios(session, SYSTEM, batch, [need.id for need in needs])
    return batch


class Publisher:
    """What publishes for a site: see publisher.py."""

    def __init__(self, instance: Path, **settings: str) -> None:
        command, pipe = [sys.executable, str(PUBLISHER)], subprocess.PIPE
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment(instance) | settings, stdin=pipe, stdout=pipe, text=True
        )

    def ask(self, line: str) -> int:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def run(self, what: str, killed_after: float | None = None) -> float:
        """Let it be done, to its end or until its process is killed; returns how long it took."""
        process, began = self.ask(what), time.monotonic()
        if killed_after is not None:
            time.sleep(killed_after)
            os.kill(process, signal.SIGKILL)
        ended = self.ask("wait")
        assert ended == 0 or (killed_after is not None and ended == -signal.SIGKILL)
        return time.monotonic() - began

    def end(self) -> None:
        self.process.communicate()


def is_published(instance: Path, batch: int, waiting: str) -> bool:
    """Tell what has become of a batch, which is all of it or nothing: published, or `waiting` as it was."""
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
    assert found in {(COUNT,) * 4 + (1, 1, "published"), (0,) * 6 + (waiting,)}
    return bool(found[-1] == "published")


def assert_sound(app: Flask, instance: Path, waiting: str) -> None:
    """The log fits its anchors, and what is called a backup is one, from before its batch was published."""
    found = app.test_cli_runner().invoke(args=["audit", "verify"])
    assert found.exit_code == 0, found.output
    for copy in (instance / "backups").iterdir() if (instance / "backups").exists() else ():
        if COPY.fullmatch(copy.name):
            with closing(sqlite3.connect(copy)) as connection:
                assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                batch = copy.stem.rpartition("-")[2]
                status = connection.execute("SELECT status FROM batch WHERE id = ?", (batch,)).fetchone()
                assert status == (waiting,), copy.name
        else:
            assert ".partial" in copy.name


def assert_numbered(instance: Path, batches: Sequence[int]) -> None:
    """No number is missing or given twice, whatever was killed."""
    with checked(instance) as connection:
        numbers = [int(number[-4:]) for (number,) in connection.execute("SELECT number FROM scenario")]
        assert sorted(numbers) == [*range(1, COUNT * len(batches) + 1)]
        given = connection.execute("SELECT id, number FROM batch ORDER BY number").fetchall()
        assert given == [*zip(batches, range(1, len(batches) + 1), strict=True)]
