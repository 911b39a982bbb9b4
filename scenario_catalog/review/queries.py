"""Every SELECT of the review desk."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import selectinload

from accounts.access.models import Person
from accounts.models import Organisation
from core.extensions import db
from scenario_catalog.models import Review, ReviewComment, Scenario, ScenarioMove, ScenarioVersion

Rows = Select[*tuple[Any, ...]]
STATES = ("in_review", "returned", "approved")


def queue(state: str) -> Rows:
    """Select (scenario, submitted_at, moved_at, version, reviewer's name, its id, taken_at), the longest waiting first."""
    moved = _last_move()
    submitted = _last_move("submit")
    version = select(func.max(ScenarioVersion.number)).where(_of_scenario(), ScenarioVersion.sealed.is_(True))
    columns = (
        submitted.label("submitted_at"),
        moved.label("moved_at"),
        version.scalar_subquery().label("version"),
        Person.name.label("reviewer"),
        Review.reviewer_id,
        Review.taken_at,
    )
    found = select(Scenario, *columns).outerjoin(Review, Review.scenario_id == Scenario.id)
    found = found.outerjoin(Person, Person.id == Review.reviewer_id).where(Scenario.status == state)
    return found.order_by(moved.asc().nulls_first(), Scenario.id)


def only_mine(rows: Rows, person: int) -> Rows:
    return rows.where(Review.reviewer_id == person)


def only_free(rows: Rows) -> Rows:
    return rows.where(Review.reviewer_id.is_(None))


def only_unverified(rows: Rows) -> Rows:
    unverified = select(Organisation.id).where(Organisation.verification != "verified")
    return rows.where(Scenario.agency_id.in_(unverified))


def sizes() -> dict[str, int]:
    """Return how many needs are in each of the states of the queue."""
    found = select(Scenario.status, func.count()).where(Scenario.status.in_(STATES)).group_by(Scenario.status)
    counts: dict[str, int] = {status: count for status, count in db.session.execute(found)}  # noqa: C416 - dict() does not know the types of a Row
    return {state: counts.get(state, 0) for state in STATES}


def scenario(scenario_id: int) -> Scenario | None:
    """Return a need that was submitted once, with its moves: what is only a draft is its agency's own."""
    submitted = select(ScenarioMove.id).where(ScenarioMove.scenario_id == Scenario.id, ScenarioMove.verb == "submit")
    found = select(Scenario).where(Scenario.id == scenario_id, submitted.exists())
    return db.session.scalar(found.options(selectinload(Scenario.moves)))


def submitted_versions(scenario_id: int) -> Sequence[ScenarioVersion]:
    """Return the versions that were submitted, the newest first."""
    found = select(ScenarioVersion).where(ScenarioVersion.scenario_id == scenario_id, ScenarioVersion.sealed.is_(True))
    return db.session.scalars(found.order_by(ScenarioVersion.number.desc())).all()


def review(scenario_id: int) -> Review | None:
    return db.session.get(Review, scenario_id)


def comments(scenario_id: int) -> Sequence[ReviewComment]:
    """Return all comments on a need, the oldest first."""
    found = select(ReviewComment).where(ReviewComment.scenario_id == scenario_id)
    return db.session.scalars(found.order_by(ReviewComment.written_at, ReviewComment.id)).all()


def comment(comment_id: int) -> ReviewComment | None:
    return db.session.get(ReviewComment, comment_id)


def in_review() -> Rows:
    """Select (scenario, submitted_at) of what waits for the operator, the oldest first."""
    at = _last_move("submit")
    return select(Scenario, at.label("at")).where(Scenario.status == "in_review").order_by(at, Scenario.id)


def returned_to(agency: int) -> Rows:
    """Select (scenario, returned_at) of what waits for an agency, the oldest first."""
    at = _last_move("return")
    found = select(Scenario, at.label("at")).where(Scenario.status == "returned", Scenario.agency_id == agency)
    return found.order_by(at, Scenario.id)


def _last_move(*verbs: str) -> Any:
    found = select(func.max(ScenarioMove.at)).where(ScenarioMove.scenario_id == Scenario.id)
    return (found.where(ScenarioMove.verb.in_(verbs)) if verbs else found).correlate(Scenario).scalar_subquery()


def _of_scenario() -> Any:
    return ScenarioVersion.scenario_id == Scenario.id
