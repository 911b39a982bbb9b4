"""Every SELECT of matching, among what the public may see."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import Select, select

from scenario_catalog.models import Scenario
from scenario_catalog.queries import public


def open_numbers(today: date) -> Select[str | None]:
    """Select the numbers of the scenarios that take bids on this day: the closing day is included."""
    is_open = (Scenario.status == "open") & (Scenario.deadline >= today)
    return select(Scenario.number).where(public(), is_open).order_by(Scenario.number)


def published_numbers(most: int) -> Select[str | None]:
    """Select the numbers of the newest scenarios, open or not."""
    newest = (Scenario.published_at.desc(), Scenario.number.desc())
    return select(Scenario.number).where(public()).order_by(*newest).limit(most)


def by_number(numbers: Collection[str]) -> Select[Scenario]:
    return select(Scenario).where(public(), Scenario.number.in_(numbers))
