"""axe finds nothing in any page, wide, narrow and in large print."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.browser.conftest import DESKTOP, PHONE
from tests.browser.desks import APPROVER, BIDDER, FOLLOWER, MEMBER, OPERATOR, OWNER, Desks, World

pytestmark = [pytest.mark.browser, pytest.mark.model]

# What is being fetched is drawn pale for that time.
SETTLED = "!document.querySelector('[aria-busy=true], .htmx-request')"

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


@pytest.mark.parametrize("large", [False, True], ids=["standard", "large-print"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing(site: str, browser: Browser, size: dict[str, int], large: bool) -> None:
    context = browser.new_context(viewport=size, locale="zh-CN")  # type: ignore[arg-type]
    if large:
        context.add_cookies([{"name": "large-print", "value": "1", "url": site}])
    page = context.new_page()
    addresses = [
        *PAGES,
        first_link(site, browser, "/scenarios", "/scenarios/"),
        first_link(site, browser, "/agencies", "/agencies/"),
        first_link(site, browser, "/landings", "/landings/"),
    ]
    found = {}
    for path in addresses:
        page.goto(f"{site}{path}")
        assert page.locator("body.large-print").count() == int(large)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{path} scrolls sideways"
        page.wait_for_function(SETTLED)
        violations = Axe().run(page).response["violations"]
        if violations:
            found[path] = [(item["id"], [node["target"] for node in item["nodes"]][:3]) for item in violations]
    context.close()
    assert found == {}


@pytest.mark.parametrize("large", [False, True], ids=["standard", "large-print"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_at_the_desks(desks: Desks, at_work: World, size: dict[str, int], large: bool) -> None:
    found = {}
    for local, address in desk_pages(desks.site, at_work):
        state = desks.of(local).context.storage_state()
        context = desks.browser.new_context(viewport=size, locale="zh-CN", storage_state=state)  # type: ignore[arg-type]
        if large:
            context.add_cookies([{"name": "large-print", "value": "1", "url": desks.site}])
        page = context.new_page()
        answer = page.goto(address)
        assert answer is not None
        assert answer.status == 200, address
        assert page.locator("body.large-print").count() == int(large)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), f"{address} scrolls sideways"
        page.wait_for_function(SETTLED)
        violations = Axe().run(page).response["violations"]
        if violations:
            found[address] = [(item["id"], [node["target"] for node in item["nodes"]][:3]) for item in violations]
        context.close()
    assert found == {}
