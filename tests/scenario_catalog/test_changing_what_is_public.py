"""Publishing, correcting and redacting: all or nothing, never silently, and gone when it must be gone."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from core import clock
from core.audit import SYSTEM, AuditEvent
from core.database import checkpoint
from core.errors import InvalidInputError
from core.extensions import db
from core.formats import day
from core.settings import settings
from scenario_catalog import operations as catalog
from scenario_catalog.models import Batch, Scenario
from scenario_catalog.publishing import correcting, jobs, operations, redacting
from scenario_catalog.publishing.correcting import Proposal
from scenario_catalog.publishing.redacting import Order
from scenario_catalog.rules import Ground
from scenario_catalog.similarity.operations import fill_needs
from tests.factories import OrganisationFactory, ScenarioFactory, approve, member, published
from tests.pages import PageClient, visible

SECRET = "张三丰的手机13800138000"


@pytest.fixture
def session(app: Flask) -> Session:
    return db.session()


def composed(session: Session, *scenarios: Scenario) -> Batch:
    batch = catalog.create_batch(session, SYSTEM, "第一批清单")
    operations.add_scenarios(session, SYSTEM, batch, [approve(scenario).id for scenario in scenarios])
    session.commit()
    return batch


def verified_need(**values: object) -> Scenario:
    return ScenarioFactory(agency=OrganisationFactory(verification="verified"), **values)


def issue(session: Session, scenario: Scenario, reason: str = "数量有误", **typed: str) -> None:
    proposal = Proposal({**correcting.texts(scenario), **typed}, reason, 1)
    correcting.issue(session, SYSTEM, scenario, proposal)
    session.commit()


def test_a_batch_is_backed_up_and_published(session: Session) -> None:
    batch = composed(session, verified_need(), verified_need())
    operations.publish(session, SYSTEM, batch)
    session.commit()
    assert batch.status == "published"
    assert all(scenario.number for scenario in batch.scenarios)
    assert [*(settings().instance / "backups").glob("*.db")]


def test_what_is_no_longer_approved_is_named_and_nothing_is_published(session: Session) -> None:
    kept, gone = verified_need(), verified_need()
    batch = composed(session, kept, gone)
    catalog.move(session, SYSTEM, gone, "return", Ground(words="指标不清"))
    session.commit()
    with pytest.raises(InvalidInputError, match=gone.title):
        operations.publish(session, SYSTEM, batch)
    session.rollback()
    assert (batch.status, kept.status, kept.number) == ("draft", "approved", None)


def test_an_agency_that_is_not_verified_blocks_the_batch(session: Session) -> None:
    batch = composed(session, ScenarioFactory(agency=OrganisationFactory(verification="unverified")))
    with pytest.raises(InvalidInputError):
        operations.publish(session, SYSTEM, batch)


def test_a_schedule_lies_ahead_and_is_kept_even_late(session: Session) -> None:
    batch = composed(session, verified_need())
    with pytest.raises(InvalidInputError, match="已经过去"):
        operations.schedule(session, SYSTEM, batch, clock.now() - timedelta(minutes=1))
    operations.schedule(session, SYSTEM, batch, clock.now() + timedelta(hours=1))
    session.commit()
    jobs.publish_due()
    session.expire_all()
    assert batch.status == "scheduled"
    with clock.frozen(clock.now() + timedelta(hours=5)):  # the worker was down when it was due
        jobs.publish_due()
        session.expire_all()
        assert (batch.status, batch.published_at) == ("published", clock.now())


def test_a_batch_that_cannot_be_published_in_time_goes_back_with_the_reason(session: Session) -> None:
    need = verified_need()
    batch = composed(session, need)
    operations.schedule(session, SYSTEM, batch, clock.now() + timedelta(hours=1))
    catalog.move(session, SYSTEM, need, "return", Ground(words="指标不清"))
    session.commit()
    with clock.frozen(clock.now() + timedelta(hours=2)):
        jobs.publish_due()
    session.expire_all()
    assert batch.status == "draft"
    assert need.title in batch.note


@pytest.mark.parametrize("theirs", ["status = 'published', number = 1", "status = 'draft', scheduled_for = NULL"])
def test_a_batch_that_somebody_else_moved_at_that_moment_is_left_to_them(session: Session, theirs: str) -> None:
    need = verified_need()
    batch = composed(session, need)
    operations.schedule(session, SYSTEM, batch, clock.now() + timedelta(hours=1))
    catalog.move(session, SYSTEM, need, "return", Ground(words="指标不清"))
    session.commit()
    done: list[str] = []

    def meanwhile(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        """Let somebody else be quicker between the job's last look and its change."""
        if statement.startswith("UPDATE batch") and not done:
            done.append(statement)
            with closing(sqlite3.connect(db.engine.url.database or "")) as other, other:
                other.execute(f"UPDATE batch SET {theirs}")

    event.listen(db.engine, "before_cursor_execute", meanwhile)
    with clock.frozen(clock.now() + timedelta(hours=2)):
        jobs.publish_scheduled.call_local(batch.id)
    event.remove(db.engine, "before_cursor_execute", meanwhile)
    session.expire_all()
    assert done
    assert (f"status = '{batch.status}'" in theirs, batch.note) == (True, "")
    assert not session.scalars(
        select(AuditEvent).where(AuditEvent.verb == "return", AuditEvent.subject_type == "batch")
    ).all()


def test_a_material_change_extends_the_deadline_and_shows_before_and_after(
    session: Session, client: PageClient
) -> None:
    need = verified_need()
    published(need)
    old = need.deadline
    with pytest.raises(InvalidInputError, match="延后"):
        issue(session, need, conditions="注册地在本市。")
    session.rollback()
    with pytest.raises(InvalidInputError, match="延后"):
        issue(session, need, conditions="注册地在本市。", deadline=(old + timedelta(days=4)).isoformat())
    session.rollback()
    issue(session, need, conditions="注册地在本市。", deadline=(old + timedelta(days=5)).isoformat())
    text = visible(client.get(f"/scenarios/{need.number}"))
    assert "数量有误" in text
    assert "有医疗影像项目经验" in text, "what was published must stay to be read"
    assert "注册地在本市" in text
    assert day(old) in text.replace(" ", ""), "as people write it"


def test_nothing_public_changes_after_the_deadline(session: Session) -> None:
    need = verified_need()
    published(need)
    with clock.frozen(clock.end_of_day(need.deadline)), pytest.raises(InvalidInputError, match="截止"):
        issue(session, need, conditions="另一条件", deadline=(need.deadline + timedelta(days=9)).isoformat())


def test_what_is_redacted_is_nowhere_in_the_database_and_a_tombstone_stays(
    session: Session, client: PageClient, tmp_path: Path
) -> None:
    need = verified_need(background=f"联系{SECRET}了解。每天收到影像四千张。")
    published(need)
    number = need.number
    path = Path(db.engine.url.database or "")
    checkpoint(db.engine)
    assert b"13800138000" in path.read_bytes(), "the check must be able to fail"
    redacting.redact(session, SYSTEM, need, Order([SECRET, "13800138000"], [], "personal", "误填个人电话"))
    session.commit()
    session.close()
    checkpoint(db.engine)
    held = b"".join(file.read_bytes() for file in path.parent.glob(path.name + "*"))
    assert b"13800138000" not in held
    assert "张三丰".encode() not in held
    text = visible(client.get(f"/scenarios/{number}"))
    assert "〔已删除〕" in text
    assert "误填个人电话" in text


def vectors_of(need: Scenario) -> bytes | None:
    """Return what stands in the database itself of the vectors of a scenario."""
    found = text("SELECT vectors FROM scenario_need WHERE scenario_id = :id")
    return db.session.execute(found, {"id": need.id}).scalar_one_or_none()


def test_the_vectors_of_what_is_redacted_go_in_the_same_transaction(session: Session) -> None:
    need, other = verified_need(scope=f"联系{SECRET}后开工。"), verified_need()
    published(need, other)
    fill_needs()
    own = vectors_of(need)
    assert own
    redacting.redact(session, SYSTEM, need, Order([SECRET], [], "personal"))
    assert vectors_of(need) is None
    assert vectors_of(other)
    session.commit()
    checkpoint(db.engine)
    assert own not in Path(db.engine.url.database or "").read_bytes()
    fill_needs()
    assert vectors_of(need) != own


def test_vectors_of_a_text_that_was_not_touched_stay(session: Session) -> None:
    need = verified_need(conditions=f"向{SECRET}报名。")
    published(need)
    fill_needs()
    own = vectors_of(need)
    redacting.redact(session, SYSTEM, need, Order([SECRET], [], "personal"))
    assert vectors_of(need) == own


def test_vectors_of_an_older_text_go_too(session: Session) -> None:
    """A corrigendum took the text out of sight, and no job has made the vectors of the new one yet."""
    need = verified_need(scope=f"联系{SECRET}后开工。", conditions=f"向{SECRET}报名。")
    published(need)
    fill_needs()
    need.scope = "开工。"
    session.commit()
    redacting.redact(session, SYSTEM, need, Order([SECRET], [], "personal"))
    assert vectors_of(need) is None


def test_an_operator_composes_and_publishes_in_the_pages(session: Session, client: PageClient) -> None:
    need = verified_need()
    approve(need)
    session.commit()
    client.sign_in(member("operator", "approver"))
    client.post("/desk/batches", {"title": "第一批", "summary": "首批"}, status=303)
    batch = session.query(Batch).one()
    assert need.title in visible(client.get(f"/desk/batches/{batch.id}")), "what is approved is offered"


def test_a_member_of_the_operator_may_not_publish(session: Session, client: PageClient) -> None:
    batch = composed(session, verified_need())
    client.sign_in(member("operator", "member"))
    client.get(f"/desk/batches/{batch.id}/publish", status=403)
