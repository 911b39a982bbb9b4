"""Shortlist, invitation and coverage in a real browser: figures are drawn under the site's own content policy."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desks import OPERATOR, OWNER, PATIENCE, Desks

pytestmark = [pytest.mark.browser, pytest.mark.model]


def open_ranking(desks: Desks) -> Page:
    """Open the solutions that fit an open scenario of the demonstration's first agency."""
    page = desks.of(OWNER)
    page.goto(f"{desks.site}/scenarios?q=外籍人士办事多语种咨询与预填表")
    page.locator(".row-title a").first.click()
    page.get_by_role("link", name="合适的方案").click()
    expect(page.locator(".match-title").first).to_be_visible(timeout=PATIENCE)
    return page


def test_a_ranking_is_frozen_and_an_enterprise_invited(desks: Desks) -> None:
    page = open_ranking(desks)
    page.get_by_role("button", name="固定为入围前短名单").click()
    expect(page.locator(".desk-message").first).to_contain_text("短名单已固定")
    page.get_by_text("依据的版本与摘要").click()
    expect(page.locator(".match-versions")).to_contain_text("与下面的内容一致")
    entry = page.locator(".match").first
    entry.get_by_role("button", name="邀请").click()
    expect(page.locator(".match").first).to_contain_text("邀请")
    expect(page.locator(".match").first.locator(".match-invited")).to_be_visible()


def test_coverage_turns_from_waiting_into_a_table_with_figures(desks: Desks) -> None:
    page = desks.of(OPERATOR)
    page.goto(f"{desks.site}/desk/coverage")
    expect(page.locator("#coverage-table")).to_be_visible(timeout=PATIENCE)
    for figure in page.locator("figure[data-chart]").all():
        expect(figure.locator("canvas")).to_be_visible()
        drawn = figure.locator("canvas").evaluate(
            "canvas => canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean)"
        )
        assert drawn
    assert desks.wrong == []


def test_coverage_is_whole_without_scripts(desks: Desks) -> None:
    kept = desks.of(OPERATOR).context.storage_state()
    context = desks.browser.new_context(java_script_enabled=False, storage_state=kept)
    page = context.new_page()
    page.goto(f"{desks.site}/desk/coverage")
    for _again in range(100):
        if page.locator("#coverage-table").count():
            break
        page.get_by_role("link", name="查看结果").click()
    assert page.locator("#coverage-table tbody tr").count() > 10
    expect(page.locator("figure[data-chart]").first).to_be_hidden()
    context.close()
