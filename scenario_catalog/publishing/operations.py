"""Composing, scheduling and publishing batches. Callers own the transaction."""

from collections.abc import Sequence
from datetime import date, datetime

from flask_babel import gettext as _
from sqlalchemy import update
from sqlalchemy.orm import Session

from core import audit, clock
from core.audit import SYSTEM, Actor
from core.backup import BackupError, backup
from core.city import city
from core.errors import InvalidInputError
from core.lifecycle import LifecycleError
from core.statuses import change_status
from scenario_catalog import operations as catalog
from scenario_catalog.models import Batch, Scenario
from scenario_catalog.publishing import facts, preflight, queries
from scenario_catalog.publishing.preflight import BatchFacts, Finding
from scenario_catalog.rules import BATCH

DRAFT = "draft"


def open_batch(session: Session, actor: Actor, title: str, summary: str) -> Batch:
    """Open a batch; one that has just these words and is empty is given again, so that a second press makes no second one."""
    audit.take_turn(session)
    return queries.empty_draft(title, summary) or catalog.create_batch(session, actor, title, summary=summary)


def edit_batch(session: Session, actor: Actor, batch: Batch, title: str, summary: str) -> None:
    """Change title and summary of a batch that is being composed."""
    _hold_draft(session, batch)
    with audit.change(session, actor, "save", "batch", batch):
        batch.title, batch.summary = title, summary


def add_scenarios(session: Session, actor: Actor, batch: Batch, ids: Sequence[int]) -> int:
    """Put approved scenarios that are in no batch into this one; returns how many. The others are left where they are."""
    _hold_draft(session, batch)
    free = (Scenario.id.in_(ids), Scenario.status == "approved", Scenario.batch_id.is_(None))
    taken = update(Scenario).where(*free).values(batch_id=batch.id).execution_options(synchronize_session=False)
    added = session.scalars(taken.returning(Scenario.id)).all()
    session.expire(batch, ["scenarios"])
    if added:
        audit.record(session, actor, "save", "batch", batch.id)
    return len(added)


def drop_scenario(session: Session, actor: Actor, batch: Batch, scenario: Scenario) -> None:
    """Take a scenario out of a batch that is being composed; it waits for another one."""
    _hold_draft(session, batch)
    if scenario.batch_id == batch.id:
        with audit.change(session, actor, "save", "batch", batch):
            scenario.batch = None


def schedule(session: Session, actor: Actor, batch: Batch, at: datetime) -> None:
    """Let a batch be published at an instant to come. Raises InvalidInputError for one that has passed, or blockers."""
    if at <= clock.now():
        raise InvalidInputError(_("排期时间已经过去，请选择将来的时间，或立即发布"))
    target = BATCH.check(batch.status, "schedule", actor.role)
    refuse(check(session, batch, clock.local_date(at)))
    before = audit.state(batch)
    change_status(session, batch, target)
    batch.scheduled_for, batch.note = at, ""
    session.flush()
    audit.record(session, actor, "schedule", "batch", batch.id, before=before, after=audit.state(batch))


def unschedule(session: Session, actor: Actor, batch: Batch) -> None:
    """Make a scheduled batch a draft again."""
    _put_back(session, actor, batch, "unschedule", "")


def return_batch(session: Session, batch: Batch, note: str) -> None:
    """Make a batch that could not be published at its time a draft again, saying why."""
    _put_back(session, SYSTEM, batch, "return", note)


def publish(session: Session, actor: Actor, batch: Batch) -> None:
    """Publish a batch: checked, the database backed up, then all or nothing, checked again with other writers kept out.

    Raises InvalidInputError with what blocks, or when no backup could be made; LifecycleError when it was published or
    moved meanwhile. The caller rolls back then.
    """
    BATCH.check(batch.status, "publish", actor.role)
    refuse(check(session, batch, clock.today()))
    _back_up(batch)
    catalog.take_batch(session, actor, batch)
    refuse(check(session, batch, clock.today()))
    session.expire(batch, ["scenarios"])
    batch.demo = any(scenario.demo for scenario in batch.scenarios)
    catalog.publish_taken(session, actor, batch)


def check(session: Session, batch: Batch, day: date) -> tuple[BatchFacts, list[Finding]]:
    """Return the facts of a batch as they are now, and what was found in them, for a publication on `day`."""
    session.flush()
    found = facts.of_batch(batch, queries.members(batch), day, city().rules.shortest_opening)
    return found, preflight.check(found)


def refuse(checked: tuple[BatchFacts, list[Finding]]) -> None:
    """Raise InvalidInputError with what blocks, a line each."""
    found, findings = checked
    problems = preflight.lines(preflight.blockers(findings), found)
    if problems:
        raise InvalidInputError(problems)


def _back_up(batch: Batch) -> None:
    try:
        backup(f"batch-{batch.id}")
    except BackupError as error:
        raise InvalidInputError(_("数据库备份没有成功，因此没有发布：%(reason)s", reason=error)) from error


def _put_back(session: Session, actor: Actor, batch: Batch, verb: str, note: str) -> None:
    target = BATCH.check(batch.status, "unschedule", actor.role)
    before = audit.state(batch)
    change_status(session, batch, target)
    batch.note = note
    if not note:
        batch.scheduled_for = None
    session.flush()
    audit.record(session, actor, verb, "batch", batch.id, before=before, after=audit.state(batch))


def _hold_draft(session: Session, batch: Batch) -> None:
    """Keep other writers out, and raise LifecycleError unless the batch is still being composed."""
    if batch.status != DRAFT:
        raise LifecycleError(_("“%(status)s”的批次不能修改", status=BATCH.states[batch.status]))
    change_status(session, batch, DRAFT)
