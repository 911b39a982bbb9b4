"""The public pages of the list, from a reader's side: whole, in part, and with whatever comes in."""

import re
from datetime import timedelta
from urllib.parse import quote

import pytest
from flask import Flask
from justhtml import JustHTML

from core import clock
from core.audit import SYSTEM, record
from core.extensions import db
from core.settings import ROOT
from policies.cli import import_corpus
from retrieval.search import document_hits
from scenario_catalog import listing
from scenario_catalog.listing import PAGE_SIZE
from scenario_catalog.models import ScenarioArticle, ScenarioTag
from tests.conftest import make_app
from tests.factories import OrganisationFactory, ScenarioFactory, published, walk
from tests.pages import PageClient, elements, visible

PLAN = "shenzhen-ai-pioneer-city-2024"


@pytest.fixture
def catalog(app: Flask) -> Flask:
    """Five scenarios in two batches, and the plan."""
    import_corpus(lambda _: None)
    db.session.commit()
    hospital = OrganisationFactory(name="鹏湾医院", code="hospital", summary="三级医院", phone="139 0000 1234")
    with clock.frozen(clock.now() - timedelta(days=30)):
        early = [
            ScenarioFactory(
                title="肺结节影像随访",
                agency=hospital,
                tags=[ScenarioTag(tag="consultation")],
                deadline=clock.today() + timedelta(days=10),
            ),
            ScenarioFactory(
                title="排水管道缺陷判读",
                domain="smart-city",
                system="governance",
                mode="procurement",
                budget_min=None,
                budget_max=None,
                background="管道视频积压。",
                scope="判读破裂与渗漏。",
                notice_url="https://example.org/n/1",
            ),
        ]
        published(*early)
    late = [
        ScenarioFactory(
            title="A<b>&影像",
            agency=hospital,
            deadline=clock.today() + timedelta(days=2),
            article_rows=[ScenarioArticle(ordinal=10)],
        ),
        ScenarioFactory(
            title="作文批改",
            domain="education",
            district="全市",
            deadline=clock.today() - timedelta(days=1),
            contact_phone="13900001234",
        ),
        ScenarioFactory(title="停办的场景", domain="finance"),
    ]
    published(*late, title="第二批清单")
    walk(early[0], "evaluate", "shortlist", "notice", "award", "pilot", "land")
    walk(late[2], "cancel", reason="need_changed")
    return app


@pytest.fixture
def reader(catalog: Flask) -> PageClient:
    return PageClient(catalog)


def titles(response) -> list[str]:
    page = JustHTML(response.get_data(as_text=True), fragment=True, sanitize=False)
    rows = [node for node in elements(page.root) if "row-title" in (node.attrs.get("class") or "").split()]
    return ["".join(row.to_text().split()) for row in rows]


def test_home_shows_what_is_there(reader: PageClient):
    text = visible(reader.get("/"))
    assert "已落地 1 / 40+" in text
    assert "第二批清单" in text
    assert "均为虚构" not in text
    assert "演示数据" not in text


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {"A<b>&影像", "作文批改", "停办的场景", "肺结节影像随访", "排水管道缺陷判读"}),
        ("domain=healthcare", {"A<b>&影像", "肺结节影像随访"}),
        ("domain=healthcare&domain=education", {"A<b>&影像", "肺结节影像随访", "作文批改"}),
        ("domain=healthcare&status=landed", {"肺结节影像随访"}),
        ("system=governance", {"排水管道缺陷判读"}),
        ("tag=consultation", {"肺结节影像随访"}),
        ("agency=hospital", {"A<b>&影像", "肺结节影像随访"}),
        ("district=全市", {"作文批改"}),
        ("batch=1", {"肺结节影像随访", "排水管道缺陷判读"}),
        ("mode=procurement", {"排水管道缺陷判读"}),
        ("status=closed", {"作文批改", "排水管道缺陷判读"}),
        ("status=cancelled", {"停办的场景"}),
        ("status=open", {"A<b>&影像"}),
        ("closing=3", {"A<b>&影像"}),
        ("domain=education&mode=procurement", set()),
    ],
)
def test_facets_choose(reader: PageClient, query: str, found: set[str]):
    page = reader.get(f"/scenarios?{query}")
    assert set(titles(page)) == found
    assert f"{len(found)} 个场景" in visible(page)
    if not found:
        assert "没有符合条件的场景" in visible(page)


def test_sorting(reader: PageClient):
    assert titles(reader.get("/scenarios?sort=deadline"))[0] == "A<b>&影像"
    assert titles(reader.get("/scenarios?sort=budget"))[-1] == "排水管道缺陷判读"
    assert set(titles(reader.get("/scenarios?sort=newest"))[:3]) == {"A<b>&影像", "作文批改", "停办的场景"}


def test_a_choice_shows_as_a_chip_that_takes_it_away(reader: PageClient):
    page = reader.get("/scenarios?domain=education&q=作文").get_data(as_text=True)
    chips = re.findall(r'class="chip" href="([^"]+)"', page)
    assert any("domain=" not in chip and "q=" in chip for chip in chips)
    assert any("domain=education" in chip and "q=" not in chip for chip in chips)


def test_search_marks_the_words(reader: PageClient):
    page = reader.get("/scenarios?q=管道渗漏")
    assert titles(page)[0] == "排水管道缺陷判读"
    assert "<mark>" in page.get_data(as_text=True)
    assert "<mark>管道</mark>" in page.get_data(as_text=True)


def test_a_number_finds_its_scenario(reader: PageClient):
    number, title = next(iter(numbers().items()))
    assert titles(reader.get(f"/scenarios?q={number.lower()}"))[0] == title
    assert f'"/scenarios/{number}"' in reader.get(f"/scenarios?q={number}").get_data(as_text=True)


def test_the_name_of_an_agency_finds_its_scenarios(reader: PageClient):
    assert set(titles(reader.get("/scenarios?q=鵬灣医院"))[:2]) == {"A<b>&影像", "肺结节影像随访"}


def test_another_city_has_its_own_facets(tmp_path):
    app = make_app(tmp_path, city_file=ROOT / "tests" / "cities" / "linjiang.toml")
    with app.app_context():
        db.create_all()
        published(ScenarioFactory(system="air", domain="rescue", district="江北区", title="水上救援"))
        client = PageClient(app)
        text = visible(client.get("/scenarios"))
        assert "应急救援" in text
        assert "医疗" not in text
        assert "LJ-" in text
        client.get("/scenarios?domain=healthcare", status=404)
        assert "江城的难题" in visible(client.get("/"))
        db.session.remove()
        db.engine.dispose()


def test_a_title_is_escaped_and_marked_inside(reader: PageClient):
    page = reader.get("/scenarios?q=影像").get_data(as_text=True)
    assert "A&lt;b&gt;&amp;<mark>影像</mark>" in page
    assert "A<b>" not in page


@pytest.mark.parametrize("query", ["影像", "影像 ", "影像\u200b", "影\U000e0041像", "\x00影像"])
def test_what_cannot_be_seen_changes_nothing(reader: PageClient, query: str):
    assert titles(reader.get(f"/scenarios?q={quote(query)}"))[0] == titles(reader.get("/scenarios?q=影像"))[0]


@pytest.mark.parametrize(
    "query",
    [
        "😀",
        "ＡＩ　影像",
        "肺結節影像隨訪",
        "%ff%fe",
        "'; drop table",
        '" OR *',
        "<script>alert(1)</script>",
        "?!。，",
        "a" * 500,
    ],
)
def test_whatever_is_searched_for_is_a_page(reader: PageClient, query: str):
    page = reader.get(f"/scenarios?q={query if query.startswith('%') else quote(query)}")
    assert "<script>alert" not in page.get_data(as_text=True)


def test_traditional_characters_find_the_same(reader: PageClient):
    assert titles(reader.get("/scenarios?q=肺結節影像"))[0] == "肺结节影像随访"


def test_a_search_of_ten_thousand_characters_gets_a_clear_message_and_is_kept(reader: PageClient):
    page = reader.get(f"/scenarios?q={'长' * 10_000}")
    assert "最多 500 字，现在是 10000 字" in visible(page)
    assert "长" * 10_000 in page.get_data(as_text=True)
    assert len(titles(page)) == 5


@pytest.mark.parametrize(
    "facet", ["system", "domain", "tag", "agency", "district", "batch", "status", "mode", "closing", "sort"]
)
def test_unknown_codes_are_not_found(reader: PageClient, facet: str):
    reader.get(f"/scenarios?{facet}=nothing", status=404)
    reader.get(f"/scenarios?{facet}=")


@pytest.mark.parametrize("page", ["0", "-1", "999999", "abc", "1.5", "٣", "99999999999999999999", "2"])
def test_pages_that_are_not_there_are_not_found(reader: PageClient, page: str):
    for path in (
        "/scenarios",
        "/batches",
        "/agencies",
        "/batches/1",
        "/agencies/hospital",
        f"/policies/{PLAN}/articles/10/scenarios",
    ):
        reader.get(f"{path}?page={page}", status=404)


@pytest.mark.parametrize(
    "path",
    [
        "/scenarios/SZ-1999-0001", "/scenarios/%F0%9F%98%80", "/batches/99", "/batches/0", "/batches/99999999999999999999", "/batches/x",
        "/agencies/nobody", "/policies/nothing/articles/1/scenarios", f"/policies/{PLAN}/articles/999/scenarios",
        f"/policies/{PLAN}/articles/0/scenarios",
    ],
)  # fmt: skip
def test_what_is_unknown_is_not_found(reader: PageClient, path: str):
    reader.get(path, status=404)


def test_a_draft_is_not_public(reader: PageClient):
    draft = ScenarioFactory(title="未公开的需求", number="SZ-2026-7777", agency=OrganisationFactory(code="quiet"))
    record(db.session(), SYSTEM, "create", "scenario", draft.id)
    db.session.commit()
    for path in ("/scenarios/SZ-2026-7777", "/agencies/quiet", "/scenarios?agency=quiet"):
        reader.get(path, status=404)
    assert "未公开的需求" not in titles(reader.get("/scenarios?q=未公开的需求"))
    assert titles(reader.get("/scenarios?q=未公开的需求")) == []


def test_a_fragment_is_the_page_without_its_frame(reader: PageClient):
    response = reader.fragment("/scenarios?domain=healthcare&q=&sort=")
    body = response.get_data(as_text=True)
    assert "<html" not in body
    assert set(titles(response)) == set(titles(reader.get("/scenarios?domain=healthcare")))
    assert {'id="results"', 'id="facets"', 'id="search-state"'} <= set(re.findall(r'id="[^"]+"', body))
    assert response.headers["HX-Push-Url"] == "/scenarios?domain=healthcare"


def test_every_facet_link_gives_as_many_as_it_says(reader: PageClient):
    page = reader.get("/scenarios?district=南山区").get_data(as_text=True)
    links = re.findall(
        r'class="facet-option"[^>]*? href="([^"]+)"(?![^>]*aria-current)[^>]*>.*?class="count[^"]*">(\d+)<', page
    )
    assert len(links) > 10
    for address, count in links:
        target = address.replace("&amp;", "&")
        if "district=" in target and target.count("district=") == 1:
            assert f" {count} 个场景" in visible(reader.get(target)), target


def test_the_form_keeps_what_was_chosen_without_a_script(reader: PageClient):
    page = JustHTML(reader.get("/scenarios?domain=education&sort=budget&q=作文").get_data(as_text=True), sanitize=False)
    form = next(
        node
        for node in elements(page.root)
        if node.name == "form" and "listing-search" in (node.attrs.get("class") or "")
    )
    sent = {node.attrs["name"]: node.attrs.get("value") for node in elements(form) if node.name == "input"}
    assert sent == {"q": "作文", "domain": "education", "sort": "budget"}
    assert form.attrs["method"] == "get"


def test_many_rows_come_in_pages(reader: PageClient):
    published(*(ScenarioFactory(title=f"批量{n}") for n in range(PAGE_SIZE + 3)), title="第三批清单")
    first, second = reader.get("/scenarios?batch=3"), reader.get("/scenarios?batch=3&page=2")
    assert (len(titles(first)), len(titles(second))) == (PAGE_SIZE, 3)
    assert not set(titles(first)) & set(titles(second))
    assert len(titles(reader.fragment("/batches/3?page=2"))) == 3
    reader.get("/scenarios?batch=3&page=3", status=404)


def test_the_list_follows_what_happens(reader: PageClient):
    assert "5 个场景" in visible(reader.get("/scenarios"))
    published(ScenarioFactory(title="新来的"), title="第三批清单")
    assert "新来的" in titles(reader.get("/scenarios"))
    before = listing.table()
    record(db.session(), SYSTEM, "ask", "conversation", 1)
    db.session.commit()
    assert listing.table() is before, "an event of another room is no reason to load the list anew"


def test_a_scenario_in_full(reader: PageClient):
    number = next(hit.document for hit in document_hits("scenarios", "排水管道缺陷判读", mode="lexical"))
    page = reader.get(f"/scenarios/{number}")
    text = visible(page)
    for part in (
        "背景与痛点",
        "建设内容",
        "考核指标",
        "揭榜条件",
        "可开放的数据",
        "验收标准",
        "附件",
        "问答",
        "更正",
        "进度",
        "面议",
        "以官方公告为准",
    ):
        assert part in text, part
    assert 'href="https://example.org/n/1"' in page.get_data(as_text=True)


def test_phone_numbers_and_articles(reader: PageClient):
    pages = {title: reader.get(f"/scenarios/{number}").get_data(as_text=True) for number, title in numbers().items()}
    assert "139 **** 1234" in pages["作文批改"]
    assert "13900001234" not in pages["作文批改"]
    assert f"/policies/{PLAN}#article-10" in pages["A<b>&影像"]
    assert "需求发生变化" in pages["停办的场景"]
    assert "0755-00001234" in pages["停办的场景"]


def numbers() -> dict[str, str]:
    from scenario_catalog.queries import cards

    return {row.number: row.title for row in db.session.execute(cards())}


def test_a_batch_tells_what_changed(reader: PageClient):
    text = visible(reader.get("/batches/2"))
    assert "本批发布以来" in text
    assert "与上一批发布时相比" in text
    assert "上一批：" in text
    assert not re.search(r"[a-z]+_?[a-z]* \d+ 个", text), "what happened before publication is nobody's business"
    assert "肺结节影像随访" in text, "landed since"
    assert "排水管道缺陷判读" in text, "closed before"
    first = visible(reader.get("/batches/1"))
    assert "下一批：" in first
    assert "与上一批发布时相比" not in first


def test_an_agency(reader: PageClient):
    assert "鹏湾医院" in visible(reader.get("/agencies"))
    page = reader.get("/agencies/hospital")
    assert set(titles(page)) == {"A<b>&影像", "肺结节影像随访"}
    assert "139 **** 1234" in visible(page)


def test_the_scenarios_of_an_article(reader: PageClient):
    path = f"/policies/{PLAN}/articles/10/scenarios"
    assert titles(reader.get(path)) == ["A<b>&影像"]
    assert "1 个相关场景" in visible(reader.fragment(path))
    assert "暂无相关场景" in visible(reader.fragment(f"/policies/{PLAN}/articles/3/scenarios"))
    reader.get(f"/policies/{PLAN}/articles/3/scenarios")


def test_an_empty_site(client: PageClient):
    assert "还没有发布的场景" in visible(client.get("/"))
    assert "没有符合条件的场景" in visible(client.get("/scenarios"))
    client.get("/batches")
    client.get("/agencies")
