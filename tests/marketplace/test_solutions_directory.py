"""The public directory: facets with counts, search by words, name and meaning, and the address that says the state."""

from datetime import timedelta
from urllib.parse import parse_qs

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from core import clock
from core.audit import SYSTEM
from core.city import city
from core.extensions import db
from marketplace.solutions import directory, operations, rules
from marketplace.solutions.directory import BANDS, OUTSIDE, Filters, Table
from marketplace.solutions.models import Solution
from retrieval.operations import fill_vectors
from tests.factories import OrganisationFactory, SolutionFactory, offered
from tests.pages import PageClient, visible

VOCABULARY = {
    "domain": {"healthcare": "医疗", "education": "教育", "finance": "金融"},
    "trl": directory.BAND_LABELS,
    "deployment": rules.DEPLOYMENTS,
    "district": {"南山区": "南山区", "福田区": "福田区", OUTSIDE: "市外"},
}
CHOICES = {
    facet: st.lists(st.sampled_from(sorted(codes)), unique=True, max_size=3) for facet, codes in VOCABULARY.items()
}
ONE = st.fixed_dictionaries(
    {
        "trl": st.integers(1, 9),
        "district": st.sampled_from(["", "南山区", "福田区", "盐田区"]),
        "domain": st.lists(st.sampled_from(sorted(VOCABULARY["domain"])), unique=True),
        "deployment": st.lists(st.sampled_from(sorted(VOCABULARY["deployment"])), unique=True),
    }
)


def codes_of(one: dict, facet: str) -> set[str]:
    """Say slowly what a row has in a facet."""
    if facet == "trl":
        return {code for code, levels in BANDS.items() if one["trl"] in levels}
    return {one["district"] or OUTSIDE} if facet == "district" else set(one[facet])


@given(st.lists(ONE, max_size=12), st.fixed_dictionaries(CHOICES), st.data())
def test_choosing_and_counting_are_what_a_slow_account_says(rows, chosen, data) -> None:
    within = data.draw(st.none() | st.sets(st.integers(0, max(len(rows) - 1, 0))) if rows else st.none())
    terms = [
        (id_, kind, code) for id_, one in enumerate(rows) for kind in ("domain", "deployment") for code in one[kind]
    ]
    table = Table([(id_, one["trl"], one["district"]) for id_, one in enumerate(rows)], terms, VOCABULARY)
    filters = Filters(**{facet: tuple(codes) for facet, codes in chosen.items()})
    found = table.select(filters, within)

    def fits(id_: int, but: str = "") -> bool:
        near = within is None or id_ in within
        return near and all(
            not codes or codes_of(rows[id_], facet) & {*codes} for facet, codes in chosen.items() if facet != but
        )

    assert [bool(mark) for mark in found.mask] == [fits(id_) for id_ in range(len(rows))]
    for facet, counts in found.counts.items():
        expected = {
            code: sum(fits(id_, facet) and code in codes_of(one, facet) for id_, one in enumerate(rows))
            for code in counts
        }
        assert counts == expected


@given(st.fixed_dictionaries({}, optional={**CHOICES, "q": st.lists(st.text(max_size=30), max_size=1)}))
def test_an_address_reads_back_as_it_was_written(args) -> None:
    filters = Filters.parse(args, VOCABULARY)
    assert Filters.parse(parse_qs(filters.query_string().removeprefix("?")), VOCABULARY) == filters


@pytest.fixture
def three(app: Flask) -> list[Solution]:
    """A leak finder of Nanshan, a scribe from outside the city, and an old prototype."""
    inside = OrganisationFactory(kind="enterprise", name="临海测漏有限公司", verification="verified")
    outside = OrganisationFactory(kind="enterprise", name="远山听写科技", district="", verification="verified")
    scribe = SolutionFactory(
        organisation=outside,
        name="诊室听写助手",
        summary="医患照常交谈，系统把主诉和病史写成门诊病历初稿，医生核对后一键归档，音频当日删除。",
        capabilities=("区分医生与患者语音",),
        domains=("healthcare",),
        deployment=("on_premise",),
        cases=(),
    )
    made = [SolutionFactory(organisation=inside), scribe, SolutionFactory(organisation=inside, trl=5)]
    for days, one in zip((3, 2, 1), made, strict=True):
        with clock.frozen(clock.now() - timedelta(days=days)):
            offered(one)
    return made


def titles(client: PageClient, query: str) -> list[str]:
    html = client.get(f"/solutions{query}").get_data(as_text=True)
    return [part.split('"')[0] for part in html.split('<a href="/solutions/')[1:] if part.split('"')[0].isdigit()]


def ids(*found: Solution) -> list[str]:
    return [str(one.id) for one in found]


def test_the_newest_come_first_and_facets_narrow(client: PageClient, three: list[Solution]) -> None:
    leak, scribe, prototype = three
    assert titles(client, "") == ids(prototype, scribe, leak)
    assert titles(client, "?domain=healthcare") == ids(scribe)
    assert titles(client, "?trl=proven") == ids(prototype)
    assert titles(client, f"?district={OUTSIDE}") == ids(scribe)
    assert titles(client, "?deployment=edge&trl=mature") == ids(leak)
    page = visible(client.get("/solutions?domain=healthcare"))
    assert "1 个方案" in page
    assert "适用领域：医疗" in page
    assert "成熟（TRL 7–9） 1" in page


@pytest.mark.parametrize("query", ["?domain=magic", "?trl=8", "?district=月球", "?sort=price", "?page=2", "?page=0"])
def test_unknown_codes_and_pages_are_not_found(client: PageClient, three: list[Solution], query: str) -> None:
    client.get(f"/solutions{query}", status=404)


def test_words_find_their_solution_with_the_sentence_marked(client: PageClient, three: list[Solution]) -> None:
    scribe = three[1]
    page = client.get("/solutions?q=门诊病历")
    assert titles(client, "?q=门诊病历")[0] == str(scribe.id)
    assert "<mark>" in page.get_data(as_text=True)
    assert "相关度" in visible(client.get("/solutions?q=夜间测漏"))
    assert titles(client, "?q=远山听写") == ids(scribe)  # by the enterprise's name
    assert "没有符合条件的方案" in visible(client.get("/solutions?q=婚礼甜品台"))


def test_meaning_adds_a_few_beside_the_words(client: PageClient, three: list[Solution]) -> None:
    fill_vectors()
    leak, scribe, prototype = three
    found = titles(client, "?q=门诊病历")
    assert found[0] == str(scribe.id)
    assert {*found} <= {*ids(leak, scribe, prototype)}
    assert "语义相近" in visible(client.get("/solutions?q=hospital"))


def test_a_search_that_is_too_long_is_told_and_kept(client: PageClient, three: list[Solution]) -> None:
    page = client.get("/solutions?q=" + "长" * 501)
    assert "搜索内容最多 500 字" in visible(page)
    assert "长" * 501 in page.get_data(as_text=True)
    assert "3 个方案" in visible(page)


def test_htmx_gets_the_list_and_the_address(client: PageClient, three: list[Solution]) -> None:
    response = client.fragment("/solutions?domain=healthcare&domain=")
    assert response.headers["HX-Push-Url"] == "/solutions?domain=healthcare"
    assert "<html" not in response.get_data(as_text=True)


def test_the_list_follows_what_changes(client: PageClient, three: list[Solution]) -> None:
    leak = three[0]
    assert str(leak.id) in titles(client, "")
    operations.move(db.session(), SYSTEM, leak, "archive")
    db.session.commit()
    assert str(leak.id) not in titles(client, "")
    operations.describe(db.session(), SYSTEM, three[1].organisation, operations.Profile(district=city().districts[1]))
    db.session.commit()
    assert titles(client, f"?district={OUTSIDE}") == []


def test_invented_solutions_are_shown_only_with_the_demonstration(client: PageClient, three: list[Solution]) -> None:
    invented = offered(SolutionFactory(demo=True))
    assert str(invented.id) not in titles(client, "")
    client.get(f"/solutions/{invented.id}", status=404)
    client.get(f"/enterprises/{invented.organisation.code}", status=404)


def test_enterprises_are_listed_with_what_they_offer(client: PageClient, three: list[Solution]) -> None:
    OrganisationFactory(kind="enterprise", name="没有方案有限公司")
    page = visible(client.get("/enterprises"))
    assert "临海测漏有限公司 已认证 南山区 · 2 个方案" in page
    assert "远山听写科技 已认证 市外 · 1 个方案" in page
    assert "没有方案有限公司" not in page
    shown = visible(client.get(f"/enterprises/{three[0].organisation.code}"))
    assert three[0].name in shown
    assert three[1].name not in shown
    client.get("/enterprises/nobody", status=404)


def test_empty_pages_offer_the_next_step(client: PageClient) -> None:
    assert "还没有公开的方案" in visible(client.get("/solutions"))
    assert "还没有企业公开方案" in visible(client.get("/enterprises"))
    assert "目前没有征集" in visible(client.get("/notices"))


def test_a_page_holds_thirty_and_leads_on(client: PageClient) -> None:
    offered(*(SolutionFactory() for _ in range(31)))
    assert len(titles(client, "")) == 30
    assert len(titles(client, "?page=2")) == 1
    client.get("/solutions?page=3", status=404)
