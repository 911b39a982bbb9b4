"""What the check before publication looks at, gathered from rows."""

from collections.abc import Sequence
from datetime import date

from core.personal_data import labels_in
from scenario_catalog.columns import COLUMNS
from scenario_catalog.models import Batch, Scenario
from scenario_catalog.operations import SEARCHED
from scenario_catalog.publishing import queries
from scenario_catalog.publishing.preflight import BatchFacts, ScenarioFacts
from scenario_catalog.queries import cards_numbered
from scenario_catalog.rules import SCENARIO
from scenario_catalog.similarity.matcher import similar_to_text

# Told by findings of their own, or never empty.
ELSEWHERE = frozenset({"agency", "deadline"})


def of_batch(batch: Batch, scenarios: Sequence[Scenario], day: date, shortest_opening: int) -> BatchFacts:
    """Return the facts but for likeness, which takes its time: see `likenesses`."""
    documents = queries.documents([scenario.id for scenario in scenarios])
    found = [_of_scenario(scenario, documents.get(scenario.id, [])) for scenario in scenarios]
    return BatchFacts(batch.title, day, shortest_opening, found)


def likenesses(scenarios: Sequence[Scenario]) -> dict[int, list[tuple[str, str]]]:
    """Return (number, title) of the public scenarios that each one is much like, by its id; only where there are any."""
    found = {one.id: [other.number for other in similar_to_text(_compared(one))] for one in scenarios}
    cards = {
        card.number: card.title for card in cards_numbered([*{number for like in found.values() for number in like}])
    }
    named = {id_: [(number, cards[number]) for number in like if number in cards] for id_, like in found.items()}
    return {id_: like for id_, like in named.items() if like}


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


def _compared(scenario: Scenario) -> dict[str, str]:
    return {field: getattr(scenario, field) for field in ("title", "background", "scope")}


def _texts(scenario: Scenario) -> list[str]:
    values = [getattr(scenario, field) for field in SEARCHED]
    return [value if isinstance(value, str) else "\n".join(value) for value in values]
