"""The main walks of a visitor, in a real browser, with and without scripts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.model]


@pytest.fixture
def plain(browser: Browser) -> Iterator[Page]:
    """A page without JavaScript."""
    context = browser.new_context(viewport=DESKTOP, java_script_enabled=False, locale="zh-CN")  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


def test_filtering_changes_address_rows_and_counts_and_back_undoes_it(site: str, page: Page) -> None:
    page.goto(f"{site}/scenarios")
    before = page.locator("#results").inner_text()
    page.click("#facet-domain-healthcare")
    expect(page).to_have_url(f"{site}/scenarios?domain=healthcare")
    expect(page.locator("#results .chip").first).to_contain_text("医疗")
    expect(page.locator("#facet-domain-healthcare")).to_have_attribute("aria-current", "true")
    assert page.locator("#results").inner_text() != before
    page.go_back()
    expect(page.locator("#results .chip")).to_have_count(0)
    assert page.locator("#results").inner_text() == before


def test_a_search_by_meaning_keeps_the_facets_and_marks_the_sentence(site: str, page: Page) -> None:
    page.goto(f"{site}/scenarios?domain=healthcare")
    page.fill("#q", "看片子太慢")
    page.press("#q", "Enter")
    expect(page).to_have_url(f"{site}/scenarios?domain=healthcare&q=%E7%9C%8B%E7%89%87%E5%AD%90%E5%A4%AA%E6%85%A2")
    expect(page.locator("#results mark").first).to_be_visible()
    page.locator("#results a[href^='/scenarios/']").first.click()
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("main")).to_contain_text("考核指标")


def test_an_answer_streams_in_with_its_quote_and_a_link_to_the_marked_sentence(site: str, page: Page) -> None:
    page.goto(f"{site}/assistant")
    page.fill("#q", "市级软件名园一次性奖励多少钱？")
    page.click(".ask button.btn-primary")
    expect(page.locator(".turn .quote").first).to_contain_text("一次性200万元奖励", timeout=30_000)
    expect(page.locator(".turn .quote mark").first).to_contain_text("200万元")
    expect(page.locator(".turn")).to_contain_text("原文摘录，非官方解释")
    page.locator(".turn .quote footer a").first.click()
    expect(page.locator("mark#quote")).to_be_in_viewport()
    expect(page.locator("mark#quote")).to_contain_text("200万元")


def test_a_follow_up_stays_in_the_conversation_which_can_be_deleted(site: str, page: Page) -> None:
    page.goto(f"{site}/assistant")
    for number, question in enumerate(["办高端展会按什么比例资助？", "封顶呢？"], 1):
        page.fill("#q", question)
        page.click(".ask button.btn-primary")
        expect(page.locator(".turn .verdict")).to_have_count(number, timeout=30_000)
    expect(page.locator(".turn").last).to_contain_text("300万元")
    page.reload()
    expect(page.locator(".turn")).to_have_count(2)
    address = page.url
    page.click("text=删除这次对话")
    expect(page.locator(".turn")).to_have_count(0)
    assert page.request.get(address).status == 404


def test_a_conversation_does_not_open_elsewhere(site: str, page: Page, browser: Browser) -> None:
    page.goto(f"{site}/assistant")
    page.fill("#q", "算力券是什么？")
    page.click(".ask button.btn-primary")
    expect(page.locator(".turn .verdict")).to_have_count(1, timeout=30_000)
    page.reload()
    stranger = browser.new_context()
    assert stranger.request.get(page.url).status == 404
    stranger.close()


def test_everything_works_without_scripts(site: str, plain: Page) -> None:
    plain.goto(f"{site}/scenarios")
    plain.click("#facet-domain-education")
    expect(plain.locator("#results .chip").first).to_contain_text("教育")
    plain.fill("#q", "作文")
    plain.click(".listing-search button")
    expect(plain.locator("#results mark").first).to_contain_text("作文")
    plain.goto(f"{site}/assistant")
    plain.fill("#q", "市级软件名园一次性奖励多少钱？")
    plain.click(".ask button.btn-primary")
    expect(plain.locator(".turn .quote").first).to_contain_text("200万元")
    expect(plain.locator(".turn .verdict")).to_be_visible()


def test_the_large_print_edition_is_one_switch_and_stays(site: str, plain: Page) -> None:
    plain.goto(f"{site}/scenarios?domain=finance")
    plain.click("text=大字版")
    expect(plain).to_have_url(f"{site}/scenarios?domain=finance")
    assert plain.locator("body").evaluate("node => getComputedStyle(node).fontSize") == "20px"
    plain.goto(f"{site}/about")
    expect(plain.locator("body.large-print")).to_have_count(1)


def test_a_phone_gets_the_filters_in_a_drawer(site: str, browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE, locale="zh-CN")  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{site}/scenarios")
    expect(page.locator("#facet-domain-healthcare")).to_be_hidden()
    page.locator("summary", has_text="筛选").click()
    expect(page.locator("#facet-domain-healthcare")).to_be_visible()
    page.click("#facet-domain-healthcare")
    expect(page.locator("#results .chip").first).to_contain_text("医疗")
    context.close()
