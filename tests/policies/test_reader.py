"""The reader's pages: contents, anchors, figures, citations, versions."""

from pathlib import Path

import pytest
from justhtml import JustHTML

from core.audit import SYSTEM
from core.extensions import db
from policies.figures import figures
from policies.operations import import_policy
from policies.reading import lines, read_mark
from tests.pages import elements, visible

PLAN = Path("policies/corpus/shenzhen-ai-pioneer-city-2024.md").read_text(encoding="utf-8")
SECOND = Path(__file__).with_name("second.md").read_text(encoding="utf-8")
ADDRESS = "/policies/shenzhen-ai-pioneer-city-2024"
SECOND_ADDRESS = "/policies/linhai-ai-measures-2025"


@pytest.fixture
def plan(app):
    version = import_policy(db.session(), SYSTEM, PLAN)
    db.session.commit()
    return version


@pytest.fixture
def two_versions(app):
    for text in (SECOND, SECOND.replace("60个", "80个")):
        import_policy(db.session(), SYSTEM, text)
    db.session.commit()


def nodes(response, name):
    return [
        node for node in elements(JustHTML(response.get_data(as_text=True), sanitize=False).root) if node.name == name
    ]


def text(node):
    return "".join(node.to_text(separator="", strip=False).split("\n")).strip()


def test_every_article_stands_in_the_contents_and_under_its_anchor(client, plan):
    page = client.get(ADDRESS)
    articles = {node.attrs["id"]: node for node in nodes(page, "article")}
    assert list(articles) == [article.anchor for article in plan.articles]
    targets = [node.attrs["href"] for node in nodes(page, "a") if node.attrs.get("href", "").startswith("#article-")]
    assert [f"#{name}" for name in articles] == list(dict.fromkeys(targets))
    for article in plan.articles:
        shown = "".join(visible_lines(articles[article.anchor]))
        assert shown == article.text.replace("\n", "")


def visible_lines(article):
    return [
        line.to_text(separator="", strip=False).strip()
        for line in elements(article)
        if line.name in {"h3", "p"} and "data-start" in line.attrs
    ]


def test_what_surrounds_the_text(client, plan):
    page = client.get(ADDRESS)
    said = visible(page)
    assert "以官方文本为准，本站文本仅供查阅" in said
    assert "印发 2024年7月30日" in said
    assert "来源：full text as printed" in said
    assert "历次版本" not in said
    links = [node.attrs["href"] for node in nodes(page, "a") if "href" in node.attrs]
    assert f"{ADDRESS}/articles/10/scenarios" in links
    assert any(link.startswith("/assistant?q=%E7%AC%AC10%E6%9D%A1") for link in links)


def test_a_citation_is_marked_by_the_server(client, plan):
    article = plan.articles[9]
    quote = "推动40个以上场景落地"
    start = article.text.index(quote)
    page = client.get(f"{ADDRESS}?article=10&mark={start}-{start + len(quote)}")
    marks = nodes(page, "mark")
    assert [(mark.attrs.get("id"), text(mark)) for mark in marks] == [("quote", quote)]
    assert "引用位置不在" not in visible(page)


def test_a_citation_over_several_lines_has_one_anchor(client, plan):
    page = client.get(f"{ADDRESS}?article=1&mark=0-40")
    marks = nodes(page, "mark")
    assert [mark.attrs.get("id") for mark in marks] == ["quote", None]
    assert "".join(map(text, marks)) == plan.articles[0].text[:40].replace("\n", "")


@pytest.mark.parametrize("mark", ["", "x", "5", "9-5", "-1-4", "0-99999", "1-2-3", "٣-٥", "0-99999999999999"])
def test_a_mark_that_is_nowhere_is_said_so(client, plan, mark):
    page = client.get(f"{ADDRESS}?article=10&mark={mark}")
    assert not nodes(page, "mark")
    assert "引用位置不在这一版文本里" in visible(page)


@pytest.mark.parametrize(
    "path",
    [
        "/policies/none",
        f"{ADDRESS}?version=2",
        f"{ADDRESS}?version=x",
        f"{ADDRESS}?version=",
        f"{ADDRESS}?article=23",
        f"{ADDRESS}?article=0&mark=1-2",
        "/policies?page=2",
        "/policies?page=x",
    ],
)
def test_what_is_not_there_is_404(client, plan, path):
    client.get(path, status=404)


def test_an_old_version_says_so_and_the_versions_are_listed(client, two_versions):
    current, old = client.get(SECOND_ADDRESS), client.get(f"{SECOND_ADDRESS}?version=1")
    assert "80个" in visible(current)
    assert "60个" in visible(old)
    assert "这是第 1 版，已被更新" in visible(old)
    assert "已被更新" not in visible(current)
    assert "就这一条提问" not in visible(old)
    hrefs = [node.attrs.get("href") for node in nodes(current, "a")]
    assert f"{SECOND_ADDRESS}?version=1" in hrefs


def test_text_outside_the_articles_is_shown_in_its_place(client, two_versions):
    said = visible(client.get(SECOND_ADDRESS))
    places = [
        said.index(words)
        for words in ("制定本措施。", "第一条 目标 到", "由市财政安排。", "５００万元", "可落地的应用")
    ]
    assert places == sorted(places)


def test_scenarios_are_only_offered_for_the_citys_own_plan(client, two_versions):
    assert (
        "/scenarios"
        not in client.get(SECOND_ADDRESS).get_data(as_text=True).split('<main id="main"')[1].split("<footer")[0]
    )


def test_the_list_of_documents(client, plan, two_versions):
    said = visible(client.get("/policies"))
    assert said.index("临海市促进") < said.index("深圳市加快打造")
    assert "第 2 版" in said
    assert "中共深圳市委办公厅" in said


def test_an_empty_list_offers_a_next_step(client):
    assert "还没有政策文件" in visible(client.get("/policies"))


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("算力规模达4000P FLOPS(每秒)", [("4000P FLOPS", "算力规模")]),
        ("2024年年底前达30000P FLOPS", [("2024年年底", "时间节点"), ("30000P FLOPS", "算力规模")]),
        ("推动40个以上场景落地", [("40个", "数量下限")]),
        ("不超过项目总投入的30%、最高1000万元资助", [("30%", "比例上限"), ("1000万元", "金额上限")]),
        ("打造1千万亿字节(PB)语料", [("1千万亿字节", "数据量")]),
        ("一次性200万元奖励", [("200万元", "金额")]),
        ("最高５００万元", [("５００万元", "金额上限")]),
        ("基于C-V2X与5G、“2048程序员社区”、GPT-4个人版", []),
        ("引进15家以上企业,形成2个模型,1,200家以内", [("15家", "数量下限"), ("2个", "数量"), ("1,200家", "数量上限")]),
        ("2025年3月1日起30个工作日内", [("2025年3月1日", "时间节点"), ("30个工作日", "期限")]),
    ],
)  # fmt: skip
def test_figures(sentence, expected):
    assert [(sentence[f.start : f.end], f.meaning) for f in figures(sentence)] == expected


def test_lines_keep_every_character_whatever_is_marked():
    article = "标题 3个\n\n  第一行40%，\n第二行。"
    for start in range(len(article)):
        for end in range(start + 1, len(article) + 1):
            shown = lines(article, (start, end))
            assert all(article[line.start :].startswith(joined(line.runs)) for line in shown)
            marked = "".join(joined([run]) for line in shown for run in line.runs if run.marked)
            assert marked == article[start:end].lstrip().replace("\n", "")
            firsts = [run for line in shown for run in line.runs if run.first]
            assert len(firsts) == bool(marked)


def joined(runs):
    return "".join(piece.text for run in runs for piece in run.pieces)


def test_read_mark():
    assert read_mark("3-7", 7) == (3, 7)
    assert read_mark("3-8", 7) is None
