"""A policy's life at the corpus desk in a real browser: a Word file, its split corrected, published, cited, replaced."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import served
from tests.browser.desks import OPERATOR, sign_in
from tests.browser.test_assistant_journeys import copy_database
from tests.policies.documents import worded

pytestmark = [pytest.mark.browser, pytest.mark.model]

TITLE, IDENTIFIER = "临海市海水淡化产业扶持办法", "linhai-desalination-2026"
PLAN_TITLE = "深圳市加快打造人工智能先锋城市行动方案"
QUESTION = "海水淡化装置的补贴最高多少？"
QUOTE = "对符合条件的海水淡化装置给予最高180万元补贴。"
# The second article's number is written in a way that no split knows.
PARAGRAPHS = (
    TITLE,
    "第一条 为了支持海水淡化产业，制定本办法。",
    f"第2款、{QUOTE}",
    "第三条 市水务局负责受理海水淡化装置补贴申请。",
)


@pytest.fixture
def own(site: str, instance: Path, tmp_path: Path) -> Iterator[str]:
    """Serve a copy of the site's data: a further policy would change what others are answered."""
    del site
    copied = tmp_path / "instance"
    shutil.copytree(instance, copied, ignore=shutil.ignore_patterns("*.db*"))
    copy_database(instance / "marketplace.db", copied / "marketplace.db")
    with served(copied) as address:
        yield address


def no_barrier(page: Page) -> None:
    assert Axe().run(page).response["violations"] == []


def ask(page: Page, site: str, question: str) -> None:
    page.goto(f"{site}/assistant")
    page.fill("#q", question)
    page.click(".ask button.btn-primary")
    expect(page.locator(".turn .verdict")).to_have_count(1, timeout=30_000)


def test_a_word_file_becomes_a_policy_that_is_cited_and_replaced(own: str, page: Page) -> None:
    sign_in(page, own, OPERATOR)
    page.goto(f"{own}/desk/policies/drafts/new")
    page.set_input_files(
        "input[type=file]", {"name": "办法.docx", "mimeType": "application/octet-stream", "buffer": worded(*PARAGRAPHS)}
    )
    page.get_by_role("button", name="导入为草稿").click()
    shown = page.locator("#preview")
    expect(shown.locator("article")).to_have_count(2)
    no_barrier(page)

    second = page.locator("#p-2")
    second.locator("textarea").fill(f"第二条 {QUOTE}")
    second.locator("select").select_option("article")
    expect(shown.locator("article")).to_have_count(3)
    expect(shown).to_contain_text("1 章 3 条")
    page.fill("[name=id]", IDENTIFIER)
    page.get_by_role("button", name="保存，去发布").click()
    no_barrier(page)
    page.get_by_role("button", name="发布", exact=True).click()
    expect(page.locator("h1")).to_contain_text(TITLE)
    no_barrier(page)

    ask(page, own, QUESTION)
    conversation = page.url
    expect(page.locator(".turn blockquote")).to_contain_text("最高180万元补贴")
    expect(page.locator(".turn blockquote footer")).to_contain_text(f"《{TITLE}》第二条")

    page.goto(f"{own}/desk/policies/{IDENTIFIER}")
    page.get_by_text("标为已被替代").first.click()
    page.get_by_label("由哪份文件替代").select_option(label=PLAN_TITLE)
    page.get_by_role("button", name="标为已被替代").click()
    expect(page.locator(".desk-message")).to_contain_text("已标为被替代")

    page.goto(conversation)
    expect(page.locator(".turn blockquote")).to_contain_text("最高180万元补贴")
    page.locator(".turn blockquote footer a").click()
    expect(page.locator("#article-2 mark")).to_contain_text(QUOTE)
    expect(page.locator("main")).to_contain_text(re.compile(f"已被.*{PLAN_TITLE}.*替代"))
    ask(page, own, f"《{TITLE}》里{QUESTION}")
    expect(page.locator(".turn-talk")).to_contain_text(f"已被《{PLAN_TITLE}》替代")
    no_barrier(page)
