"""Every SELECT of questions and answers."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import selectinload

from accounts.models import Organisation
from core.extensions import db
from scenario_catalog.models import Question, Scenario
from scenario_catalog.queries import public

Rows = Select[*tuple[Any, ...]]


def question(question_id: int) -> Question | None:
    """Return a question of a public scenario."""
    found = select(Question).join(Scenario).where(Question.id == question_id, public())
    return db.session.scalar(found.options(selectinload(Question.scenario).selectinload(Scenario.moves)))


def agency_of_question(question_id: int, **_others: object) -> int | None:
    """Return the id of the agency that is asked: the owner in the authorisation table."""
    found = select(Scenario.agency_id).join(Question, Question.scenario_id == Scenario.id)
    return db.session.scalar(found.where(Question.id == question_id, public()))


def asked() -> Rows:
    """Select (question, scenario): unanswered ones first, the oldest first; the rest newest first."""
    found = select(Question, Scenario).join(Scenario, Scenario.id == Question.scenario_id).where(public())
    waits = Question.status == "asked"
    return found.order_by(waits.desc(), case((waits, Question.asked_at)), Question.decided_at.desc(), Question.id)


def of_agency(rows: Rows, agency: int) -> Rows:
    return rows.where(Scenario.agency_id == agency)


def of_asker(rows: Rows, organisation: int) -> Rows:
    return rows.where(Question.organisation_id == organisation)


def with_status(rows: Rows, status: str) -> Rows:
    return rows.where(Question.status == status)


def waiting_for(agency: int) -> Rows:
    """Select (question, scenario) of what waits for an agency's answer before its bids are opened, the oldest first."""
    found = of_agency(with_status(asked(), "asked"), agency).where(Scenario.status == "open")
    return found.order_by(None).order_by(Question.asked_at, Question.id)


def highest_number(scenario_id: int) -> Select[int | None]:
    return select(func.max(Question.number)).where(Question.scenario_id == scenario_id)


def texts(scenario_id: int) -> dict[int, str]:
    """Return the texts of a scenario's questions by their number."""
    found = db.session.execute(select(Question.number, Question.text).where(Question.scenario_id == scenario_id))
    return {number: text for number, text in found}  # noqa: C416 - dict() does not know the types of a Row


def organisation(organisation_id: int) -> Organisation | None:
    return db.session.get(Organisation, organisation_id)


def organisation_names(ids: Sequence[int]) -> dict[int, str]:
    found = db.session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(ids)))
    return {id_: name for id_, name in found}  # noqa: C416 - dict() does not know the types of a Row


def asked_by(person: int) -> Rows:
    """Select (question, scenario's number) of what a person asked, for the person's own export."""
    found = select(Question, Scenario.number).join(Scenario, Scenario.id == Question.scenario_id)
    return found.where(Question.person_id == person).order_by(Question.asked_at)
