"""Every SELECT of the room. Public is what was published; invented rows only while demonstration data is shown."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, String, and_, cast, func, select
from sqlalchemy.orm import joinedload, selectinload

from accounts.models import Organisation
from core.audit import AuditEvent
from core.extensions import db
from core.settings import settings
from retrieval.models import Passage
from scenario_catalog.models import (
    Attachment,
    Batch,
    BatchEntry,
    Corrigendum,
    Follow,
    Question,
    Redaction,
    ReviewComment,
    Scenario,
    ScenarioArticle,
    ScenarioMove,
    ScenarioTag,
)

Rows = Select[*tuple[Any, ...]]

# Events that can change what the public list shows.
SUBJECTS = ("scenario", "batch", "corrigendum", "organisation", "demo")
PRIVATE = ("create", "save", "submit", "recall", "return", "approve", "schedule", "unschedule")

# Asked with each page: built once.
LAST_EVENT = select(func.max(AuditEvent.__table__.c.id))

# What a row of a list shows: no entity is built for it.
CARD = (
    Scenario.id,
    Scenario.number,
    Scenario.title,
    Scenario.status,
    Scenario.deadline,
    Scenario.domain,
    Scenario.mode,
    Scenario.district,
    Scenario.budget_min,
    Scenario.budget_max,
    Scenario.demo,
    Organisation.code.label("agency_code"),
    Organisation.name.label("agency_name"),
)


def public() -> ColumnElement[bool]:
    """Return the condition that a scenario is public now."""
    published = Scenario.published_at.is_not(None)
    return published if settings().demo_data else and_(published, Scenario.demo.is_(False))


def cards() -> Rows:
    """Select what rows of a list show, newest first."""
    found = select(*CARD).join(Organisation, Scenario.agency_id == Organisation.id).where(public())
    return found.order_by(Scenario.published_at.desc(), Scenario.number.desc())


def cards_in_order(ids: Sequence[int]) -> list[Row[Any]]:
    """Load the rows of these scenarios in the order given."""
    found = {row.id: row for row in db.session.execute(cards().where(Scenario.id.in_(ids)).order_by(None))}
    return [found[id_] for id_ in ids if id_ in found]


def cards_numbered(numbers: Sequence[str]) -> list[Row[Any]]:
    """Load the rows of these scenario numbers in the order given; unknown ones are left out."""
    found = {row.number: row for row in db.session.execute(cards().where(Scenario.number.in_(numbers)).order_by(None))}
    return [found[number] for number in numbers if number in found]


def cards_of_batch(batch: Batch) -> Rows:
    return cards().where(Scenario.batch_id == batch.id).order_by(None).order_by(Scenario.number)


def cards_of_agency(agency: Organisation) -> Rows:
    return cards().where(Scenario.agency_id == agency.id)


def first_cards(batch: Batch, count: int = 6) -> Sequence[Row[Any]]:
    """Load a few rows of a batch: what is open first, the nearest closing day first."""
    first = cards_of_batch(batch).order_by(None).order_by(Scenario.status != "open", Scenario.deadline, Scenario.number)
    return db.session.execute(first.limit(count)).all()


def scenario(number: str) -> Scenario | None:
    """Return a public scenario with all that its page shows."""
    found = select(Scenario).where(Scenario.number == number, public())
    return db.session.scalar(found.options(selectinload(Scenario.moves), joinedload(Scenario.batch)))


def facet_rows() -> Rows:
    """Select what facets and sorting need of all public scenarios, newest first, in the order of `facets.ROW`."""
    budget = func.coalesce(Scenario.budget_max, Scenario.budget_min)
    columns = (Scenario.id, Scenario.number, Scenario.status, Scenario.deadline, budget)
    facets = (Scenario.domain, Scenario.system, Scenario.mode, Scenario.district)
    joined = (Organisation.code, cast(Batch.number, String).label("batch"))
    found = select(*columns, *facets, *joined).where(public())
    found = found.join(Organisation, Scenario.agency_id == Organisation.id).join(Batch, Scenario.batch_id == Batch.id)
    return found.order_by(Scenario.published_at.desc(), Scenario.number.desc())


def facet_tags() -> Select[int, str]:
    found = select(ScenarioTag.scenario_id, ScenarioTag.tag)
    return found.join(Scenario, Scenario.id == ScenarioTag.scenario_id).where(public())


def last_event() -> int:
    """Return the newest event's id: nothing public changes without one."""
    return db.session.scalar(LAST_EVENT) or 0


def has_catalog_event(after: int) -> bool:
    public_ones = (AuditEvent.subject_type.in_(SUBJECTS), AuditEvent.verb.not_in(PRIVATE))
    found = select(AuditEvent.id).where(AuditEvent.id > after, *public_ones).limit(1)
    return db.session.scalar(found) is not None


def public_agencies() -> Rows:
    """Select the agencies that have public scenarios, with their number, by name."""
    found = select(Organisation, func.count().label("scenarios")).join(Scenario, Scenario.agency_id == Organisation.id)
    return found.where(public()).group_by(Organisation.id).order_by(Organisation.name)


def agency(code: str) -> Organisation | None:
    """Return an agency that has public scenarios."""
    has_any = select(Scenario.id).where(Scenario.agency_id == Organisation.id, public()).exists()
    return db.session.scalar(select(Organisation).where(Organisation.code == code, has_any))


def lacking_passages(collection: str) -> Select[Scenario]:
    """Select the published scenarios without a passage in a collection."""
    there = select(Passage.id).where(Passage.collection == collection, Passage.document == Scenario.number).exists()
    return select(Scenario).where(Scenario.published_at.is_not(None), ~there)


def batches() -> Select[Batch]:
    """Select the public batches, newest first."""
    found = select(Batch).where(Batch.published_at.is_not(None)).order_by(Batch.published_at.desc())
    return found if settings().demo_data else found.where(Batch.demo.is_(False))


def batch(number: int) -> Batch | None:
    return db.session.scalar(batches().where(Batch.number == number))


def newest_batch() -> Batch | None:
    return db.session.scalar(batches().limit(1))


def batch_sizes() -> dict[int, int]:
    """Return the number of public scenarios of each batch, by its id."""
    found = select(Scenario.batch_id, func.count()).where(public()).group_by(Scenario.batch_id)
    return {batch_id: count for batch_id, count in db.session.execute(found) if batch_id is not None}


def entries(batch: Batch) -> Select[BatchEntry]:
    return select(BatchEntry).where(BatchEntry.batch_id == batch.id).order_by(BatchEntry.position)


def previous_batch(batch: Batch) -> Batch | None:
    return db.session.scalar(batches().where(Batch.published_at < batch.published_at).limit(1))


def next_batch(batch: Batch) -> Batch | None:
    newer = batches().where(Batch.published_at > batch.published_at).order_by(None).order_by(Batch.published_at)
    return db.session.scalar(newer.limit(1))


def moves_between(after: datetime, until: datetime) -> Rows:
    """Select (number, status) of the moves in (after, until] of what was public by then, in time."""
    found = select(Scenario.number, ScenarioMove.status).join(Scenario, Scenario.id == ScenarioMove.scenario_id)
    within = (ScenarioMove.at > after, ScenarioMove.at <= until, ScenarioMove.at > Scenario.published_at)
    return found.where(public(), *within).order_by(ScenarioMove.at, ScenarioMove.id)


def deadlines_published_by(until: datetime) -> Rows:
    """Select (number, deadline) of what was public at `until`."""
    return select(Scenario.number, Scenario.deadline).where(public(), Scenario.published_at <= until)


def scenarios_of_article(ordinal: int) -> Rows:
    """Select the rows of the scenarios that serve an article of the city's own plan."""
    return (
        cards()
        .join(ScenarioArticle, ScenarioArticle.scenario_id == Scenario.id)
        .where(ScenarioArticle.ordinal == ordinal)
    )


def landed() -> tuple[int, int]:
    """Return how many scenarios have landed: real ones, and invented ones that are shown."""
    found = select(Scenario.demo, func.count()).where(public(), Scenario.status == "landed").group_by(Scenario.demo)
    counts = {demo: count for demo, count in db.session.execute(found)}  # noqa: C416 - dict() does not know the types of a Row
    return counts.get(False, 0), counts.get(True, 0)


def demo_is_shown() -> bool:
    return db.session.scalar(select(Scenario.id).where(public(), Scenario.demo.is_(True)).limit(1)) is not None


def agency_of(scenario_id: int, **_others: object) -> int | None:
    """Return the id of the agency whose scenario this is, by row id: the owner in the authorisation table."""
    return db.session.scalar(select(Scenario.agency_id).where(Scenario.id == scenario_id))


def agency_of_number(number: str, **_others: object) -> int | None:
    """Return the id of the agency whose published scenario this is."""
    return db.session.scalar(select(Scenario.agency_id).where(Scenario.number == number, public()))


def attachments(scenario: Scenario) -> Sequence[Attachment]:
    """Return the documents of a scenario that were not removed, in their order."""
    found = select(Attachment).where(Attachment.scenario_id == scenario.id, Attachment.removed_at.is_(None))
    return db.session.scalars(found.order_by(Attachment.position, Attachment.id)).all()


def questions(scenario: Scenario) -> Sequence[Question]:
    """Return the questions of a scenario, the newest first."""
    found = select(Question).where(Question.scenario_id == scenario.id)
    return db.session.scalars(found.order_by(Question.number.desc())).all()


def sent_comments(scenario: Scenario) -> Sequence[ReviewComment]:
    """Return what the operator said about the fields of a need and sent with a return, the oldest first."""
    returned = select(ScenarioMove.id).where(
        ScenarioMove.scenario_id == scenario.id,
        ScenarioMove.verb == "return",
        ScenarioMove.at >= ReviewComment.written_at,
    )
    found = select(ReviewComment).where(ReviewComment.scenario_id == scenario.id, returned.exists())
    return db.session.scalars(found.order_by(ReviewComment.written_at, ReviewComment.id)).all()


def corrigenda(scenario: Scenario) -> Sequence[Corrigendum]:
    """Return the corrigenda of a scenario, the newest first."""
    found = select(Corrigendum).where(Corrigendum.scenario_id == scenario.id)
    return db.session.scalars(found.order_by(Corrigendum.number.desc())).all()


def corrigenda_of_batch(batch: Batch) -> Sequence[Corrigendum]:
    """Return the corrigenda of a batch's public scenarios, the newest first."""
    found = select(Corrigendum).join(Scenario, Scenario.id == Corrigendum.scenario_id)
    found = found.where(Scenario.batch_id == batch.id, public()).options(joinedload(Corrigendum.scenario))
    return db.session.scalars(found.order_by(Corrigendum.at.desc(), Corrigendum.id.desc())).unique().all()


def redactions(scenario: Scenario) -> Sequence[Redaction]:
    """Return the tombstones of a scenario, the newest first."""
    found = select(Redaction).where(Redaction.scenario_id == scenario.id)
    return db.session.scalars(found.order_by(Redaction.at.desc())).all()


def follows(person: int | None, scenario: Scenario) -> bool:
    found = select(Follow.scenario_id).where(Follow.person_id == person, Follow.scenario_id == scenario.id)
    return person is not None and db.session.scalar(found) is not None


def count_unanswered(scenario: Scenario) -> Select[int]:
    """Select the number of questions that wait for an answer."""
    return select(func.count()).where(Question.scenario_id == scenario.id, Question.status == "asked")


def highest_batch_number() -> Select[int | None]:
    return select(func.max(Batch.number))


def highest_number(prefix: str, year: int) -> Select[str | None]:
    """Select the last scenario number of a year."""
    found = select(Scenario.number).where(Scenario.number.like(f"{prefix}-{year}-%"))
    return found.order_by(func.length(Scenario.number).desc(), Scenario.number.desc()).limit(1)


def numbers_taken(numbers: Collection[str]) -> set[str]:
    found = db.session.scalars(select(Scenario.number).where(Scenario.number.in_(numbers)))
    return {number for number in found if number is not None}


def titles_by_agency(titles: Collection[str]) -> set[tuple[str, str]]:
    """Return (agency's name, title) of the scenarios, public or not, that have one of these titles."""
    found = select(Organisation.name, Scenario.title).join(Organisation, Scenario.agency_id == Organisation.id)
    return {(name, title) for name, title in db.session.execute(found.where(Scenario.title.in_(titles)))}


def demo_scenarios() -> Select[Scenario]:
    return select(Scenario).where(Scenario.demo.is_(True))


def demo_batches() -> Select[Batch]:
    return select(Batch).where(Batch.demo.is_(True))


def demo_agencies() -> Rows:
    """Select (organisation, whether a scenario still names it) of the invented agencies."""
    named = select(Scenario.id).where(Scenario.agency_id == Organisation.id).exists()
    return select(Organisation, named).where(Organisation.demo.is_(True))


def has_demo() -> bool:
    """Tell whether there are invented scenarios, shown or not."""
    return db.session.scalar(demo_scenarios().with_only_columns(Scenario.id).limit(1)) is not None


def last_demo_verb() -> str | None:
    """Return what was last done with the demonstration data: load or purge."""
    found = select(AuditEvent.verb).where(AuditEvent.subject_type == "demo").order_by(AuditEvent.id.desc())
    return db.session.scalar(found.limit(1))
