"""Following a scenario, and who is told what, each once."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from accounts.models import Notice
from core import clock
from core.audit import SYSTEM
from core.events import deliver_all
from core.extensions import db
from scenario_catalog import operations
from scenario_catalog.following import operations as following
from scenario_catalog.models import Scenario
from scenario_catalog.rules import Ground
from tests.factories import ScenarioFactory, member, published
from tests.pages import PageClient, visible


@pytest.fixture
def scenario(app: Flask) -> Scenario:
    found = ScenarioFactory(deadline=clock.today() + timedelta(days=20))
    published(found)
    return found


def notices(person: int) -> list[str]:
    return list(db.session.scalars(select(Notice.title).where(Notice.person_id == person).order_by(Notice.id)))


def test_the_button_follows_and_stops(client: PageClient, scenario: Scenario) -> None:
    person = member("enterprise", "member")
    client.sign_in(person)
    client.post(f"/scenarios/{scenario.number}/follow", status=303)
    assert "取消关注" in visible(client.get(f"/scenarios/{scenario.number}"))
    assert scenario.title in visible(client.get("/following"))
    client.post(f"/scenarios/{scenario.number}/unfollow", status=303)
    assert "还没有关注的场景" in visible(client.get("/following"))


def test_who_follows_is_told_of_a_cancellation_once(scenario: Scenario) -> None:
    person = member("enterprise", "member")
    following.follow(db.session(), SYSTEM, person.id, scenario)
    operations.move(db.session(), SYSTEM, scenario, "cancel", Ground("need_changed"))
    db.session.commit()
    deliver_all()
    deliver_all()
    assert notices(person.id) == [f"{scenario.number}：已取消"]


def test_a_notice_says_a_name_once(app: Flask) -> None:
    draft = ScenarioFactory(status="in_review", title="尚无编号的需求")
    person = member("agency", "member", organisation=draft.agency)
    operations.move(db.session(), SYSTEM, draft, "return", Ground(words="请补充"))
    db.session.commit()
    deliver_all()
    said = db.session.scalars(select(Notice).where(Notice.person_id == person.id)).one()
    assert (said.title.startswith("尚无编号的需求："), said.text) == (True, "")


def test_who_came_later_is_not_told_of_what_was_before(scenario: Scenario) -> None:
    with clock.frozen(clock.now() - timedelta(hours=1)):
        operations.move(db.session(), SYSTEM, scenario, "cancel", Ground("need_changed"))
    person = member("agency", "member", organisation=scenario.agency)
    following.follow(db.session(), SYSTEM, person.id, scenario)
    db.session.commit()
    deliver_all()
    assert not notices(person.id)


def test_a_near_deadline_is_told_once_for_each_day(app: Flask, scenario: Scenario) -> None:
    person = member("enterprise", "member")
    following.follow(db.session(), SYSTEM, person.id, scenario)
    db.session.commit()
    with app.test_request_context():
        assert following.remind(db.session()) == 0
        with clock.frozen(clock.end_of_day(scenario.deadline) - timedelta(days=2)):
            assert following.remind(db.session()) == 1
            assert following.remind(db.session()) == 1
        with clock.frozen(clock.end_of_day(scenario.deadline)):
            assert following.remind(db.session()) == 0
    assert notices(person.id) == [f"{scenario.number} 即将截止报名"]
