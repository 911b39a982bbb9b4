"""Batches by the clock: what is scheduled too late, kept late, blocked, taken back or pressed twice; nothing gets lost."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.audit import SYSTEM, AuditEvent
from core.errors import InvalidInputError
from core.extensions import db
from core.settings import settings
from scenario_catalog import operations as catalog
from scenario_catalog.models import Batch, BatchEntry, Scenario
from scenario_catalog.publishing import jobs, operations
from scenario_catalog.rules import Ground
from tests.factories import OrganisationFactory, ScenarioFactory, approve, member
from tests.pages import PageClient, visible

HOUR = timedelta(hours=1)


@pytest.fixture
def session(app: Flask) -> Session:
    return db.session()


def need(**values: object) -> Scenario:
    return approve(ScenarioFactory(agency=OrganisationFactory(verification="verified"), **values))


def composed(*scenarios: Scenario, title: str = "第一批清单") -> Batch:
    batch = catalog.create_batch(db.session(), SYSTEM, title)
    operations.add_scenarios(db.session(), SYSTEM, batch, [scenario.id for scenario in scenarios])
    db.session.commit()
    return batch


def scheduled(*scenarios: Scenario, at: datetime) -> Batch:
    batch = composed(*scenarios)
    operations.schedule(db.session(), SYSTEM, batch, at)
    db.session.commit()
    return batch


def work(at: datetime) -> None:
    """Let the worker come at an instant."""
    with clock.frozen(at):
        jobs.publish_due()
    db.session.expire_all()


def verbs(batch: Batch) -> list[str]:
    found = select(AuditEvent.verb).where(AuditEvent.subject_type == "batch", AuditEvent.subject_id == str(batch.id))
    return [*db.session.scalars(found.order_by(AuditEvent.id))]


def test_a_schedule_in_the_past_is_told_beside_what_was_typed_and_nothing_is_lost(
    session: Session, client: PageClient
) -> None:
    batch = composed(need(title="影像初筛"), need())
    client.sign_in(member("operator", "approver"))
    base, typed = f"/desk/batches/{batch.id}", clock.local(clock.now() - HOUR).strftime("%Y-%m-%dT%H:%M")
    page = client.post(f"{base}/schedule", {"at": typed}, status=422)
    assert "已经过去" in visible(page)
    assert f'value="{typed}"' in page.get_data(as_text=True)
    session.expire_all()
    assert (batch.status, batch.scheduled_for, len(batch.scenarios)) == ("draft", None, 2)
    assert verbs(batch) == ["create", "save"]
    later = clock.local(clock.now() + HOUR).strftime("%Y-%m-%dT%H:%M")
    client.post(f"{base}/schedule", {"at": later}, status=303)
    assert "影像初筛" in visible(client.get(base))


def test_a_schedule_begins_after_the_present_instant(session: Session) -> None:
    batch, now = composed(need()), clock.now()
    with clock.frozen(now):
        for at in (now, now - timedelta(microseconds=1)):
            with pytest.raises(InvalidInputError, match="已经过去"):
                operations.schedule(session, SYSTEM, batch, at)
        operations.schedule(session, SYSTEM, batch, now + timedelta(microseconds=1))
        session.commit()
    work(now)
    assert batch.status == "scheduled"
    work(now + timedelta(microseconds=1))
    assert batch.status == "published"


def test_a_schedule_is_checked_for_the_day_of_the_publication(session: Session) -> None:
    batch = composed(need(title="开放十天", deadline=clock.today() + timedelta(days=10)))
    with pytest.raises(InvalidInputError, match="太近"):
        operations.schedule(session, SYSTEM, batch, clock.end_of_day(clock.today()))
    assert batch.status == "draft"


def test_a_worker_that_comes_too_late_for_the_deadline_puts_the_batch_back_whole(
    session: Session, client: PageClient
) -> None:
    now = clock.now()
    late, long = need(title="马上截止", deadline=clock.today() + timedelta(days=12)), need(title="还早")
    batch = scheduled(late, long, at=now + HOUR)
    with clock.frozen(now + timedelta(days=5)):
        work(clock.now())
        assert (batch.status, len(batch.scenarios)) == ("draft", 2)
        assert "“马上截止”" in batch.note
        assert batch.scheduled_for == now + HOUR, "when it was to be"
        assert {one.status for one in batch.scenarios} == {"approved"}
        assert not session.scalars(select(BatchEntry)).all()
        client.sign_in(member("operator", "approver"))
        base = f"/desk/batches/{batch.id}"
        assert "马上截止" in visible(client.get(base))
        client.post(f"{base}/scenarios/{late.id}/drop", status=303)
        client.post(f"{base}/publish", {"count": "1"}, status=303)
    session.expire_all()
    assert (batch.status, batch.note, long.status, late.status) == ("published", "", "open", "approved")


def test_one_batch_that_cannot_go_keeps_no_other_waiting(session: Session) -> None:
    at = clock.now() + HOUR
    stuck, good = need(), need()
    first, second = scheduled(stuck, at=at), scheduled(good, at=at + HOUR)
    catalog.move(session, SYSTEM, stuck, "cancel", Ground("need_changed"))
    session.commit()
    work(at + 2 * HOUR)
    assert (first.status, second.status, second.number) == ("draft", "published", 1)
    assert verbs(first)[-1] == "return"


def test_what_was_due_is_published_in_the_order_of_the_schedule_and_once(session: Session) -> None:
    at = clock.now() + HOUR
    later, earlier = scheduled(need(), at=at + HOUR), scheduled(need(), at=at)
    for _minute in range(3):
        work(at + 3 * HOUR)
    assert (earlier.number, later.number) == (1, 2)
    assert verbs(earlier).count("publish") == verbs(later).count("publish") == 1


def test_a_number_is_of_the_year_in_which_it_was_published(session: Session) -> None:
    with clock.frozen(datetime(2029, 12, 31, 15, 0, tzinfo=UTC)):  # 23:00 in Shanghai
        scenario = need()
        batch = scheduled(scenario, at=clock.now() + timedelta(minutes=30))
    work(datetime(2029, 12, 31, 16, 5, tzinfo=UTC))
    assert (batch.status, scenario.number) == ("published", "SZ-2030-0001")


@pytest.mark.parametrize("meanwhile", ["unscheduled", "published by hand", "scheduled for later"])
def test_a_job_that_was_asked_for_before_the_batch_moved_does_nothing(session: Session, meanwhile: str) -> None:
    now = clock.now()
    batch = scheduled(need(), at=now + HOUR)
    with clock.frozen(now + 2 * HOUR):
        if meanwhile == "published by hand":
            operations.publish(session, SYSTEM, batch)
        else:
            operations.unschedule(session, SYSTEM, batch)
        if meanwhile == "scheduled for later":
            operations.schedule(session, SYSTEM, batch, now + 9 * HOUR)
        session.commit()
        before, status = verbs(batch), batch.status
        jobs.publish_scheduled(batch.id)
        jobs.publish_scheduled(10**6)
        session.expire_all()
        assert (verbs(batch), batch.status, batch.note) == (before, status, "")


def test_no_backup_no_publication_and_the_batch_says_why(session: Session) -> None:
    at = clock.now() + HOUR
    batch = scheduled(need(), at=at)
    (settings().instance / "backups").write_text("a file where the folder should be")
    work(at)
    assert batch.status == "draft"
    assert "备份没有成功" in batch.note
    assert [one.status for one in batch.scenarios] == ["approved"]
