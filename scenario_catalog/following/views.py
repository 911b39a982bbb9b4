"""Following: the button on a scenario, and the list of what one follows."""

from http import HTTPStatus

from flask import Blueprint, Response, abort, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from core.access import access, me, principal
from core.extensions import db
from core.web import render, wants_fragment
from scenario_catalog import listing, presenting
from scenario_catalog import queries as catalog
from scenario_catalog.following import operations, queries
from scenario_catalog.models import Scenario

blueprint = Blueprint("following", __name__)


@blueprint.get("/following")
@access("scenario.follow")
def followed() -> Response:
    page = listing.rows_page(queries.followed(me()))
    return render("following/list.html", fragment="results", page=page, status_of=presenting.shown_status)


@blueprint.post("/scenarios/<number>/follow")
@access("scenario.follow")
def follow(number: str) -> BaseResponse:
    found = catalog.scenario(number) or abort(404)
    operations.follow(db.session(), principal().actor, me(), found)
    db.session.commit()
    return _button(found, follows=True)


@blueprint.post("/scenarios/<number>/unfollow")
@access("scenario.follow")
def unfollow(number: str) -> BaseResponse:
    found = catalog.scenario(number) or abort(404)
    operations.unfollow(db.session(), principal().actor, me(), found)
    db.session.commit()
    return _button(found, follows=False)


def _button(scenario: Scenario, *, follows: bool) -> BaseResponse:
    if wants_fragment():
        return render("following/button.html", scenario=scenario, follows=follows)
    return redirect(url_for("catalog.scenario", number=scenario.number), HTTPStatus.SEE_OTHER)
