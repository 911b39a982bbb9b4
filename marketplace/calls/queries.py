"""Every SELECT about calls."""

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from core.extensions import db
from marketplace.calls.models import Call
from marketplace.calls.rules import Terms, default_terms, terms_from
from scenario_catalog.models import Scenario


def call_of(session: Session, scenario: Scenario) -> Call | None:
    return session.scalar(select(Call).where(Call.scenario_id == scenario.id))


def terms_of(session: Session, scenario: Scenario) -> Terms:
    """Return the terms of a scenario: what its agency wrote, frozen or not yet, else the default of its mode."""
    found = call_of(session, scenario)
    return terms_in(found) if found else default_terms(scenario.mode)


def terms_in(call: Call) -> Terms:
    return terms_from({name: getattr(call, name) for name in Terms.__dataclass_fields__})


def scenario(scenario_id: int) -> Scenario | None:
    """Return a need by row id, with its moves."""
    found = select(Scenario).where(Scenario.id == scenario_id)
    return db.session.scalar(found.options(selectinload(Scenario.moves)))
