"""Where a scenario stands and what comes next, drawn from the lifecycle and the moves that were made."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from scenario_catalog import rules

DEADLINE = "deadline"
ENDED = frozenset({"landed", "failed", "cancelled"})


@dataclass(frozen=True)
class Step:
    """A step of the way: `at` is None while it lies ahead."""

    status: str
    label: str
    at: datetime | date | None
    state: str
    note: str = ""


def timeline(scenario: Any, moves: Iterable[Any], today: date) -> list[Step]:
    """Return the steps made since publication, the closing day, and the way ahead."""
    public = [move for move in moves if move.status in rules.SHOWN]
    made = [
        Step(move.status, rules.SCENARIO.states[move.status], move.at, "done", rules.REASONS.get(move.reason, ""))
        for move in public
    ]
    if scenario.status not in ENDED:
        made += [Step(status, rules.SCENARIO.states[status], None, "ahead") for status in way_ahead(scenario.status)]
    return [*_with_closing_day(made, scenario, today)]


def way_ahead(status: str) -> Iterator[str]:
    """Yield the states that follow a published one when all goes well: the table lists the way forward first."""
    seen = {status}
    while status not in ENDED:
        status = next(move.target for move in rules.SCENARIO.moves if move.source == status)
        if status in seen:
            return
        seen.add(status)
        yield status


def _with_closing_day(steps: Sequence[Step], scenario: Any, today: date) -> Iterator[Step]:
    """Yield the steps with the closing day after the publication, and the last one made as the present one."""
    cut_short = any(step.status == "cancelled" for step in steps[1:2])
    last = max((place for place, step in enumerate(steps) if step.at), default=0)
    closed = today > scenario.deadline
    for place, step in enumerate(steps):
        is_present = place == last and step.status not in ENDED and not (step.status == "open" and closed)
        yield Step(step.status, step.label, step.at, "present" if is_present else step.state, step.note)
        if step.status == "open" and not cut_short:
            state = "ahead" if not closed else "present" if place == last else "done"
            yield Step(DEADLINE, "报名截止", scenario.deadline, state)
