"""Questions about the list, told from those about the policy."""

import pytest

from assistant.scenario_questions import recognise
from tests.pages import PageClient, visible

VOCABULARY = {
    "domain": {"healthcare": "医疗", "meteorology": "气象", "smart-city": "智慧城市"},
    "system": {"governance": "城市治理+AI"},
    "district": {"全市": "全市", "福田区": "福田区"},
    "mode": {"pilot": "试点验证"},
    "tag": {},
    "agency": {},
    "status": {"open": "报名中", "landed": "已落地"},
    "closing": {"7": "7 天内"},
}


@pytest.mark.parametrize(
    ("text", "chosen"),
    [
        ("有哪些医疗场景还在报名？", {"domain": ("healthcare",), "status": ("open",)}),
        ("福田有哪些场景", {"district": ("福田区",)}),
        ("有哪些场景快截止了", {"closing": ("7",)}),
        ("已落地的场景有多少个", {"status": ("landed",)}),
        ("城市治理类的场景有哪些", {"system": ("governance",)}),
        ("Which healthcare scenarios are still open?", {"domain": ("healthcare",), "status": ("open",)}),
    ],
)
def test_the_list_is_asked(text: str, chosen: dict[str, tuple[str, ...]]) -> None:
    found = recognise(text, VOCABULARY)
    assert found is not None
    assert dict(found.chosen) == chosen


@pytest.mark.parametrize(
    "text",
    [
        "环卫、气象这种领域也算应用场景吗",
        "场景清单是一次性公布还是陆续公布?",
        "方案要求落地多少个场景",
        "城市+AI场景要落地多少个",
        "消防那种机器人会不会有示范场景?",
        "揭榜挂帅的项目数量目标",
        "今年全国人工智能大赛报名截止哪一天?",
        "医疗数据能不能出境",
    ],
)
def test_the_policy_is_asked(text: str) -> None:
    assert recognise(text, VOCABULARY) is None


def test_the_page_counts_and_links_into_the_list_without_citing_the_plan(reader: PageClient) -> None:
    response = reader.post("/assistant", {"q": "有哪些医疗场景还在报名？"}, status=303)
    page = reader.get(response.headers["Location"].partition("#")[0])
    assert "来自场景清单" in visible(page)
    assert "原文摘录" not in visible(page).partition("接着问")[0]
    assert "/scenarios?status=open&amp;domain=healthcare" in page.get_data(as_text=True)
    reader.get("/scenarios?status=open&domain=healthcare")
