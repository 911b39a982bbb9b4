"""Killing the worker while it publishes a scheduled batch of 60 leaves all of it or nothing; started again, it publishes."""

import random
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from core import anchors, clock
from core.audit import SYSTEM
from core.extensions import db
from scenario_catalog.publishing import operations
from tests.conftest import make_app, opened
from tests.faults.instances import prepare
from tests.faults.publications import Publisher, assert_numbered, assert_sound, composed, is_published

ROUNDS, KILLS = 3, 4
WORK, WAITING = "work", "scheduled"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Flask]:
    """The site that the worker works for: its pages run while the worker is killed."""
    prepare(tmp_path)
    with opened(make_app(tmp_path, database_url="")) as app:
        yield app


@pytest.fixture
def worker(site: Flask, tmp_path: Path) -> Iterator[Publisher]:
    made = Publisher(tmp_path)
    yield made
    made.end()


def schedule() -> int:
    """Leave a batch of approved needs whose time has come; returns its row id."""
    session, batch = db.session(), composed("排期的一批")
    now = clock.now()
    with clock.frozen(now - timedelta(minutes=2)):
        operations.schedule(session, SYSTEM, batch, now - timedelta(minutes=1))
    session.commit()
    found = batch.id
    db.session.remove()
    return found


def test_a_killed_worker_publishes_all_or_nothing_and_the_next_one_all(
    site: Flask, worker: Publisher, tmp_path: Path
) -> None:
    rng = random.Random(7)
    batches = [schedule()]
    whole = worker.run(WORK)
    assert is_published(tmp_path, batches[0], WAITING)
    for _round in range(ROUNDS):
        batches.append(schedule())
        for _kill in range(KILLS):
            worker.run(WORK, killed_after=whole * rng.random())
            assert_sound(site, tmp_path, WAITING)
            if is_published(tmp_path, batches[-1], WAITING):
                break
        worker.run(WORK)
        assert is_published(tmp_path, batches[-1], WAITING)
        assert_sound(site, tmp_path, WAITING)
    assert_numbered(tmp_path, batches)
    kept = [found for found in anchors.newest() if found.cause == anchors.PUBLICATION]
    assert len(kept) >= len(batches), "each publication is anchored, also where the worker died after it"
