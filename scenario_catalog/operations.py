"""What is done with scenarios and batches. Callers own the transaction."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from flask_babel import gettext as _
from sqlalchemy import update
from sqlalchemy.orm import InstrumentedAttribute, Session

from accounts.models import Organisation
from accounts.rules import SYSTEM
from core import audit, clock
from core.audit import Actor
from core.city import city
from core.errors import InvalidInputError
from core.lifecycle import LifecycleError
from core.statuses import change_status
from retrieval.operations import Piece, compare_alike, delete_document, put_document
from retrieval.text import sentences
from scenario_catalog import draft as drafts
from scenario_catalog import queries, rules
from scenario_catalog.compared import need_wording
from scenario_catalog.draft import Draft
from scenario_catalog.models import (
    Batch,
    BatchEntry,
    PreviewLink,
    Question,
    Review,
    ReviewComment,
    Scenario,
    ScenarioArticle,
    ScenarioMove,
    ScenarioTag,
    ScenarioVersion,
)
from scenario_catalog.rules import NO_GROUND, Ground

COLLECTION = "scenarios"
# What solutions are compared with: the sentences of each need, and its whole.
NEEDS, NEED_WHOLES = "needs", "need-wholes"
compare_alike(NEEDS, NEED_WHOLES)

# The fields that are searched, in the order of the page; each is the heading of its passages.
SEARCHED = ("title", "background", "scope", "indicators", "conditions", "resources", "acceptance")
EDITABLE = ("draft", "returned")
LONGEST_NOTE = 2000

# Where a person is named in what stays when the person goes.
NAMED: tuple[InstrumentedAttribute[int | None], ...] = (
    Scenario.responsible_id,
    ScenarioVersion.person_id,
    PreviewLink.person_id,
    ReviewComment.person_id,
    Review.reviewer_id,
    Review.decided_by_id,
    Question.person_id,
)


def create_draft(session: Session, actor: Actor, agency: Organisation, draft: Draft, *, demo: bool = False) -> Scenario:
    """Write down a need of an agency."""
    now = clock.now()
    scenario = Scenario(agency=agency, status="draft", demo=demo, created_at=now, updated_at=now)
    write(scenario, draft)
    session.add(scenario)
    session.flush()
    audit.record(session, actor, "create", "scenario", scenario.id, after=audit.state(scenario))
    return scenario


def save(session: Session, actor: Actor, scenario: Scenario, draft: Draft) -> None:
    """Change a draft. What was submitted or published is not changed this way."""
    if scenario.status not in EDITABLE:
        raise InvalidInputError(_("只有草稿和已退回的场景可以修改"))
    with audit.change(session, actor, "save", "scenario", scenario):
        write(scenario, draft)
        scenario.updated_at = clock.now()


def move(session: Session, actor: Actor, scenario: Scenario, verb: str, ground: Ground = NO_GROUND) -> None:
    """Make a move of the lifecycle.

    Raises LifecycleError with a readable reason. Publication is a batch's: see `publish_batch`; what has landed is the
    landing tracker's to say: see `land`.
    """
    if verb == "publish":
        raise LifecycleError(_("场景随批次发布"))
    if verb == "land" and actor.role not in SYSTEM:
        raise LifecycleError(_("场景经落地跟踪核验才算落地"))
    if len(ground.words) > LONGEST_NOTE:
        raise InvalidInputError(_("理由最多 %(n)s 字", n=LONGEST_NOTE))
    _move(session, actor, scenario, verb, ground)


def land(session: Session, actor: Actor, scenario: Scenario) -> None:
    """Say that a scenario has landed: for the landing tracker alone, once it has looked at the evidence.

    Raises LifecycleError where it is not in pilot, or for another role than the operator's.
    """
    _move(session, actor, scenario, "land")


def record_result(session: Session, actor: Actor, scenario: Scenario, text: str) -> None:
    """Write down what came of a scenario."""
    with audit.change(session, actor, "record_result", "scenario", scenario):
        scenario.result = text
        scenario.updated_at = clock.now()


def create_batch(session: Session, actor: Actor, title: str, *, summary: str = "", demo: bool = False) -> Batch:
    """Open a batch, to which approved scenarios are added until it is published."""
    batch = Batch(title=title, summary=summary, demo=demo)
    session.add(batch)
    session.flush()
    audit.record(session, actor, "create", "batch", batch.id, after=audit.state(batch))
    return batch


def publish_batch(session: Session, actor: Actor, batch: Batch) -> None:
    """Publish a batch and its scenarios at one instant: numbers, frozen entries and passages, all or nothing.

    Raises LifecycleError, naming the scenarios, where one is not approved any more.
    """
    take_batch(session, actor, batch)
    publish_taken(session, actor, batch)


def take_batch(session: Session, actor: Actor, batch: Batch) -> None:
    """Move the batch first: the database lets one writer in, so that numbers are counted by one publication at a time."""
    session.flush()
    target = rules.BATCH.check(batch.status, "publish", actor.role)
    change_status(session, batch, target)


def publish_taken(session: Session, actor: Actor, batch: Batch) -> None:
    """Publish the scenarios of a batch that this transaction took: see `take_batch`."""
    now = clock.now()
    scenarios = sorted(batch.scenarios, key=lambda scenario: (scenario.number or "", scenario.id))
    if not scenarios:
        raise InvalidInputError(_("批次中没有场景，不能发布"))
    _refuse_unapproved(scenarios)
    batch.number = (session.scalar(queries.highest_batch_number()) or 0) + 1
    batch.published_at = now
    batch.note = ""
    _assign_numbers(session, scenarios)
    for position, scenario in enumerate(scenarios, 1):
        scenario.published_at = now
        _move(session, actor, scenario, "publish")
        _freeze(session, batch, scenario, position)
        write_passages(session, scenario)
    session.flush()
    session.expire(batch, ["scenarios"])
    audit.record(session, actor, "publish", "batch", batch.id)


def hold(session: Session, scenario: Scenario) -> None:
    """Keep other writers out until the commit, and read the scenario anew."""
    session.flush()
    held = update(Scenario).where(Scenario.id == scenario.id).values(revision=Scenario.revision)
    session.execute(held.execution_options(synchronize_session=False))
    session.refresh(scenario)


def forget(session: Session, person: int) -> None:
    """Name a person no more in what stays: part of the account's erasure, which records the event."""
    for column in NAMED:
        session.execute(update(column.class_).where(column == person).values({column: None}))


def write(scenario: Scenario, draft: Draft) -> None:
    """Make the columns of a scenario what a draft says; records nothing."""
    values = asdict(draft)
    tags, articles = values.pop("tags"), values.pop("articles")
    for name, value in values.items():
        setattr(scenario, name, list(value) if isinstance(value, tuple) else value)
    scenario.tags = [ScenarioTag(tag=tag) for tag in dict.fromkeys(tags)]
    scenario.article_rows = [ScenarioArticle(ordinal=ordinal) for ordinal in dict.fromkeys(articles)]


def write_passages(session: Session, scenario: Scenario) -> None:
    """Make the scenario's present texts what is found of it, and what solutions are compared with."""
    number, need = scenario.number or "", need_wording(scenario.title, scenario.scope, scenario.background)
    put_document(session, COLLECTION, number, [*_pieces(scenario)])
    put_document(session, NEEDS, number, [Piece(*one) for one in zip(need.sentences, need.fields, strict=True)])
    put_document(session, NEED_WHOLES, number, [Piece(need.whole, "whole")])


def complete_passages(session: Session) -> int:
    """Write the passages of public scenarios that have none to be compared by; returns their number. Does not commit."""
    lacking = session.scalars(queries.lacking_passages(NEED_WHOLES)).unique().all()
    for scenario in lacking:
        write_passages(session, scenario)
    return len(lacking)


def remove_passages(session: Session, number: str) -> None:
    for collection in (COLLECTION, NEEDS, NEED_WHOLES):
        delete_document(session, collection, number)


def _refuse_unapproved(scenarios: Sequence[Scenario]) -> None:
    states = rules.SCENARIO.states
    stale = [f"“{one.title}”（{states[one.status]}）" for one in scenarios if one.status != "approved"]
    if stale:
        raise LifecycleError(_("%(titles)s 已不是待发布，整批没有发布", titles="、".join(stale)))


def _move(session: Session, actor: Actor, scenario: Scenario, verb: str, ground: Ground = NO_GROUND) -> None:
    now = clock.now()
    facts = {"is_open": rules.is_open(scenario, now), "reason": ground.code, "words": ground.words}
    facts["mode"] = scenario.mode
    facts["unanswered"] = session.scalar(queries.count_unanswered(scenario)) if verb == "evaluate" else 0
    target = rules.SCENARIO.check(scenario.status, verb, actor.role, **facts)
    before = audit.state(scenario)
    change_status(session, scenario, target)
    scenario.reason = ground.code
    scenario.updated_at = now
    scenario.moves.append(ScenarioMove(at=now, verb=verb, status=target, reason=ground.code, note=ground.words))
    session.flush()
    audit.record(session, actor, verb, "scenario", scenario.id, before=before, after=audit.state(scenario))


def _assign_numbers(session: Session, scenarios: Sequence[Scenario]) -> None:
    """Number the scenarios after the last number of the year; a number that came with a list is kept."""
    prefix, year = city().prefix, clock.local(clock.now()).year
    last = session.scalar(queries.highest_number(prefix, year))
    sequence = rules.sequence_of(last) if last else 0
    for scenario in scenarios:
        if not scenario.number:
            sequence += 1
            scenario.number = rules.scenario_number(prefix, year, sequence)


def _freeze(session: Session, batch: Batch, scenario: Scenario, position: int) -> None:
    frozen = drafts.snapshot(scenario, scenario.agency.name)
    entry = BatchEntry(batch_id=batch.id, scenario_id=scenario.id, position=position, snapshot=frozen)
    entry.digest = drafts.digest(frozen)
    session.add(entry)


def _pieces(scenario: Scenario) -> Iterator[Piece]:
    """Yield the sentences of each searched field, with offsets into the field; indicators are one a line."""
    for field in SEARCHED:
        value = getattr(scenario, field)
        text = value if isinstance(value, str) else "\n".join(value)
        if field == "title":
            yield Piece(text, field, 0, len(text))
        else:
            yield from (Piece(span.text, field, span.start, span.end) for span in sentences(text))
