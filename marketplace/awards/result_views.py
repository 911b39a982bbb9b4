"""What a bidder learns of its own bid once it is decided."""

from http import HTTPStatus
from typing import Any

from flask import Response, abort

from core.access import access, principal
from core.web import render
from marketplace.awards import presenting, queries, rules
from marketplace.awards.routes import blueprint
from marketplace.bids.rules import BID, DISQUALIFICATIONS


@blueprint.get("/desk/bids/<token>/result")
@access("bid.result")
def result(token: str) -> Response:
    """Show own scores, comments and rank to the bid's lead and partners; 404 to all others, and before the opening."""
    bid = queries.own_bid(token, principal().organisation) or abort(HTTPStatus.NOT_FOUND)
    found = presenting.result(bid)
    shown: dict[str, Any] = {"states": BID.states, "disqualifications": DISQUALIFICATIONS, "unchosen": rules.UNCHOSEN}
    shown["leads"] = bid.organisation_id == principal().organisation
    return render("awards/result.html", fragment="result", bid=bid, scenario=bid.scenario, result=found, **shown)
