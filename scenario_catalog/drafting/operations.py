"""What an agency does with a need before it is published. Callers own the transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import update
from sqlalchemy.orm import Session

from accounts.models import Organisation
from core import audit, clock
from core.audit import Actor
from core.errors import InvalidInputError
from scenario_catalog import draft as drafts
from scenario_catalog import operations as catalog
from scenario_catalog.columns import Terms
from scenario_catalog.drafting import completeness, queries
from scenario_catalog.drafting.completeness import Case
from scenario_catalog.drafting.content import Content, blank, blank_draft, draft_of, of_scenario, read, whole
from scenario_catalog.models import ReviewComment, Scenario, ScenarioVersion
from scenario_catalog.operations import EDITABLE

# A pause after which the same author's next save is a new version.
SITTING = timedelta(hours=1)


class Outcome(Enum):
    """What became of a save. In the last two cases the text was kept aside for its author."""

    SAVED = "saved"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    MOVED_ON = "moved-on"


class IncompleteError(InvalidInputError):
    """A need that cannot be submitted yet; `by_field` says why."""

    def __init__(self, by_field: dict[str, str]) -> None:
        self.by_field = by_field
        super().__init__(list(by_field.values()))


@dataclass(frozen=True)
class Entry:
    """What a person typed, and the revision it began from."""

    person: int
    revision: int
    content: Content


@dataclass(frozen=True)
class Handing:
    """Who hands a need in, what its fields may name, and what else decides whether it is complete."""

    person: int
    terms: Terms
    case: Case


def create(session: Session, actor: Actor, agency: Organisation, person: int, district: str) -> Scenario:
    """Open an empty need; one that the person opened and left empty is given again."""
    found = queries.untouched(agency.id, person)
    if found is not None:
        return found
    scenario = catalog.create_draft(session, actor, agency, blank_draft(district, clock.today()))
    scenario.responsible_id = person
    _add_version(session, scenario, person, blank())
    return scenario


def save(session: Session, actor: Actor, scenario: Scenario, entry: Entry, terms: Terms) -> Outcome:
    """Store what was typed as it is, and in the columns what could be read of it.

    What began from an older revision, or came after the need was submitted, overwrites nothing and is kept aside.
    """
    content = whole(entry.content)
    if present(scenario) == content:
        return Outcome.UNCHANGED
    before = audit.state(scenario)
    if not _take(session, scenario, entry.revision):
        _keep_aside(session, actor, scenario, entry.person, content)
        return Outcome.CONFLICT if scenario.status in EDITABLE else Outcome.MOVED_ON
    _put_version(session, scenario, entry.person, content)
    _write(scenario, content, terms)
    _record(session, actor, "save", scenario, before)
    return Outcome.SAVED


def restore(session: Session, actor: Actor, scenario: Scenario, entry: Entry, terms: Terms) -> Outcome:
    """Make the text of a kept version the present one, as the next version: what stood there stays among them.

    What comes too late changes nothing, and nothing is kept aside: its text stands among the versions already.
    """
    content = whole(entry.content)
    if present(scenario) == content:
        return Outcome.UNCHANGED
    before = audit.state(scenario)
    if not _take(session, scenario, entry.revision):
        return Outcome.CONFLICT if scenario.status in EDITABLE else Outcome.MOVED_ON
    _add_version(session, scenario, entry.person, content)
    _write(scenario, content, terms)
    _record(session, actor, "restore", scenario, before)
    return Outcome.SAVED


def settle(session: Session, actor: Actor, scenario: Scenario, person: int) -> None:
    """Say that a person has seen both texts and takes the present one: what was kept aside stays among the versions."""
    made = _add_version(session, scenario, person, present(scenario))
    audit.record(session, actor, "settle", "scenario_version", made.id)


def submit(session: Session, actor: Actor, scenario: Scenario, handing: Handing) -> None:
    """Seal the present text and hand the need in.

    Raises IncompleteError with what is missing by field, LifecycleError where it is not this state's or role's move.
    """
    catalog.hold(session, scenario)
    content = present(scenario)
    if scenario.status in EDITABLE:
        missing = completeness.blockers(completeness.checks(content, read(content, handing.terms), handing.case))
        if missing:
            raise IncompleteError(missing)
        _write(scenario, content, handing.terms)
        _seal(session, scenario, handing.person, content)
        scenario.approval_requested_at = None
    catalog.move(session, actor, scenario, "submit")


def recall(session: Session, actor: Actor, scenario: Scenario) -> None:
    """Take a submitted need back to go on writing."""
    catalog.move(session, actor, scenario, "recall")


def request_approval(session: Session, actor: Actor, scenario: Scenario) -> None:
    """Ask the approvers to submit a need; asking twice changes nothing."""
    catalog.hold(session, scenario)
    refuse_unless_editable(scenario)
    if scenario.approval_requested_at is None:
        scenario.approval_requested_at = clock.now()
        session.flush()
        audit.record(session, actor, "request", "approval", scenario.id)


def withdraw_request(session: Session, actor: Actor, scenario: Scenario) -> None:
    if scenario.approval_requested_at is not None:
        scenario.approval_requested_at = None
        session.flush()
        audit.record(session, actor, "withdraw", "approval", scenario.id)


def assign(session: Session, actor: Actor, scenario: Scenario, person: int) -> None:
    """Make a present member of the agency the one who looks after a need."""
    if person not in {found.person_id for found in queries.members(scenario.agency_id)}:
        raise InvalidInputError(_("请选择本单位的现有成员"))
    if scenario.responsible_id != person:
        scenario.responsible_id = person
        session.flush()
        audit.record(session, actor, "assign", "responsibility", scenario.id)


def reassign(session: Session, actor: Actor, organisation: int, person: int, successor: int) -> int:
    """Pass all that a person looks after in an organisation on to another; returns how many needs."""
    found = session.scalars(queries.held(organisation, person)).unique().all()
    for scenario in found:
        assign(session, actor, scenario, successor)
    return len(found)


def resolve(session: Session, actor: Actor, comment: ReviewComment, *, done: bool) -> None:
    """Say that what a comment asked for was done, or not yet after all."""
    if (comment.resolved_at is not None) != done:
        with audit.change(session, actor, "resolve" if done else "reopen", "review_comment", comment):
            comment.resolved_at = clock.now() if done else None


def present(scenario: Scenario) -> dict[str, str | list[str]]:
    """Return the need's present text, as typed; as its columns say it where it was not typed here."""
    head = queries.head(scenario.id)
    return whole(head.content) if head else of_scenario(scenario)


def refuse_unless_editable(scenario: Scenario) -> None:
    if scenario.status not in EDITABLE:
        raise InvalidInputError(_("场景刚刚提交或状态已变，现在不能修改"))


def _take(session: Session, scenario: Scenario, revision: int) -> bool:
    """Count the save in the database if it began from the present revision of a need that may be changed."""
    session.flush()
    same = (Scenario.id == scenario.id, Scenario.revision == revision, Scenario.status.in_(EDITABLE))
    counted = update(Scenario).where(*same).values(revision=revision + 1)
    done = session.execute(counted.execution_options(synchronize_session=False))
    session.refresh(scenario, ["revision", "status"])
    return done.rowcount == 1  # type: ignore[attr-defined, no-any-return]  # an UPDATE has it


def _keep_aside(session: Session, actor: Actor, scenario: Scenario, person: int, content: Content) -> None:
    kept = queries.set_aside(scenario.id, person)
    if kept and whole(kept.content) == content:
        return
    if kept is None:
        kept = _add_version(session, scenario, person, content, aside=True)
    kept.content, kept.saved_at = dict(content), clock.now()
    session.flush()
    audit.record(session, actor, "set_aside", "scenario_version", kept.id)


def _put_version(session: Session, scenario: Scenario, person: int, content: Content) -> None:
    """Overwrite the present version within its author's sitting, or begin the next."""
    head = queries.head(scenario.id)
    if head and not head.sealed and head.person_id == person and clock.now() - head.saved_at < SITTING:
        head.content, head.saved_at = dict(content), clock.now()
    else:
        _add_version(session, scenario, person, content)


def _seal(session: Session, scenario: Scenario, person: int, content: Content) -> None:
    head = queries.head(scenario.id)
    if head is None or head.sealed:
        head = _add_version(session, scenario, person, content)
    head.sealed = True


def _add_version(
    session: Session, scenario: Scenario, person: int, content: Content, *, aside: bool = False
) -> ScenarioVersion:
    made = ScenarioVersion(scenario_id=scenario.id, number=queries.last_number(scenario.id) + 1, content=dict(content))
    made.person_id, made.saved_at, made.sealed, made.aside = person, clock.now(), False, aside
    session.add(made)
    session.flush()
    return made


def _write(scenario: Scenario, content: Content, terms: Terms) -> None:
    before = drafts.of(scenario)
    catalog.write(scenario, draft_of(content, read(content, terms), before, terms.city.districts[0]))
    scenario.updated_at = clock.now()


def _record(session: Session, actor: Actor, verb: str, scenario: Scenario, before: Mapping[str, Any]) -> None:
    """Record that a need's text was changed, with the text as it is now."""
    session.flush()
    after = {**audit.state(scenario), "content": present(scenario)}
    audit.record(session, actor, verb, "scenario", scenario.id, before=before, after=after)
