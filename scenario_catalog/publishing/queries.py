"""Every SELECT of publishing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from accounts.models import Notice
from core.extensions import db
from core.files import StoredFile
from core.mail import MailMessage
from core.settings import settings
from scenario_catalog.models import (
    Attachment,
    Batch,
    BatchEntry,
    Corrigendum,
    Question,
    Redaction,
    ReviewComment,
    Scenario,
    ScenarioMove,
    ScenarioVersion,
)
from scenario_catalog.queries import public


def batches() -> Select[Batch]:
    """Select all batches: drafts first, then scheduled ones by their time, then published ones, the newest first."""
    return select(Batch).order_by(Batch.published_at.is_not(None), Batch.scheduled_for, Batch.number.desc(), Batch.id)


def sizes() -> dict[int, int]:
    """Return the number of scenarios of each batch, by its id."""
    found = select(Scenario.batch_id, func.count()).where(Scenario.batch_id.is_not(None)).group_by(Scenario.batch_id)
    return {batch_id: count for batch_id, count in db.session.execute(found) if batch_id is not None}


def empty_draft(title: str, summary: str) -> Batch | None:
    """Return a batch that was opened with these words and into which nothing was put yet."""
    found = select(Batch).where(Batch.status == "draft", Batch.title == title, Batch.summary == summary)
    return db.session.scalar(found.where(~Batch.scenarios.any()).order_by(Batch.id).limit(1))


def batch(batch_id: int) -> Batch | None:
    return db.session.get(Batch, batch_id)


def members(batch: Batch) -> Sequence[Scenario]:
    """Return the scenarios of a batch in the order in which they are numbered, as the database has them now."""
    found = (
        select(Scenario).where(Scenario.batch_id == batch.id).order_by(func.coalesce(Scenario.number, ""), Scenario.id)
    )
    return db.session.scalars(found.execution_options(populate_existing=True)).unique().all()


def waiting() -> Sequence[Row[Any]]:
    """Return (scenario, since) of the approved scenarios in no batch, the longest approved first."""
    approved = (
        select(ScenarioMove.scenario_id, func.max(ScenarioMove.at).label("since"))
        .where(ScenarioMove.status == "approved")
        .group_by(ScenarioMove.scenario_id)
        .subquery()
    )
    found = select(Scenario, func.coalesce(approved.c.since, Scenario.updated_at).label("since"))
    found = found.outerjoin(approved, approved.c.scenario_id == Scenario.id)
    found = found.where(Scenario.status == "approved", Scenario.batch_id.is_(None))
    if not settings().demo_data:
        found = found.where(Scenario.demo.is_(False))
    return db.session.execute(found.order_by("since", Scenario.id)).unique().all()


def returned_batches() -> Sequence[Batch]:
    """Return the batches whose schedule was not kept."""
    found = select(Batch).where(Batch.status == "draft", Batch.note != "").order_by(Batch.scheduled_for, Batch.id)
    return db.session.scalars(found).all()


def due(now: datetime) -> Sequence[int]:
    """Return the ids of the batches whose time has come."""
    found = select(Batch.id).where(Batch.status == "scheduled", Batch.scheduled_for <= now)
    return db.session.scalars(found.order_by(Batch.scheduled_for, Batch.id)).all()


def documents(scenario_ids: Iterable[int]) -> dict[int, list[tuple[str, str]]]:
    """Return (title, state of its file) of the documents of each scenario that were not removed."""
    rows = select(Attachment).where(Attachment.scenario_id.in_([*scenario_ids]), Attachment.removed_at.is_(None))
    found: dict[int, list[tuple[str, str]]] = {}
    for row in db.session.scalars(rows.order_by(Attachment.position, Attachment.id)):
        found.setdefault(row.scenario_id, []).append((row.title, row.file.state))
    return found


def scenario(scenario_id: int) -> Scenario | None:
    """Return a scenario by row id, public or not."""
    return db.session.get(Scenario, scenario_id)


def public_scenario(scenario_id: int) -> Scenario | None:
    return db.session.scalar(select(Scenario).where(Scenario.id == scenario_id, public()))


def published_members(batch: Batch) -> Sequence[Scenario]:
    """Return the public scenarios of a batch, by number."""
    found = (
        select(Scenario)
        .where(Scenario.batch_id == batch.id, public())
        .order_by(func.length(Scenario.number), Scenario.number)
    )
    return db.session.scalars(found).unique().all()


def last_corrigendum(scenario: Scenario) -> int:
    """Return the number of the newest corrigendum, 0 if there is none."""
    found = select(func.max(Corrigendum.number)).where(Corrigendum.scenario_id == scenario.id)
    return db.session.scalar(found) or 0


def imported(first: int, last: int) -> Sequence[Scenario]:
    """Return the imported drafts with ids in first..last; once its agency works on one, it is the agency's alone."""
    versions = select(ScenarioVersion.id).where(ScenarioVersion.scenario_id == Scenario.id)
    untouched = (Scenario.status == "draft", Scenario.revision == 0, ~versions.exists())
    found = select(Scenario).where(Scenario.id.between(first, last), *untouched).order_by(Scenario.id)
    return db.session.scalars(found).unique().all()


@dataclass(frozen=True)
class Place:
    """Where the words of a scenario stand: rows, the fields of them that hold words, and what people call it."""

    label: str
    rows: Select[Any]
    fields: tuple[InstrumentedAttribute[Any], ...]


def places(scenario: Scenario) -> Iterator[Place]:
    """Yield all places where the words of a scenario stand, its own columns first."""
    own = select(Scenario).where(Scenario.id == scenario.id)
    yield Place("场景", own, SCENARIO_WORDS)
    for label, model, fields in WORDS:
        yield Place(label, select(model).where(model.scenario_id == scenario.id), fields)
    frozen_in = select(BatchEntry.batch_id).where(BatchEntry.scenario_id == scenario.id)
    batches = select(Batch).where(or_(Batch.id == scenario.batch_id, Batch.id.in_(frozen_in)))
    yield Place("批次说明", batches, (Batch.title, Batch.summary, Batch.note))
    files = select(StoredFile).join(Attachment, Attachment.file_id == StoredFile.id)
    yield Place("附件名称", files.where(Attachment.scenario_id == scenario.id), (StoredFile.name,))
    yield Place("站内通知", _about(select(Notice), scenario, Notice.title, Notice.text), (Notice.title, Notice.text))
    mails = _about(select(MailMessage), scenario, MailMessage.subject, MailMessage.text)
    yield Place("邮件", mails, (MailMessage.subject, MailMessage.text))


def _about(found: Select[Any], scenario: Scenario, *texts: InstrumentedAttribute[str]) -> Select[Any]:
    """Narrow messages to those that name the scenario by its number or title."""
    named = [
        text.contains(name, autoescape=True) for text in texts for name in (scenario.number, scenario.title) if name
    ]
    return found.where(or_(*named))


SCENARIO_WORDS = (
    Scenario.title,
    Scenario.background,
    Scenario.scope,
    Scenario.indicators,
    Scenario.resources,
    Scenario.notice_url,
    Scenario.conditions,
    Scenario.acceptance,
    Scenario.contact_name,
    Scenario.contact_phone,
    Scenario.result,
)

# A test holds this against the tables: a column of words that is not named here would be forgotten.
WORDS: tuple[tuple[str, Any, tuple[InstrumentedAttribute[Any], ...]], ...] = (
    ("历次版本", ScenarioVersion, (ScenarioVersion.content,)),
    ("批次快照", BatchEntry, (BatchEntry.snapshot,)),
    ("更正", Corrigendum, (Corrigendum.reason, Corrigendum.changes)),
    ("问答", Question, (Question.text, Question.answer)),
    ("审核意见", ReviewComment, (ReviewComment.text,)),
    ("流转说明", ScenarioMove, (ScenarioMove.note,)),
    ("附件名称", Attachment, (Attachment.title,)),
    ("删除记录", Redaction, (Redaction.note,)),
)
