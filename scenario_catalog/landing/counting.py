"""What the dashboard counts: plain functions over rows, so that every figure on it can be checked by hand."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

# Columns of the tables, and the states of a scenario that each one counts.
GROUPS: Mapping[str, frozenset[str]] = {
    "open": frozenset({"open", "evaluating", "finalists", "noticed"}),
    "under_way": frozenset({"awarded", "piloting"}),
    "landed": frozenset({"landed"}),
    "ended": frozenset({"failed", "cancelled"}),
}


class Row(Protocol):
    """A published scenario, as it is counted; `finalists` tells whether it ever had some."""

    @property
    def id(self) -> int: ...
    @property
    def status(self) -> str: ...
    @property
    def finalists(self) -> bool: ...


@dataclass(frozen=True)
class Tally:
    """A row of a table: how many scenarios of `key` were posted, and where they stand."""

    key: Any
    posted: int
    open: int
    under_way: int
    landed: int
    ended: int


@dataclass(frozen=True)
class Stage:
    """A step of the funnel: how many scenarios ever reached it, None where nobody counts that, and its share of those posted."""

    code: str
    count: int | None
    share: int | None


@dataclass(frozen=True)
class Month:
    """How many scenarios landed in a month, and how many had landed by its end."""

    year: int
    month: int
    landed: int
    total: int

    @property
    def before(self) -> int:
        return self.total - self.landed


def tallies(rows: Iterable[Any], key: Callable[[Any], Any]) -> list[Tally]:
    """Return a tally of each key: what landed most first, then what was posted most, then by key."""
    found: dict[Any, list[str]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row.status)
    counted = [_tally(name, statuses) for name, statuses in found.items()]
    return sorted(counted, key=lambda one: (-one.landed, -one.posted, str(one.key)))


def funnel(rows: Sequence[Row], reached: Mapping[str, Collection[int] | None]) -> list[Stage]:
    """Return the steps from posted to landed; `reached` has the ids that the rooms above know of, None for unknown."""
    ids = {row.id for row in rows}
    counts: dict[str, int | None] = {"posted": len(ids)}
    counts |= {stage: None if known is None else len(ids & {*known}) for stage, known in reached.items()}
    counts["finalist"] = sum(bool(row.finalists) for row in rows)
    counts["landed"] = sum(row.status == "landed" for row in rows)
    return [Stage(code, count, _share(count, len(ids))) for code, count in counts.items()]


def months(landed: Collection[date], today: date) -> list[Month]:
    """Return every month from the first landing to the present one or the last; none where nothing has landed."""
    found, total = list[Month](), 0
    for year, month in _span(min(landed), max(today, *landed)) if landed else ():
        count = sum((day.year, day.month) == (year, month) for day in landed)
        total += count
        found.append(Month(year, month, count, total))
    return found


def _tally(key: Any, statuses: Sequence[str]) -> Tally:
    counts = {name: sum(status in states for status in statuses) for name, states in GROUPS.items()}
    return Tally(key, len(statuses), **counts)


def _share(count: int | None, whole: int) -> int | None:
    return None if count is None or not whole else round(100 * count / whole)


def _span(first: date, last: date) -> Iterator[tuple[int, int]]:
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        yield year, month
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)  # noqa: PLR2004 - December
