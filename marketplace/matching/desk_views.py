"""What an enterprise was invited to, and what the operator sees of supply and demand."""

from flask import Response

from core import clock
from core.access import access, principal
from core.web import paginate, render
from marketplace.matching import covering, presenting, queries
from marketplace.matching.routes import blueprint
from scenario_catalog.presenting import shown_status


@blueprint.get("/desk/bid-invitations")
@access("bid_invitation.list")
def invitations() -> Response:
    page = paginate(queries.invitations_to(principal().organisation or 0))
    return render("matching/invitations.html", fragment="results", page=page, status_of=shown_status)


@blueprint.get("/desk/coverage")
@access("coverage.read")
def coverage() -> Response:
    today = clock.today()
    found = covering.present(today)
    shown = presenting.coverage(found.needs, found.solutions, today) if found else None
    return render("matching/coverage.html", fragment="results", coverage=shown)
