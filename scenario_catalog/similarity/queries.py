"""Every SELECT of the similar scenarios, among what the public may see."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select, select

from scenario_catalog.models import Scenario
from scenario_catalog.queries import public
from scenario_catalog.similarity.models import ScenarioNeed

TEXTS = (Scenario.id, Scenario.number, Scenario.title, Scenario.background, Scenario.scope)


def numbers(most: int) -> Select[str | None]:
    """Select the numbers of the newest public scenarios."""
    newest = (Scenario.published_at.desc(), Scenario.number.desc())
    return select(Scenario.number).where(public()).order_by(*newest).limit(most)


def digests(numbers: Collection[str], model: str) -> Select[str | None, str]:
    """Select number and digest of the public scenarios that have vectors of `model`."""
    found = select(Scenario.number, ScenarioNeed.digest)
    found = found.join(ScenarioNeed, ScenarioNeed.scenario_id == Scenario.id)
    return found.where(public(), Scenario.number.in_(numbers), ScenarioNeed.model == model)


def vectors(digests: Collection[str], model: str) -> Select[*tuple[Any, ...]]:
    """Select texts, digest and vectors of `model` by digest."""
    found = select(*TEXTS, ScenarioNeed.digest, ScenarioNeed.vectors)
    found = found.join(ScenarioNeed, ScenarioNeed.scenario_id == Scenario.id)
    return found.where(ScenarioNeed.digest.in_(digests), ScenarioNeed.model == model)


def published() -> Select[*tuple[Any, ...]]:
    """Select the texts of everything published, with digest and model of the vectors that are there, newest first."""
    found = select(*TEXTS, ScenarioNeed.digest, ScenarioNeed.model)
    found = found.outerjoin(ScenarioNeed, ScenarioNeed.scenario_id == Scenario.id)
    return found.where(Scenario.published_at.is_not(None)).order_by(Scenario.published_at.desc(), Scenario.id)
