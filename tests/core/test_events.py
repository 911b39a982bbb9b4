"""Committed events reach each consumer once, in order, whatever fails or runs beside it."""

import sqlite3
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from huey.storage import SqliteStorage
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import audit, events
from core.audit import SYSTEM, AuditEvent
from core.events import AT_ONCE, EventCursor, deliver_all
from core.extensions import db
from core.jobs import huey
from core.registry import Consumer, Room
from core.room import ROOM

Handle = Callable[[Session, Sequence[AuditEvent]], None]


@pytest.fixture
def queued(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The application as it runs, with a queue of its own: deliveries start when the test says so."""
    monkeypatch.setattr(huey, "storage", SqliteStorage(filename=str(tmp_path / "jobs.db")))
    monkeypatch.setattr(huey, "_immediate", False)
    return app


def consumers(app: Flask, **handles: Handle) -> None:
    """Leave the application only these consumers."""
    plain = [replace(room, consumers=()) for room in app.extensions["rooms"]]
    made = [Consumer(name, handle) for name, handle in handles.items()]
    app.extensions["rooms"] = (*plain, Room(name="test", consumers=made))


def record(count: int = 1) -> None:
    for _ in range(count):
        audit.record(db.session(), SYSTEM, "save", "thing", 1)
    db.session.commit()


def place(name: str) -> int:
    db.session.rollback()
    return db.session.scalar(select(EventCursor.event_id).where(EventCursor.name == name)) or 0


def test_a_commit_delivers_in_order_and_each_event_once(app: Flask) -> None:
    got: list[int] = []
    consumers(app, one=lambda _session, found: got.extend(event.id for event in found))
    record()
    record(3)
    deliver_all()
    assert got == [1, 2, 3, 4]
    assert place("one") == 4


def test_nothing_is_delivered_of_what_was_rolled_back(app: Flask) -> None:
    got: list[int] = []
    consumers(app, one=lambda _session, found: got.extend(event.id for event in found))
    audit.record(db.session(), SYSTEM, "save", "thing", 1)
    db.session.rollback()
    db.session.commit()
    assert got == []


def test_portions_are_transactions_of_their_own(queued: Flask) -> None:
    """A portion that fails takes back what it wrote and its place; the ones before stand, and nothing comes twice."""
    portions: list[list[int]] = []
    failing = [True]

    def handle(session: Session, found: Sequence[AuditEvent]) -> None:
        numbers = [event.id for event in found]
        session.add(EventCursor(name=f"row of {numbers[0]}", event_id=0))
        session.flush()
        if len(portions) == 1 and failing[0]:
            raise RuntimeError("the process dies here")
        portions.append(numbers)

    consumers(queued, one=handle)
    record(AT_ONCE * 2 + 5)
    with pytest.raises(ExceptionGroup) as raised:
        deliver_all()
    assert raised.value.exceptions[0].__notes__ == ["consumer one"]
    assert place("one") == AT_ONCE
    failing[0] = False
    deliver_all()
    deliver_all()
    assert [event for portion in portions for event in portion] == list(range(1, AT_ONCE * 2 + 6))
    rows = db.session.scalars(select(EventCursor.name).where(EventCursor.name.startswith("row of"))).all()
    assert sorted(rows) == sorted(f"row of {start}" for start in (1, AT_ONCE + 1, AT_ONCE * 2 + 1))


def test_one_that_fails_keeps_no_other_waiting(queued: Flask) -> None:
    got: list[int] = []

    def fail(_session: Session, _found: Sequence[AuditEvent]) -> None:
        raise RuntimeError("on purpose")

    consumers(queued, bad=fail, good=lambda _session, found: got.extend(event.id for event in found))
    record(2)
    with pytest.raises(ExceptionGroup, match="consumers"):
        deliver_all()
    assert got == [1, 2]
    assert (place("bad"), place("good")) == (0, 2)


def test_a_consumer_that_raises_after_another_wrote_leaves_its_work_alone(queued: Flask) -> None:
    """The first consumer's rows are committed before the second one starts."""

    def write(session: Session, found: Sequence[AuditEvent]) -> None:
        session.add(EventCursor(name="written", event_id=len(found)))

    def fail(_session: Session, _found: Sequence[AuditEvent]) -> None:
        raise RuntimeError("on purpose")

    consumers(queued, first=write, second=fail)
    record()
    for _ in range(2):
        with pytest.raises(ExceptionGroup):
            deliver_all()
    assert place("written") == 1


def test_two_deliveries_at_once_hand_each_event_over_once(queued: Flask) -> None:
    got: list[int] = []
    consumers(queued, one=lambda _session, found: got.extend(event.id for event in found))
    record(AT_ONCE * 3 + 10)
    failures: list[BaseException] = []

    def run() -> None:
        try:
            with queued.app_context():
                deliver_all()
        except BaseException as error:  # noqa: BLE001 - a thread's failure is the test's
            failures.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert got == list(range(1, AT_ONCE * 3 + 11))


def test_a_consumer_may_record_events_which_are_delivered_too(app: Flask) -> None:
    got: list[str] = []

    def answer(session: Session, found: Sequence[AuditEvent]) -> None:
        got.extend(event.verb for event in found)
        if any(event.verb == "save" for event in found):
            audit.record(session, SYSTEM, "answer", "thing", 1)

    consumers(app, one=answer)
    record()
    assert got == ["save", "answer"]


def test_who_is_up_to_date_takes_no_lock(app: Flask) -> None:
    calls: list[int] = []
    consumers(app, one=lambda _session, found: calls.append(len(found)))
    record()
    with db.engine.connect() as other:
        other.exec_driver_sql("BEGIN IMMEDIATE")
        deliver_all()  # would wait for the other's lock, and fail, if it wrote
    assert calls == [1]


def test_a_queue_that_is_away_does_not_undo_a_commit(
    queued: Flask, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    got: list[int] = []
    consumers(queued, one=lambda _session, found: got.extend(event.id for event in found))
    with sqlite3.connect(tmp_path / "jobs.db") as queue:
        queue.execute("DROP TABLE task")
    queue.close()
    record()
    assert audit.RECORDED in caplog.text
    events.deliver_what_was_missed.call_local()
    assert got == [1]


def test_the_log_is_anchored_when_a_batch_is_published(app: Flask) -> None:
    from core import anchors

    assert "core.anchors" in [consumer.name for consumer in ROOM.consumers]
    record()
    assert anchors.newest() == []
    audit.record(db.session(), SYSTEM, "publish", "batch", 1)
    db.session.commit()
    assert [(found.count, found.cause) for found in anchors.newest()] == [(2, "publication")]
