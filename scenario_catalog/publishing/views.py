"""The pages, and what waits for whom."""

from collections.abc import Sequence

from flask import url_for

from accounts.rules import OPERATORS
from core.access import Principal
from core.diffing import FieldDiff
from core.registry import Waiting
from scenario_catalog.models import Corrigendum
from scenario_catalog.publishing import batch_views, change_views, corrigenda, list_views, queries, redaction_views
from scenario_catalog.publishing.corrigenda import Change
from scenario_catalog.publishing.routes import blueprint

__all__ = ["batch_views", "blueprint", "change_views", "corrigendum_diff", "list_views", "redaction_views", "waiting"]


def corrigendum_diff(one: Corrigendum) -> list[FieldDiff]:
    """Return what a corrigendum changed, field by field, as the pages draw it."""
    return corrigenda.diff([Change(**change) for change in one.changes])


def waiting(who: Principal) -> Sequence[Waiting]:
    """Return what waits for an operator: batches that could not be published, and approved needs in none."""
    if who.role not in OPERATORS:
        return []
    returned = [
        Waiting("批次未能按时发布", batch.title, url_for("publishing.batch", batch_id=batch.id), batch.scheduled_for)
        for batch in queries.returned_batches()
        if batch.scheduled_for
    ]
    approved = [
        Waiting("待编入批次", row.Scenario.title, url_for("publishing.batches"), row.since) for row in queries.waiting()
    ]
    return [*returned, *approved]
