"""The demonstration's accounts at their desks, and the steps that several journeys begin with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from playwright.sync_api import Browser, Page, ViewportSize, expect

from core import clock

MEMBER, APPROVER, OWNER, OPERATOR = "agency.member", "agency.approver", "agency.owner", "operator.owner"
ENTERPRISE, FOLLOWER = "enterprise.member", "newcomer.owner"
BIDDER, HOLDER = "enterprise.owner", "agency3.approver"
PATIENCE = 30_000
# Stands in the public need, until it is redacted.
HIDDEN = "青柠檬号硬盘"
NEED: Mapping[str, str] = {
    "system": "governance",
    "domain": "smart-city",
    "background": "每月人工听漏四轮，暗漏平均四十一天才发现，单处开挖约两万六千元。",
    "scope": "在三百二十个消火栓加装噪声记录仪，识别漏点并向现有工单系统派单，不另建平台。",
    "indicators": "查准率≥85%\n定位误差≤3 米",
    "conditions": "有一个上线案例。",
    "resources": "近三年工单两万条。",
    "acceptance": "两个片区连续试运行九十天，由第三方抽六十处开挖核实，全部达标方予验收。",
    "mode": "open_bidding",
    "district": "南山区",
    "budget_min": "180",
    "budget_max": "240",
    "contact_name": "王工",
    "contact_phone": "0755-00001234",
}


@dataclass
class Desks:
    """A browser for each account, signed in when it is first asked for; `wrong` is what no page may do."""

    site: str
    browser: Browser
    viewport: ViewportSize
    pages: dict[str, Page] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def of(self, local: str) -> Page:
        """Return the page of the account whose address begins with `local`."""
        if local not in self.pages:
            self.pages[local] = self.stranger()
            sign_in(self.pages[local], self.site, local)
        return self.pages[local]

    def stranger(self) -> Page:
        """Return a page in a browser of its own that nobody is signed in with."""
        page = self.browser.new_context(viewport=self.viewport, locale="zh-CN").new_page()
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        page.on("console", lambda said: self.wrong.append(said.text) if "Security Policy" in said.text else None)
        page.on("response", lambda answer: self.wrong.append(answer.url) if answer.status >= 500 else None)
        return page

    def close(self) -> None:
        for page in self.pages.values():
            page.context.close()


@dataclass(frozen=True)
class World:
    """Addresses of what stands at each step: a draft in conflict, a need in review, a batch with two, one in public."""

    draft: str
    review: str
    batch: str
    public: str
    corrigendum: str


def sign_in(page: Page, site: str, local: str) -> None:
    """Sign in with one click; operators type the code that the page shows."""
    page.goto(f"{site}/account/sign-in")
    # Who was lent to another organisation by an earlier journey has a button for each.
    page.get_by_role("button", name=f"{local}@demo.example").first.click()
    page.wait_for_load_state()
    code = page.get_by_label("六位验证码")
    if code.count():
        code.fill(page.locator("main code").inner_text())
        page.locator("main button[type=submit]").click()
    page.wait_for_url(f"{site}/desk")


def write(page: Page, **fields: str) -> None:
    """Type into the form of a need."""
    for name, text in fields.items():
        control = page.locator(f"#draft [name={name}]")
        if control.evaluate("node => node.tagName") == "SELECT":
            control.select_option(text)
        else:
            control.fill(text)


def save(page: Page) -> None:
    """Press the form's button, and wait until it is said that all is saved."""
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.locator(".desk-message").first).to_contain_text("已保存")


def full(title: str, **fields: str) -> dict[str, str]:
    """Return all that a need has to say."""
    deadline = (clock.today() + timedelta(days=40)).isoformat()
    return {"title": title, **NEED, "deadline": deadline, **fields}


def begin(desks: Desks, local: str) -> Page:
    """Open an empty need."""
    page = desks.of(local)
    page.goto(f"{desks.site}/desk/scenarios")
    page.get_by_role("button", name="新建场景需求").click()
    page.wait_for_selector("#draft")
    return page


def submitted(desks: Desks, title: str, **fields: str) -> str:
    """Write a need and hand it in; returns its address at the agency's desk."""
    page = begin(desks, APPROVER)
    write(page, **full(title, **fields))
    page.get_by_role("button", name="提交审核").click()
    expect(page.locator(".desk-message").first).to_contain_text("已提交审核")
    return page.url


def review_of(desks: Desks, title: str) -> Page:
    """Open the review of a need."""
    page = desks.of(OPERATOR)
    page.goto(f"{desks.site}/desk/review")
    page.get_by_role("link", name=title).click()
    page.wait_for_selector("#decision")
    return page


def approved(desks: Desks, title: str, **fields: str) -> str:
    """Write a need, hand it in and approve it; returns its address at the agency's desk."""
    address = submitted(desks, title, **fields)
    page = review_of(desks, title)
    page.get_by_role("button", name="审核通过").click()
    expect(page.locator(".review-state")).to_contain_text("已审核通过")
    return address


def batch_of(desks: Desks, title: str, *needs: str) -> Page:
    """Make a batch of approved needs."""
    page = desks.of(OPERATOR)
    page.goto(f"{desks.site}/desk/batches")
    page.get_by_label("批次标题").fill(title)
    page.get_by_role("button", name="建立").click()
    for need in needs:
        page.get_by_label(need).check()
    page.get_by_role("button", name="选入本批").click()
    expect(page.locator(".desk-message").first).to_contain_text(f"选入了 {len(needs)} 个场景")
    return page


def publish(page: Page, count: int) -> None:
    """Publish the batch whose page is shown, now."""
    page.get_by_role("link", name="发布或排期").click()
    page.get_by_label("请输入将要发布的场景数").fill(str(count))
    page.get_by_role("button", name="立即公开发布").click()
    expect(page.locator(".desk-message").first).to_contain_text("已经发布", timeout=PATIENCE)


def published(desks: Desks, title: str, **fields: str) -> tuple[str, str]:
    """Bring a need to the public; returns its address at the agency's desk and in public."""
    desk = approved(desks, title, **fields)
    page = batch_of(desks, f"批次：{title}", title)
    publish(page, 1)
    public = page.get_by_role("link", name=title).get_attribute("href")
    return desk, f"{desks.site}{public}"


def in_conflict(desks: Desks, title: str) -> str:
    """Let two people write at one need, the member later; returns its address."""
    page = begin(desks, MEMBER)
    write(page, **full(title))
    save(page)
    address = page.url
    other = desks.of(APPROVER)
    other.goto(address)
    write(other, scope="审批人写的建设内容：只做识别，不做派单。")
    save(other)
    write(page, scope="经办人写的建设内容：识别并派单，另加夜间复核。")
    page.get_by_role("button", name="保存", exact=True).click()
    page.wait_for_url("**/conflict")
    return address


def world(desks: Desks) -> World:
    """Bring a need to each of the steps that the pages are looked at in."""
    draft = in_conflict(desks, "两人同写的一份需求")
    submitted(desks, "等待审核的一份需求")
    review = review_of(desks, "等待审核的一份需求").url
    desk, public = published(desks, "已经公开的一份需求", resources=f"近三年工单两万条，样例存于{HIDDEN}。")
    names = ("等待发布的甲", "等待发布的乙")
    for name in names:
        approved(desks, name)
    return World(draft, review, batch_of(desks, "还没有发布的一批", *names).url, public, f"{desk}/corrigendum")


def shown(page: Page, address: str, text: str, **options: Any) -> None:
    """Look at a page again and again, as people do who wait for news, until it shows a text."""
    for _turn in range(60):
        page.goto(address)
        if page.locator("main", has_text=text).count():
            return
        page.wait_for_timeout(500)
    expect(page.locator("main"), **options).to_contain_text(text)
