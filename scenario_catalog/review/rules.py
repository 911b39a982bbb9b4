"""How long a need has waited, who has it, which comments were sent, and how it is read. Plain values only."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from core import clock
from core.city import City, Holidays, Term
from core.diffing import as_text
from core.formats import written_day
from scenario_catalog.columns import COLUMNS
from scenario_catalog.rules import MODES

LONGEST_COMMENT = 1000
# Working days after which a need has waited too long, and how long a reviewer keeps one without doing anything.
PATIENCE = 3
KEPT = timedelta(hours=4)
WEEKEND = 5

OVERALL = "overall"
NOT_REVIEWED = frozenset({"number", "agency"})
BUDGET_BOUNDS = {"budget_min": "预算下限（万元）", "budget_max": "预算上限（万元）"}


class Comment(Protocol):
    written_at: Any


class Move(Protocol):
    verb: Any
    at: Any


class Holding(Protocol):
    reviewer_id: Any
    taken_at: Any


def working_days(since: date, until: date, holidays: Holidays) -> int:
    """Return how many working days have passed after the day `since`, up to and with `until`."""
    days = (since + timedelta(days=n) for n in range(1, (until - since).days + 1))
    return sum(is_working(day, holidays) for day in days)


def is_working(day: date, holidays: Holidays) -> bool:
    return day in holidays.working or (day.weekday() < WEEKEND and day not in holidays.closed)


def holder(review: Holding | None, now: datetime) -> int | None:
    """Return who has the need: the last one who took it, until it was left alone for `KEPT`."""
    if review is None or review.taken_at is None or now - review.taken_at >= KEPT:
        return None
    found: int | None = review.reviewer_id
    return found


def is_sent(comment: Comment, moves: Iterable[Move]) -> bool:
    """Tell whether the agency has got a comment: comments go with a return."""
    return any(move.verb == "return" and move.at >= comment.written_at for move in moves)


def labels(contents: Collection[Mapping[str, Any]] = ()) -> dict[str, str]:
    """Return the fields of a need and their names, in the order of the form; unknown fields under their own."""
    known: dict[str, str] = {}
    for column in COLUMNS:
        if column.field not in NOT_REVIEWED:
            known |= (
                {column.field: column.name} if column.field != "budget" else {"budget": column.name, **BUDGET_BOUNDS}
            )
    used = {field for content in contents for field in content} - NOT_REVIEWED
    if used >= BUDGET_BOUNDS.keys() and not any(content.get("budget") for content in contents):
        used.discard("budget")  # the tick for a budget to be negotiated: unticked, the bounds say it all
    unknown = {field: field for field in sorted(used - known.keys())}
    return {field: name for field, name in {**known, **unknown}.items() if field in used}


def readable(content: Mapping[str, Any], city: City) -> dict[str, str]:
    """Return the texts of a version as people read them: names for codes, days and articles written out."""
    readers: Mapping[str, Callable[[str], str]] = {
        "system": _names(city.systems),
        "domain": _names(city.domains),
        "tags": _names(city.tags),
        "mode": lambda code: MODES.get(code, code),
        "deadline": written_day,
        "articles": lambda written: f"第 {written} 条" if written.isdigit() else written,
    }
    return {field: _read(value, readers.get(field)) for field, value in content.items()}


def age(submitted: datetime, now: datetime, holidays: Holidays) -> int:
    """Return the working days that a need has waited since its submission, in the city's days."""
    return working_days(clock.local_date(submitted), clock.local_date(now), holidays)


def _read(value: Any, read: Callable[[str], str] | None) -> str:
    if read is None:
        return as_text(value)
    if isinstance(value, list | tuple):
        return "、".join(read(str(part)) for part in value)
    return read(as_text(value))


def _names(terms: Sequence[Term]) -> Callable[[str], str]:
    names = {term.code: term.name for term in terms}
    return lambda code: names.get(code, code)
