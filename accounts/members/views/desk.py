"""The desk: what waits, first."""

from http import HTTPStatus

from flask import Blueprint, flash, redirect, request, session, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from accounts.members import desk
from core.access import access
from core.errors import NotFoundError
from core.web import render

blueprint = Blueprint("desk", __name__)
# The place in the session that says for which membership a person acts: accounts/identity.py reads it.
ACTING = "acting"


@blueprint.get("/desk")
@access("desk.read")
def home() -> Response:
    memberships = desk.memberships()
    return render("desk/home.html", waiting=desk.waiting(), memberships=memberships, late=desk.LATE_DAYS)


@blueprint.post("/desk/acting")
@access("desk.read")
def switch() -> Response:
    """Act for another of the own organisations from now on."""
    wanted = request.form.get("membership", type=int)
    chosen = next((each for each in desk.memberships() if each.id == wanted), None)
    if chosen is None:
        raise NotFoundError
    session[ACTING] = chosen.id
    flash(gettext("现在以“%(name)s”的身份办理。", name=chosen.organisation.name))
    return redirect(url_for("desk.home"), HTTPStatus.SEE_OTHER)
