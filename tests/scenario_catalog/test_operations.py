"""Drafts, moves, and the publication of a batch: all or nothing, numbered without gaps."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from accounts.operations import OrganisationFacts, ensure_organisation
from core import clock
from core.audit import SYSTEM, Actor, AuditEvent
from core.errors import InvalidInputError
from core.extensions import db
from core.lifecycle import LifecycleError
from retrieval.models import Passage
from scenario_catalog import draft as drafts
from scenario_catalog import operations
from scenario_catalog.draft import Draft
from scenario_catalog.models import Batch, BatchEntry, Scenario, ScenarioMove
from scenario_catalog.rules import Ground
from tests.factories import BatchFactory, OrganisationFactory, ScenarioFactory, approve, published, walk

AGENCY = Actor("u1", "agency-approver", "a1")
DRAFT = Draft(
    "影像初筛",
    "public-service",
    "healthcare",
    "南山区",
    "pilot",
    date(2027, 1, 31),
    tags=("tax", "tax"),
    articles=(10, 12),
)


@pytest.fixture
def session(app: Flask) -> Session:
    return db.session()


def counted(session: Session, entity: type) -> int:
    return session.scalar(select(func.count()).select_from(entity)) or 0


def test_a_draft_keeps_what_was_written(session: Session):
    scenario = operations.create_draft(session, AGENCY, OrganisationFactory(), DRAFT)
    session.commit()
    session.expire_all()
    assert (scenario.title, scenario.status, scenario.number) == ("影像初筛", "draft", None)
    assert (scenario.tag_codes, scenario.articles) == (["tax"], [10, 12])
    assert counted(session, Passage) == 0, "a draft must not be found"


def test_a_draft_may_be_changed_and_what_was_handed_in_may_not(session: Session):
    scenario = operations.create_draft(session, AGENCY, OrganisationFactory(), DRAFT)
    changed = Draft("影像复筛", "public-service", "healthcare", "南山区", "pilot", date(2027, 2, 1))
    operations.save(session, AGENCY, scenario, changed)
    session.commit()
    assert (scenario.title, scenario.tag_codes) == ("影像复筛", [])
    operations.move(session, AGENCY, scenario, "submit")
    with pytest.raises(InvalidInputError):
        operations.save(session, AGENCY, scenario, DRAFT)


def test_a_move_is_recorded_with_its_time_and_an_event(session: Session):
    scenario = ScenarioFactory()
    at = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
    with clock.frozen(at):
        operations.move(session, AGENCY, scenario, "submit")
    session.commit()
    made = session.scalars(select(ScenarioMove)).one()
    assert (made.verb, made.status, made.at) == ("submit", "in_review", at)
    event = session.scalars(select(AuditEvent).where(AuditEvent.verb == "submit")).one()
    assert (event.subject_type, event.subject_id, event.actor, event.at) == ("scenario", str(scenario.id), "u1", at)


def test_a_move_that_the_table_refuses_changes_nothing(session: Session):
    scenario = ScenarioFactory()
    with pytest.raises(LifecycleError):
        operations.move(session, AGENCY, scenario, "award")
    with pytest.raises(LifecycleError):
        operations.move(session, SYSTEM, approve(ScenarioFactory()), "publish")
    assert scenario.status == "draft"
    assert not scenario.moves


def test_bids_are_not_opened_before_the_deadline(session: Session):
    scenario = ScenarioFactory(deadline=clock.today())
    published(scenario)
    with pytest.raises(LifecycleError, match="尚未截止"):
        operations.move(session, SYSTEM, scenario, "evaluate")
    with clock.frozen(clock.end_of_day(scenario.deadline)):
        operations.move(session, SYSTEM, scenario, "evaluate")
    assert scenario.status == "evaluating"


def test_unawarding_needs_words_and_not_too_many(session: Session):
    scenario = ScenarioFactory()
    published(scenario)
    walk(scenario, "evaluate", "shortlist", "notice", "award")
    with pytest.raises(LifecycleError, match="理由"):
        operations.move(session, SYSTEM, scenario, "unaward")
    with pytest.raises(InvalidInputError, match="2000"):
        operations.move(session, SYSTEM, scenario, "unaward", Ground(words="长" * 2001))
    operations.move(session, SYSTEM, scenario, "unaward", Ground(words="中选方放弃"))
    assert scenario.status == "finalists"


def test_a_status_that_somebody_else_changed_meanwhile_is_not_overwritten(session: Session):
    scenario = ScenarioFactory()
    session.commit()
    assert scenario.status == "draft"
    with Session(db.engine) as other, other.begin():
        other.get_one(Scenario, scenario.id).status = "cancelled"
    scenario.__dict__["status"] = "draft"  # what this session read before the other one committed
    with pytest.raises(LifecycleError, match="刚刚"):
        operations.move(session, AGENCY, scenario, "submit")
    session.rollback()
    assert session.get_one(Scenario, scenario.id).status == "cancelled"


def test_a_batch_is_published_at_one_instant(session: Session):
    scenarios = [ScenarioFactory() for _ in range(3)]
    at = datetime(2026, 3, 1, 1, 30, tzinfo=UTC)
    with clock.frozen(at):
        batch = published(*scenarios)
    assert (batch.number, batch.status, batch.published_at) == (1, "published", at)
    assert [scenario.number for scenario in scenarios] == ["SZ-2026-0001", "SZ-2026-0002", "SZ-2026-0003"]
    assert {(scenario.status, scenario.published_at) for scenario in scenarios} == {("open", at)}
    entries = session.scalars(select(BatchEntry).order_by(BatchEntry.position)).all()
    assert [entry.scenario_id for entry in entries] == [scenario.id for scenario in scenarios]
    for entry, scenario in zip(entries, scenarios, strict=True):
        assert entry.snapshot == drafts.snapshot(scenario, scenario.agency.name)
        assert entry.digest == drafts.digest(entry.snapshot)
    documents = set(session.scalars(select(Passage.document)))
    assert documents == {scenario.number for scenario in scenarios}


def test_the_snapshot_stays_when_the_scenario_changes(session: Session):
    scenario = ScenarioFactory(title="原来的名称")
    published(scenario)
    scenario.title = "后来的名称"
    session.commit()
    entry = session.scalars(select(BatchEntry)).one()
    assert entry.snapshot["title"] == "原来的名称"
    assert entry.digest == drafts.digest(entry.snapshot)
    assert entry.digest != drafts.digest({**entry.snapshot, "title": "后来的名称"})


def test_numbers_run_on_within_a_year_and_begin_anew_with_the_next(session: Session):
    published(ScenarioFactory(), ScenarioFactory())
    with clock.frozen(datetime(2030, 12, 31, 15, 59, tzinfo=UTC)):
        late = ScenarioFactory()
        published(late)
    with clock.frozen(datetime(2030, 12, 31, 16, 0, tzinfo=UTC)):
        new_year = [ScenarioFactory(), ScenarioFactory()]
        batch = published(*new_year)
    assert late.number == "SZ-2030-0001"
    assert [scenario.number for scenario in new_year] == ["SZ-2031-0001", "SZ-2031-0002"]
    assert batch.number == 3


def test_two_batches_in_one_transaction(session: Session):
    with Session(db.engine) as own, own.begin():
        agency = ensure_organisation(own, SYSTEM, OrganisationFacts("某局"))

        for _ in range(2):
            batch = operations.create_batch(own, SYSTEM, "一批")
            scenario = operations.create_draft(own, SYSTEM, agency, DRAFT)
            operations.move(own, SYSTEM, scenario, "submit")
            operations.move(own, SYSTEM, scenario, "approve")
            scenario.batch = batch
            operations.publish_batch(own, SYSTEM, batch)
    assert sorted(session.scalars(select(Batch.number))) == [1, 2]
    assert len(set(session.scalars(select(Scenario.number)))) == 2


def test_numbers_run_on_past_four_digits(session: Session):
    with clock.frozen(datetime(2030, 5, 1, tzinfo=UTC)):
        published(ScenarioFactory(number="SZ-2030-9999"))
        nine, ten = ScenarioFactory(), ScenarioFactory()
        published(nine)
        published(ten)
    assert (nine.number, ten.number) == ("SZ-2030-10000", "SZ-2030-10001")


def test_a_number_that_came_with_a_list_is_kept(session: Session):
    kept, new = ScenarioFactory(number="SZ-2026-0007"), ScenarioFactory()
    with clock.frozen(datetime(2026, 5, 1, tzinfo=UTC)):
        published(kept, new)
    assert (kept.number, new.number) == ("SZ-2026-0007", "SZ-2026-0008")


def test_a_failure_half_way_leaves_nothing(session: Session):
    good, bad = approve(ScenarioFactory()), ScenarioFactory()
    batch = BatchFactory()
    good.batch = bad.batch = batch
    session.commit()
    events = counted(session, AuditEvent)
    with pytest.raises(LifecycleError):
        operations.publish_batch(session, SYSTEM, batch)
    session.rollback()
    assert (batch.status, batch.number, batch.published_at) == ("draft", None, None)
    assert (good.status, good.number, good.published_at) == ("approved", None, None)
    assert [counted(session, entity) for entity in (BatchEntry, Passage)] == [0, 0]
    assert counted(session, AuditEvent) == events
    operations.move(session, SYSTEM, bad, "submit")
    operations.move(session, SYSTEM, bad, "approve")
    operations.publish_batch(session, SYSTEM, batch)
    session.commit()
    assert {good.number, bad.number} == {f"SZ-{clock.today().year}-{n:04d}" for n in (1, 2)}


def test_an_empty_batch_is_refused_and_a_batch_is_published_once(session: Session):
    with pytest.raises(InvalidInputError, match="没有场景"):
        operations.publish_batch(session, SYSTEM, BatchFactory())
    session.rollback()
    batch = published(ScenarioFactory())
    with pytest.raises(LifecycleError):
        operations.publish_batch(session, SYSTEM, batch)
    with pytest.raises(LifecycleError):
        operations.publish_batch(session, AGENCY, BatchFactory())


def test_of_two_publications_of_one_batch_one_is_refused(session: Session):
    batch = BatchFactory()
    approve(ScenarioFactory(batch=batch))
    session.commit()
    assert batch.status == "draft"
    with Session(db.engine) as other, other.begin():
        operations.publish_batch(other, SYSTEM, other.get_one(Batch, batch.id))
    batch.__dict__["status"] = "draft"  # what this session read before the other one committed
    with pytest.raises(LifecycleError, match="刚刚"):
        operations.publish_batch(session, SYSTEM, batch)
    session.rollback()
    assert counted(session, BatchEntry) == 1


def test_publications_at_the_same_time_leave_no_gap_and_no_number_twice(app: Flask, session: Session):
    batches = [BatchFactory() for _ in range(4)]
    for batch in batches:
        for _ in range(3):
            approve(ScenarioFactory(batch=batch))
    session.commit()
    ids = [batch.id for batch in batches]
    ready = Barrier(len(ids))

    def publish(id_: int) -> None:
        with app.app_context(), Session(db.engine) as own, own.begin():
            batch = own.get_one(Batch, id_)
            assert batch.status == "draft"
            ready.wait()
            operations.publish_batch(own, SYSTEM, batch)

    with ThreadPoolExecutor(len(ids)) as pool:
        list(pool.map(publish, ids))
    session.expire_all()
    year = clock.local(clock.now()).year
    assert sorted(session.scalars(select(Scenario.number))) == [f"SZ-{year}-{n:04d}" for n in range(1, 13)]
    assert sorted(session.scalars(select(Batch.number))) == [1, 2, 3, 4]


def test_the_database_itself_refuses_a_number_twice(session: Session):
    ScenarioFactory(number="SZ-2026-0001")
    with pytest.raises(IntegrityError):
        ScenarioFactory(number="SZ-2026-0001")
    session.rollback()


def test_passages_are_the_sentences_of_each_field_with_their_places(session: Session):
    scenario = ScenarioFactory()
    published(scenario)
    searched = Passage.collection == operations.COLLECTION
    passages = session.scalars(select(Passage).where(searched).order_by(Passage.position)).all()
    texts = {field: getattr(scenario, field) for field in operations.SEARCHED}
    texts["indicators"] = "\n".join(scenario.indicators)
    assert {passage.heading for passage in passages} == set(operations.SEARCHED)
    for passage in passages:
        assert texts[passage.heading][passage.start : passage.end] == passage.text
    scenario.background = "全部换新。"
    operations.write_passages(session, scenario)
    session.commit()
    found = session.scalars(select(Passage.text).where(searched, Passage.heading == "background")).all()
    assert found == ["全部换新。"]


def test_a_result_is_recorded(session: Session):
    scenario = ScenarioFactory(deadline=clock.today() - timedelta(days=1))
    published(scenario)
    operations.record_result(session, SYSTEM, scenario, "已上线")
    session.commit()
    assert scenario.result == "已上线"
    assert session.scalars(select(AuditEvent.verb).order_by(AuditEvent.id.desc())).first() == "record_result"
