"""Supply and demand: who is without the other, by domain, worked out beside the page."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from core import clock
from core.audit import SYSTEM
from core.city import city
from core.extensions import db
from core.settings import ROOT
from marketplace.matching import covering, rules
from marketplace.matching.covering import Coverage, Known
from marketplace.matching.rules import Match
from marketplace.solutions import operations as solutions
from scenario_catalog.models import Scenario
from tests.factories import SolutionFactory, member, offered
from tests.marketplace.conftest import echo
from tests.pages import PageClient, visible


@pytest.fixture
def operator(app: Flask) -> PageClient:
    return PageClient(app).sign_in(member("operator", "reader"))


@pytest.fixture
def worked_out(app: Flask) -> Callable[[], None]:
    """Return how to wait for what is worked out beside the pages."""

    def wait() -> None:
        known: Known = app.extensions[covering.EXTENSION]
        assert known.thread
        known.thread.join(30)
        assert not known.thread.is_alive()

    return wait


def test_who_fits_is_covered() -> None:
    ranked = {
        "A": [Match("1", 2.0, fits=True), Match("2", rules.CUT, fits=False), Match("3", rules.CUT - 1, fits=False)],
        "B": [Match("3", rules.CUT - 2, fits=False)],
        "C": [],
    }
    assert covering.of(ranked) == Coverage(frozenset({"A"}), frozenset({1, 2}))
    assert covering.of({}) == Coverage(frozenset(), frozenset())


def test_the_page_waits_for_nothing_and_then_shows_both_lists_and_the_table(
    operator: PageClient, worked_out: Callable[[], None], eight_open: list[Scenario]
) -> None:
    matched = echo(eight_open[1], domains=(eight_open[1].domain,))
    idle = SolutionFactory(name="婚礼甜品台", summary="承接婚礼甜品台，动物奶油和当季水果，全城配送。" * 2)
    offered(idle)
    first = operator.get("/desk/coverage")
    assert "正在逐句比对" in visible(first)
    assert 'hx-trigger="load delay:1s"' in first.get_data(as_text=True)
    worked_out()
    page = operator.get("/desk/coverage")
    said, html = visible(page), page.get_data(as_text=True)
    assert "1 / 8 个报名中的场景有合适的方案" in said
    assert "1 / 2 个公开方案有合适的开放场景" in said
    uncovered = html[html.index('id="uncovered"') :]
    assert f"/desk/scenarios/{eight_open[1].id}/solutions" not in uncovered
    assert sum(f"/desk/scenarios/{scenario.id}/solutions" in uncovered for scenario in eight_open) == 7
    assert f'href="/solutions/{idle.id}"' in uncovered
    assert f'href="/solutions/{matched.id}"' not in uncovered
    assert numbers(html)[eight_open[1].domain] == [1, 0, 1, 0]
    assert sum(row[1] for row in numbers(html).values()) == 7
    assert numbers(html)["smart-city"][3] == 1


def numbers(html: str) -> dict[str, list[int]]:
    """Return what the table says of each domain, by the domain's code."""
    rows = re.findall(r'<th scope="row">.*?</svg>\s*([^<]+)</th>(.*?)</tr>', html, re.DOTALL)
    found = {name.strip(): [int(one) for one in re.findall(r'data-value="(\d+)"', cells)] for name, cells in rows}
    assert len(found) == len(city().domains)
    return {term.code: found[term.name] for term in city().domains}


def test_it_is_worked_out_once_until_something_changes(
    app: Flask, worked_out: Callable[[], None], eight_open: list[Scenario], monkeypatch: pytest.MonkeyPatch
) -> None:
    today, asked = clock.today(), list[int]()
    real = covering.all_matches
    monkeypatch.setattr(covering, "all_matches", lambda day: asked.append(1) or real(day))
    found = echo(eight_open[1])
    assert covering.present(today) is None
    worked_out()
    assert (
        covering.present(today)
        == covering.present(today)
        == Coverage(frozenset({str(eight_open[1].number)}), frozenset({found.id}))
    )
    assert len(asked) == 1
    solutions.move(db.session(), SYSTEM, found, "archive")
    db.session.commit()
    assert covering.present(today) is None
    worked_out()
    assert covering.present(today) == Coverage(frozenset(), frozenset())
    assert covering.present(today + timedelta(days=400)) is None, "everything has closed by then"
    worked_out()


def test_a_failure_is_logged_and_tried_again(
    app: Flask,
    worked_out: Callable[[], None],
    eight_open: list[Scenario],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def broken(_today: object) -> None:
        raise RuntimeError("no luck")

    with monkeypatch.context() as changed:
        changed.setattr(covering, "all_matches", broken)
        assert covering.present(clock.today()) is None
        worked_out()
    assert "the coverage could not be worked out" in caplog.text
    assert covering.present(clock.today()) is None
    worked_out()
    assert covering.present(clock.today()) is not None


def test_nothing_is_begun_while_the_model_is_loading(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(covering, "ready", lambda: False)
    assert covering.present(clock.today()) is None
    assert covering.EXTENSION not in app.extensions


def test_everything_covered_is_told(operator: PageClient, worked_out: Callable[[], None], app: Flask) -> None:
    operator.get("/desk/coverage")
    worked_out()
    said = visible(operator.get("/desk/coverage"))
    assert "每个报名中的场景都有合适的方案" in said
    assert "每个公开方案都有合适的开放场景" in said


@pytest.mark.parametrize("kind", ["agency", "enterprise", "auditor"])
def test_it_is_the_operator_s_page(app: Flask, kind: str) -> None:
    PageClient(app).sign_in(member(kind, "owner")).get("/desk/coverage", status=403)


def test_charts_are_loaded_where_they_are_drawn_alone_and_take_their_data_from_the_table(
    operator: PageClient, worked_out: Callable[[], None], client: PageClient
) -> None:
    operator.get("/desk/coverage")
    worked_out()
    html = operator.get("/desk/coverage").get_data(as_text=True)
    tokens = (ROOT / "static" / "css" / "tokens.css").read_text(encoding="utf-8")
    assert "echarts.simple.min.js" in html
    for colour in re.findall(r'data-colour="(--[a-z-]+)"', html):
        assert f"{colour}:" in tokens
    for name in re.findall(r'<figure[^>]+data-series="(\w+)"', html):
        assert len(re.findall(rf'<th[^>]+data-series="{name}"', html)) == 2
    assert 'data-table="coverage-table"' in html
    users = [
        path.name for path in (ROOT / "templates").rglob("*.html") if "echarts" in path.read_text(encoding="utf-8")
    ]
    assert sorted(users) == ["coverage.html", "dashboard.html"]
