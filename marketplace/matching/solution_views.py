"""The open scenarios that fit a solution: for its enterprise with all reasons, in public a few rows."""

from flask import Response, abort, request

from core.access import access
from core.web import render
from marketplace.matching import presenting
from marketplace.matching.routes import NUMBER, blueprint, later
from marketplace.solutions import queries as solutions

MOST_PUBLIC = 5


@blueprint.get(f"/desk/solutions/<{NUMBER}:solution_id>/matches")
@access("solution.read")
def of_solution(solution_id: int) -> Response:
    found = solutions.solution(solution_id) or abort(404)
    is_draft = found.status == "draft"
    short = is_draft and presenting.says_too_little(found)
    # A draft has no vectors stored: its sentences are embedded in the request that the page makes by itself.
    skipped = short or found.status == "archived" or (is_draft and later(request.args))
    shown = None if skipped else presenting.for_solution(found)
    return render("matching/of_solution.html", fragment="results", solution=found, found=shown, short=short)


@blueprint.get(f"/solutions/<{NUMBER}:solution_id>/scenarios")
@access("read")
def of_solution_fragment(solution_id: int) -> Response:
    """Show the scenarios that fit a public solution, as part of its page or alone."""
    found = solutions.public_solution(solution_id) or abort(404)
    shown = presenting.for_solution(found)
    return render(
        "matching/of_solution_public.html", fragment="scenarios", solution=found, found=shown, most=MOST_PUBLIC
    )
