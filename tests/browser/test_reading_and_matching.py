"""Reading the plan and matching a text, with and without scripts."""

import pytest
from playwright.sync_api import Browser, Page, expect

from marketplace.matching.examples import EXAMPLES

pytestmark = [pytest.mark.browser, pytest.mark.model]

PLAN = "/policies/shenzhen-ai-pioneer-city-2024"
SELECT = """() => {
  const line = document.querySelector("#article-10 p");
  const words = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let node; (node = words.nextNode());) {
    if (node.data.includes("推动")) range.setStart(node, node.data.indexOf("推动"));
    if (node.data.includes("场景落地")) { range.setEnd(node, node.data.indexOf("场景落地") + 4); break; }
  }
  document.getSelection().removeAllRanges();
  document.getSelection().addRange(range);
}"""


def test_selected_words_get_a_link_that_marks_them(site: str, page: Page) -> None:
    page.goto(f"{site}{PLAN}#article-10")
    expect(page.locator("#quote-link")).to_be_hidden()
    page.evaluate(SELECT)
    expect(page.locator("#quote-link")).to_be_visible()
    page.click("#quote-link")
    expect(page.locator("mark#quote")).to_be_in_viewport()
    assert page.locator("mark").all_inner_texts() == ["推动40个以上场景落地"]


def test_the_number_of_scenarios_comes_when_an_article_is_seen(site: str, page: Page) -> None:
    page.goto(f"{site}{PLAN}#article-12")
    expect(page.locator("#article-12 .article-actions")).to_contain_text("个相关场景")


def test_the_meaning_of_a_figure_shows_on_focus(site: str, page: Page) -> None:
    page.goto(f"{site}{PLAN}")
    figure = page.locator("#article-10 .figure").first
    figure.focus()
    shown = figure.evaluate(
        "node => [getComputedStyle(node, '::before').visibility, getComputedStyle(node, '::before').content]"
    )
    assert shown == ["visible", '"数量下限"']


def test_matching_swaps_the_results_and_counts_characters(site: str, page: Page) -> None:
    page.goto(f"{site}/match?example=1")
    expect(page.locator(".match-counter")).to_contain_text(f"已写 {len(EXAMPLES[0].text)} / 5000 字")
    page.click("main button[type=submit]")
    expect(page.locator(".match-title").first).to_contain_text("漏点")
    assert page.url == f"{site}/match?example=1"
    page.fill("textarea", "长" * 5001)
    expect(page.locator(".match-counter")).to_have_text("超出 1 字")
    page.click("main button[type=submit]")
    expect(page.locator(".error-summary")).to_be_focused()
    assert len(page.input_value("textarea")) == 5001


def test_both_work_without_scripts(site: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/match?example=1")
    page.click("main button[type=submit]")
    expect(page.locator(".match-title").first).to_contain_text("漏点")
    assert page.input_value("textarea") == EXAMPLES[0].text
    page.goto(f"{site}{PLAN}?article=10&mark=97-108#quote")
    expect(page.locator("mark#quote")).to_have_text("推动40个以上场景落地")
    page.click("#article-10 .article-actions a[href$='/articles/10/scenarios']")
    expect(page.locator("h1")).to_be_visible()
    context.close()
