"""The invented landings: one for each scenario of the demonstration that was awarded, loaded once, purged without a trace."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import func, select

from core import files
from core.extensions import db
from core.files import StoredFile
from core.settings import settings
from scenario_catalog import demo as catalog_demo
from scenario_catalog import queries as catalog
from scenario_catalog.landing import demo, rules
from scenario_catalog.landing.models import Landing
from scenario_catalog.models import Scenario, ScenarioMove
from tests.conftest import make_app, opened
from tests.pages import PageClient

AWARDED = ("awarded", "piloting", "landed")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    with opened(make_app(tmp_path_factory.mktemp("landings"), demo_data=True)) as app:
        catalog_demo.load(db.session(), print)
        assert demo.load(db.session()) == len(demo.told())
        db.session.commit()
        yield app


def landings() -> list[Landing]:
    return [*db.session.scalars(select(Landing).order_by(Landing.id)).unique()]


def test_landing_demo_has_one_for_every_awarded_scenario(told: Flask) -> None:
    awarded = select(ScenarioMove.scenario_id).where(ScenarioMove.status == "awarded").distinct()
    assert {one.scenario_id for one in landings()} == {*db.session.scalars(awarded)}
    states = {one.scenario.status for one in landings()}
    assert states == {*AWARDED, "failed"}


def test_landing_demo_says_what_its_scenarios_say(told: Flask) -> None:
    for one in landings():
        landed, failed = one.scenario.status == "landed", one.scenario.status == "failed"
        assert (one.verified_at is not None, one.ended_at is not None) == (landed, failed), one.scenario.title
        if landed:
            assert rules.lacking_for_landing(one.milestones, one.results) == []
            assert one.conditions
            assert any(proof.public for step in one.milestones for proof in step.proofs)
            assert one.results == one.scenario.result
            assert all(party.name in one.results for party in one.parties if party.lead), one.scenario.title
    landed_ones = db.session.scalar(select(func.count()).where(Scenario.status == "landed"))
    assert catalog.landed() == (0, landed_ones)


def test_landing_demo_shows_each_state_of_a_milestone(told: Flask) -> None:
    assert {step.status for one in landings() for step in one.milestones} == {*rules.MILESTONE.states}


def test_landing_demo_is_loaded_once(told: Flask) -> None:
    assert demo.load(db.session()) == 0


def test_landing_demo_pages_are_well_made(told: Flask) -> None:
    client = PageClient(told)
    client.get("/dashboard")
    for state in ("landed", "under-way"):
        client.get(f"/landings?state={state}")
    for one in landings():
        client.get(f"/landings/{one.scenario.number}", status=404 if one.ended_at else 200)


def test_landing_demo_is_purged_with_its_files(told: Flask) -> None:
    stored = [*db.session.scalars(select(StoredFile))]
    assert len(stored) == sum(len(step["files"]) for facts in demo.told() for step in facts["steps"])
    kept = [*(settings().instance / "files").glob("*/*")]
    assert len(kept) == len(stored)
    demo.purge(db.session())
    catalog_demo.purge(db.session(), demo.DEMO)
    db.session.commit()
    assert landings() == []
    for one in stored:
        with pytest.raises(FileNotFoundError):
            files.read(one)
    assert not any(path.exists() for path in kept)
