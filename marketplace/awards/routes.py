"""The blueprint of the pages, and what they share."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from core.extensions import db
from marketplace.bids.models import Bid
from marketplace.evaluation import queries as evaluations
from scenario_catalog import queries as catalog
from scenario_catalog.models import Scenario

blueprint = Blueprint("awards", __name__)

# Row ids beyond this do not exist, and a database may not be able to ask for them.
NUMBER = "int(max=999999999)"
BELOW = f"/desk/awards/<{NUMBER}:scenario_id>"
PUBLIC = "/scenarios/<number>/award"


@blueprint.after_request
def _not_kept(response: Response) -> Response:
    """Keep what the desks show out of every cache."""
    if request.path.startswith("/desk/"):
        response.headers["Cache-Control"] = "private, no-store"
    return response


def load(scenario_id: int) -> Scenario:
    return evaluations.scenario(scenario_id) or abort(HTTPStatus.NOT_FOUND)


def load_public(number: str) -> Scenario:
    return catalog.scenario(number) or abort(HTTPStatus.NOT_FOUND)


def chosen(bids: Sequence[Bid]) -> set[int]:
    """Return the row ids of the bids that a form names by their tokens; a strange one counts as 0, which is nobody's."""
    known = {bid.token: bid.id for bid in bids}
    return {known.get(token, 0) for token in request.form.getlist("bid")}


def done(message: str, endpoint: str, **values: Any) -> BaseResponse:
    """Commit, and go on to a page that tells what was done."""
    db.session.commit()
    flash(message, "success")
    return redirect(url_for(endpoint, **values), HTTPStatus.SEE_OTHER)
