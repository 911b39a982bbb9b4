"""Bidding together, and the way from the official result to a verified landing, as the people on it walk it."""

import re
import sqlite3
from contextlib import closing
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from zipfile import ZipFile

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from core import clock
from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.desks import BIDDER, FOLLOWER, HOLDER, OPERATOR, Desks, shown

pytestmark = [pytest.mark.browser, pytest.mark.model]

TOGETHER, PROCURED = "街道级暴雨影响研判与叫应话术生成", "社区涉金融宣传物料风险线索筛查"
PARTNER, WINNER = "新芽机器人有限公司（演示）", "云岚智能科技有限公司（演示）"
PDF = {
    "name": "scan.pdf",
    "mimeType": "application/pdf",
    "buffer": b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n",
}
TODAY = clock.today().isoformat()


def told(page: Page, words: str) -> None:
    """See that the page says what was done."""
    expect(page.locator(".desk-message").first).to_contain_text(words)


def faults(page: Page) -> list[str]:
    """Return what axe finds on the page, wide and narrow, and whether it scrolls sideways."""
    found = list[str]()
    for size in (PHONE, DESKTOP):
        page.set_viewport_size(size)  # type: ignore[arg-type]
        found += [f"{item['id']}: {page.url}" for item in Axe().run(page).response["violations"]]
        if not page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"):
            found.append(f"scrolls sideways: {page.url}")
    return found


# Bidding together.


@pytest.fixture
def partner(desks: Desks) -> Page:
    """The desk of an enterprise without bids of its own, verified as the operator does it."""
    page, operator = desks.of(FOLLOWER), desks.of(OPERATOR)
    page.goto(f"{desks.site}/desk/organisation/verification")
    if page.get_by_role("button", name="提交认证申请").count():
        page.get_by_label("统一社会信用代码").fill("91440300MA5TEAT00U")
        page.get_by_label("登记证书扫描件").set_input_files(PDF)  # type: ignore[arg-type]
        page.get_by_role("button", name="提交认证申请").click()
        expect(page.locator("main")).to_contain_text("认证审核中")
        operator.goto(f"{desks.site}/desk/verifications")
        operator.get_by_role("link", name=PARTNER).click()
        operator.get_by_label("通过认证").check()
        operator.get_by_role("button", name="提交审核结论").click()
        told(operator, "已处理")
    return page


def begun(page: Page, site: str) -> str:
    """Begin a bid of the scenario that is bid for together; returns its address."""
    page.goto(f"{site}/scenarios/SZ-2026-0037")
    page.get_by_role("button", name="我要揭榜").click()
    code = "".join(page.locator("#bid-code span").all_inner_texts())
    page.get_by_label("口令的最后一组").fill(code[-4:])
    page.get_by_role("button", name="抄好了，开始写方案").click()
    expect(page.locator("#field-partners")).to_be_visible()
    return page.url


def ask(page: Page, words: str) -> None:
    page.locator("#field-partners [name=words]").fill(words)
    page.locator("#field-partners [name=part]").fill("现场部署与巡检")
    page.get_by_role("button", name="查找并邀请").click()


def answer(page: Page, site: str, verb: str) -> None:
    page.goto(f"{site}/desk/bids")
    page.get_by_role("button", name=f"{verb}：{TOGETHER}").click()


def test_a_partner_is_found_asked_declines_and_accepts_when_asked_again(desks: Desks, partner: Page) -> None:
    lead = desks.of(BIDDER)
    place = begun(lead, desks.site)
    ask(lead, "有限公司")
    lead.get_by_role("button", name="邀请", exact=True).click()
    expect(lead.locator(".error-summary")).to_contain_text("请选择是哪一家")
    found = faults(lead)
    lead.get_by_label("企业名称或代码").fill("新芽")
    lead.get_by_role("button", name="邀请", exact=True).click()
    expect(lead.get_by_label(PARTNER)).to_be_checked()
    lead.get_by_role("button", name="邀请", exact=True).click()
    told(lead, "已邀请")
    partner.goto(f"{desks.site}/desk")
    partner.get_by_role("link", name=TOGETHER).click()
    expect(partner.locator("main")).to_contain_text("由本企业承担：现场部署与巡检")
    found += faults(partner)
    answer(partner, desks.site, "谢绝")
    told(partner, "已谢绝")
    lead.goto(place)
    expect(lead.locator("#field-partners")).to_contain_text("已谢绝")
    ask(lead, PARTNER)
    told(lead, "已邀请")
    answer(partner, desks.site, "同意联合揭榜")
    told(partner, "已同意联合揭榜")
    lead.goto(place)
    expect(lead.locator("#field-partners")).to_contain_text("已加入")
    expect(lead.locator("#note-partners")).to_be_empty()
    partner.goto(f"{desks.site}/scenarios/SZ-2026-0037")
    partner.get_by_role("button", name="我要揭榜").click()
    expect(partner.locator(".desk-message")).to_contain_text("同一场景只能参加一份")
    assert found == []
    assert desks.wrong == []


# From the official result to landed.


@pytest.fixture
def closed(instance: Path) -> str:
    """The number of a procurement, made to have closed yesterday: no journey can wait for its day."""
    with closing(sqlite3.connect(instance / "marketplace.db", timeout=30)) as database, database:
        day = clock.today() - timedelta(days=1)
        database.execute("UPDATE scenario SET deadline = ? WHERE title = ?", (day.isoformat(), PROCURED))
        row = database.execute("SELECT number FROM scenario WHERE title = ?", (PROCURED,)).fetchone()
    return str(row[0])


def landed(page: Page, site: str) -> int:
    """Return how many landings the home page's counter draws: invented ones have a number of their own."""
    page.goto(site)
    said = re.search(r"另有演示数据 (\d+) 个", page.locator(".ring figcaption").inner_text())
    assert said
    return int(said[1])


def attach(page: Page, text: str, *, public: bool = False) -> None:
    """Hand in a file for the milestone that is shown."""
    data = {"name": f"{text}.txt", "mimeType": "text/plain", "buffer": text.encode()}
    page.get_by_label("文件", exact=True).set_input_files(data)  # type: ignore[arg-type]
    page.get_by_label("材料名称").fill(text)
    page.get_by_label("任何人都可以下载这份材料").set_checked(public)
    page.get_by_role("button", name="上传材料").click()
    told(page, "已上传材料")
    shown(page, page.url, "已通过检查")


def decide(page: Page, verdict: str, words: str = "") -> None:
    """Say what became of the milestone that is shown."""
    page.get_by_label(verdict, exact=True).check()
    page.get_by_label("说明").fill(words)
    page.get_by_role("button", name="登记结论").click()


def plan(page: Page, kind: str, title: str) -> None:
    page.locator("summary", has_text="增加节点").click()
    page.get_by_label("节点类型").select_option(kind)
    page.get_by_label("节点名称").fill(title)
    page.get_by_label("约定日期").fill(TODAY)
    page.get_by_role("button", name="增加节点").click()
    told(page, "已增加节点")


def recorded(page: Page, site: str, number: str) -> str:
    """Record the official result of a procurement; returns the address of its landing."""
    page.goto(f"{site}/desk/landings")
    page.get_by_role("link", name=PROCURED).click()
    page.get_by_label("中标（成交）单位全称").fill(WINNER)
    page.get_by_label("结果公告日期").fill(TODAY)
    page.get_by_label("中标金额（万元）").fill("86.5")
    page.get_by_label("结果公告网址").fill("https://example.org/notice/result")
    page.get_by_role("button", name="登记采购结果").click()
    told(page, "中标单位在本站注册过")
    return f"{site}/desk/landings/{number}"


def signed(page: Page, place: str) -> None:
    """Sign the contract, and begin the pilot."""
    page.goto(place)
    page.get_by_role("link", name="办理“签订合同”").click()
    decide(page, "达成")
    expect(page.locator(".error-summary")).to_contain_text("先上传能证明的材料")
    attach(page, "采购合同")
    decide(page, "达成")
    told(page, "已登记结论")
    page.goto(place)
    plan(page, "pilot", "两个街道试运行")
    plan(page, "acceptance", "抽检三百条")
    page.get_by_label("合同名称").fill("筛查服务合同")
    page.get_by_role("button", name="保存合同信息").click()
    told(page, "已保存合同信息")
    page.get_by_role("button", name="开始试点").click()
    told(page, "试点已经开始")


def piloted(agency: Page, winner: Page, place: str) -> None:
    """Let the enterprise show what it did, half of it at first."""
    winner.goto(place)
    winner.get_by_role("link", name="两个街道试运行").click()
    attach(winner, "试运行报告", public=True)
    agency.goto(winner.url)
    decide(agency, "部分达成")
    expect(agency.locator(".error-summary")).to_contain_text("请写明哪些没有做到")
    decide(agency, "部分达成", "第二个街道只跑了二十天，补测十天。")
    told(agency, "已登记结论")
    attach(winner, "补测报告", public=True)
    agency.goto(winner.url)
    decide(agency, "达成")
    told(agency, "已登记结论")


def accepted(page: Page, place: str) -> None:
    page.goto(place)
    page.get_by_role("link", name="抽检三百条").click()
    attach(page, "验收记录")
    decide(page, "达成")
    told(page, "已登记结论")


def reported(page: Page, place: str) -> None:
    page.goto(place)
    page.get_by_role("textbox", name="落地成效").fill("抽检三百条，召回率 95%。")
    page.get_by_role("textbox", name="可复制条件").fill("要有街道巡查照片。")
    page.locator("form", has=page.get_by_role("textbox", name="落地成效")).get_by_role("button", name="保存").click()
    told(page, "已保存成效")


def replicated(page: Page, place: str) -> None:
    page.goto(place)
    page.locator("summary", has_text="登记复制推广").click()
    page.get_by_label("复制到哪里").fill("坪山区")
    page.get_by_label("启用日期").fill(TODAY)
    page.get_by_role("button", name="登记", exact=True).click()
    told(page, "已登记复制推广")


def sums(page: Page, folder: Path) -> dict[str, bool]:
    """Download the evidence bundle; returns whether each file in it is what its list of digests says."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name="下载证据包").click()
    waiting.value.save_as(folder / "bundle.zip")
    with ZipFile(folder / "bundle.zip") as bundle:
        lines = [line.split("  ", 1) for line in bundle.read("SHA256SUMS").decode().splitlines()]
        return {name: sha256(bundle.read(name)).hexdigest() == digest for digest, name in lines}


def test_a_landing_goes_from_the_contract_to_verified_and_the_counter_moves_only_then(
    desks: Desks, closed: str, tmp_path: Path
) -> None:
    operator, agency, winner, citizen = desks.of(OPERATOR), desks.of(HOLDER), desks.of(BIDDER), desks.stranger()
    before = landed(citizen, desks.site)
    place = recorded(operator, desks.site, closed)
    signed(agency, place)
    piloted(agency, winner, place)
    accepted(agency, place)
    operator.goto(place)
    expect(operator.locator(".landing-next")).to_contain_text("还没有填写落地成效")
    expect(operator.get_by_role("button", name="核验落地")).to_have_count(0)
    found = faults(operator)
    reported(agency, place)
    found += faults(agency)
    assert landed(citizen, desks.site) == before
    operator.goto(place)
    operator.get_by_role("button", name="核验落地").click()
    told(operator, "已核验")
    assert landed(citizen, desks.site) == before + 1
    replicated(agency, place)
    citizen.goto(f"{desks.site}/landings/{closed}")
    for words in ("召回率 95%", "街道巡查照片", "坪山区", WINNER, "补测报告", "86.5"):
        expect(citizen.locator("main")).to_contain_text(words)
    assert "验收记录" not in citizen.inner_text("main")
    found += faults(citizen)
    citizen.context.close()
    winner.goto(place)
    checked = sums(winner, tmp_path)
    assert all(checked.values())
    assert sum("证明材料" in name for name in checked) == 4
    assert found == []
    assert desks.wrong == []
