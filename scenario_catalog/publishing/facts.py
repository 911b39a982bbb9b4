"""What the check before publication looks at, gathered from rows."""

from collections.abc import Sequence
from datetime import date

from core.personal_data import labels_in
from scenario_catalog.columns import COLUMNS
from scenario_catalog.models import Batch, Scenario
from scenario_catalog.operations import SEARCHED
from scenario_catalog.publishing import queries
from scenario_catalog.publishing.preflight import BatchFacts, ScenarioFacts
from scenario_catalog.rules import SCENARIO

# Told by findings of their own, or never empty.
ELSEWHERE = frozenset({"agency", "deadline"})


def of_batch(batch: Batch, scenarios: Sequence[Scenario], day: date, shortest_opening: int) -> BatchFacts:
    documents = queries.documents([scenario.id for scenario in scenarios])
    found = [_of_scenario(scenario, documents.get(scenario.id, [])) for scenario in scenarios]
    return BatchFacts(batch.title, day, shortest_opening, found)


def _of_scenario(scenario: Scenario, documents: Sequence[tuple[str, str]]) -> ScenarioFacts:
    required = [column for column in COLUMNS if column.required and column.field not in ELSEWHERE]
    return ScenarioFacts(
        id=scenario.id,
        title=scenario.title,
        status=scenario.status,
        status_label=SCENARIO.states[scenario.status],
        agency=scenario.agency.name,
        verified=scenario.agency.verified,
        deadline=scenario.deadline,
        mode=scenario.mode,
        notice_url=scenario.notice_url,
        missing=tuple(column.name for column in required if not getattr(scenario, column.field)),
        documents=tuple(documents),
        personal=tuple(labels_in("\n".join(_texts(scenario)))),
        demo=scenario.demo,
    )


def _texts(scenario: Scenario) -> list[str]:
    values = [getattr(scenario, field) for field in SEARCHED]
    return [value if isinstance(value, str) else "\n".join(value) for value in values]
