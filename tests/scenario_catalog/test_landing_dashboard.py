"""The dashboard: figures of real scenarios, narrowed by batch and domain, with the tables that the charts repeat."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from core.extensions import db
from scenario_catalog.landing import presenting
from scenario_catalog.landing.presenting import Choice
from tests.factories import ScenarioFactory, published, walk
from tests.pages import PageClient, visible
from tests.scenario_catalog.landing_world import awarded, landed

LANDED = ("evaluate", "shortlist", "notice", "award", "pilot", "land")


@pytest.fixture
def scenarios(app: Flask) -> list[Any]:
    """Three scenarios in two batches: one landed, one with finalists that failed, one open."""
    first, second = ScenarioFactory(domain="healthcare"), ScenarioFactory(domain="finance", district="福田区")
    third = ScenarioFactory(domain="finance")
    published(first, second)
    published(third, title="第二批清单")
    walk(first, *LANDED)
    walk(second, "evaluate", "shortlist")
    walk(second, "fail", reason="none_passed")
    return [first, second, third]


def counts(choice: Choice) -> list[int | None]:
    return [stage.count for stage in presenting.board(choice).stages]


def test_dashboard_counts_what_there_is(scenarios: list[Any]) -> None:
    board = presenting.board(Choice())
    assert counts(Choice()) == [3, 0, 0, 2, 1]
    assert [(row.key, row.posted, row.landed, row.ended) for row in board.tables["domain"]] == [
        ("healthcare", 1, 1, 0),
        ("finance", 2, 0, 1),
    ]
    assert [(row.key, row.posted) for row in board.tables["batch"]] == [(1, 2), (2, 1)]
    assert {row.key for row in board.tables["district"]} == {"南山区", "福田区"}
    assert [(month.landed, month.total) for month in board.months][-1][1] == 1
    assert not board.demo


def test_dashboard_is_narrowed_by_batch_and_domain(scenarios: list[Any]) -> None:
    assert counts(Choice(batch="1")) == [2, 0, 0, 2, 1]
    assert counts(Choice(domain="finance")) == [2, 0, 0, 1, 0]
    assert counts(Choice(batch="2", domain="healthcare")) == [0, 0, 0, 0, 0]


def test_dashboard_asks_the_rooms_above_for_their_stages(app: Flask, scenarios: list[Any]) -> None:
    def matched(_session: Session) -> Collection[int]:
        return [scenario.id for scenario in scenarios[:2]]

    app.extensions["rooms"] = tuple(
        replace(one, stages={"matched": matched} if one.name == "marketplace" else {})
        for one in app.extensions["rooms"]
    )
    assert counts(Choice())[1] == 2
    assert counts(Choice(domain="finance"))[1] == 1


def test_dashboard_counts_invented_scenarios_only_where_there_is_no_real_one(scenarios: list[Any]) -> None:
    from core.settings import settings

    for scenario in scenarios:
        scenario.demo = scenario.batch.demo = True
    db.session.commit()
    assert presenting.board(Choice()).posted == 0
    object.__setattr__(settings(), "demo_data", True)
    board = presenting.board(Choice())
    assert (board.posted, board.demo) == (3, True)
    real = ScenarioFactory()
    published(real, title="第三批清单")
    board = presenting.board(Choice())
    assert (board.posted, board.demo, [*board.batches]) == (1, False, ["3"])


def test_dashboard_page_has_a_table_for_every_chart(client: PageClient, scenarios: list[Any]) -> None:
    html = client.get("/dashboard").get_data(as_text=True)
    for name in ("funnel", "months", "domain", "district", "agency", "batch"):
        assert f'data-table="{name}-table"' in html
        assert f'id="{name}-table"' in html
        assert f'data-series="{name}"' in html
    assert "data-target=" in html
    text = visible(client.get("/dashboard?batch=2&domain=finance"))
    assert "所选范围内还没有落地的场景" in text


def test_dashboard_fragment_and_unknown_choices(client: PageClient, scenarios: list[Any]) -> None:
    assert 'id="funnel-table"' in client.fragment("/dashboard?domain=healthcare").get_data(as_text=True)
    for query in ("batch=x&domain=magic", "batch=99999999999999999999", "batch=²"):
        client.get(f"/dashboard?{query}")


def test_dashboard_counts_the_same_as_the_home_page(client: PageClient) -> None:
    landed(awarded())
    assert "1 / 40+" in visible(client.get("/dashboard"))
    assert "1 / 40+" in visible(client.get("/"))
