"""Choosing, sorting and counting scenarios over columns held in memory. No database, no clock."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scenario_catalog.filters import CLOSING, Filters, Vocabulary
from scenario_catalog.rules import CLOSED, SHOWN

Mask = NDArray[np.bool_]
Places = NDArray[np.intp]
Codes = NDArray[np.int64]

SINGLE = ("domain", "system", "mode", "district", "agency", "batch")
ROW = ("id", "number", "status", "deadline", "budget", *SINGLE)
STATUSES = tuple(SHOWN)
OPEN = STATUSES.index("open")
NO_BUDGET = -1

Counts = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True)
class Selection:
    """What a choice gives: the rows chosen, and for each facet the count of each of its codes."""

    mask: Mask
    counts: Counts

    @property
    def total(self) -> int:
        return int(np.count_nonzero(self.mask))


def choose(base: Mask, chosen: Mapping[str, Mask | None], count: Callable[[str, Mask], Mapping[str, int]]) -> Selection:
    """Choose among `base` by what each facet lets through, None for everything.

    Each facet is counted with the other facets applied and its own left aside.
    """
    narrowing = {facet: mask for facet, mask in chosen.items() if mask is not None}
    everything = _all([base, *narrowing.values()])
    counts = {}
    for facet in chosen:
        others = [mask for name, mask in narrowing.items() if name != facet]
        counts[facet] = count(facet, _all([base, *others]) if facet in narrowing else everything)
    return Selection(everything, counts)


class Table:
    """All public scenarios as columns, for one state of the database; only read once it is made.

    `rows` come newest first, each with the values of `ROW`.
    """

    def __init__(self, rows: Iterable[Sequence[Any]], tags: Iterable[Sequence[Any]], vocabulary: Vocabulary) -> None:
        columns = dict(zip(ROW, zip(*rows, strict=True), strict=False)) or dict.fromkeys(ROW, ())
        self.vocabulary = vocabulary
        self.ids: Sequence[int] = columns["id"]
        self.numbers: Sequence[str] = columns["number"]
        self._place = {number: place for place, number in enumerate(self.numbers)}
        self._status = _encode(columns["status"], STATUSES)
        self._deadline = np.array([day.toordinal() for day in columns["deadline"]], np.int64)
        self._budget = np.array([NO_BUDGET if budget is None else budget for budget in columns["budget"]], np.int64)
        self._columns = {facet: _encode(columns[facet], vocabulary[facet]) for facet in SINGLE}
        self._tags = self._tag_columns(tags)

    def __len__(self) -> int:
        return len(self.ids)

    def places(self, numbers: Iterable[str]) -> Places:
        """Return where these scenarios stand, in the order given; unknown ones are left out."""
        return np.array([self._place[number] for number in numbers if number in self._place], np.intp)

    def numbers_of(self, facet: str, codes: Collection[str]) -> list[str]:
        """Return the numbers of the rows that have one of the codes of a facet of `SINGLE`, newest first."""
        names, column = self._column(facet, date.min)
        wanted = [place for place, name in enumerate(names) if name in codes]
        return [self.numbers[place] for place in np.flatnonzero(np.isin(column, wanted)).tolist()]

    def mask(self, places: Places) -> Mask:
        found = np.zeros(len(self), np.bool_)
        found[places] = True
        return found

    def select(self, filters: Filters, today: date, within: Mask | None = None) -> Selection:
        """Choose among `within`. Each facet is counted with the other facets applied and its own left aside."""
        base = np.ones(len(self), np.bool_) if within is None else within
        return choose(
            base,
            {facet: self._chosen(facet, filters.codes(facet), today) for facet in self.vocabulary},
            lambda facet, mask: self._count(facet, mask, today),
        )

    def ordered(self, mask: Mask, order: str, today: date, by_relevance: Places | None = None) -> Places:
        """Return where the chosen rows stand, sorted; ties fall to the newest."""
        if order == "relevance" and by_relevance is not None:
            return by_relevance[mask[by_relevance]]
        places = np.flatnonzero(mask)
        if order == "deadline":
            left = self._deadline[places] - today.toordinal()
            passed = (self._status[places] != OPEN) | (left < 0)
            # What can still be bid for comes first, the nearest day first; then what closed last.
            return places[np.lexsort((np.where(passed, -left, left), passed))]
        if order == "budget":
            return places[np.argsort(-self._budget[places], kind="stable")]
        return places

    def statuses(self, today: date) -> Codes:
        """Return the status of each row as the public sees it, as its place in `STATUSES`."""
        closed = (self._status == OPEN) & (self._deadline < today.toordinal())
        return np.where(closed, STATUSES.index(CLOSED), self._status)

    def _tag_columns(self, tags: Iterable[Sequence[Any]]) -> dict[str, Mask]:
        columns = {code: np.zeros(len(self), np.bool_) for code in self.vocabulary["tag"]}
        place_of = {id_: place for place, id_ in enumerate(self.ids)}
        for id_, code in tags:
            if id_ in place_of and code in columns:
                columns[code][place_of[id_]] = True
        return columns

    def _closing(self, days: str, today: date) -> Mask:
        left = self._deadline - today.toordinal()
        found: Mask = (self._status == OPEN) & (left >= 0) & (left <= int(days))
        return found

    def _chosen(self, facet: str, codes: Collection[str], today: date) -> Mask | None:
        """Return the rows that have one of the codes; None when nothing was chosen."""
        if not codes:
            return None
        if facet == "tag":
            return _any([self._tags[code] for code in codes])
        if facet == "closing":
            return _any([self._closing(days, today) for days in codes])
        names, column = self._column(facet, today)
        wanted = np.array([*(code in codes for code in names), False])
        found: Mask = wanted[column]
        return found

    def _count(self, facet: str, mask: Mask, today: date) -> dict[str, int]:
        if facet == "tag":
            return {code: int(np.count_nonzero(mask & column)) for code, column in self._tags.items()}
        if facet == "closing":
            return {days: int(np.count_nonzero(mask & self._closing(days, today))) for days in CLOSING}
        names, column = self._column(facet, today)
        found = np.bincount(column[mask], minlength=len(names) + 1)
        return dict(zip(names, found.tolist(), strict=False))

    def _column(self, facet: str, today: date) -> tuple[Sequence[str], Codes]:
        if facet == "status":
            return STATUSES, self.statuses(today)
        return tuple(self.vocabulary[facet]), self._columns[facet]


def _encode(values: Sequence[str], names: Iterable[str]) -> Codes:
    """Return the place of each value among the names; the last place stands for what is not among them."""
    places = {name: place for place, name in enumerate(names)}
    return np.array([places.get(value, len(places)) for value in values], np.int64)


def _any(masks: Sequence[Mask]) -> Mask:
    found: Mask = np.logical_or.reduce(masks)
    return found


def _all(masks: Sequence[Mask]) -> Mask:
    found: Mask = np.logical_and.reduce(masks)
    return found
