"""Who makes a request, and for which organisation."""

from datetime import timedelta

import pytest
from flask import Flask

from accounts.access.models import SignIn
from accounts.models import Membership
from core import clock
from core.access import NOBODY, principal
from core.extensions import db
from tests.factories import MembershipFactory, OrganisationFactory, PersonFactory, member
from tests.pages import PageClient


@pytest.fixture
def who(app: Flask, client: PageClient):
    """Return who the client is to the site."""

    @app.get("/who")
    def page():
        seen.append(principal())
        return ""

    app.view_functions["page"].access_verb = "read"
    seen: list = []

    def ask():
        client.raw.get("/who")
        return seen[-1]

    return ask


def test_nobody_is_nobody(who) -> None:
    assert who() == NOBODY


def test_a_member_acts_for_the_first_organisation_unless_another_is_chosen(client: PageClient, who) -> None:
    first, second = OrganisationFactory(verification="verified"), OrganisationFactory(kind="enterprise")
    person = member(organisation=first, role="approver")
    MembershipFactory(person=person, organisation=second, role="owner")
    client.sign_in(person)
    assert (who().id, who().role, who().organisation, who().verified) == (
        person.pseudonym,
        "agency-approver",
        first.id,
        True,
    )
    client.sign_in(person, second)
    assert (who().role, who().organisation, who().verified) == ("enterprise-owner", second.id, False)


def test_someone_without_an_organisation_is_only_signed_in(client: PageClient, who) -> None:
    client.sign_in(PersonFactory())
    assert (who().role, who().organisation) == ("", None)
    assert "signed-in" in who().roles


def test_an_ended_membership_gives_nothing(client: PageClient, who) -> None:
    person = member()
    client.sign_in(person)
    db.session.query(Membership).one().ended_at = clock.now()
    db.session.commit()
    assert (who().role, who().organisation) == ("", None)


def test_an_inactive_person_is_nobody(client: PageClient, who) -> None:
    person = member()
    client.sign_in(person)
    person.active = False
    db.session.commit()
    assert who() == NOBODY


def test_an_operator_without_second_factor_is_none_and_is_led_to_set_it_up(client: PageClient, who) -> None:
    person = member("operator", "owner")
    client.sign_in(person)
    assert who().role == "operator-owner"
    person.tf_primary_method = None
    db.session.commit()
    response = client.raw.get("/about")
    assert (response.status_code, response.location) == (303, "/account/second-factor")
    assert who().role == "operator-owner"  # the page was not reached: the last answer is the old one


def test_a_browser_that_was_ended_is_signed_out_at_once(client: PageClient, who) -> None:
    client.sign_in(member())
    assert who().id
    db.session.query(SignIn).one().ended_at = clock.now()
    db.session.commit()
    assert who() == NOBODY


def test_a_browser_is_forgotten_after_a_week_without_a_visit(client: PageClient, who) -> None:
    client.sign_in(member())
    with clock.frozen(clock.now() + timedelta(days=6)):
        assert who().id
    with clock.frozen(clock.now() + timedelta(days=14)):
        assert who() == NOBODY
