"""A bid from its draft to its receipt, and the opening by two holders, with the demonstration's own shares and codes."""

import json
import re
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.desks import APPROVER, BIDDER, HOLDER, OPERATOR, Desks, published

pytestmark = [pytest.mark.browser, pytest.mark.model]
OWN, SEALED = "外籍人士办事多语种咨询与预填表", "离岸贸易单证真实性交叉核对"


def secret(instance: Path, scenario: str, *words: str) -> str:
    """Return the share or code of a scenario in whose line these words stand."""
    text = (instance / "demo-secrets.txt").read_text(encoding="utf-8")
    block = text.split(scenario, 1)[1].split("\nSZ-", 1)[0]
    line = next(line for line in block.splitlines() if all(word in line for word in words))
    return line.split()[-1]


@pytest.fixture
def bidder(desks: Desks, instance: Path) -> Iterator[Page]:
    page = desks.of(BIDDER)
    page.goto(f"{desks.site}/desk/bids")
    page.get_by_role("link", name=OWN).click()
    page.get_by_label("方案口令").fill(secret(instance, OWN, "口令", "草稿"))
    page.get_by_role("button", name="打开草稿").click()
    yield page
    assert desks.wrong == []


def fill(page: Page) -> None:
    """Write what is still missing in the draft."""
    for area in page.locator("form#draft textarea").all():
        if not area.input_value():
            area.fill("按公布的要求响应，附测试记录；上线后四周内完成试运行。")
    page.get_by_label("报价（万元）").fill("86.5")
    for box in page.locator("form#draft input[type=checkbox]").all():
        box.check()


def test_a_draft_is_opened_with_its_code_filled_in_sealed_and_taken_back(bidder: Page, desks: Desks) -> None:
    fill(bidder)
    bidder.get_by_role("button", name="核对并递交").click()
    expect(bidder.get_by_role("heading", name="将要密封的内容")).to_be_visible()
    bidder.get_by_role("checkbox").check()
    bidder.get_by_role("button", name="密封并递交").click()
    expect(bidder.get_by_role("heading", name="回执")).to_be_visible()
    address = bidder.url.split("?")[0].split("#")[0].removesuffix("/")
    digest = re.search(r"[0-9a-f]{64}", bidder.inner_text("main"))
    assert digest
    content = bidder.request.get(f"{address}/content.json").body()
    assert sha256(content).hexdigest() == digest[0]
    price = bidder.request.get(f"{address}/price.json").body()
    assert json.loads(content)["price_digest"] == sha256(price).hexdigest()
    stranger = desks.stranger()
    stranger.goto(f"{desks.site}/receipts")
    stranger.locator("main input[name=digest]").fill(digest[0])
    stranger.locator("main form button[type=submit]").click()
    expect(stranger.locator("main")).to_contain_text("SZ-")
    assert "云岚" not in stranger.inner_text("main")
    stranger.context.close()
    bidder.goto(address)
    bidder.get_by_role("button", name="撤回").first.click()
    expect(bidder.get_by_role("button", name="核对并递交")).to_be_visible()


def present(page: Page, site: str, share: str) -> None:
    page.goto(f"{site}/desk/seals")
    page.get_by_role("row", name=SEALED).get_by_role("link", name="出示分片").click()
    page.get_by_label("密钥分片").fill(share)
    page.get_by_role("button", name="出示", exact=True).click()


def test_two_holders_open_what_is_past_its_deadline(desks: Desks, instance: Path) -> None:
    first, second = desks.of(HOLDER), desks.of(OPERATOR)
    present(first, desks.site, secret(instance, SEALED, "分片", "外部监督"))
    expect(first.locator("main")).to_contain_text("这不是您在本场景领取的分片")
    present(first, desks.site, secret(instance, SEALED, "分片", "需求单位"))
    expect(first.locator(".desk-message").first).to_contain_text("已出示")
    present(second, desks.site, secret(instance, SEALED, "分片", "运营方"))
    expect(second.locator(".desk-message").first).to_contain_text("已开标，共 2 份方案")
    first.goto(f"{desks.site}/scenarios/SZ-2026-0027")
    expect(first.locator("main")).to_contain_text("评审中")
    assert desks.wrong == []


LATER = "公园鸟鸣自动识别与迁徙记录"
# Words of their own, so that what other journeys look for is not found here.
BIRDS = {
    "background": "巡护员每月两次步行记鸟，一条样线走半天，夜里的鸟一只也记不到。",
    "scope": "在十二处林地放录音设备，从鸣声辨认鸟种，按日汇总成迁徙记录。",
    "indicators": "常见鸟种识别率≥90%",
    "resources": "三年的录音样本。",
    "acceptance": "由第三方抽听二百段录音，全部达标方予验收。",
}
SHARE = re.compile(r"(?:[0-9A-Z]{4}-){6}[0-9A-Z]{4}")


def test_three_holders_are_named_and_take_their_shares_and_only_then_bids_are_taken(desks: Desks) -> None:
    _desk, public = published(desks, LATER, **BIRDS)
    bid = begun(desks.of(BIDDER), public)
    expect(bid.locator("main")).to_contain_text("三方密钥还在办理")
    page = desks.of(APPROVER)
    page.goto(f"{desks.site}/desk/seals")
    page.get_by_role("row", name=LATER).get_by_role("link", name="指定持有人").click()
    page.get_by_label("需求单位持有人").select_option(label="顾安 · 湾岸区政务服务中心")
    page.get_by_role("button", name="确定", exact=True).click()
    expect(page.locator(".error-summary")).to_contain_text("运营方持有人：请选择")
    expect(page.get_by_label("需求单位持有人").locator("option:checked")).to_contain_text("顾安")
    page.get_by_label("运营方持有人").select_option(index=1)
    page.get_by_label("外部监督持有人").select_option(index=1)
    page.get_by_role("button", name="确定", exact=True).click()
    expect(page.locator(".desk-message").first).to_contain_text("已指定持有人")
    shares = {take(desks, local) for local in (APPROVER, OPERATOR, "auditor")}
    assert len(shares) == 3
    page.goto(f"{desks.site}/desk/seals")
    expect(page.get_by_role("row", name=LATER).last).to_contain_text("已就绪")
    bid.reload()
    assert "三方密钥" not in bid.inner_text("main")
    assert desks.wrong == []


def take(desks: Desks, local: str) -> str:
    """Take a holder's share, see that it is not shown again, and return it."""
    page = desks.of(local)
    page.goto(f"{desks.site}/desk/seals")
    page.get_by_role("row", name=LATER).get_by_role("link", name="领取分片").click()
    page.get_by_role("button", name="显示我的分片").click()
    share = page.locator(".secret-code").inner_text().strip()
    assert SHARE.fullmatch(share)
    page.get_by_role("link", name="我已抄好").click()
    expect(page.locator("main")).to_contain_text("您已领取分片")
    assert share not in page.content()
    return share


def begun(page: Page, scenario: str) -> Page:
    """Begin a bid for a scenario, with the code's last group as proof that it was written down."""
    page.goto(scenario)
    page.get_by_role("main").get_by_text("我要揭榜").click()
    page.get_by_label("口令的最后一组").fill(page.locator(".bid-code span").last.inner_text())
    page.get_by_role("button", name="抄好了，开始写方案").click()
    expect(page.locator("form#draft")).to_be_visible()
    return page
