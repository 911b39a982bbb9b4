"""Answers worded by a model, and what people say of an answer, in a real browser."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.assistant.model_server import ModelServer, claim, drip, hang_up, model_server, text
from tests.assistant.test_llm_adversary import PARK
from tests.assistant.test_llm_pages import LIE, SAID, SPOKEN
from tests.browser.conftest import served
from tests.browser.desks import OPERATOR, Desks

pytestmark = [pytest.mark.browser, pytest.mark.model]

QUESTION = "市级软件名园一次性奖励多少钱？"
TRUE, FALSE = claim(SAID, 17, PARK), claim(LIE, 17, PARK)
# Whatever the page shows even for a moment is kept.
WATCH = """() => { window.seen = ""; new MutationObserver(() => window.seen += document.body.innerText)
    .observe(document.body, {childList: true, subtree: true, characterData: true}); }"""


@pytest.fixture(scope="module")
def model() -> Iterator[ModelServer]:
    with model_server(text("")) as found:
        yield found


@pytest.fixture(scope="module")
def spoken(site: str, instance: Path, model: ModelServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a copy of the site's data with a model; yield its address."""
    copied = tmp_path_factory.mktemp("spoken") / "instance"
    shutil.copytree(instance, copied, ignore=shutil.ignore_patterns("*.db*"))
    copy_database(instance / "marketplace.db", copied / "marketplace.db")
    told = {name.upper(): str(value) for name, value in (SPOKEN | {"llm_url": model.url, "llm_seconds": 20}).items()}
    with served(copied, **told) as address:
        yield address


def copy_database(source: Path, target: Path) -> None:
    """Copy a database that is being written to."""
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as written:
        read.backup(written)


def ask(page: Page, site: str) -> None:
    page.goto(f"{site}/assistant")
    page.evaluate(WATCH)
    page.fill("#q", QUESTION)
    page.click(".ask button.btn-primary")
    expect(page.locator(".turn .verdict")).to_have_count(1, timeout=30_000)


def test_a_models_true_sentence_is_marked_as_its_own_and_its_lie_is_never_seen(
    spoken: str, model: ModelServer, page: Page
) -> None:
    model.says(drip([f"{FALSE}\n", f"{TRUE}\n", f"{FALSE}\n"], 0.3))
    ask(page, spoken)
    written = page.locator(".turn .written")
    expect(written).to_contain_text("AI 生成")
    expect(written).to_contain_text(SAID)
    expect(written).to_contain_text("测试大模型")
    expect(page.locator(".turn")).to_contain_text("模型另有 2 句没有通过核对")
    assert SAID in page.evaluate("window.seen")
    assert "500万元" not in page.evaluate("window.seen")
    assert Axe().run(page).response["violations"] == []
    page.reload()
    expect(written).to_contain_text(SAID)


def test_a_model_that_hangs_up_leaves_the_excerpts_and_a_word_of_why(
    spoken: str, model: ModelServer, page: Page
) -> None:
    model.says(hang_up)
    ask(page, spoken)
    expect(page.locator(".turn .fallback")).to_contain_text("以下是原文摘录")
    expect(page.locator(".turn .quote").first).to_contain_text("一次性200万元奖励")
    expect(page.locator(".turn .written")).to_have_count(0)


def test_what_is_called_wrong_reaches_the_operators_board(site: str, page: Page, desks: Desks) -> None:
    ask(page, site)
    page.click(".feedback summary")
    page.click(".feedback button:has-text('提交评价')")
    expect(page.locator(".feedback .field-error")).to_be_visible()
    page.locator(".feedback input[name=reason]").first.check()
    page.locator(".feedback input[name=wrong]").first.check()
    page.fill(".feedback textarea", "奖励对象没有写全")
    page.click(".feedback button:has-text('提交评价')")
    expect(page.locator(".feedback-done")).to_contain_text("没有用")
    expect(page.locator(".feedback-done")).to_contain_text("1 句不对")
    board = desks.of(OPERATOR)
    board.goto(f"{site}/desk/assistant")
    expect(board.locator("main")).to_contain_text(QUESTION.rstrip("？"))
    expect(board.locator("main")).to_contain_text("奖励对象没有写全")
