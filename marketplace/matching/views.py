"""The page that matches a pasted text. It keeps nothing: no row, no log line, no address with the text in it."""

from http import HTTPStatus

from flask import Blueprint, Response, request

from core import clock
from core.access import access
from core.extensions import limiter
from core.web import render
from marketplace.matching.examples import EXAMPLES
from marketplace.matching.forms import MatchForm
from marketplace.matching.matcher import match_text
from marketplace.matching.rules import MAX_LENGTH

blueprint = Blueprint("matching", __name__)
TEMPLATE = "matching/match.html"


@blueprint.get("/match")
@access("read")
def match() -> Response:
    chosen = {str(place): example.text for place, example in enumerate(EXAMPLES, 1)}
    form = MatchForm(text=chosen.get(request.args.get("example", ""), ""))
    return render(TEMPLATE, form=form, found=None, examples=EXAMPLES, most=MAX_LENGTH)


@blueprint.post("/match")
@access("read")
@limiter.limit("20 per minute")
def result() -> Response:
    form = MatchForm()
    valid = form.validate_on_submit()
    found = match_text((form.text.data or "").strip(), clock.today()) if valid else None
    status = HTTPStatus.OK if valid else HTTPStatus.UNPROCESSABLE_ENTITY
    return render(
        TEMPLATE, fragment="results", status=status, form=form, found=found, examples=EXAMPLES, most=MAX_LENGTH
    )
