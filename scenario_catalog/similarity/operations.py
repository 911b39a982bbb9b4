"""Giving published needs their vectors, in small transactions of its own: no embedding runs inside a write lock."""

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from core.extensions import db
from core.settings import settings
from retrieval.embedder import Embedder, embedder
from retrieval.queries import batches
from retrieval.turn import turn
from scenario_catalog.models import Scenario
from scenario_catalog.similarity import queries, rules, vectors
from scenario_catalog.similarity.models import ScenarioNeed
from scenario_catalog.similarity.vectors import Text

# Scenarios embedded between two transactions.
CHUNK = 8

Progress = Callable[[str], None]


def text_of(row: Any) -> Text:
    """Return title and body of a scenario's row: what a need is taken from."""
    return row.title, "\n".join(part for part in (row.background, row.scope) if part)


def digest_of(text: Text) -> str:
    """Return the digest of what is embedded of a text."""
    return sha256("\n".join(rules.parts(*text)).encode()).hexdigest()


def fill_needs(progress: Progress | None = None, *, wait: bool = True) -> int:
    """Give vectors to the published scenarios that have none of their present text; returns their number.

    Returns 0 at once if another process is at it and not `wait`. Raises ModelError.
    """
    with turn(settings().instance / "index" / "needs.lock", wait=wait) as ours:
        if not ours:
            return 0
        pending = _pending(embedder().name)
        for number, batch in enumerate(batches(pending, CHUNK)):
            _embed(batch)
            if progress:
                progress(f"已生成 {min(len(pending), (number + 1) * CHUNK)}/{len(pending)}")
        return len(pending)


def drop_stale(session: Session, scenario: Scenario) -> None:
    """Delete the vectors of a scenario unless they are those of its present text: they tell of what stood there."""
    found = session.get(ScenarioNeed, scenario.id)
    if found is not None and found.digest != digest_of(text_of(scenario)):
        session.delete(found)


def _pending(model: str) -> list[tuple[int, Text]]:
    with Session(db.engine) as session:
        rows = session.execute(queries.published())
        texts = [(row, text_of(row)) for row in rows]
    return [(row.id, text) for row, text in texts if row.model != model or row.digest != digest_of(text)]


def _embed(batch: Sequence[tuple[int, Text]]) -> None:
    model = embedder()
    parts = [rules.parts(*text) for _, text in batch]
    rows, start = vectors.embed(model, [part for one in parts for part in one]), 0
    with Session(db.engine) as session, session.begin():
        for (id_, text), one in zip(batch, parts, strict=True):
            own = rows[start : start + len(one)].astype(np.float16)
            start += len(one)
            _store(session, model, id_, text, own.tobytes())


def _store(session: Session, model: Embedder, id_: int, text: Text, own: bytes) -> None:
    """Write the vectors of a scenario, if it is still there; a text changed meanwhile is found by its digest."""
    if session.get(Scenario, id_) is not None:
        session.merge(ScenarioNeed(scenario_id=id_, digest=digest_of(text), model=model.name, vectors=own))
