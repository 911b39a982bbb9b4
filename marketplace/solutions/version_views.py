"""A solution as the public would see it, and its versions side by side."""

from flask import Response, abort, request

from core.access import access
from core.web import render
from marketplace.solutions import presenting, queries, rules
from marketplace.solutions.routes import BELOW, blueprint, load


@blueprint.get(f"{BELOW}/preview")
@access("solution.read")
def preview(solution_id: int) -> Response:
    found = load(solution_id)
    missing = presenting.missing(rules.facts_of(found.content))
    return render("solutions/preview.html", missing=missing, **presenting.page(found))


@blueprint.get(f"{BELOW}/versions")
@access("solution.read")
def versions(solution_id: int) -> Response:
    """List the versions of a solution, and show how two of them differ."""
    found, kept = load(solution_id), queries.versions(solution_id)
    pair = presenting.compared(kept, request.args.get("old", ""), request.args.get("new", ""))
    older, newer = pair or abort(404)
    diff = presenting.changes(rules.facts_of(older.content), rules.facts_of(newer.content))
    return render("solutions/versions.html", solution=found, versions=kept, older=older, newer=newer, diff=diff)
