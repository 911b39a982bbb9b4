"""Pages of what is not public yet, from the public templates."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from flask import url_for

from core import clock
from core.city import city
from core.extensions import db
from core.web import Page
from scenario_catalog import presenting, rules
from scenario_catalog import queries as catalog
from scenario_catalog.models import Batch, Scenario
from scenario_catalog.publishing import queries

OPEN = "open"
UNNUMBERED = "待编号"


@dataclass(frozen=True)
class BatchPreview:
    """A batch with what its publication would give it."""

    row: Batch
    number: int
    published_at: datetime

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)


@dataclass(frozen=True)
class ScenarioPreview:
    """A scenario with what its publication would give it; the number may shift while others are published."""

    row: Scenario
    number: str
    published_at: datetime
    batch: BatchPreview | None = None
    status: str = OPEN
    reason: str = ""

    @property
    def moves(self) -> list[Any]:
        return [*self.row.moves, SimpleNamespace(at=self.published_at, status=OPEN, reason="")]

    # What a row of a list has besides.
    @property
    def agency_name(self) -> str:
        return self.row.agency.name

    @property
    def preview_url(self) -> str:
        return url_for("publishing.preview_scenario", batch_id=self.row.batch_id, scenario_id=self.row.id)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)


def batch_page(batch: Batch) -> dict[str, Any]:
    """Return what the template of the public batch page needs."""
    shown = _preview(batch)
    cards = [*_scenarios(shown)]
    return {
        "batch": shown,
        "preview": True,
        "page": Page(cards, 1, max(1, len(cards)), len(cards)),
        "previous": catalog.newest_batch(),
        "next": None,
        "sections": [],
        "corrigenda": [],
        "status_of": presenting.shown_status,
    }


def scenario_page(batch: Batch, scenario_id: int) -> dict[str, Any] | None:
    """Return what the template of the public scenario page needs; None for one that is not in the batch."""
    found = next((one for one in _scenarios(_preview(batch)) if one.row.id == scenario_id), None)
    return {**_page(found), "back": url_for("publishing.batch", batch_id=batch.id)} if found else None


def draft_page(scenario: Scenario) -> dict[str, Any]:
    """Return what the template needs for a draft that is in no batch."""
    shown = ScenarioPreview(scenario, scenario.number or UNNUMBERED, clock.now())
    return {**_page(shown), "back": url_for("publishing.import_list")}


def next_number() -> int:
    """Return the number that the next batch gets."""
    return (db.session.scalar(catalog.highest_batch_number()) or 0) + 1


def _page(found: ScenarioPreview) -> dict[str, Any]:
    return {**presenting.scenario_page(found, found.moves), "follows": False, "is_preview": True}


def _preview(batch: Batch) -> BatchPreview:
    return BatchPreview(batch, batch.number or next_number(), batch.published_at or batch.scheduled_for or clock.now())


def _scenarios(batch: BatchPreview) -> Iterator[ScenarioPreview]:
    members: Sequence[Scenario] = queries.members(batch.row)
    year = clock.local(batch.published_at).year
    last = db.session.scalar(catalog.highest_number(city().prefix, year))
    sequence = rules.sequence_of(last) if last else 0
    for scenario in members:
        sequence += not scenario.number
        number = scenario.number or rules.scenario_number(city().prefix, year, sequence)
        yield ScenarioPreview(scenario, number, batch.published_at, batch)
