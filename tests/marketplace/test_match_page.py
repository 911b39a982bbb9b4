"""The page: results with pairs and facts, refusals, bad input with everything kept, and nothing stored."""

import logging
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from core import clock
from core.extensions import db
from core.orm import Base
from marketplace.matching import matcher, queries
from marketplace.matching.examples import EXAMPLES
from retrieval import embedder
from retrieval.operations import fill_vectors
from tests.marketplace.conftest import add_scenario, demo_scenarios
from tests.pages import problems, visible


def own_words(scenario):
    return scenario.background


def test_the_page_has_examples_that_fill_the_text_in(client):
    assert "最多 5000 字" in visible(client.get("/match"))
    for place, example in enumerate(EXAMPLES, 1):
        page = client.get(f"/match?example={place}").get_data(as_text=True)
        assert example.text in page
    assert EXAMPLES[0].text not in client.get("/match?example=9").get_data(as_text=True)


def test_a_text_finds_its_scenario_with_pairs_and_facts(client, eight_open):
    wanted = eight_open[2]
    page = client.post("/match", {"text": own_words(wanted)})
    said, html = visible(page), page.get_data(as_text=True)
    assert "个场景可能合适" in said
    assert html.index(wanted.title) < min(
        (html.index(o.title) for o in eight_open if o is not wanted and o.title in html), default=len(html)
    )
    assert f"/scenarios/{wanted.number}" in html
    assert "<mark>" in html
    assert "揭榜条件" in said
    assert "未知，请自行核对" in said
    assert "还有 20 天" in said
    assert own_words(wanted) in html


def test_htmx_gets_the_results_alone(client, eight_open):
    response = client.raw.post("/match", data={"text": own_words(eight_open[0])}, headers={"HX-Request": "true"})
    body = response.get_data(as_text=True)
    assert body.lstrip().startswith("<section")
    assert [line for line in problems(body, fragment=True) if "points nowhere" not in line] == []
    assert "HX-Request" in response.headers["Vary"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "至少写 10 个字"),
        ("   \r\n \u200b ", "至少写 10 个字"),
        ("九个字不够呀不够啊", "至少写 10 个字"),
        ("长" * 5001, "超出 1 字"),
        ("长" * 10_000, "超出 5000 字"),
    ],
)
def test_bad_input_is_told_and_kept(client, eight_open, text, message):
    page = client.post("/match", {"text": text}, status=422)
    assert message in visible(page)
    assert text.strip("\u200b \r\n") in page.get_data(as_text=True)


def test_a_form_without_the_field_is_told_so(client):
    assert "至少写 10 个字" in visible(client.post("/match", {}, status=422))


@pytest.mark.parametrize(
    "text",
    [
        "\U0001f600" * 40,
        "<script>alert(1)</script>" * 5,
        "1234567890" * 500,
        "。。。。。！！！！！？？？？？",
        "短\n" * 400,
        "\x00\x01控制字符\U000e0041夹在中间的一段方案介绍文字",
        "' OR 1=1 -- \" AND NEAR(漏水 水管)* ^",
    ],
)
def test_odd_texts_get_an_answer(client, eight_open, text):
    page = client.post("/match", {"text": text}).get_data(as_text=True)
    assert "<script>alert" not in page


def test_line_ends_count_once(client, eight_open):
    client.post("/match", {"text": "\r\n".join(["字" * 99] * 50)})


def test_nothing_open_is_told(client):
    assert "目前没有报名中的场景" in visible(client.post("/match", {"text": "随便一段十个字以上的介绍"}))


def test_only_public_scenarios_that_are_open_today_take_part(app, agency):
    row, today = demo_scenarios()[0], clock.today()
    add_scenario(agency, "SZ-2026-0001", row, deadline=today)
    add_scenario(agency, "SZ-2026-0002", row, deadline=today - timedelta(days=1))
    add_scenario(agency, "SZ-2026-0003", row, status="cancelled")
    add_scenario(agency, "SZ-2026-0004", row, published_at=None)
    add_scenario(agency, "SZ-2026-0005", row, demo=True)
    db.session.commit()
    assert list(db.session.scalars(queries.open_numbers(today))) == ["SZ-2026-0001"]


def test_without_vectors_words_decide_and_the_page_says_so(client, agency):
    rows = demo_scenarios()[:6]
    for place, row in enumerate(rows, 1):
        add_scenario(agency, f"SZ-2026-{place:04d}", row)
    db.session.commit()
    page = client.post("/match", {"text": rows[3]["scope"]})
    said = visible(page)
    assert "只按字词比对" in said
    assert rows[3]["title"] in said
    assert "没有合适的场景" in visible(client.post("/match", {"text": "承接婚礼甜品台，使用动物奶油和当季水果"}))
    fill_vectors()
    assert "只按字词比对" not in visible(client.post("/match", {"text": rows[3]["scope"]}))


def test_beyond_many_candidates_only_the_nearest_are_compared(client, eight_open, monkeypatch):
    monkeypatch.setattr(matcher, "MOST_CANDIDATES", 3)
    found = matcher.match_text(own_words(eight_open[5]), clock.today())
    assert found.open == 8
    assert found.shown[0].scenario.number == eight_open[5].number


def sizes():
    return {
        table.name: db.session.scalar(select(func.count()).select_from(table)) for table in Base.metadata.sorted_tables
    }


def test_nothing_is_stored_and_nothing_is_logged(app, client, eight_open, caplog):
    caplog.set_level(logging.DEBUG)
    secret = "我司的秘密配方编号零零七，" + own_words(eight_open[1])
    before, files = sizes(), {path: path.stat().st_mtime_ns for path in written(app)}
    response = client.post("/match", {"text": secret})
    db.session.rollback()
    assert sizes() == before
    assert {path: path.stat().st_mtime_ns for path in written(app)}.keys() == files.keys()
    assert all("秘密配方".encode() not in path.read_bytes() for path in written(app))
    assert "秘密配方" not in caplog.text
    assert "Set-Cookie" not in response.headers or "秘密" not in response.headers["Set-Cookie"]


def written(app):
    return [
        path for path in app.extensions["settings"].instance.rglob("*") if path.is_file() and "cache" not in path.parts
    ]


def test_the_model_of_these_tests_is_the_fake_one(app):
    assert embedder.embedder().name == "fake"
