"""From sealed bids to an award and past it, walked by all who take part; and a consensus that one of the panel objects to."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.desks import ENTERPRISE, FOLLOWER, HOLDER, OPERATOR, Desks
from tests.browser.test_bid_journeys import SEALED, secret

pytestmark = [pytest.mark.browser, pytest.mark.model]

AUDITOR, CLERK = "auditor", "agency2.member"
PANEL = ("operator.evaluator", "agency.evaluator", "auditor.evaluator")
HEAD, SECOND, THIRD = PANEL
AGREEING, AGENCY = "低空飞行计划冲突预检与审批辅助", "飞屿低空飞行服务中心"
NUMBER = "SZ-2026-0027"
JOIN = """
    INSERT INTO membership (organisation_id, person_id, role, created_at)
    SELECT organisation.id, person.id, ?2, '2026-01-01 00:00:00.000000' FROM organisation, person
    WHERE organisation.name = ?1 AND person.email = ?3
"""
LEAVE = """
    DELETE FROM membership WHERE organisation_id = (SELECT id FROM organisation WHERE name = ?1)
    AND role = ?2 AND person_id = (SELECT id FROM person WHERE email = ?3)
"""
OBJECTION = "中选方案所列案例的验收日期与公开信息不一致，请核实后再定。"


def sound(page: Page) -> None:
    """See that the page that is shown does not scroll sideways, wide or narrow, and that axe finds nothing in it on a phone."""
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (
            f"{page.url} scrolls sideways"
        )
    found = Axe().run(page).response["violations"]
    page.set_viewport_size(DESKTOP)  # type: ignore[arg-type]
    assert [(item["id"], item["nodes"][0]["target"]) for item in found] == [], page.url


def press(page: Page, name: str) -> None:
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()
    page.wait_for_load_state()


def said(page: Page, text: str) -> None:
    expect(page.locator(".desk-message").first).to_contain_text(text)


def go(desks: Desks, local: str, address: str) -> Page:
    page = desks.of(local)
    page.goto(f"{desks.site}{address}")
    return page


def seat(desks: Desks, local: str, scenario: str) -> Page:
    """Go to a member's own page of a scenario's evaluation."""
    page = go(desks, local, "/desk/panel")
    page.get_by_role("link", name=scenario).click()
    expect(page.get_by_role("heading", name="参加评审")).to_be_visible()
    return page


def at_desk(desks: Desks, kind: str = "evaluations") -> Page:
    """Go to the agency's page of the scenario's evaluation, or of its award."""
    page = go(desks, HOLDER, "/desk/evaluations")
    link = "入围与授标" if kind == "awards" else None
    row = page.get_by_role("row", name=SEALED)
    (row.get_by_text(link) if link else row.get_by_role("link").first).click()
    page.wait_for_load_state()
    return page


def present(page: Page, site: str, share: str, scenario: str) -> None:
    """Present a share of a scenario's keys."""
    page.goto(f"{site}/desk/seals")
    page.get_by_role("row", name=scenario).get_by_role("link", name="出示分片").click()
    page.get_by_label("密钥分片").fill(share)
    press(page, "出示")


def opened(desks: Desks, instance: Path) -> None:
    """Have two holders open the bids, unless another journey has."""
    if _state(instance) == "open":
        for local, line in ((HOLDER, "需求单位"), (OPERATOR, "运营方")):
            present(desks.of(local), desks.site, secret(instance, SEALED, "分片", line), SEALED)
            expect(desks.of(local).locator(".desk-message").first).to_contain_text("已")


def _state(instance: Path) -> str:
    with sqlite3.connect(instance / "marketplace.db") as database:
        return str(database.execute("SELECT status FROM scenario WHERE number = ?", (NUMBER,)).fetchone()[0])


def days_pass(instance: Path) -> None:
    """Let the notice be over: nobody waits five days for a test."""
    with sqlite3.connect(instance / "marketplace.db", timeout=30) as database:
        database.execute("UPDATE award SET notice_ends = noticed_at WHERE status = 'noticed' AND scenario_id = 27")


@contextmanager
def acting(desks: Desks, instance: Path, local: str, as_: tuple[str, str]) -> Iterator[Page]:
    """Let somebody act for an organisation (name, role) that has no account of its own in the demonstration."""
    page, row = desks.of(local), (*as_, f"{local}@demo.example")
    with sqlite3.connect(instance / "marketplace.db", timeout=30) as database:
        database.execute(JOIN, row)
    page.goto(f"{desks.site}/desk")
    page.get_by_label("切换单位").select_option(label=as_[0])
    page.get_by_role("button", name="切换", exact=True).click()
    page.wait_for_load_state()
    yield page
    with sqlite3.connect(instance / "marketplace.db", timeout=30) as database:
        database.execute(LEAVE, row)
    page.goto(f"{desks.site}/desk")
    assert as_[0] not in page.inner_text("body")


def test_a_panel_is_named_scores_agrees_and_its_winner_defaults(desks: Desks, instance: Path) -> None:
    opened(desks, instance)
    manned(desks)
    for local in PANEL:
        scores(desks, local)
    agreed(desks)
    winner, second = noticed(desks)
    objected(desks)
    awarded(desks, instance)
    with acting(desks, instance, FOLLOWER, (second, "owner")) as bidder:
        unawarded(desks, bidder, winner, second)
    assert desks.wrong == []


def manned(desks: Desks) -> None:
    """Name the panel, see one declare late, and begin."""
    page = at_desk(desks)
    expect(page.locator("main")).to_contain_text("下一步：指定评审专家")
    for box in page.locator("input[name=membership]").all():
        box.check()
    press(page, "指定")
    said(page, "已指定 3 人")
    expect(page.locator(".judging-next")).to_contain_text("评审组至少 3 人")
    for local in PANEL:
        mine = seat(desks, local, SEALED)
        press(mine, "提交申报")
        expect(mine.locator(".field-error").first).to_contain_text("请选择一项")
        mine.get_by_label("没有利益冲突").check()
        press(mine, "提交申报")
        said(mine, "已申报无冲突")
    page.reload()
    press(page, "开始评分")
    expect(page.locator("[aria-current=step]")).to_have_text("独立评分中")
    sound(page)


def scores(desks: Desks, local: str) -> None:
    """Give every bid its points, the second fewer; what is out of range is told, what is typed is saved by itself."""
    page = seat(desks, local, SEALED)
    while page.locator(".judging-next a").count():
        page.locator(".judging-next a").click()
        assert "公司" not in page.inner_text(".judged")
        points = page.locator("#draft input[name^=points-]").all()
        if local == HEAD and page.locator("#save-state").count():
            points[0].fill("101")
            press(page, "提交评分")
            expect(page.locator(".error-summary")).to_contain_text("请填写 0–100 之间的分数")
            points = page.locator("#draft input[name^=points-]").all()
        better = page.locator("h1").inner_text() == "方案 01"
        for place, one in enumerate(points):
            one.fill(str((90 if better else 78) - place - PANEL.index(local)))
        for area in page.locator("#draft textarea").all():
            area.fill("与需求对得上，依据写明了。")
        press(page, "提交评分")
        said(page, "的评分表已提交")
    expect(page.locator("main")).to_contain_text("您的评分表都已提交")


def agreed(desks: Desks) -> None:
    """Close the scoring, agree on each bid, have all sign, and make the technical scores final."""
    page = at_desk(desks)
    press(page, "结束评分")
    said(page, "已结束评分")
    head = seat(desks, HEAD, SEALED)
    for _bid in range(2):
        head.locator(".judging-next a").click()
        head.get_by_label("总的合议意见").fill("各项平均分反映了评审组的共同判断。")
        press(head, "保存合议意见")
        said(head, "请其他评审会签")
    page.reload()
    expect(page.locator(".judging-next")).to_contain_text("还有 2 份合议意见没有全部会签")
    for local in (SECOND, THIRD):
        signed(desks, local, SEALED, 2)
    page.reload()
    expect(page.locator("main")).to_contain_text("评审3 同意")
    press(page, "确认技术分")
    expect(page.get_by_role("heading", name="排名")).to_be_visible()
    sound(page)


def signed(desks: Desks, local: str, scenario: str, number: int) -> None:
    """Agree to what waits for a member's signature."""
    page = seat(desks, local, scenario)
    for _bid in range(number):
        expect(page.locator("#next")).to_contain_text("会签")
        page.locator(".judging-next a").click()
        page.get_by_label("同意这份合议意见").check()
        press(page, "提交会签")
        said(page, "已记录您对")


def noticed(desks: Desks) -> tuple[str, str]:
    """Name two finalists, record a test, and notice the better one; returns both names, the better first."""
    page = at_desk(desks, "awards")
    expect(page.locator("input[name=bid]:checked")).to_have_count(2)
    sound(page)
    press(page, "确定入围")
    said(page, "已确定入围方案")
    page.get_by_text("登记测试或试用结果", exact=True).click()
    page.get_by_label("由谁测试").fill("湾区软件评测中心（演示）")
    page.get_by_label("结果", exact=True).fill("二百份单证逐份核对，一百九十三份一致。")
    page.get_by_label("通过", exact=True).check()
    press(page, "登记")
    expect(page.locator("#trials ~ table")).to_contain_text("湾区软件评测中心")
    names = [text.split(" · ")[1] for text in page.locator("#ranking ~ table tbody td:nth-child(2)").all_inner_texts()]
    page.get_by_label(names[0]).check()
    page.get_by_label("理由").first.fill("总分第一，第三方测试通过。")
    page.get_by_role("button", name="公示 5 天").click()
    said(page, "已公示")
    return names[0], names[1]


def objected(desks: Desks) -> None:
    """An enterprise objects, everybody reads it without its name, and the agency answers."""
    page = go(desks, ENTERPRISE, f"/scenarios/{NUMBER}/award")
    page.get_by_role("link", name="提出异议").click()
    page.get_by_label("异议内容").fill("太短")
    press(page, "提出异议")
    expect(page.locator("main")).to_contain_text("异议请写 20–5000 字")
    page.get_by_label("异议内容").fill(OBJECTION)
    sound(page)
    press(page, "提出异议")
    said(page, "异议已提出")
    desk = at_desk(desks, "awards")
    expect(desk.locator("main")).to_contain_text("公示期到")
    desk.get_by_label("异议不成立").check()
    desk.get_by_label("公开答复").fill("已核对验收报告原件，日期一致。")
    press(desk, "公开答复")
    said(desk, "已公开答复")
    stranger = desks.stranger()
    stranger.goto(f"{desks.site}/scenarios/{NUMBER}/award")
    expect(stranger.locator("main")).to_contain_text("日期一致")
    assert "云岚" not in stranger.inner_text("main")
    assert "技术分" not in stranger.inner_text("main")
    sound(stranger)
    stranger.context.close()


def awarded(desks: Desks, instance: Path) -> None:
    """See that nobody outside reads scores, let the notice end, and award."""
    auditor = go(desks, AUDITOR, "/desk/evaluations/27")
    expect(auditor.locator("main")).to_contain_text("授标之后可以查看得分")
    days_pass(instance)
    desk = at_desk(desks, "awards")
    press(desk, "授标")
    said(desk, "已授标")
    auditor.reload()
    expect(auditor.locator(".score-table").first).to_contain_text("评审3")


def unawarded(desks: Desks, result: Page, winner: str, second: str) -> None:
    """The winner defaults: the other is a finalist again, still reads its scores, and is noticed in its place."""
    result.goto(f"{desks.site}/desk/bids")
    result.get_by_role("link", name=SEALED).click()
    result.get_by_role("link", name="评审结果与得分").click()
    expect(result.locator("main")).to_contain_text("入围后未中选")
    sound(result)
    desk = at_desk(desks, "awards")
    desk.get_by_label(winner).check()
    press(desk, "撤销授标")
    expect(desk.locator("main")).to_contain_text("请写明理由")
    desk.get_by_label("理由").first.fill("超过三十日没有签约，函告后仍不履行。")
    press(desk, "撤销授标")
    said(desk, "已撤销授标")
    result.reload()
    expect(result.locator("main")).to_contain_text("原授标已于")
    expect(result.locator(".score-table")).to_contain_text("评审1")
    desk.get_by_label(second).check()
    desk.get_by_label("理由").first.fill("原中选方未履约，由第二名递补。")
    desk.get_by_role("button", name="公示 5 天").click()
    said(desk, "已公示")
    sound(desk)


def test_an_objection_is_ruled_on_prices_are_opened_and_a_struck_bid_is_counted_out(
    desks: Desks, instance: Path
) -> None:
    alias = overruled(desks)
    settled(desks)
    with acting(desks, instance, CLERK, (AGENCY, "approver")) as desk:
        priced(desks, instance, desk)
        expect(desk.locator("main")).to_contain_text("接口承诺没有实测依据")
        struck(desk, alias)
    assert desks.wrong == []


def overruled(desks: Desks) -> str:
    """One member objects to what is written, the others sign, and the head rules; returns the bid's alias."""
    page = seat(desks, SECOND, AGREEING)
    expect(page.locator("#next")).to_contain_text("会签，还有 2 份")
    alias = page.locator(".judging-next a").inner_text()
    page.locator(".judging-next a").click()
    page.get_by_label("不同意").check()
    press(page, "提交会签")
    expect(page.locator("main")).to_contain_text("请写明理由")
    page.get_by_label("异议理由").fill("接口承诺没有实测依据，给分偏高。")
    sound(page)
    press(page, "提交会签")
    said(page, "已记录您对")
    signed(desks, SECOND, AGREEING, 1)
    signed(desks, THIRD, AGREEING, 2)
    signed(desks, HEAD, AGREEING, 2)
    head = desks.of(HEAD)
    expect(head.locator("#next")).to_contain_text("裁定异议，还有 1 份")
    head.locator(".judging-next a").click()
    expect(head.locator(".signatures")).to_contain_text("接口承诺没有实测依据")
    sound(head)
    head.get_by_role("textbox", name="理由").first.fill("原文附有联调记录，已当场核对，维持。")
    press(head, "维持合议意见")
    said(head, "已记录组长")
    return alias


def settled(desks: Desks) -> None:
    """Agree on the bid that is left, and have the others sign."""
    head = seat(desks, HEAD, AGREEING)
    expect(head.locator("#next")).to_contain_text("合议，还有 1 份")
    head.locator(".judging-next a").click()
    for area in head.locator("textarea[name^=comment-]").all():
        area.fill("按多数意见。")
    head.get_by_label("总的合议意见").fill("讨论后一致。")
    press(head, "保存合议意见")
    for local in (SECOND, THIRD):
        signed(desks, local, AGREEING, 1)


def priced(desks: Desks, instance: Path, page: Page) -> None:
    """Make the technical scores final, open the prices that nobody has seen so far, and rank."""
    page.goto(f"{desks.site}/desk/evaluations")
    page.get_by_role("row", name=AGREEING).get_by_role("link").first.click()
    address = page.url
    press(page, "确认技术分")
    expect(page.locator(".judging-next")).to_contain_text("报价尚未开启")
    page.locator("tbody a", has_text="方案 01").click()
    assert "万元" not in page.inner_text("main dl")
    for local, line in ((AUDITOR, "外部监督"), (OPERATOR, "运营方")):
        present(desks.of(local), desks.site, secret(instance, AGREEING, "分片", line), AGREEING)
    said(desks.of(OPERATOR), "已开启 3 份报价")
    page.goto(address)
    press(page, "计算总分并排名")
    expect(page.get_by_role("heading", name="排名")).to_be_visible()


def struck(desk: Page, alias: str) -> None:
    """Disqualify a ranked bid: the others are counted anew, and the page says so."""
    address = desk.url
    desk.locator("tbody a", has_text=alias).click()
    press(desk, "取消资格")
    expect(desk.locator("main")).to_contain_text("请选择原因")
    desk.get_by_label("原因").select_option("false_material")
    desk.get_by_label("依据条款").fill("场景公告“申报条件”第三条")
    desk.get_by_label("认定的事实").fill("联调记录经核实系伪造。")
    sound(desk)
    press(desk, "取消资格")
    said(desk, "其余方案的价格分、总分和名次已重新计算")
    assert desk.url == address
    expect(desk.locator("main")).to_contain_text(f"{alias} 在排名之后被取消资格")
    ranks = desk.locator("#ranking ~ table tbody td:first-child").all_inner_texts()
    assert [one.strip() for one in ranks] == ["1", "2"]
    sound(desk)
