"""The public directory of solutions: what was chosen and searched for, with live counts. Reads only."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from flask import abort, current_app

from core.city import city
from core.extensions import db
from core.web import Page, page_number
from marketplace.solutions import queries, rules
from marketplace.solutions.models import Solution
from retrieval.search import DocumentHit
from retrieval.text import tokens
from scenario_catalog import queries as catalog
from scenario_catalog.facets import Mask, Selection, choose
from scenario_catalog.filters import Choices, Vocabulary
from scenario_catalog.listing import Faceted, Match, match, searched
from scenario_catalog.marking import worth_marking

COLLECTION = "solutions"
PAGE_SIZE = 30
# A part of an enterprise's name counts as naming it from so many characters on.
SHORTEST_NAME = 2
CACHE = "marketplace.directory"

# A firm that sits elsewhere has no district of the city.
OUTSIDE = "outside"
BANDS: Mapping[str, range] = {"mature": range(7, 10), "proven": range(4, 7), "research": range(1, 4)}
BAND_LABELS: Mapping[str, str] = {
    "mature": "成熟（TRL 7–9）",
    "proven": "验证（TRL 4–6）",
    "research": "研发（TRL 1–3）",
}


@dataclass(frozen=True, kw_only=True)
class Filters(Choices):
    """The state of the directory."""

    FACETS = {"domain": "适用领域", "trl": "成熟度", "deployment": "部署方式", "district": "企业所在区域"}  # noqa: RUF012 - a ClassVar of Choices
    SORTS = {"relevance": "相关度", "newest": "最新公开"}  # noqa: RUF012

    domain: tuple[str, ...] = ()
    trl: tuple[str, ...] = ()
    deployment: tuple[str, ...] = ()
    district: tuple[str, ...] = ()


class Directory(Faceted):
    """One state of the directory's page."""


class Table:
    """All public solutions as columns, for one state of the database; only read once it is made. The newest come first."""

    def __init__(self, rows: Iterable[Sequence[Any]], terms: Iterable[Sequence[Any]], vocabulary: Vocabulary) -> None:
        found = list(rows)
        self.vocabulary = vocabulary
        self.ids: Sequence[int] = [row[0] for row in found]
        self._place = {id_: place for place, id_ in enumerate(self.ids)}
        self._masks = {
            facet: {code: np.zeros(len(found), np.bool_) for code in codes} for facet, codes in vocabulary.items()
        }
        for place, (_, level, district) in enumerate(found):
            self._mark("trl", band_of(level), place)
            self._mark("district", district or OUTSIDE, place)
        for id_, kind, code in terms:
            if id_ in self._place:
                self._mark(kind, code, self._place[id_])

    def __len__(self) -> int:
        return len(self.ids)

    def places(self, ids: Iterable[int]) -> list[int]:
        """Return where these solutions stand, in the order given; unknown ones are left out."""
        return [self._place[id_] for id_ in ids if id_ in self._place]

    def select(self, filters: Choices, within: Collection[int] | None = None) -> Selection:
        """Choose among the places `within`, with the counts of each facet."""
        base = np.ones(len(self), np.bool_) if within is None else self._mask(within)
        return choose(
            base, {facet: self._chosen(facet, filters.codes(facet)) for facet in self.vocabulary}, self._count
        )

    def _mask(self, places: Collection[int]) -> Mask:
        found = np.zeros(len(self), np.bool_)
        found[list(places)] = True
        return found

    def _mark(self, facet: str, code: str, place: int) -> None:
        if code in self._masks[facet]:
            self._masks[facet][code][place] = True

    def _chosen(self, facet: str, codes: Collection[str]) -> Mask | None:
        if not codes:
            return None
        found: Mask = np.logical_or.reduce([self._masks[facet][code] for code in codes])
        return found

    def _count(self, facet: str, mask: Mask) -> Mapping[str, int]:
        return {code: int(np.count_nonzero(mask & column)) for code, column in self._masks[facet].items()}


def band_of(level: int | None) -> str:
    return next((code for code, levels in BANDS.items() if level in levels), "")


def table() -> Table:
    """Return the columns of all public solutions, loaded anew when an event may have changed them."""
    head = catalog.last_event()
    known: tuple[int, Table] | None = current_app.extensions.get(CACHE)
    if known is None or (known[0] != head and queries.has_public_event(known[0])):
        known = (head, _load())
    current_app.extensions[CACHE] = (max(known[0], head), known[1])
    return known[1]


def directory(filters: Filters) -> Directory:
    """Return the page of the directory that the address asks for. Aborts with 404 for a page past the last."""
    found = table()
    hits = searched(COLLECTION, filters.query)
    wanted = [*queries.public_ids_of_named(filters.query)] if len(filters.query) >= SHORTEST_NAME else []
    within = found.places(dict.fromkeys([*wanted, *map(int, hits)])) if filters.query else None
    selection = found.select(filters, within)
    by_relevance = within is not None and filters.order == "relevance"
    order = within if by_relevance and within is not None else range(len(found))
    page = _page([found.ids[place] for place in order if selection.mask[place]])
    return Directory(filters, page, selection.counts, found.vocabulary, _matches(page.items, hits, filters.query))


def _page(ids: Sequence[int]) -> Page:
    number = page_number()
    start = (number - 1) * PAGE_SIZE
    if number > 1 and start >= len(ids):
        abort(404)
    shown = ids[start : start + PAGE_SIZE]
    rows = {row.id: row for row in db.session.scalars(queries.numbered(shown)).unique()}
    return Page([rows[id_] for id_ in shown if id_ in rows], number, PAGE_SIZE, len(ids))


def _matches(rows: Sequence[Solution], hits: Mapping[str, DocumentHit], query: str) -> dict[str, Match]:
    words = worth_marking(tokens(query))
    return {str(row.id): match(row.name, hits[str(row.id)], words, "name") for row in rows if str(row.id) in hits}


def _load() -> Table:
    rows = db.session.execute(queries.facet_rows()).all()
    return Table(rows, db.session.execute(queries.facet_terms()), vocabulary())


def vocabulary() -> Vocabulary:
    """Return the codes that an address may name."""
    place = city()
    return {
        "domain": {term.code: term.name for term in place.domains},
        "trl": BAND_LABELS,
        "deployment": rules.DEPLOYMENTS,
        "district": {**{name: name for name in place.districts}, OUTSIDE: "市外"},
    }
