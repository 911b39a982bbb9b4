"""What may turn an evaluation: a member who recuses, one who is removed, an objection that is upheld, a scenario that is given up."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desks import ENTERPRISE, Desks
from tests.browser.test_judging_journeys import CLERK, SECOND, acting, go, press, said, seat, sound

pytestmark = [pytest.mark.browser, pytest.mark.model]

SCORING, LAB = "冷冻电镜照片自动挑粒子与坏片剔除", "青禾交叉科学实验中心"
NOTICED, TAX, NUMBER = "申报期小微企业问税答复与填表校对", "澜桥社保财税服务中心", "SZ-2026-0017"
# The demonstration has no evaluators beyond its panel.
SUBSTITUTES = {"agency.reader": "何苗", "operator.member": "邓舟"}
OBJECTION = "中选方案的团队名单中有两人同时列在另一份入围方案里，请核实。"


def test_who_recuses_and_who_is_removed_are_replaced_and_the_scoring_goes_on(desks: Desks, instance: Path) -> None:
    first, second = (acting(desks, instance, local, (LAB, "evaluator")) for local in SUBSTITUTES)
    with acting(desks, instance, CLERK, (LAB, "approver")) as desk, first, second:
        recuses(desks)
        at(desk, desks.site, SCORING)
        removed(desk)
        expect(desk.locator(".judging-next")).to_contain_text("评审组至少 3 人")
        replaced(desks, desk)
    assert desks.wrong == []


def at(page: Page, site: str, scenario: str) -> None:
    """Go to a scenario's evaluation."""
    page.goto(f"{site}/desk/evaluations")
    page.get_by_role("row", name=scenario).get_by_role("link").first.click()
    page.wait_for_load_state()


def recuses(desks: Desks) -> None:
    """A member finds a conflict while scoring; what it has to say is asked for, and the bids are gone from its page."""
    page = seat(desks, SECOND, SCORING)
    page.locator("details.panel-add summary").click()
    page.locator("details.panel-add button").click()
    expect(page.locator("main")).to_contain_text("请写明")
    page.get_by_label("理由").fill("评分时发现方案团队中有近亲属。")
    sound(page)
    page.locator("details.panel-add button").click()
    expect(page.locator("main")).to_contain_text("已回避")
    assert page.get_by_text("方案 01").count() == 0


def removed(desk: Page) -> None:
    """The agency removes a member, with a reason that is asked for."""
    row = desk.locator("#panel ~ table tbody tr").filter(has_text="移出").first
    row.get_by_text("移出…").click()
    row.get_by_role("button", name="移出评审组").click()
    expect(desk.locator("main")).to_contain_text("请写明理由")
    desk.locator("textarea[name=words]:visible").fill("长期出差，无法按期评分。")
    sound(desk)
    desk.locator("textarea[name=words]:visible ~ button").click()
    said(desk, "已移出评审组")
    expect(desk.locator("main")).to_contain_text("长期出差")


def replaced(desks: Desks, desk: Page) -> None:
    """Two others are named, declare, and find the bids to score."""
    desk.get_by_text("指定评审专家", exact=True).first.click()
    for name in SUBSTITUTES.values():
        desk.get_by_label(name).check()
    press(desk, "指定")
    said(desk, "已指定 2 人")
    for local in SUBSTITUTES:
        page = seat(desks, local, SCORING)
        page.get_by_label("没有利益冲突").check()
        press(page, "提交申报")
        said(page, "已申报无冲突")
        expect(page.locator("#next")).to_contain_text("评分")
        sound(page)


def test_an_objection_is_upheld_the_notice_is_taken_back_and_the_scenario_is_given_up(
    desks: Desks, instance: Path
) -> None:
    objects(desks)
    with acting(desks, instance, CLERK, (TAX, "approver")) as desk:
        upheld(desk, desks.site)
        withdrawn(desk)
        told(desks, OBJECTION, "已撤销")
        given_up(desk)
    told(desks, "未成功的原因", "另行征集")
    assert desks.wrong == []


def objects(desks: Desks) -> None:
    page = go(desks, ENTERPRISE, f"/scenarios/{NUMBER}/award")
    page.get_by_role("link", name="提出异议").click()
    page.get_by_label("异议内容").fill(OBJECTION)
    press(page, "提出异议")
    said(page, "异议已提出")


def upheld(desk: Page, site: str) -> None:
    """The agency upholds the objection, and with that the notice is over."""
    at(desk, site, NOTICED)
    desk.get_by_role("main").get_by_role("link", name="入围与授标").first.click()
    desk.get_by_label("异议成立").check()
    press(desk, "公开答复")
    expect(desk.locator("main")).to_contain_text("请写")
    expect(desk.get_by_label("异议成立")).to_be_checked()
    desk.get_by_label("公开答复").fill("经核实属实，撤回本次公示。")
    sound(desk)
    press(desk, "公开答复")
    said(desk, "异议成立，公示已撤销")
    expect(desk.get_by_role("heading", name="提出中选方并公示")).to_be_visible()
    sound(desk)


def withdrawn(desk: Page) -> None:
    """Another is noticed, and that notice is taken back too."""
    desk.locator("input[name=bid]").last.check()
    desk.get_by_label("理由").first.fill("前两名不宜中选。")
    desk.get_by_role("button", name="公示 5 天").click()
    said(desk, "已公示")
    desk.get_by_text("撤回公示", exact=True).first.click()
    press(desk, "撤回公示")
    expect(desk.locator("main")).to_contain_text("请写明理由")
    desk.locator("details[open] textarea").fill("异议成立，重新提出中选方。")
    press(desk, "撤回公示")
    said(desk, "已撤回公示")
    sound(desk)


def given_up(desk: Page) -> None:
    """The scenario is given up with a coded reason."""
    press(desk, "宣告未成功")
    expect(desk.locator("main")).to_contain_text("请选择")
    desk.get_by_label("原因").select_option(index=1)
    desk.locator(".desk-danger textarea").fill("入围方案均有同样的情形，另行征集。")
    sound(desk)
    press(desk, "宣告未成功")
    said(desk, "未成功")
    sound(desk)


def told(desks: Desks, *words: str) -> None:
    """See what the public page says."""
    stranger = desks.stranger()
    stranger.goto(f"{desks.site}/scenarios/{NUMBER}/award")
    for word in words:
        expect(stranger.locator("main")).to_contain_text(word)
    sound(stranger)
    stranger.context.close()
