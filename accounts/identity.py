"""Who makes a request, and for which organisation: what the authorisation table is asked about."""

from http import HTTPStatus

from flask import Flask, flash, redirect, request, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from accounts import queries
from accounts.access.models import Person
from accounts.access.people import current_person
from accounts.models import Membership
from accounts.rules import OPERATOR, role_of
from core.access import NOBODY, Principal, principal
from core.extensions import db

ACTING = "acting"
# What an operator may open before the second factor is set.
FREE = {"static", "site.health", "site.toggle_large_print"}
FREE_BLUEPRINTS = {"security", "people"}


def install(app: Flask) -> None:
    app.extensions["identify"] = identify
    app.extensions["sign_in"] = "security.login"
    app.extensions["second_factor_required"] = second_factor_required
    app.before_request(_lead_to_second_factor)


def identify() -> Principal:
    """Return who is signed in, acting for the chosen organisation, or the first that the person belongs to.

    The role is "" for a person without an organisation, and for an operator whose second factor is not set.
    """
    person = current_person()
    if person is None:
        return NOBODY
    plain = Principal(id=person.pseudonym, person=person.id, name=person.name, role="")
    membership = acting_membership(person)
    if membership is None or _lacks_second_factor(person, membership):
        return plain
    organisation = membership.organisation
    return Principal(
        id=person.pseudonym,
        person=person.id,
        name=person.name,
        role=role_of(organisation.kind, membership.role),
        organisation=organisation.id,
        organisation_name=organisation.name,
        verified=organisation.verified,
    )


def acting_membership(person: Person) -> Membership | None:
    """Return the membership that the person acts in: the one chosen in this browser if it still holds, else the first."""
    found = db.session.scalars(queries.memberships_of(person.id)).all()
    chosen = session.get(ACTING)
    return next((membership for membership in found if membership.id == chosen), found[0] if found else None)


def second_factor_required(person: Person) -> bool:
    """Tell whether the person belongs to the operator, so that signing in takes a second factor."""
    memberships = db.session.scalars(queries.memberships_of(person.id))
    return any(membership.organisation.kind == OPERATOR for membership in memberships)


def _lacks_second_factor(person: Person, membership: Membership) -> bool:
    return membership.organisation.kind == OPERATOR and not person.has_second_factor


def _lead_to_second_factor() -> Response | None:
    """Lead an operator without a second factor to its set-up, whichever page was asked for."""
    endpoint = request.endpoint
    if endpoint is None or endpoint in FREE or request.blueprint in FREE_BLUEPRINTS or request.method != "GET":
        return None
    who, person = principal(), current_person()
    if who.role or person is None or person.has_second_factor:
        return None
    membership = acting_membership(person)
    if membership is None or not _lacks_second_factor(person, membership):
        return None
    flash(gettext("运营方成员须先启用两步验证。"), "error")
    return redirect(url_for("security.two_factor_setup"), HTTPStatus.SEE_OTHER)
