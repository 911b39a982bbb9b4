"""The page of a pasted text: results with pairs and facts, refusals, bad input with everything kept, and nothing stored."""

import logging
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from accounts.models import Organisation
from core import clock
from core.extensions import db
from core.orm import Base
from marketplace.matching import matcher, presenting, queries, text_views
from marketplace.matching.examples import EXAMPLES
from retrieval import embedder
from scenario_catalog.models import Scenario
from tests.conftest import make_app, opened
from tests.marketplace.conftest import add_scenario, demo_scenarios, in_own_words
from tests.pages import PageClient, problems, visible

FOREIGN = "承接婚礼甜品台，使用动物奶油和当季水果"


@pytest.fixture
def loading(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the model be loading still."""
    for module in (matcher, presenting, text_views):
        monkeypatch.setattr(module, "ready", lambda: False)


def test_the_page_has_examples_that_fill_the_text_in(client: PageClient) -> None:
    assert "最多 5000 字" in visible(client.get("/match"))
    for place, example in enumerate(EXAMPLES, 1):
        page = client.get(f"/match?example={place}").get_data(as_text=True)
        assert example.text in page
    assert EXAMPLES[0].text not in client.get("/match?example=9").get_data(as_text=True)


def test_a_text_finds_its_scenario_with_pairs_and_facts(client: PageClient, eight_open: list[Scenario]) -> None:
    wanted = eight_open[1]
    page = client.post("/match", {"text": in_own_words(wanted)})
    said, html = visible(page), page.get_data(as_text=True)
    assert "1 个场景可能合适" in said
    assert "与 8 个报名中的场景逐句比对" in said
    assert f"/scenarios/{wanted.number}" in html
    assert "<mark>" in html
    assert "建设内容" in said
    assert "揭榜条件" in said
    assert "未知，请自行核对" in said
    assert "还有 20 天" in said
    assert in_own_words(wanted) in html


def test_what_is_near_and_not_enough_stands_folded_below_what_fits(
    client: PageClient, eight_open: list[Scenario]
) -> None:
    own = in_own_words(eight_open[0])
    texts = (own + in_own_words(other)[:length] for other in eight_open[1:] for length in (40, 80, 120, 160))
    pages = (client.post("/match", {"text": text}).get_data(as_text=True) for text in texts)
    html = next(page for page in pages if '<details class="match-near">' in page)
    fits, folded = html.index(f'/scenarios/{eight_open[0].number}"'), html.index('<details class="match-near">')
    assert fits < folded < html.index("/scenarios/", folded)
    assert re.search("接近但不够（[1-9] 个）", html)


def test_where_nothing_fits_the_page_says_what_is_missing(client: PageClient, eight_open: list[Scenario]) -> None:
    page = client.post("/match", {"text": FOREIGN})
    said, html = visible(page), page.get_data(as_text=True)
    for words in ("没有合适的开放场景", "用在哪里", "处理什么对象", "产出什么", "浏览报名中的场景"):
        assert words in said
    assert 'class="match-title"' not in html
    assert not any(scenario.title in said for scenario in eight_open), "nothing is near"


def test_where_nothing_fits_the_nearest_is_told_with_its_sentence(
    client: PageClient, eight_open: list[Scenario], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presenting, "NEAREST", -100.0)
    said = visible(client.post("/match", {"text": FOREIGN}))
    (nearest,) = matcher.scenarios_for_text("", FOREIGN, clock.today(), most=1).matches
    assert "相对最近的是" in said
    assert nearest.pairs[0].need in said
    assert sum(scenario.title in said for scenario in eight_open) == 1


def test_htmx_gets_the_results_alone(client: PageClient, eight_open: list[Scenario]) -> None:
    response = client.raw.post("/match", data={"text": in_own_words(eight_open[0])}, headers={"HX-Request": "true"})
    body = response.get_data(as_text=True)
    assert body.lstrip().startswith("<section")
    assert [line for line in problems(body, fragment=True) if "points nowhere" not in line] == []
    assert "HX-Request" in response.headers["Vary"]


def test_while_the_model_is_loading_the_page_asks_again(
    client: PageClient, eight_open: list[Scenario], loading: None
) -> None:
    page = client.post("/match", {"text": in_own_words(eight_open[0])})
    html, said = page.get_data(as_text=True), visible(page)
    assert "语义模型正在载入" in said
    assert "没有合适" not in said
    assert in_own_words(eight_open[0]) in html
    assert 'hx-post="/match" hx-include="#match-form" hx-trigger="load delay:1s"' in html
    assert 'form="match-form"' in html, "without scripts a button asks again with the same text"


def test_asking_again_is_not_refused_as_too_often(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(make_app(tmp_path, rate_limits=True)) as app:
        client = PageClient(app)
        with monkeypatch.context() as loading:
            for module in (matcher, presenting, text_views):
                loading.setattr(module, "ready", lambda: False)
            for _again in range(25):
                client.post("/match", {"text": FOREIGN})
        statuses = {client.raw.post("/match", data={"text": FOREIGN}).status_code for _more in range(25)}
        assert statuses == {200, 429}, "once the model is there the limit holds"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "至少写 10 个字"),
        ("   \r\n \u200b ", "至少写 10 个字"),
        ("智能 漏水 检测", "至少写 10 个字"),
        ("长" * 5001, "超出 1 字"),
        ("夜间听音定位漏点" * 2500, "超出 15000 字"),
    ],
)
def test_bad_input_is_told_and_kept(client: PageClient, eight_open: list[Scenario], text: str, message: str) -> None:
    page = client.post("/match", {"text": text}, status=422)
    assert message in visible(page)
    assert text.strip("\u200b \r\n") in page.get_data(as_text=True)


def test_a_form_without_the_field_is_told_so(client: PageClient) -> None:
    assert "至少写 10 个字" in visible(client.post("/match", {}, status=422))


@pytest.mark.parametrize(
    "text",
    [
        "\U0001f600" * 40,
        "<script>alert(1)</script>" * 5,
        "<p>消火栓上装 <b>acoustic sensors</b>，listen at night，定位 leak point。</p>",
        "1234567890" * 500,
        "。。。。。！！！！！？？？？？",
        "短\n" * 400,
        "\x00\x01控制字符\U000e0041夹在中间的一段方案介绍文字",
        "' OR 1=1 -- \" AND NEAR(漏水 水管)* ^",
    ],
)
def test_odd_texts_get_an_answer(client: PageClient, eight_open: list[Scenario], text: str) -> None:
    page = client.post("/match", {"text": text}).get_data(as_text=True)
    assert "<script>alert" not in page
    assert "<b>acoustic" not in page


def test_line_ends_count_once(client: PageClient, eight_open: list[Scenario]) -> None:
    client.post("/match", {"text": "\r\n".join(["字" * 99] * 50)})


def test_nothing_open_is_told(client: PageClient) -> None:
    assert "目前没有报名中的场景" in visible(client.post("/match", {"text": "随便一段十个字以上的介绍"}))


def test_only_public_scenarios_that_are_open_today_take_part(app: Flask, agency: Organisation) -> None:
    row, today = demo_scenarios()[0], clock.today()
    changes: Mapping[str, Mapping[str, object]] = {
        "SZ-2026-0001": {"deadline": today},
        "SZ-2026-0002": {"deadline": today - timedelta(days=1)},
        "SZ-2026-0003": {"status": "cancelled"},
        "SZ-2026-0004": {"published_at": None},
        "SZ-2026-0005": {"demo": True},
    }
    for number, change in changes.items():
        add_scenario(agency, number, row, **change)
    db.session.commit()
    assert list(db.session.scalars(queries.open_numbers(today))) == ["SZ-2026-0001"]


def test_beyond_many_open_scenarios_only_the_nearest_are_compared(
    eight_open: list[Scenario], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(matcher, "MOST_OPEN", 3)
    found = matcher.scenarios_for_text("", in_own_words(eight_open[1]), clock.today())
    assert found.compared == 3
    assert found.matches[0].id == eight_open[1].number


def sizes() -> dict[str, int | None]:
    return {
        table.name: db.session.scalar(select(func.count()).select_from(table)) for table in Base.metadata.sorted_tables
    }


def test_nothing_is_stored_and_nothing_is_logged(
    app: Flask, client: PageClient, eight_open: list[Scenario], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "我司的秘密配方编号零零七，" + in_own_words(eight_open[1])
    before, files = sizes(), {path: path.stat().st_mtime_ns for path in written(app)}
    response = client.post("/match", {"text": secret})
    db.session.rollback()
    assert sizes() == before
    assert {path: path.stat().st_mtime_ns for path in written(app)}.keys() == files.keys()
    assert all("秘密配方".encode() not in path.read_bytes() for path in written(app))
    assert "秘密配方" not in caplog.text
    assert "Set-Cookie" not in response.headers or "秘密" not in response.headers["Set-Cookie"]


def written(app: Flask) -> list[Path]:
    return [
        path for path in app.extensions["settings"].instance.rglob("*") if path.is_file() and "cache" not in path.parts
    ]


def test_the_model_of_these_tests_is_the_fake_one(app: Flask) -> None:
    assert embedder.embedder().name == "fake"


def test_how_a_rank_comes_about_is_told_to_everybody(client: PageClient) -> None:
    said = visible(client.get("/match/how"))
    for words in ("看什么", "不看什么", "付费", "规模", "同一句写两遍只算一遍", "资格条件另列", "docs/matching.md"):
        assert words in said
    for page in ("/match", "/match?example=1"):
        assert "/match/how" in client.get(page).get_data(as_text=True)
