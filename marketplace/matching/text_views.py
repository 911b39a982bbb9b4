"""The page that matches a pasted text. It keeps nothing: no row, no log line, no address with the text in it."""

from http import HTTPStatus
from typing import Any

from flask import Response, request

from core import clock
from core.access import access
from core.extensions import limiter
from core.web import render
from marketplace.matching import presenting
from marketplace.matching.examples import EXAMPLES
from marketplace.matching.forms import MAX_LENGTH, MatchForm
from marketplace.matching.matcher import scenarios_for_text
from marketplace.matching.presenting import Shown
from marketplace.matching.routes import public
from retrieval.embedder import ready


@public.get("/match")
@access("read")
def match() -> Response:
    chosen = {str(place): example.text for place, example in enumerate(EXAMPLES, 1)}
    return _page(MatchForm(text=chosen.get(request.args.get("example", ""), "")), None)


@public.post("/match")
@access("read")
@limiter.limit("20 per minute", exempt_when=lambda: not ready())
def result() -> Response:
    form = MatchForm()
    if not form.validate_on_submit():
        return _page(form, None, fragment="results", status=HTTPStatus.UNPROCESSABLE_ENTITY)
    ranking = scenarios_for_text("", (form.text.data or "").strip(), clock.today())
    return _page(form, presenting.scenarios(ranking), fragment="results")


@public.get("/match/how")
@access("read")
def how() -> Response:
    """Tell what a rank depends on, and what it does not."""
    return render("matching/how.html")


def _page(form: MatchForm, found: Shown | None, **options: Any) -> Response:
    shown: dict[str, Any] = {"form": form, "found": found, "examples": EXAMPLES, "most": MAX_LENGTH}
    return render("matching/match.html", **shown, **options)
