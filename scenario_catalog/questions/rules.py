"""Until when questions are taken, who may see who asked, and what a question should not say. Plain values only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from accounts.rules import AGENCY, ENTERPRISE, OPERATOR
from core import clock, personal_data
from core.diffing import likeness
from scenario_catalog.rules import Closing, is_open

SHORTEST, LONGEST = 8, 1000
LONGEST_ANSWER = 5000
# From so much in common on, a question looks like one that was asked before.
ALIKE = 0.6


class Move(Protocol):
    status: Any


def closing_day(deadline: date, days: int) -> date:
    """Return the last day on which questions are taken, `days` before the closing day of the scenario."""
    return deadline - timedelta(days=days)


def questions_open(scenario: Closing, now: datetime, days: int) -> bool:
    """Tell whether questions are taken at `now`: until the end of the day that lies `days` before the closing day."""
    return is_open(scenario, now) and now < clock.end_of_day(closing_day(scenario.deadline, days))


def bids_opened(moves: Iterable[Move]) -> bool:
    """Tell whether the bids of a scenario have been opened: only then may others learn who asked."""
    return any(move.status == "evaluating" for move in moves)


@dataclass(frozen=True)
class Reader:
    """Who reads: kind of the organisation, and its row id; None for nobody's."""

    kind: str
    organisation: int | None


def may_see_asker(reader: Reader, asker: int, agency: int, *, opened: bool) -> bool:
    """Tell whether a reader learns who asked: the asker's own organisation always, agency and operator after the opening."""
    if reader.organisation is None:
        return False
    if reader.kind == ENTERPRISE:
        return reader.organisation == asker
    return opened and (reader.kind == OPERATOR or (reader.kind == AGENCY and reader.organisation == agency))


def kind_of(role: str) -> str:
    """Return the kind of organisation that a role belongs to."""
    return role.partition("-")[0]


def alike(text: str, others: Mapping[int, str]) -> int | None:
    """Return the number of the question most like `text`, None if none is."""
    best = max(((likeness(text, other), number) for number, other in others.items()), default=(0.0, 0))
    return best[1] if best[0] >= ALIKE else None


def warnings(text: str) -> list[str]:
    """Return what the asker should think twice about before everybody reads it."""
    labels = personal_data.labels_in(text)
    return [f"问题中疑似含有{'、'.join(labels)}。提问公开后人人可见，请删去"] if labels else []


def names_asker(text: str, names: Iterable[str]) -> bool:
    """Tell whether a question gives away who asks."""
    plain = "".join(text.split()).casefold()
    return any(name and "".join(name.split()).casefold() in plain for name in names)
