"""How far open scenarios and public solutions cover each other: worked out beside the pages, remembered until something changes."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from threading import Lock, Thread

from flask import Flask, current_app

from core.extensions import db
from marketplace.matching import queries, rules, vectors
from marketplace.matching.matcher import all_matches
from marketplace.matching.rules import Match
from retrieval.embedder import present_model, ready

EXTENSION = "coverage"


@dataclass(frozen=True)
class Coverage:
    """The numbers of the open scenarios that a solution fits, and the ids of the solutions that fit one."""

    needs: frozenset[str]
    solutions: frozenset[int]


@dataclass
class Known:
    """What a process knows: the last coverage with what it was worked out from, and the thread that is at the next one."""

    key: Hashable = None
    found: Coverage | None = None
    thread: Thread | None = None
    lock: Lock = field(default_factory=Lock)


def present(today: date) -> Coverage | None:
    """Return the coverage as things stand. None while it is being worked out, or the model is loading; never waits."""
    if not ready():
        return None
    known, key = _known(), _key(today)
    with known.lock:
        if known.key == key:
            return known.found
        if known.thread is None or not known.thread.is_alive():
            app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - as Flask documents it
            known.thread = Thread(target=_work_out, args=(app, known, key, today), name="coverage", daemon=True)
            known.thread.start()
    return None


def of(matches: Mapping[str, Sequence[Match]]) -> Coverage:
    """Return who is covered. What reaches the cut fits the solution, though another fits the scenario better."""
    needs = {number for number, ranking in matches.items() if any(match.fits for match in ranking)}
    solutions = {int(match.id) for ranking in matches.values() for match in ranking if match.score >= rules.CUT}
    return Coverage(frozenset(needs), frozenset(solutions))


def _known() -> Known:
    found: Known = current_app.extensions.setdefault(EXTENSION, Known())
    return found


def _key(today: date) -> Hashable:
    """Return what the coverage follows from: the model, the field, the texts, and what is open and public."""
    numbers = tuple(db.session.scalars(queries.open_numbers(today)))
    ids = tuple(db.session.scalars(queries.solution_ids()))
    return present_model(), db.session.scalar(queries.statistics(present_model())), vectors.heads(), numbers, ids


def _work_out(app: Flask, known: Known, key: Hashable, today: date) -> None:
    with app.app_context():
        try:
            found = of(all_matches(today))
        except Exception:
            # The page asks again, and begins anew; whoever runs the site reads why.
            app.logger.exception("the coverage could not be worked out")
            return
        with known.lock:
            known.key, known.found = key, found
