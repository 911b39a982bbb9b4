"""axe finds nothing in any page, wide, narrow and in large print."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.desks import APPROVER, BIDDER, FOLLOWER, MEMBER, OPERATOR, OWNER, Desks, World

pytestmark = [pytest.mark.browser, pytest.mark.model]

# What is being fetched is drawn pale for that time.
UNSETTLED = "[aria-busy=true], .htmx-request"
AXE = Axe()

PAGES = [
    "/",
    "/scenarios",
    "/scenarios?domain=healthcare&q=影像",
    "/scenarios?q=没有这样的东西zzz",
    "/batches",
    "/batches/1",
    "/agencies",
    "/policies",
    "/policies/shenzhen-ai-pioneer-city-2024",
    "/policies/shenzhen-ai-pioneer-city-2024/facts",
    "/policies/shenzhen-ai-pioneer-city-2024/calculator",
    "/targets",
    "/landings",
    "/dashboard",
    "/scenarios/overdue",
    "/receipts",
    "/assistant/quality",
    "/match",
    "/assistant",
    "/assistant?q=算力券是什么",
    "/about",
    "/privacy",
    "/accessibility",
    "/audit/anchors",
    "/nowhere",
]


def desk_pages(site: str, at_work: World) -> list[tuple[str, str]]:
    """Return the pages of the desks, each with the account that opens it."""
    redaction = at_work.corrigendum.replace("corrigendum", "redaction")
    return [
        (MEMBER, f"{site}/desk"),
        (MEMBER, f"{site}/desk/scenarios"),
        (MEMBER, at_work.draft),
        (MEMBER, f"{at_work.draft}/conflict"),
        (MEMBER, f"{at_work.draft}/versions"),
        (MEMBER, f"{site}/desk/questions"),
        (MEMBER, f"{site}/inbox"),
        (APPROVER, at_work.corrigendum),
        (OPERATOR, f"{site}/desk/review"),
        (OPERATOR, f"{site}/desk/policies"),
        (OPERATOR, f"{site}/desk/policies/drafts/new"),
        (OPERATOR, at_work.review),
        (OPERATOR, at_work.batch),
        (OPERATOR, f"{at_work.batch}/publish"),
        (OPERATOR, redaction),
        (OPERATOR, f"{site}/audit"),
        (OWNER, f"{site}/desk/organisation"),
        (APPROVER, f"{site}/desk/seals"),
        (APPROVER, f"{site}/desk/evaluations"),
        (APPROVER, f"{site}/desk/landings"),
        (BIDDER, f"{site}/desk/bids"),
        (FOLLOWER, f"{site}/desk/organisation/verification"),
    ]


def first_link(site: str, browser: Browser, listing: str, prefix: str) -> str:
    page = browser.new_page()
    page.goto(f"{site}{listing}")
    found = page.locator(f"main a[href^='{prefix}']").first.get_attribute("href")
    page.close()
    assert found
    return found


def opened(browser: Browser, site: str, size: dict[str, int], *, large: bool, **options: Any) -> BrowserContext:
    context = browser.new_context(viewport=size, locale="zh-CN", **options)  # type: ignore[arg-type]
    if large:
        context.add_cookies([{"name": "large-print", "value": "1", "url": site}])
    return context


def faults(page: Page, address: str, *, large: bool) -> list[tuple[str, list[object]]]:
    """Return what axe finds in the page of an address, once it has settled."""
    assert page.locator("body.large-print").count() == int(large)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{address} scrolls sideways"
    expect(page.locator(UNSETTLED)).to_have_count(0)
    violations = AXE.run(page).response["violations"]
    return [(item["id"], [node["target"] for node in item["nodes"]][:3]) for item in violations]


@pytest.mark.parametrize("large", [False, True], ids=["standard", "large-print"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing(site: str, browser: Browser, size: dict[str, int], large: bool) -> None:
    context = opened(browser, site, size, large=large)
    page, found = context.new_page(), {}
    addresses = [
        *PAGES,
        first_link(site, browser, "/scenarios", "/scenarios/"),
        first_link(site, browser, "/agencies", "/agencies/"),
        first_link(site, browser, "/landings", "/landings/"),
    ]
    for path in addresses:
        page.goto(f"{site}{path}")
        found[path] = faults(page, path, large=large)
    context.close()
    assert {path: wrong for path, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("large", [False, True], ids=["standard", "large-print"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_at_the_desks(desks: Desks, at_work: World, size: dict[str, int], large: bool) -> None:
    pages: dict[str, Page] = {}
    found = {}
    for local, address in desk_pages(desks.site, at_work):
        if local not in pages:
            state = desks.of(local).context.storage_state()
            pages[local] = opened(desks.browser, desks.site, size, large=large, storage_state=state).new_page()
        answer = pages[local].goto(address)
        assert answer is not None
        assert answer.status == 200, address
        found[address] = faults(pages[local], address, large=large)
    for page in pages.values():
        page.context.close()
    assert {address: wrong for address, wrong in found.items() if wrong} == {}
