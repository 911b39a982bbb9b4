"""`flask accounts`: the first operator's way in, and a second factor that was lost."""

import re

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select

from accounts.access.models import Person
from accounts.models import Membership, Organisation
from core.city import city
from core.extensions import db
from tests.accounts.sign_in_pages import PASSWORD, account, sign_in, with_second_factor
from tests.pages import PageClient


def run(app: Flask, *arguments: str) -> Result:
    result = app.test_cli_runner().invoke(args=["accounts", *arguments])
    db.session.expire_all()
    return result


def link_of(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return re.search(r"http://127\.0\.0\.1:8000(\S+)", result.output)[1]


def test_the_first_operator_sets_a_password_through_a_link_and_then_a_second_factor(app: Flask) -> None:
    link = link_of(run(app, "create-operator", "Boss@example.org", "--name", "许主任"))
    person = db.session.scalars(select(Person)).one()
    membership = db.session.scalars(select(Membership)).one()
    assert (person.email, person.name, membership.role) == ("boss@example.org", "许主任", "owner")
    assert membership.organisation.name == city().footer.host
    assert (membership.organisation.kind, membership.organisation.verified) == ("operator", True)
    client = PageClient(app)
    client.get(link)
    client.post(link, {"password": PASSWORD, "password_confirm": PASSWORD}, status=303)
    assert "invalid" not in client.get(link, status=302).location
    assert sign_in(client, "boss@example.org").location == "/account/second-factor"


def test_another_operator_joins_the_one_there_is(app: Flask) -> None:
    run(app, "create-operator", "a@example.org", "--organisation", "某市数据局")
    link_of(run(app, "create-operator", "b@example.org"))
    assert [row.name for row in db.session.scalars(select(Organisation))] == ["某市数据局"]
    assert len(db.session.scalars(select(Membership)).all()) == 2


def test_someone_with_an_account_becomes_an_operator_and_keeps_it(app: Flask) -> None:
    person = account(name="老王")
    link_of(run(app, "create-operator", person.email))
    link_of(run(app, "create-operator", person.email))
    assert db.session.scalars(select(Person)).one().name == "老王"
    assert len(db.session.scalars(select(Membership)).all()) == 1


@pytest.mark.parametrize("email", ["no address", "a@", "@example.org", "a@b@c", ""])
def test_a_bad_address_is_one_line(app: Flask, email: str) -> None:
    result = run(app, "create-operator", email)
    assert result.exit_code == 1
    assert len(result.output.strip().splitlines()) == 1
    assert db.session.scalars(select(Person)).all() == []


@pytest.mark.parametrize(("option", "length"), [("--name", 61), ("--organisation", 121)])
def test_a_name_that_no_field_takes_is_one_line(app: Flask, option: str, length: int) -> None:
    assert run(app, "create-operator", "a@example.org", option, "长" * length).exit_code == 1
    assert db.session.scalars(select(Organisation)).all() == []
    assert run(app, "create-operator", "a@example.org", option, "长" * (length - 1)).exit_code == 0


@pytest.mark.parametrize("command", ["create-operator", "reset-second-factor"])
def test_without_a_database_one_line_says_what_to_do_first(app: Flask, command: str) -> None:
    db.session.remove()
    db.drop_all()
    result = run(app, command, "a@example.org")
    assert result.exit_code == 1
    assert result.output.startswith("Error: 数据库还没有准备好，请先运行 flask data")
    assert len(result.output.splitlines()) == 1


def test_a_name_that_another_kind_of_organisation_has_is_refused(app: Flask) -> None:
    db.session.add(Organisation(code="x", name="某市数据局", kind="agency"))
    db.session.commit()
    result = run(app, "create-operator", "a@example.org", "--organisation", "某市数据局")
    assert result.exit_code == 1
    assert "某市数据局" in result.output
    assert db.session.scalars(select(Person)).all() == []


def test_a_lost_second_factor_is_reset(app: Flask) -> None:
    person = with_second_factor(account())
    assert run(app, "reset-second-factor", person.email).exit_code == 0
    assert not person.has_second_factor
    assert run(app, "reset-second-factor", "nobody@example.org").exit_code == 1
