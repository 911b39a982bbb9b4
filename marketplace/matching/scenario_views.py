"""The solutions that fit a scenario, freezing them as a shortlist, and inviting from it."""

from flask import Response, abort, flash
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from core import clock
from core.access import access, me, principal
from core.errors import InvalidInputError
from core.extensions import db
from core.web import render
from marketplace.matching import matcher, operations, presenting, queries
from marketplace.matching.routes import NUMBER, blueprint, to, told
from scenario_catalog.models import Scenario
from scenario_catalog.rules import is_open


@blueprint.get(f"/desk/scenarios/<{NUMBER}:scenario_id>/solutions")
@access("match.read")
def of_scenario(scenario_id: int) -> Response:
    found = _load(scenario_id)
    return render(
        "matching/of_scenario.html",
        fragment="results",
        scenario=found,
        found=presenting.solutions_of(matcher.solutions_for(found), found),
        shortlists=db.session.scalars(queries.shortlists_of(found.id)).all(),
    )


@blueprint.post(f"/desk/scenarios/<{NUMBER}:scenario_id>/solutions")
@access("shortlist.make")
def freeze(scenario_id: int) -> BaseResponse:
    """Rank anew, and write down what came of it."""
    found = _load(scenario_id)
    ranking = matcher.solutions_for(found)
    offers = presenting.offers(ranking, found)
    try:
        made = operations.freeze(db.session(), principal().actor, found, me(), ranking=ranking, rows=offers)
    except InvalidInputError as error:
        told(error)
        return to("matches.of_scenario", scenario_id=scenario_id)
    db.session.commit()
    flash(_("短名单已固定"), "success")
    return to("matches.shortlist", shortlist_id=made.id)


@blueprint.get(f"/desk/shortlists/<{NUMBER}:shortlist_id>")
@access("shortlist.read")
def shortlist(shortlist_id: int) -> Response:
    found = queries.shortlist(shortlist_id) or abort(404)
    return render(
        "matching/shortlist.html",
        shortlist=found,
        rows=presenting.entries(found),
        intact=operations.digest(found.entries) == found.digest,
        is_open=is_open(found.scenario, clock.now()),
    )


@blueprint.post(f"/desk/shortlists/<{NUMBER}:shortlist_id>/entries/<{NUMBER}:entry_id>/invite")
@access("shortlist.invite")
def invite(shortlist_id: int, entry_id: int) -> BaseResponse:
    entry = db.session.scalar(queries.entry(shortlist_id, entry_id)) or abort(404)
    try:
        operations.invite(db.session(), principal().actor, entry.shortlist.scenario, me(), entry.solution)
    except InvalidInputError as error:
        told(error)
    else:
        db.session.commit()
        flash(_("已邀请“%(name)s”", name=entry.solution.organisation.name), "success")
    return to("matches.shortlist", shortlist_id=shortlist_id, _anchor=f"entry-{entry_id}")


def _load(scenario_id: int) -> Scenario:
    """Return a scenario that is public: a need that nobody has seen yet is compared with nothing."""
    return db.session.scalar(queries.by_id(scenario_id)) or abort(404)
