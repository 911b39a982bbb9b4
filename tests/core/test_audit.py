"""The audit log: one chain without gaps whoever writes at once, guarded by the database, with salts that can go."""

import json
import threading
from datetime import UTC, datetime
from hashlib import sha256
from itertools import pairwise

import pytest
from flask import Flask
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import IntegrityError

from core import audit, clock
from core.audit import SYSTEM, Actor, AuditEvent, AuditHead
from core.chain import START
from core.extensions import db
from tests.factories import OrganisationFactory

WRITERS, EACH = 6, 25


def record(verb: str = "save", number: object = 1, **states: object) -> AuditEvent:
    return audit.record(db.session(), SYSTEM, verb, "thing", number, **states)  # type: ignore[arg-type]


def log() -> list[AuditEvent]:
    return list(db.session.scalars(select(AuditEvent).order_by(AuditEvent.id)))


def test_events_are_numbered_and_each_names_the_hash_before_it(app: Flask) -> None:
    for number in range(3):
        record(number=number)
    db.session.commit()
    events = log()
    assert [entry.id for entry in events] == [1, 2, 3]
    assert [entry.previous for entry in events] == [START, events[0].hash, events[1].hash]
    head = db.session.get_one(AuditHead, 1)
    assert (head.count, head.hash) == (3, events[-1].hash)


def test_a_hash_is_what_the_documentation_says(app: Flask) -> None:
    with clock.frozen(datetime(2026, 5, 1, 2, 3, 4, tzinfo=UTC)):
        found = audit.record(db.session(), Actor("p", "agency-member", "7"), "save", "场景", 5, after={"标题": "一"})
    said = {
        "id": 1,
        "at": "2026-05-01T02:03:04.000000+00:00",
        "actor": "p",
        "role": "agency-member",
        "organisation": "7",
        "verb": "save",
        "subject_type": "场景",
        "subject_id": "5",
        "before": "",
        "after": sha256((found.salt + '{"标题":"一"}').encode()).hexdigest(),
        "salt_digest": sha256(found.salt.encode()).hexdigest(),
        "previous": START,
    }
    written = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert found.hash == sha256(written.encode()).hexdigest()


def test_what_is_rolled_back_leaves_no_gap(app: Flask) -> None:
    record()
    db.session.rollback()
    record()
    db.session.commit()
    assert [entry.id for entry in log()] == [1]


def test_a_change_has_a_digest_before_and_after_and_the_same_state_another_one_next_time(app: Flask) -> None:
    organisation = OrganisationFactory()
    for name in ("甲", "乙"):
        with audit.change(db.session(), SYSTEM, "save", "organisation", organisation):
            organisation.name = name
    first, second = log()
    assert first.before != first.after
    assert first.after != second.before, "salts keep equal states from looking equal"
    assert second.after == audit.digest(second.salt, audit.state(organisation))


STATEMENTS = {
    "an edit": "UPDATE audit_event SET verb = 'x' WHERE id = 1",
    "an edit to nothing": "UPDATE audit_event SET organisation = NULL WHERE id = 1",
    "another salt": "UPDATE audit_event SET salt = 'x' WHERE id = 1",
    "an edit beside the blanked salt": "UPDATE audit_event SET salt = '', actor = 'x' WHERE id = 1",
    "a deletion": "DELETE FROM audit_event WHERE id = 2",
    "a replacement": "INSERT OR REPLACE INTO audit_event SELECT * FROM audit_event WHERE id = 1",
    "a replacement by hash": (
        "INSERT OR REPLACE INTO audit_event SELECT 9, at, actor, role, organisation, verb, subject_type, subject_id, "
        'before, "after", salt, salt_digest, previous, hash FROM audit_event WHERE id = 1'
    ),
    "a head that goes back": "UPDATE audit_head SET count = 1",
    "no head": "DELETE FROM audit_head",
    "a second head": "INSERT INTO audit_head VALUES (2, 0, 'x')",
    "another head": "INSERT OR REPLACE INTO audit_head VALUES (1, 0, 'x')",
}


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS.keys())
def test_the_database_itself_refuses(app: Flask, statement: str) -> None:
    record(after={"a": 1})
    record(after={"a": 2})
    db.session.commit()
    before = [audit.said(entry) for entry in log()]
    with pytest.raises(IntegrityError, match="append-only"):
        db.session.execute(text(statement))
    db.session.rollback()
    assert [audit.said(entry) for entry in log()] == before


def test_the_models_way_is_refused_as_well(app: Flask) -> None:
    record()
    db.session.commit()
    for statement in (update(AuditEvent).values(actor="x"), delete(AuditEvent), delete(AuditHead)):
        with pytest.raises(IntegrityError):
            db.session.execute(statement)
        db.session.rollback()


def test_a_forgotten_subject_has_no_salts_and_its_chain_still_holds(app: Flask) -> None:
    for number in (1, 2, 1):
        record(number=number, after={"secret": number})
    record(number=1)
    assert audit.forget(db.session(), "thing", 1) == 2
    db.session.commit()
    events = log()
    assert [bool(entry.salt) for entry in events] == [False, True, False, False]
    assert all(entry.hash == audit.hash_of(entry) for entry in events)
    assert len(events) == 4, "forgetting is part of an operation, and records nothing itself"


def test_a_concealed_actor_is_the_same_within_a_subject_and_nobody_outside(app: Flask) -> None:
    actor = Actor("pseudonym", "enterprise-member", "12")
    hidden, again = audit.concealed(actor, "question:1"), audit.concealed(actor, "question:1")
    elsewhere, other = audit.concealed(actor, "question:2"), audit.concealed(Actor("q", "x", "12"), "question:1")
    assert hidden == again
    assert len({hidden.id, elsewhere.id, other.id, actor.id}) == 4
    assert hidden.organisation == other.organisation
    assert hidden.organisation not in {"12", elsewhere.organisation, hidden.id}
    assert "pseudonym" not in repr(hidden)
    assert hidden.role == actor.role
    assert audit.concealed(Actor("p", "x"), "question:1").organisation == ""
    app.secret_key = "another"
    assert audit.concealed(actor, "question:1") != hidden


def test_writers_at_once_make_one_chain(app: Flask) -> None:
    """Each reads first, works on something else, and then appends: as operations do."""
    failures: list[BaseException] = []

    def write(name: int) -> None:
        try:
            with app.app_context():
                for number in range(EACH):
                    db.session.execute(select(AuditEvent)).all()
                    audit.record(db.session(), SYSTEM, "save", "thing", f"{name}-{number}")
                    db.session.commit()
        except BaseException as error:  # noqa: BLE001 - a thread's failure is the test's
            failures.append(error)

    threads = [threading.Thread(target=write, args=(name,)) for name in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    events = log()
    assert [entry.id for entry in events] == list(range(1, WRITERS * EACH + 1))
    assert all(entry.previous == before.hash for before, entry in pairwise(events))
    assert len({entry.subject_id for entry in events}) == WRITERS * EACH


def test_whoever_has_read_can_still_append_when_somebody_wrote_in_between(app: Flask) -> None:
    mine = db.session()
    mine.execute(select(AuditHead)).all()
    with app.app_context():
        record(number="theirs")
        db.session.commit()
    audit.record(mine, SYSTEM, "save", "thing", "mine")
    mine.commit()
    assert [entry.subject_id for entry in log()] == ["theirs", "mine"]


def test_a_transaction_that_writes_takes_its_turn_when_it_begins(app: Flask) -> None:
    begun: list[str] = []
    with db.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.set_trace_callback(begun.append)
        connection.execute(update(AuditHead).values(count=AuditHead.count))
        connection.rollback()
        driver.set_trace_callback(None)
    assert begun[0].strip() == "BEGIN IMMEDIATE"
