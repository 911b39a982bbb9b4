"""Signing in and the own account in a real browser: with and without scripts, wide, narrow and in large print."""

import time

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from tests.browser.conftest import DESKTOP, PHONE

pytestmark = [pytest.mark.browser, pytest.mark.model]

OUTSIDE = ("/account/sign-in", "/account/sign-up", "/account/password-reset", "/account/confirmation")
INSIDE = (
    "/account",
    "/account/password",
    "/account/email",
    "/account/second-factor",
    "/account/recovery-codes",
    "/account/erasure",
)


def sign_in_as(page: Page, site: str, email: str) -> None:
    page.goto(f"{site}/account/sign-in")
    page.get_by_role("button", name=email).click()
    page.wait_for_load_state()


def sign_out(page: Page) -> None:
    page.locator(".account-menu > summary").click()
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_load_state()


def faults(page: Page) -> list[str]:
    found = [item["id"] for item in Axe().run(page).response["violations"]]
    fits = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    return found if fits else [*found, "scrolls sideways"]


@pytest.mark.parametrize("large", [False, True], ids=["standard", "large-print"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_in_account_pages(site: str, browser: Browser, size: dict[str, int], large: bool) -> None:
    context = browser.new_context(viewport=size, locale="zh-CN")  # type: ignore[arg-type]
    if large:
        context.add_cookies([{"name": "large-print", "value": "1", "url": site}])
    page, found = context.new_page(), {}
    for path in OUTSIDE:
        page.goto(f"{site}{path}")
        found[path] = faults(page)
    sign_in_as(page, site, "agency.owner@demo.example")
    for path in INSIDE:
        page.goto(f"{site}{path}")
        found[path] = faults(page)
    page.goto(f"{site}/account/second-factor")
    page.get_by_role("button", name="开始设置").click()
    page.wait_for_load_state()
    found["set-up"] = faults(page)
    page.locator(".account-menu > summary").click()
    found["menu"] = faults(page)
    context.close()
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_an_operator_signs_in_with_the_code_that_is_shown_and_out_again(
    site: str, browser: Browser, scripts: bool
) -> None:
    context = browser.new_context(viewport=DESKTOP, locale="zh-CN", java_script_enabled=scripts)  # type: ignore[arg-type]
    page = context.new_page()
    sign_in_as(page, site, "operator.owner@demo.example")
    page.get_by_label("六位验证码").fill(page.locator("main code").inner_text())
    page.locator("main button[type=submit]").click()
    page.wait_for_url(f"{site}/desk")
    assert "许岚" in page.locator(".masthead").inner_text()
    sign_out(page)
    assert page.locator(".account-sign-in").is_visible()
    page.goto(f"{site}/account")
    assert "/account/sign-in?next=/account" in page.url
    context.close()


def test_what_was_refused_is_said_on_top_and_has_the_focus(site: str, page: Page) -> None:
    page.goto(f"{site}/account/sign-in")
    page.get_by_label("电子邮箱").fill("nobody@example.org")
    page.get_by_label("密码").fill("not the password")
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state()
    time.sleep(0.2)
    assert page.locator(".error-summary:focus").count() == 1
    assert page.get_by_label("电子邮箱").input_value() == "nobody@example.org"
