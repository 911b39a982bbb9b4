"""The public list: what was chosen and searched for, with live counts. Reads only."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import abort, current_app, request
from flask_babel import get_locale
from markupsafe import Markup
from sqlalchemy import Select, func, select

from core import clock
from core.city import City, Term, city
from core.extensions import db
from core.settings import settings
from core.web import Page, page_number
from retrieval.search import DocumentHit, document_hits
from retrieval.text import fold, tokens
from scenario_catalog import queries
from scenario_catalog.facets import Counts, Table
from scenario_catalog.filters import CLOSING, Choices, Filters, Vocabulary
from scenario_catalog.marking import mark, mark_all, worth_marking
from scenario_catalog.models import Scenario
from scenario_catalog.rules import MODES, SHOWN, shown_status
from scenario_catalog.similarity.matcher import similar_to_scenario

COLLECTION = "scenarios"
PAGE_SIZE = 30
MOST_HITS = 500
# Of a facet with more codes than this, the largest are offered; agencies and batches have pages of their own.
MOST_CHOICES = 20
# Addresses whose HTML is kept until the list changes.
MOST_KEPT = 256
# By meaning everything is near something: beside what has the words, this many scenarios are shown for their meaning.
NEAREST = 10
# A part of an agency's name counts as naming it from so many characters on.
SHORTEST_NAME = 4

CACHE = "scenario_catalog.table"


@dataclass(frozen=True)
class Choice:
    """A code of a facet as the page offers it."""

    code: str
    name: str
    count: int
    chosen: bool
    query: str


@dataclass(frozen=True)
class Faceted:
    """One state of a list with facets."""

    filters: Choices
    page: Page
    counts: Counts
    vocabulary: Vocabulary
    matches: Mapping[str, "Match"]

    def choices(self, facet: str) -> list[Choice]:
        """Return what a facet offers: what would give something, and what is chosen."""
        counts, chosen, query = self.counts[facet], self.filters.codes(facet), self.filters.toggling(facet)
        offered = [(code, name) for code, name in self.vocabulary[facet].items() if counts.get(code) or code in chosen]
        if len(offered) > MOST_CHOICES:
            largest = sorted(offered, key=lambda item: (item[0] not in chosen, -counts.get(item[0], 0)))
            kept = dict(largest[:MOST_CHOICES])
            offered = [item for item in offered if item[0] in kept]
        return [Choice(code, name, counts.get(code, 0), code in chosen, query(code)) for code, name in offered]

    @property
    def facets(self) -> list[tuple[str, str, list[Choice]]]:
        """Return (facet, label, choices) of the facets that offer something."""
        offered = [(facet, label, self.choices(facet)) for facet, label in self.filters.FACETS.items()]
        return [(facet, label, choices) for facet, label, choices in offered if choices]

    @property
    def chips(self) -> list[tuple[str, str]]:
        """Return (label, query string without it) of all that narrows the list."""
        labels, found = self.filters.FACETS, list[tuple[str, str]]()
        for facet, code in self.filters.chosen():
            without = self.filters.without(facet, code).query_string()
            found.append((f"{labels[facet]}：{self.vocabulary[facet][code]}", without))
        if self.filters.query:
            found.append((f"“{self.filters.query}”", self.filters.without_query().query_string()))
        return found

    @property
    def sorts(self) -> list[tuple[str, str]]:
        return [
            (code, label) for code, label in self.filters.SORTS.items() if self.filters.query or code != "relevance"
        ]

    @property
    def has_demo(self) -> bool:
        return any(card.demo for card in self.page.items)


@dataclass(frozen=True)
class Listing(Faceted):
    """One state of the list page of scenarios."""

    today: date

    def status(self, card: Any) -> str:
        return shown_status(card.status, card.deadline, self.today)


@dataclass(frozen=True)
class Match:
    """Why something was found: its title or the sentence nearest to the search, marked."""

    title: Markup | None
    sentence: Markup | None
    by_meaning: bool


@dataclass
class State:
    """The list as it is after the event `head`, with the HTML that was made of it."""

    head: int
    table: Table
    html: dict[object, Markup] = field(default_factory=dict)


def state() -> State:
    """Return the present state of the list, loaded anew when an event may have changed it."""
    head = queries.last_event()
    found: State | None = current_app.extensions.get(CACHE)
    if found is None or (found.head != head and queries.has_catalog_event(found.head)):
        found = State(head, _load_table())
        current_app.extensions[CACHE] = found
    found.head = max(found.head, head)
    return found


def table() -> Table:
    """Return the columns of all public scenarios."""
    return state().table


def kept(html: dict[object, Markup], filters: Filters, render: Callable[[], str]) -> Markup:
    """Return the HTML of the address that is asked for, rendered once until the list or the day changes.

    A search is rendered each time: what it finds also depends on vectors, which come without an event.
    """
    if filters.q:
        return Markup(render())  # noqa: S704 - a template's own output
    key = (request.full_path, clock.today(), str(get_locale()))
    if key not in html:
        made = Markup(render())  # noqa: S704 - a template's own output
        if len(html) >= MOST_KEPT:
            html.clear()
        html[key] = made
        return made
    return html[key]


def vocabulary() -> Vocabulary:
    """Return the codes that an address may name."""
    return table().vocabulary


def listing(filters: Filters) -> Listing:
    """Return the page of the list that the address asks for. Aborts with 404 for a page past the last."""
    found, today = table(), clock.today()
    hits = searched(COLLECTION, filters.query)
    places = found.places(dict.fromkeys([*_called(found, filters.query), *hits])) if filters.query else None
    selection = found.select(filters, today, None if places is None else found.mask(places))
    ordered = found.ordered(selection.mask, filters.order, today, places)
    page = _page(found, ordered.tolist())
    return Listing(filters, page, selection.counts, found.vocabulary, _matches(page.items, hits, filters.query), today)


def _page(found: Table, places: Sequence[int]) -> Page:
    number = page_number()
    start = (number - 1) * PAGE_SIZE
    if number > 1 and start >= len(places):
        abort(404)
    cards = queries.cards_in_order([found.ids[place] for place in places[start : start + PAGE_SIZE]])
    return Page(cards, number, PAGE_SIZE, len(places))


def _called(found: Table, query: str) -> list[str]:
    """Return what the query names outright: a scenario by its number, or those of an agency by a part of its name."""
    if found.places([query.upper()]).size:
        return [query.upper()]
    part = fold(query)
    if len(part) < SHORTEST_NAME:
        return []
    named = [code for code, name in found.vocabulary["agency"].items() if part in fold(name)]
    return found.numbers_of("agency", named)


def searched(collection: str, query: str) -> dict[str, DocumentHit]:
    """Return the documents that have words of the query, and the few nearest by meaning, best first."""
    if not query:
        return {}
    words = " ".join(sorted(worth_marking(tokens(query))))
    having_words = {hit.document for hit in document_hits(collection, words, k=MOST_HITS, mode="lexical")}
    found, by_meaning = dict[str, DocumentHit](), 0
    for hit in document_hits(collection, query, k=MOST_HITS):
        by_meaning += hit.document not in having_words
        if hit.document in having_words or by_meaning <= NEAREST:
            found[hit.document] = hit
    return found


def _matches(cards: Sequence[Any], hits: Mapping[str, DocumentHit], query: str) -> dict[str, Match]:
    if not hits:
        return {}
    words = worth_marking(tokens(query))
    return {card.number: match(card.title, hits[card.number], words) for card in cards if card.number in hits}


def match(title: str, hit: DocumentHit, words: frozenset[str], heading: str = "title") -> Match:
    """Tell why a document was found; `heading` is that of its title among its passages."""
    in_title = mark(title, words)
    if hit.best.heading == heading:
        return Match(in_title or mark_all(title), None, in_title is None)
    in_sentence = mark(hit.best.text, words)
    return Match(in_title, in_sentence or mark_all(hit.best.text), in_sentence is None)


def _load_table() -> Table:
    rows = db.session.execute(queries.facet_rows()).all()
    tags = db.session.execute(queries.facet_tags())
    return Table(rows, tags, _vocabulary(city()))


def _vocabulary(found: City) -> Vocabulary:
    return {
        "status": SHOWN,
        "closing": CLOSING,
        "domain": _names(found.domains),
        "system": _names(found.systems),
        "mode": MODES,
        "district": {name: name for name in found.districts},
        "tag": _names(found.tags),
        "agency": {
            row.Organisation.code: row.Organisation.name for row in db.session.execute(queries.public_agencies())
        },
        "batch": {str(batch.number): batch.title for batch in db.session.scalars(queries.batches())},
    }


def _names(terms: Sequence[Term]) -> dict[str, str]:
    return {term.code: term.name for term in terms}


def rows_page(query: Select[*tuple[Any, ...]], size: int = PAGE_SIZE) -> Page:
    """Load one page of a query of several columns. Aborts with 404 for a page past the last."""
    number = page_number()
    total = db.session.scalar(select(func.count()).select_from(query.order_by(None).subquery())) or 0
    if number > 1 and (number - 1) * size >= total:
        abort(404)
    return Page(db.session.execute(query.limit(size).offset((number - 1) * size)).all(), number, size, total)


def similar(scenario: Scenario, count: int = 4) -> list[Any]:
    """Return rows of the scenarios it is most like; none while there are no vectors of its text."""
    return queries.cards_numbered(similar_to_scenario(scenario.number, count)) if scenario.number else []


def domain_counts() -> Mapping[str, int]:
    """Return the number of public scenarios of each domain."""
    found = table()
    return found.select(Filters(), clock.today()).counts["domain"]


def status_counts() -> Mapping[str, int]:
    """Return the number of public scenarios in each status as it is shown."""
    return table().select(Filters(), clock.today()).counts["status"]


def shows_demo() -> bool:
    """Tell whether invented scenarios are among those shown."""
    return settings().demo_data and queries.demo_is_shown()
