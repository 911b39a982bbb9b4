"""Snapshots of the field: made by a job, read by every process, so that all of them rank alike."""

from sqlalchemy import delete
from sqlalchemy.orm import Session

from core import clock
from core.extensions import db
from marketplace.matching import queries, vectors
from marketplace.matching.background import background_of
from marketplace.matching.fields import field_of, from_bytes, samples, to_bytes
from marketplace.matching.models import MatchStatistics
from marketplace.matching.rules import Field
from retrieval.embedder import Embedder, embedder

# Of each kind the newest so many are remembered.
MOST_NEEDS, MOST_SOLUTIONS = 500, 1_000
KEPT = 20
EMPTY = 0


def present_field() -> tuple[int, Field]:
    """Return the field of the newest snapshot with its id, that of the background alone with 0. Raises ModelError."""
    model = embedder()
    newest = db.session.scalar(queries.statistics(model.name)) or EMPTY
    key = (model.name, newest)
    if key not in _fields:
        _fields.clear()
        _fields[key] = _read(model, newest)
    return newest, _fields[key]


def snapshot(session: Session) -> bool:
    """Write a snapshot unless nothing changed since the last; returns whether it did. Does not commit."""
    model, heads = embedder(), vectors.heads()
    last = session.get(MatchStatistics, session.scalar(queries.statistics(model.name)) or EMPTY)
    if last is not None and last.heads == heads:
        return False
    needs = vectors.needs([number for number in session.scalars(queries.published_numbers(MOST_NEEDS)) if number])
    solutions = vectors.solutions(session.scalars(queries.solution_ids(MOST_SOLUTIONS)).all())
    made = MatchStatistics(
        made_at=clock.now(),
        model=model.name,
        heads=heads,
        needs=len(needs),
        solutions=len(solutions),
        samples=to_bytes(samples(needs, solutions, model.dimensions)),
    )
    session.add(made)
    session.flush()
    session.execute(delete(MatchStatistics).where(MatchStatistics.id <= made.id - KEPT))
    return True


_fields: dict[tuple[str, int], Field] = {}


def _read(model: Embedder, number: int) -> Field:
    stored = db.session.get(MatchStatistics, number) if number else None
    own = from_bytes(stored.samples) if stored else samples([], [], model.dimensions)
    return field_of(own, background_of(model))
