"""Accounts to try the site with: there with the demonstration data, let in on this machine only, gone with the data."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from accounts.access.models import Person
from accounts.models import Membership, Organisation
from accounts.people import demo
from core.audit import SYSTEM
from core.extensions import db
from scenario_catalog import demo as catalogue
from tests.accounts.sign_in_pages import give_code, sign_in
from tests.conftest import make_app, make_settings, opened
from tests.pages import PageClient, visible

REACHABLE = [{"host": "0.0.0.0"}, {"host": "192.0.2.1"}, {"demo_data": False}, {"trusted_proxies": 1}]  # noqa: S104


def with_agencies() -> None:
    """Register the demonstration's agencies, without the long history of its scenarios."""
    for code, name in ((demo.FIRST_AGENCY, "甲中心"), (demo.SECOND_AGENCY, "乙集团"), (demo.THIRD_AGENCY, "丙局")):
        db.session.add(Organisation(code=code, name=name, kind="agency", demo=True, verification="verified"))
    db.session.commit()


@pytest.fixture
def site(tmp_path) -> Iterator[Flask]:
    with opened(make_app(tmp_path, demo_data=True)) as app:
        with_agencies()
        demo.seed(lambda _line: None)
        yield app


def test_there_is_one_for_each_role_and_making_them_again_makes_none(site: Flask) -> None:
    found = {(row.organisation.kind, row.role) for row in db.session.scalars(select(Membership))}
    assert found == {
        *(("operator", role) for role in ("owner", "member", "evaluator")),
        *(("agency", role) for role in ("owner", "approver", "member", "evaluator", "reader")),
        *(("enterprise", role) for role in ("owner", "member")),
        *(("auditor", role) for role in ("member", "evaluator")),
    }
    verified = {row.code: row.verified for row in db.session.scalars(select(Organisation))}
    assert [code for code, yes in verified.items() if not yes] == [demo.NEW_ENTERPRISE]
    lines: list[str] = []
    demo.seed(lines.append)
    assert lines[-1] == "没有新的演示账号"
    assert len(db.session.scalars(select(Person)).all()) == len(demo.ACCOUNTS)


def test_the_sign_in_page_shows_them_and_the_operators_code(site: Flask) -> None:
    page = visible(PageClient(site).get("/account/sign-in"))
    assert all(account.email in page for account in demo.ACCOUNTS)
    assert demo.PASSWORD in page
    assert page.count("验证码") == 3


def test_one_click_signs_in_and_an_operator_is_asked_for_the_code_that_is_shown(site: Flask) -> None:
    client = PageClient(site)
    assert client.post("/account/demo-sign-in", {"email": "agency.owner@demo.example"}, status=303).location == "/desk"
    assert "沈澜" in visible(client.get("/account"))
    client.post("/account/demo-sign-in", {"email": "operator.owner@demo.example"}, status=302)
    assert client.raw.get("/account").status_code == 303
    page = visible(client.get("/account/second-factor/code"))
    person = db.session.scalars(select(Person).where(Person.email == "operator.owner@demo.example")).one()
    assert demo.code_of(person) in page
    give_code(client, person)
    assert "许岚" in visible(client.get("/account"))


def test_the_documented_password_works(site: Flask) -> None:
    client = PageClient(site)
    sign_in(client, "auditor@demo.example", demo.PASSWORD)
    assert "严正" in visible(client.get("/account"))


@pytest.mark.parametrize("changes", REACHABLE)
def test_where_others_can_reach_the_site_they_are_refused_and_not_shown(tmp_path, changes) -> None:
    with opened(make_app(tmp_path, demo_data=True)) as app:
        with_agencies()
        demo.seed(lambda _line: None)
        client = PageClient(app)
        sign_in(client, "agency.owner@demo.example", demo.PASSWORD)
        with client.raw.session_transaction() as cookie:
            kept = dict(cookie)
    with opened(make_app(tmp_path, **{"demo_data": True, **changes})) as app:
        client = PageClient(app)
        assert "demo.example" not in visible(client.get("/account/sign-in"))
        sign_in(client, "agency.owner@demo.example", demo.PASSWORD, status=422)
        client.post("/account/demo-sign-in", {"email": "agency.owner@demo.example"}, status=404)
        with client.raw.session_transaction() as cookie:
            cookie.update(kept)
        assert client.raw.get("/account").status_code == 303
        demo.seed(lambda _line: None)
        assert not (tmp_path / demo.FILE).exists()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_this_machine_has_several_names(tmp_path, host: str) -> None:
    assert make_settings(tmp_path, host=host, demo_data=True).demo_accounts


def test_one_click_is_for_these_accounts_only(site: Flask) -> None:
    db.session.add(Person(email="real@example.org", name="真人"))
    db.session.commit()
    for email in ("real@example.org", "nobody@example.org", ""):
        PageClient(site).post("/account/demo-sign-in", {"email": email}, status=404)


def test_they_go_with_the_demonstration_data_and_do_not_come_back(site: Flask) -> None:
    catalogue.purge(db.session(), SYSTEM)
    db.session.commit()
    assert db.session.scalars(select(Person)).all() == []
    assert db.session.scalars(select(Membership)).all() == []
    assert db.session.scalars(select(Organisation)).all() == []
    demo.seed(lambda _line: None)
    assert db.session.scalars(select(Person)).all() == []


def test_what_make_run_prints_is_written(site: Flask, tmp_path) -> None:
    text = (tmp_path / demo.FILE).read_text(encoding="utf-8")
    assert all(account.email in text for account in demo.ACCOUNTS)
    assert demo.PASSWORD in text
