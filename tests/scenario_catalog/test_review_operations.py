"""Two at once: one decision of two operators, one number for each question."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from flask import Flask
from sqlalchemy import select

from core.audit import SYSTEM, Actor, AuditEvent
from core.errors import InvalidInputError
from core.extensions import db
from scenario_catalog import operations as catalog
from scenario_catalog.models import Question, Scenario
from scenario_catalog.questions import operations as questions
from scenario_catalog.questions.operations import Asker, Wording
from scenario_catalog.review import operations
from scenario_catalog.review.operations import Remark, Seen
from tests.factories import OrganisationFactory, ScenarioFactory, member, published

REVIEWER = Actor("reviewer", "operator-member", "1")
ASKER = Actor("asker", "enterprise-member", "2")


def at_once(app: Flask, *works: Callable[[], None]) -> list[Exception]:
    """Do it all at the same time, each in a context of its own; returns what was refused."""
    start, refused = Barrier(len(works)), list[Exception]()

    def run(work: Callable[[], None]) -> None:
        with app.app_context():
            start.wait()
            try:
                work()
                db.session.commit()
            except InvalidInputError as error:
                db.session.rollback()
                refused.append(error)

    threads = [Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    db.session.expire_all()
    return refused


def in_review() -> Scenario:
    scenario = ScenarioFactory(agency=OrganisationFactory(verification="verified"))
    catalog.move(db.session(), SYSTEM, scenario, "submit")
    db.session.commit()
    return scenario


def test_of_two_decisions_at_once_one_is_taken(app: Flask) -> None:
    scenario = in_review()
    people, id_ = [member("operator", "member").id for _ in range(4)], scenario.id

    def approve(person: int) -> Callable[[], None]:
        return lambda: operations.approve(db.session(), REVIEWER, db.session.get_one(Scenario, id_), Seen(person, 0))

    refused = at_once(app, *map(approve, people))
    assert len(refused) == 3
    assert scenario.status == "approved"
    events = db.session.scalars(select(AuditEvent).where(AuditEvent.verb == "approve")).all()
    assert len(events) == 1


def test_questions_asked_at_once_get_numbers_of_their_own(app: Flask) -> None:
    scenario = ScenarioFactory()
    published(scenario)
    person = member("enterprise", "member").id
    asker, id_ = Asker(person, OrganisationFactory(kind="enterprise").id, "某企业名称"), scenario.id
    db.session.commit()

    def ask(word: str) -> Callable[[], None]:
        return lambda: (
            questions.ask(db.session(), ASKER, db.session.get_one(Scenario, id_), asker, Wording(word * 10)) and None
        )

    assert at_once(app, *map(ask, "甲乙丙丁")) == []
    assert sorted(db.session.scalars(select(Question.number))) == [1, 2, 3, 4]


def test_each_operation_is_one_event(app: Flask) -> None:
    scenario, person = in_review(), member("operator", "member").id
    session = db.session()
    operations.take(session, REVIEWER, scenario, person)
    made = operations.comment(session, REVIEWER, scenario, person, Remark("scope", "请写明接口"))
    operations.edit_comment(session, REVIEWER, made, person, "请写明接口和数据")
    operations.send_back(session, REVIEWER, scenario, Seen(person, 0), "请补充")
    operations.resolve_comment(session, REVIEWER, made)
    found = db.session.execute(select(AuditEvent.subject_type, AuditEvent.verb).order_by(AuditEvent.id))
    said = [tuple(row) for row in found]
    assert said[-5:] == [
        ("review", "take"),
        ("review_comment", "comment"),
        ("review_comment", "edit"),
        ("scenario", "return"),
        ("review_comment", "resolve"),
    ]


@pytest.mark.parametrize("role", ["operator-reader", "agency-owner", "auditor-owner", "enterprise-owner"])
def test_the_lifecycle_refuses_other_roles_too(app: Flask, role: str) -> None:
    scenario, person = in_review(), member("operator", "member").id
    with pytest.raises(InvalidInputError):
        operations.approve(db.session(), Actor("x", role), scenario, Seen(person, 0))
    with pytest.raises(InvalidInputError):
        operations.send_back(db.session(), Actor("x", role), scenario, Seen(person, 0), "请补充")
    assert scenario.status == "in_review"
