"""Every address of the site: it answers, well made, and what is unknown is a page in the site's look."""

import pytest
from flask import Flask
from werkzeug.routing import AnyConverter, BaseConverter
from werkzeug.routing.converters import NumberConverter

from core.access import ANYONE, access, rows, verb_of
from tests.pages import PageClient, visible

PLAIN = {"static", "site.health"}
# Pages between the password and the code lead to the sign-in page whoever has given neither.
BETWEEN = {
    f"security.{name}"
    for name in ("two_factor_setup", "two_factor_token_validation", "two_factor_rescue", "mf_recovery")
}


def addresses(app: Flask) -> list[str]:
    """Return the GET addresses that need neither an argument nor an account."""
    rules = [rule for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ()) and not rule.arguments]
    with app.app_context():
        rules = [rule for rule in rules if any(ANYONE in row.roles for row in rows(verb_of(app, rule.endpoint)))]
    return sorted(rule.rule for rule in rules if rule.endpoint not in PLAIN | BETWEEN)


def _value(converter: BaseConverter) -> str:
    """Return what an address may have in that place."""
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return "1" if isinstance(converter, NumberConverter) else "x"


def test_every_address_answers_on_an_empty_database(app: Flask, client: PageClient) -> None:
    found = addresses(app)
    assert len(found) > 8
    for path in found:
        client.get(path)


def test_pages_between_password_and_code_lead_to_the_sign_in_page(client: PageClient) -> None:
    for path in ("/account/second-factor", "/account/second-factor/code", "/account/second-factor/recovery"):
        assert client.get(path, status=302).location == "/account/sign-in"


def test_every_post_without_a_token_is_refused(app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    client = PageClient(app)
    posts = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    assert posts
    for rule in posts:
        values = {name: _value(converter) for name, converter in rule._converters.items()}
        path = app.url_map.bind("localhost").build(rule.endpoint, values, method="POST")
        client.post(path, {"q": "x"}, status=403)


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/scenarios/SZ-2026-9999",
        "/scenarios/%00",
        "/batches/999999999999",
        "/agencies/nobody",
        "/policies/nothing",
        "/scenarios?domain=magic",
        "/scenarios?page=0",
        "/scenarios?page=-1",
        "/scenarios?page=abc",
        "/scenarios?page=99999999999999999999",
        "/scenarios?page=2",
    ],
)
def test_what_is_unknown_is_not_found(client: PageClient, path: str) -> None:
    assert "404" in visible(client.get(path, status=404))


def test_a_method_that_is_not_allowed_is_a_page_too(client: PageClient) -> None:
    client.post("/about", status=405)


def test_headers_leave_no_room_for_foreign_code(client: PageClient) -> None:
    headers = client.get("/about").headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Cookie" in headers["Vary"]


def test_an_unexpected_error_is_a_page_in_the_sites_look(app: Flask) -> None:
    @app.get("/boom")
    @access("read")
    def boom() -> str:
        raise RuntimeError("on purpose")

    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    page = PageClient(app).get("/boom", status=500)
    assert "on purpose" not in page.get_data(as_text=True)
    assert "12345" in visible(page)
