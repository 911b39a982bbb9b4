"""Whole journeys of the agency, operator and enterprise desks, each as the people who make them see it."""

import email
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.policy import default
from io import BytesIO
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from openpyxl import load_workbook
from playwright.sync_api import Page, Route, expect

from core import clock
from tests.browser.desks import (
    APPROVER,
    ENTERPRISE,
    FOLLOWER,
    HIDDEN,
    MEMBER,
    OPERATOR,
    OWNER,
    PATIENCE,
    Desks,
    World,
    approved,
    batch_of,
    begin,
    full,
    publish,
    review_of,
    save,
    shown,
    sign_in,
    submitted,
    write,
)
from tests.core.documents import PDF, PROGRAM

# The language model of a site that has just been started.
LOADING = 90_000

pytestmark = [pytest.mark.browser, pytest.mark.model]


@contextmanager
def saving(page: Page) -> Iterator[None]:
    """Wait until the form says that what was typed is saved: the revision that it goes on from is a later one."""
    revision = page.locator("#save-state input[name=revision]")
    before = revision.input_value()
    yield
    expect(revision).not_to_have_value(before, timeout=PATIENCE)
    expect(page.locator("#save-state")).to_contain_text("已保存")


def test_a_need_is_typed_saved_by_itself_previewed_and_submitted(desks: Desks) -> None:
    page = begin(desks, MEMBER)
    expect(page.locator("#progress-count")).to_contain_text("还差")
    meter = page.locator("#progress-count b").inner_text()
    with saving(page):
        write(page, title="独居老人用药电话提醒")
    with saving(page):
        write(page, scope="给独居慢病老人按时打电话提醒用药，记录是否服用，漏服时告诉家庭医生。")
    expect(page.locator("#progress-count b")).not_to_have_text(meter)
    expect(page.locator("#similar .draft-alike").first).to_contain_text("用药", timeout=LOADING)
    page.reload()
    expect(page.locator("#draft [name=title]")).to_have_value("独居老人用药电话提醒")
    expect(page.locator("#draft [name=scope]")).to_have_value(re.compile("漏服时告诉家庭医生"))
    write(
        page,
        **full("独居老人用药电话提醒", scope="给独居慢病老人按时打电话提醒用药，记录是否服用，漏服时告诉家庭医生。"),
    )
    save(page)
    expect(page.locator("#progress-count")).to_contain_text("可以提交了")
    page.get_by_label("文件").set_input_files({"name": "用药流程.pdf", "mimeType": "application/pdf", "buffer": PDF})
    page.get_by_role("button", name="上传附件").click()
    expect(page.locator(".draft-files")).to_contain_text("可公开")
    desk = page.url.partition("#")[0]
    page.get_by_role("link", name="预览", exact=True).click()
    expect(page.locator("h1")).to_have_text("独居老人用药电话提醒")
    expect(page.locator("main")).to_contain_text("这份需求尚未发布")
    expect(page.locator("main")).to_contain_text("用药流程.pdf")
    page.goto(desk)
    expect(page.get_by_role("button", name="提交审核")).to_have_count(0)
    page.get_by_role("button", name="请审批人提交").click()
    expect(page.locator(".desk-message").first).to_contain_text("已请审批人提交")
    approver = desks.of(APPROVER)
    approver.goto(f"{desks.site}/desk")
    approver.locator(".waiting li", has_text="请您提交审核").get_by_role("link", name="独居老人用药").click()
    approver.get_by_role("button", name="提交审核").click()
    expect(approver.locator(".desk-message").first).to_contain_text("已提交审核")
    page.goto(desk)
    expect(page.locator(".draft-head")).to_contain_text("审核中")


def test_a_need_is_shown_to_a_stranger_by_a_link_until_it_is_stopped(desks: Desks) -> None:
    title = "只给专家看的一份需求"
    page, stranger = begin(desks, MEMBER), desks.stranger()
    write(page, **full(title))
    save(page)
    page.get_by_label("文件").set_input_files({"name": "方案.pdf", "mimeType": "application/pdf", "buffer": PROGRAM})
    page.get_by_role("button", name="上传附件").click()
    expect(page.locator(".desk-message").first).to_contain_text("看起来是 .exe 文件")
    page.get_by_role("link", name="预览链接").click()
    page.get_by_role("button", name="生成预览链接").click()
    link = page.locator("#fresh").input_value()
    stranger.goto(link)
    expect(stranger.locator("h1")).to_have_text(title)
    expect(stranger.locator("main")).not_to_contain_text("方案.pdf")
    expect(stranger.get_by_role("button", name="关注进展")).to_be_disabled()
    assert faults(stranger) == []
    page.get_by_role("button", name="停用").first.click()
    expect(page.locator("main")).to_contain_text("已停用")
    stranger.goto(link)
    expect(stranger.locator("h1")).to_have_text("预览链接已失效")
    stranger.context.close()


def test_a_list_is_mended_row_by_row_and_imported(desks: Desks) -> None:
    page = desks.of(OPERATOR)
    page.goto(f"{desks.site}/desk/import")
    with page.expect_download() as blank:
        page.get_by_role("link", name="下载空白清单").click()
    title, agency = "从清单来的一份需求", "示例区清单测试中心"
    row = {"场景名称": title, "需求单位": agency, "体系": "城市治理+AI", "领域": "智慧城市", "建设内容": "识别漏点。"}
    row |= {"合作模式": "试点验证", "报名截止": (clock.today() + timedelta(days=60)).isoformat()}
    send_list(page, filled(blank.value.path(), row | {"领域": "占星"}))
    expect(page.locator(".complaints")).to_contain_text("占星")
    expect(page.locator(".complaints")).to_contain_text("第 2 行")
    assert faults(page) == []
    page.get_by_label("登记清单中还没有登记的单位").check()
    send_list(page, filled(blank.value.path(), row))
    expect(page.locator("h1")).to_have_text("已导入 1 份草稿")
    page.get_by_role("link", name=title).click()
    expect(page.locator("h1")).to_have_text(title)
    expect(page.locator("main")).to_contain_text(agency)


def filled(blank: Path, row: dict[str, str]) -> bytes:
    """Return the empty list with a row in it."""
    book, written = load_workbook(BytesIO(blank.read_bytes())), BytesIO()
    rows = book.worksheets[0]
    rows.append([row.get(str(cell.value)) for cell in rows[1]])
    book.save(written)
    return written.getvalue()


def send_list(page: Page, content: bytes) -> None:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    page.get_by_label("清单文件").set_input_files({"name": "清单.xlsx", "mimeType": kind, "buffer": content})
    page.get_by_role("button", name="检查并导入").click()


def faults(page: Page) -> list[str]:
    """Return what axe finds in the page as it is shown."""
    return [one["id"] for one in Axe().run(page).response["violations"]]


def test_a_save_by_itself_never_submits_whatever_button_has_the_focus(desks: Desks) -> None:
    page = begin(desks, APPROVER)
    write(page, **full("只是停在按钮上"))
    save(page)
    revision = int(page.locator("#save-state input[name=revision]").input_value())
    under_way: list[Route] = []
    page.route(page.url, lambda route: under_way.append(route), times=1)  # noqa: PLW0108 - the driver asks what it is
    with page.expect_request(page.url):  # the save of the first field takes its time
        write(page, conditions="先改这一项。", resources="再改这一项。")
    page.get_by_role("button", name="提交审核").focus()  # so that the next one waits, while the button has the focus
    under_way[0].continue_()
    expect(page.locator("#save-state input[name=revision]")).to_have_value(str(revision + 2), timeout=PATIENCE)
    page.reload()
    expect(page.locator("#draft [name=resources]")).to_have_value("再改这一项。")
    expect(page.locator(".draft-head")).to_contain_text("草稿")


def test_two_browsers_at_one_draft_lose_nothing_and_an_old_version_comes_back(desks: Desks) -> None:
    first, second = begin(desks, MEMBER), desks.of(APPROVER)
    write(first, title="两人同写", scope="最初的建设内容。", conditions="最初的条件。")
    save(first)
    address = first.url
    second.goto(address)
    with saving(first):
        write(first, scope="经办人写的：识别漏点。")
    write(second, scope="审批人写的：向工单系统派单。")
    expect(second.locator("#save-state")).to_contain_text("没有丢失", timeout=PATIENCE)
    second.get_by_role("link", name="对照两份文字").click()
    both = second.locator(".draft-merge fieldset", has_text="建设内容")
    expect(both.locator("td").filter(has_text="识别漏点").first).to_be_visible()
    expect(both.locator("td").filter(has_text="向工单系统派单").first).to_be_visible()
    both.get_by_label("用下面这段").check()
    both.locator("textarea").fill("识别漏点，并向工单系统派单。")
    second.get_by_role("button", name="并入并保存").click()
    expect(second.locator(".desk-message").first).to_contain_text("已合并并保存")
    first.goto(address)
    expect(first.locator("#draft [name=scope]")).to_have_value("识别漏点，并向工单系统派单。")
    first.get_by_role("link", name="历次版本").click()
    first.get_by_role("link", name="第 1 稿", exact=True).click()
    first.get_by_role("button", name="恢复此版本").click()
    expect(first.locator(".desk-message").first).to_contain_text("已恢复第 1 稿")
    expect(first.locator("#draft [name=scope]")).to_have_value("经办人写的：识别漏点。")
    first.goto(f"{address}/versions")
    expect(first.locator(".draft-versions li")).to_have_count(4)


def test_a_need_is_returned_with_a_comment_mended_and_approved(desks: Desks) -> None:
    title = "退回修改的一份需求"
    address = submitted(desks, title)
    operator = review_of(desks, title)
    operator.get_by_role("button", name="开始审核").click()
    field = operator.locator("#field-scope")
    field.locator("summary").click()
    field.get_by_label("意见").fill("请写明与现有工单系统怎样对接。")
    field.get_by_role("button", name="记下意见").click()
    expect(field).to_contain_text("未发出")
    operator.locator("summary", has_text="退回…").click()
    operator.get_by_label("考核指标无法检验").check()
    operator.get_by_label("退回理由", exact=True).fill("请补充对接方式后再提交。")
    operator.get_by_role("button", name="退回单位").click()
    expect(operator.locator(".review-state")).to_contain_text("已退回单位修改")
    member = desks.of(MEMBER)
    shown(member, f"{desks.site}/inbox", f"{title}：被退回")
    member.locator(".notices").get_by_role("link", name=title).first.click()
    expect(member.locator(".draft-returned")).to_contain_text("请补充对接方式后再提交。")
    expect(member.locator("#field-scope")).to_contain_text("请写明与现有工单系统怎样对接。")
    member.locator("#field-scope").get_by_role("button", name="标为已改好").click()
    with saving(member):
        write(member, scope="在消火栓加装噪声记录仪，识别漏点，经接口向现有工单系统派单。")
    approver = desks.of(APPROVER)
    approver.goto(address)
    expect(approver.locator(".draft-returned")).to_contain_text("提交以后改动了：建设内容")
    approver.get_by_role("button", name="再次提交").click()
    expect(approver.locator(".desk-message").first).to_contain_text("已提交审核")
    operator = review_of(desks, title)
    expect(operator.locator("#field-scope .diff")).to_contain_text("经接口")
    operator.get_by_role("button", name="审核通过").click()
    expect(operator.locator(".review-state")).to_contain_text("已审核通过")


def test_a_batch_is_composed_published_and_then_corrected_in_public(desks: Desks, page: Page) -> None:
    kept, dropped = "本批发布的需求", "留待下批的需求"
    desk = approved(desks, kept)
    approved(desks, dropped)
    operator = batch_of(desks, "旅程中的一批", kept, dropped)
    expect(operator.locator(".preflight")).to_contain_text("没有妨碍发布的问题")
    operator.locator("tr", has_text=dropped).get_by_role("button", name="移出").click()
    expect(operator.locator(".desk-table", has_text=kept)).not_to_contain_text(dropped)
    desk_of_batch = operator.url
    operator.get_by_role("link", name="预览", exact=True).click()
    expect(operator.locator("#results")).to_contain_text(kept)
    operator.goto(desk_of_batch)
    publish(operator, 1)
    operator.get_by_role("link", name="查看公开页面").click()
    batch = operator.url
    page.goto(batch)
    page.get_by_role("link", name=kept).first.click()
    expect(page.locator(".scenario-head")).to_contain_text(re.compile(r"SZ-\d{4}-\d{4}"))
    public = page.url
    approver = desks.of(APPROVER)
    approver.goto(desk)
    approver.get_by_role("link", name="发布更正").click()
    approver.get_by_label("考核指标").fill("查准率≥90%\n定位误差≤3 米")
    approver.get_by_label("更正理由").fill("按专家意见提高查准率。")
    approver.get_by_role("button", name="预览更正前后对照").click()
    expect(approver.locator(".error-summary")).to_contain_text("截止日")
    later = clock.today() + timedelta(days=50)
    approver.get_by_label("报名截止").fill(later.isoformat())
    approver.get_by_role("button", name="预览更正前后对照").click()
    expect(approver.locator(".corrigendum-preview")).to_contain_text("实质性更正")
    approver.get_by_role("button", name="公开这项更正").click()
    expect(approver.locator(".desk-message").first).to_contain_text("第 1 号更正已经公开")
    page.goto(public)
    expect(page.locator("#corrigendum-1 ins").first).to_contain_text("90")
    expect(page.locator(".facts")).to_contain_text(f"{later.month}月{later.day}日")
    page.goto(batch)
    page.locator("details", has_text="更正前后对照").locator("summary").click()
    expect(page.locator(".corrigendum del").first).to_be_visible()


def test_a_question_is_asked_without_a_name_answered_and_told(desks: Desks, at_work: World, page: Page) -> None:
    words = "现有噪声记录仪的通信方式是什么，能否提供接口文档？"
    asker, follower = desks.of(ENTERPRISE), desks.of(FOLLOWER)
    follower.goto(at_work.public)
    follower.get_by_role("button", name="关注进展").click()
    expect(follower.get_by_role("button", name="取消关注")).to_be_visible()
    asker.goto(at_work.public)
    asker.get_by_label("提一个问题").fill(words)
    asker.get_by_role("button", name="公开提问").click()
    expect(asker.locator("#question-1")).to_contain_text("本单位提问，他人看不到提问单位")
    agency = desks.of(MEMBER)
    agency.goto(f"{desks.site}/desk/questions")
    agency.locator(".question-row", has_text=words).get_by_role("link", name="去答复").click()
    agency.locator("[name=text]").fill("采用 NB-IoT，接口文档在签约后提供。")
    agency.get_by_role("button", name="公开答复").click()
    expect(agency.locator(".question-answer")).to_contain_text("NB-IoT")
    for reader in (page, agency):
        reader.goto(at_work.public)
        expect(reader.locator("#question-1")).to_contain_text("NB-IoT")
        expect(reader.locator("main")).not_to_contain_text("云岚")
    for reader in (asker, follower):
        shown(reader, f"{desks.site}/inbox", "有提问得到答复")


def test_what_is_redacted_leaves_a_mark_and_is_found_nowhere(desks: Desks, at_work: World, page: Page) -> None:
    found = page.locator("#results .row-item", has_text="已经公开的一份需求")
    page.goto(f"{desks.site}/scenarios?q={HIDDEN}")
    expect(found).to_contain_text(HIDDEN)
    operator = desks.of(OPERATOR)
    operator.goto(at_work.corrigendum.replace("corrigendum", "redaction"))
    operator.get_by_label("要删除的文字").fill(HIDDEN)
    operator.locator("#reason input").first.check()
    operator.get_by_role("button", name="查找每一处").click()
    expect(operator.locator(".occurrences mark").first).to_have_text(HIDDEN)
    operator.get_by_label("我已核对上面的每一处").check()
    operator.get_by_role("button", name="删除（须先勾选确认）").click()
    expect(operator.locator(".desk-message").first).to_contain_text("公开页面留有删除记录")
    page.goto(at_work.public)
    expect(page.locator("main")).to_contain_text("删除记录")
    expect(page.locator("main")).not_to_contain_text(HIDDEN)
    page.goto(f"{desks.site}/scenarios?q={HIDDEN}")
    expect(page.locator("#results")).to_be_visible()
    expect(page.locator("#results .row-item", has_text=HIDDEN)).to_have_count(0)


def link_in_letter(outbox: Path, address: str, pattern: str, page: Page) -> str:
    """Wait until a letter to an address with such a link has been sent; it may have had others before."""
    for _turn in range(120):
        for path in outbox.glob("*.eml"):
            letter = email.message_from_bytes(path.read_bytes(), policy=default)
            if letter["To"] == address and (found := re.search(pattern, str(letter.get_content()))):
                return found[0]
        page.wait_for_timeout(500)
    raise AssertionError(f"no letter to {address} with {pattern}")


def test_an_invitation_is_sent_opened_elsewhere_and_accepted(desks: Desks, instance: Path) -> None:
    owner, guest = desks.of(OWNER), "agency2.member@demo.example"
    owner.goto(f"{desks.site}/desk/organisation")
    owner.get_by_label("邮箱").last.fill(guest)
    owner.get_by_role("button", name="发送邀请").click()
    expect(owner.locator("table", has_text="有效期")).to_contain_text(guest)
    link = link_in_letter(instance / "mail", guest, r"http\S+/invitations/\S+", owner)
    elsewhere = desks.stranger()
    elsewhere.goto(link)
    expect(elsewhere.locator("main")).to_contain_text("邀请您加入")
    sign_in(elsewhere, desks.site, "agency2.member")
    elsewhere.goto(link)
    elsewhere.get_by_role("button", name="接受邀请").click()
    expect(elsewhere.locator(".desk-message").first).to_be_visible()
    elsewhere.context.close()
    owner.reload()
    expect(owner.locator("table").first).to_contain_text(guest)
