"""The blueprint of the pages, and what they share."""

from http import HTTPStatus
from io import BytesIO
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, send_file, url_for
from werkzeug.wrappers import Response as BaseResponse

from core.access import principal
from core.errors import InvalidInputError
from core.extensions import db
from core.files import SANDBOX
from marketplace.bids import vault
from marketplace.bids.models import Bid
from marketplace.evaluation import queries
from marketplace.evaluation.models import PanelMember
from marketplace.evaluation.reading import files_of, numbered
from scenario_catalog.models import Scenario

blueprint = Blueprint("evaluation", __name__)

# Row ids beyond this do not exist, and a database may not be able to ask for them.
NUMBER = "int(max=999999999)"
BELOW = f"/desk/evaluations/<{NUMBER}:scenario_id>"
SEAT = f"/desk/panel/<{NUMBER}:member_id>"


@blueprint.after_request
def _not_kept(response: Response) -> Response:
    """Keep bids and scores out of every cache."""
    response.headers["Cache-Control"] = "private, no-store"
    return response


def load(scenario_id: int) -> Scenario:
    return queries.scenario(scenario_id) or abort(HTTPStatus.NOT_FOUND)


def load_bid(scenario: Scenario, token: str) -> Bid:
    """Return an opened bid of the scenario; 404 for any other."""
    found = queries.opened_bid(token)
    return found if found and found.scenario_id == scenario.id else abort(HTTPStatus.NOT_FOUND)


def load_seat(member_id: int) -> PanelMember:
    """Return the reader's own seat on a panel; 404 for another's."""
    found = queries.member(member_id)
    mine = found is not None and found.person_id is not None and found.person_id == principal().person
    return found if found and mine else abort(HTTPStatus.NOT_FOUND)


def judged_bid(member: PanelMember, token: str) -> Bid:
    """Return a bid that this member judges: only who has declared sees any, and only once the scoring has begun."""
    found = load_bid(member.evaluation.scenario, token)
    begun = member.evaluation.status != "preparing"
    seen = member.status == "declared" and begun and found.status != queries.STRUCK
    return found if seen else abort(HTTPStatus.NOT_FOUND)


def to(endpoint: str, **values: Any) -> BaseResponse:
    return redirect(url_for(endpoint, **values), HTTPStatus.SEE_OTHER)


def done(message: str, endpoint: str, **values: Any) -> BaseResponse:
    """Commit, and go on to a page that tells what was done."""
    db.session.commit()
    flash(message, "success")
    return to(endpoint, **values)


def refused(error: InvalidInputError, endpoint: str, **values: Any) -> BaseResponse:
    """Take back what was begun, and say on the next page what is wrong."""
    db.session.rollback()
    for problem in error.problems:
        flash(problem, "error")
    return to(endpoint, **values)


def send_file_of(bid: Bid, place: int, *, covered: bool = False) -> Response:
    """Answer with a bid's file (counted from 1), decrypted for this answer only; `covered` hides its own name."""
    found = files_of(bid.content or {})
    if not 0 < place <= len(found):
        abort(HTTPStatus.NOT_FOUND)
    file = found[place - 1]
    try:
        data = vault.read(file)
    except vault.DamagedError:
        abort(HTTPStatus.NOT_FOUND)
    name = f"{bid.alias} {numbered(file, place)}" if covered else str(file["name"])
    response = send_file(BytesIO(data), download_name=name, as_attachment=True, etag=False, max_age=0)
    response.headers["Content-Type"] = str(file["media_type"])
    response.headers["Content-Security-Policy"] = SANDBOX
    return response
