"""Choosing, sorting and counting against a slow and plain account of the same."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from scenario_catalog.facets import ROW, Table
from scenario_catalog.filters import CLOSING, FACETS, Filters
from scenario_catalog.rules import SHOWN, shown_status
from tests.scenario_catalog.test_filters import CHOICES, VOCABULARY

TODAY = date(2026, 6, 15)
SINGLE = ("domain", "system", "mode", "district", "agency", "batch")


@dataclass
class Row:
    id: int
    number: str
    status: str
    deadline: date
    published_at: datetime
    budget: int | None
    tags: list[str]
    domain: str
    system: str
    mode: str
    district: str
    agency: str
    batch: str


def rows() -> st.SearchStrategy[list[Row]]:
    one = st.builds(
        Row,
        id=st.integers(1, 10**6),
        number=st.integers(1, 9999).map(lambda n: f"SZ-2026-{n:04d}"),
        status=st.sampled_from([status for status in SHOWN if status != "closed"]),
        deadline=st.integers(-40, 40).map(lambda days: TODAY + timedelta(days=days)),
        published_at=st.integers(0, 5).map(lambda days: datetime(2026, 1, 1 + days, tzinfo=UTC)),
        budget=st.none() | st.integers(1, 500),
        tags=st.lists(st.sampled_from(["tax", "film", "given-up"]), unique=True),
        **{facet: st.sampled_from([*VOCABULARY[facet], "given-up"]) for facet in SINGLE},
    )
    return st.lists(one, max_size=25, unique_by=(lambda row: row.id, lambda row: row.number))


def table(found: list[Row]) -> Table:
    newest_first = sorted(found, key=lambda row: (row.published_at, row.number), reverse=True)
    return Table(
        [[getattr(row, name) for name in ROW] for row in newest_first],
        [(row.id, tag) for row in found for tag in row.tags],
        VOCABULARY,
    )


def has(row: Row, facet: str, code: str) -> bool:
    if facet == "tag":
        return code in row.tags
    if facet == "status":
        return shown_status(row.status, row.deadline, TODAY) == code
    if facet == "closing":
        left = (row.deadline - TODAY).days
        return row.status == "open" and 0 <= left <= int(code)
    return getattr(row, facet) == code


def fits(row: Row, filters: Filters, *, leaving: str = "") -> bool:
    chosen = {facet: filters.codes(facet) for facet in FACETS if facet != leaving and filters.codes(facet)}
    return all(any(has(row, facet, code) for code in codes) for facet, codes in chosen.items())


FILTERS = st.fixed_dictionaries(CHOICES).map(lambda args: Filters.parse(args, VOCABULARY))


@given(rows(), FILTERS, st.sets(st.integers(0, 24)))
def test_counts_are_those_of_a_plain_loop(found: list[Row], filters: Filters, kept: set[int]):
    searched = [row for place, row in enumerate(found) if place in kept]
    columns = table(found)
    within = columns.mask(columns.places(row.number for row in searched))
    selection = columns.select(filters, TODAY, within)
    chosen = {columns.ids[place] for place in np.flatnonzero(selection.mask)}
    assert chosen == {row.id for row in searched if fits(row, filters)}
    assert selection.total == len(chosen)
    for facet in FACETS:
        codes = CLOSING if facet == "closing" else VOCABULARY[facet]
        others = [row for row in searched if fits(row, filters, leaving=facet)]
        assert selection.counts[facet] == {code: sum(has(row, facet, code) for row in others) for code in codes}


@given(rows(), FILTERS)
def test_orders(found: list[Row], filters: Filters):
    columns, by_id = table(found), {row.id: row for row in found}
    mask = columns.select(filters, TODAY).mask

    def ordered(order: str) -> list[Row]:
        return [by_id[columns.ids[place]] for place in columns.ordered(mask, order, TODAY)]

    newest = ordered("newest")
    assert newest == sorted(newest, key=lambda row: (row.published_at, row.number), reverse=True)
    assert ordered("budget") == sorted(newest, key=lambda row: -1 if row.budget is None else row.budget, reverse=True)
    by_deadline = ordered("deadline")
    takes_bids = [row for row in newest if has(row, "status", "open")]
    assert by_deadline[: len(takes_bids)] == sorted(takes_bids, key=lambda row: row.deadline)
    assert {row.id for row in by_deadline} == {row.id for row in newest}


@given(rows(), st.randoms())
def test_relevance_is_the_order_of_the_search(found: list[Row], random):
    columns = table(found)
    numbers = [row.number for row in found]
    random.shuffle(numbers)
    places = columns.places([*numbers, "SZ-1999-0001"])
    ordered = columns.ordered(columns.mask(places), "relevance", TODAY, places)
    assert [columns.ids[place] for place in ordered] == [
        next(row.id for row in found if row.number == n) for n in numbers
    ]


def test_an_empty_list():
    selection = table([]).select(Filters(domain=("finance",)), TODAY)
    assert selection.total == 0
    assert all(count == 0 for counts in selection.counts.values() for count in counts.values())
