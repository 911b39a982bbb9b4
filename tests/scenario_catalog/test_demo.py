"""Demonstration data: loaded as history, left out when not wanted, removed without a trace."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from accounts.models import Organisation
from core import clock
from core.audit import AuditEvent
from core.city import city
from core.extensions import db
from core.settings import ROOT
from retrieval.models import Passage
from scenario_catalog import cli, demo, queries
from scenario_catalog.models import Batch, BatchEntry, Scenario, ScenarioMove
from scenario_catalog.rules import SHOWN
from tests.conftest import make_app, opened
from tests.factories import OrganisationFactory, ScenarioFactory, published
from tests.pages import PageClient, visible


@pytest.fixture(scope="module")
def demo_app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application that shows the demonstration data; tests only read."""
    app = make_app(tmp_path_factory.mktemp("demo"), demo_data=True)
    with app.app_context():
        db.create_all()
        cli.seed(lambda _: None)
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def shown(tmp_path: Path) -> Iterator[Flask]:
    """An application that shows demonstration data, with none loaded yet."""
    with opened(make_app(tmp_path, demo_data=True)) as app:
        yield app


@pytest.fixture
def runner(shown: Flask) -> FlaskCliRunner:
    return shown.test_cli_runner()


def counted(entity: type) -> int:
    return db.session.scalar(select(func.count()).select_from(entity)) or 0


def test_it_covers_what_was_promised(demo_app: Flask):
    scenarios = db.session.scalars(select(Scenario)).all()
    assert (len(scenarios), counted(Organisation), counted(Batch)) == (48, 20, 3)
    assert {scenario.domain for scenario in scenarios} == {domain.code for domain in city().domains}
    assert {scenario.system for scenario in scenarios} == {system.code for system in city().systems}
    assert {scenario.status for scenario in scenarios} >= {
        "open",
        "evaluating",
        "awarded",
        "landed",
        "failed",
        "cancelled",
    }
    assert all(scenario.demo and scenario.agency.demo and scenario.number for scenario in scenarios)
    assert all(len(scenario.background) > 60 and len(scenario.indicators) > 2 for scenario in scenarios)


def test_its_history_is_in_time(demo_app: Flask):
    events = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()[:-1]
    assert [event.at for event in events] == sorted(event.at for event in events)
    assert all(event.at < clock.now() for event in events)
    for scenario in db.session.scalars(select(Scenario)):
        moves = sorted(scenario.moves, key=lambda move: move.at)
        assert [move.status for move in moves][-1] == scenario.status
        assert (
            next(move for move in moves if move.verb == "publish").at
            == scenario.published_at
            == scenario.batch.published_at
        )
        for move in moves:
            if move.verb == "evaluate":
                assert move.at >= clock.end_of_day(scenario.deadline)


def test_every_page_that_shows_it_says_so(demo_app: Flask):
    client = PageClient(demo_app)
    agency = db.session.scalars(select(Organisation.code)).first()
    numbers = db.session.scalars(select(Scenario.number)).all()
    paths = [
        "/",
        "/scenarios",
        "/scenarios?q=影像",
        "/batches",
        "/batches/1",
        "/batches/3",
        "/agencies",
        f"/agencies/{agency}",
    ]
    for path in [*paths, *(f"/scenarios/{number}" for number in numbers)]:
        assert "均为虚构" in visible(client.get(path)), path


def test_it_never_counts_as_landed(demo_app: Flask):
    text = visible(PageClient(demo_app).get("/"))
    assert "已落地 0 / 40+" in text
    assert "演示数据 9 个" in text
    assert "不计入" in text
    assert queries.landed() == (0, 9)


def test_personal_numbers_are_masked(demo_app: Flask):
    client = PageClient(demo_app)
    mobile = db.session.scalars(select(Scenario).where(Scenario.contact_phone.like("13%"))).first()
    assert mobile
    page = client.get(f"/scenarios/{mobile.number}").get_data(as_text=True)
    assert mobile.contact_phone not in page
    assert f"{mobile.contact_phone[:3]} **** {mobile.contact_phone[-4:]}" in page
    office = db.session.scalars(select(Scenario).where(Scenario.contact_phone.like("0755%"))).first()
    assert office
    assert office.contact_phone in client.get(f"/scenarios/{office.number}").get_data(as_text=True)


def test_loading_again_changes_nothing(runner: FlaskCliRunner):
    assert "48 个" in runner.invoke(args=["demo", "load"]).output
    before = counted(AuditEvent)
    lines: list[str] = []
    cli.seed(lines.append)
    assert lines == ["已经在库中"]
    assert "已经在库中" in runner.invoke(args=["demo", "load"]).output
    assert (counted(Scenario), counted(AuditEvent)) == (48, before)


def test_a_purge_leaves_no_trace_and_is_remembered(runner: FlaskCliRunner):
    runner.invoke(args=["demo", "load"])
    assert counted(Passage) > 500
    result = runner.invoke(args=["demo", "purge"])
    assert result.exit_code == 0
    assert "48" in result.output
    for entity in (Scenario, ScenarioMove, BatchEntry, Batch, Organisation, Passage):
        assert counted(entity) == 0, entity
    cli.seed(lambda _: None)
    assert counted(Scenario) == 0
    assert "还没有发布的场景" in visible(PageClient(runner.app).get("/"))
    assert "48 个" in runner.invoke(args=["demo", "load"]).output
    assert counted(Scenario) == 48
    cli.seed(lambda _: None)
    assert counted(Scenario) == 48


def test_a_purge_keeps_what_is_real(shown: Flask):
    cli.seed(lambda _: None)
    borrowed = db.session.scalars(select(Organisation)).first()
    real = [ScenarioFactory(agency=borrowed), ScenarioFactory(agency=OrganisationFactory())]
    published(*real)
    assert demo.purge(db.session(), cli.OPERATOR) == 48
    db.session.commit()
    assert {scenario.title for scenario in db.session.scalars(select(Scenario))} == {
        scenario.title for scenario in real
    }
    assert counted(Organisation) == 2
    assert not any(organisation.demo for organisation in db.session.scalars(select(Organisation)))
    assert set(db.session.scalars(select(Passage.document))) == {scenario.number for scenario in real}


def test_it_is_not_loaded_when_it_is_not_wanted(app: Flask):
    lines: list[str] = []
    cli.seed(lines.append)
    assert "不载入" in lines[0]
    assert counted(Scenario) == 0


def test_what_was_loaded_before_is_not_shown_when_it_is_not_wanted(app: Flask, client: PageClient):
    demo.load(db.session(), lambda _: None)
    db.session.commit()
    scenario = db.session.scalars(select(Scenario)).first()
    assert scenario
    for path in (
        f"/scenarios/{scenario.number}",
        "/batches/1",
        f"/agencies/{scenario.agency.code}",
        "/scenarios?batch=1",
    ):
        client.get(path, status=404)
    for path in ("/", "/scenarios", "/scenarios?q=影像", "/batches", "/agencies"):
        text = visible(client.get(path))
        assert "均为虚构" not in text
        assert scenario.title not in text
        assert scenario.agency.name not in text
    assert queries.landed() == (0, 0)


def test_a_failure_while_loading_leaves_nothing(shown: Flask):
    last = demo._read("agencies.json")[-1]
    OrganisationFactory(code=last["code"], name="占用了代码的单位")
    db.session.commit()
    with pytest.raises(IntegrityError):
        cli.seed(lambda _: None)
    db.session.rollback()
    assert [counted(entity) for entity in (Scenario, Organisation, AuditEvent)] == [0, 1, 0]


def test_another_city_does_not_get_it(tmp_path: Path):
    app = make_app(tmp_path, demo_data=True, city_file=ROOT / "tests" / "cities" / "linjiang.toml")
    with app.app_context():
        db.create_all()
        lines: list[str] = []
        cli.seed(lines.append)
        assert "另一座城市" in lines[0]
        assert counted(Scenario) == 0
        result = app.test_cli_runner().invoke(args=["demo", "load"])
        assert (result.exit_code, "另一座城市" in result.output) == (1, True)
        db.session.remove()
        db.engine.dispose()


def test_the_statuses_shown_are_all_named(demo_app: Flask):
    assert {scenario.status for scenario in db.session.scalars(select(Scenario))} <= SHOWN.keys()
