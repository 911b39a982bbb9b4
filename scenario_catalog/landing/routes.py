"""The blueprint of the pages, and what they share."""

from http import HTTPStatus

from flask import Blueprint, abort

from accounts.rules import ENTERPRISE_READERS
from core.access import Principal, principal
from scenario_catalog.landing import queries
from scenario_catalog.landing.models import Landing, Milestone

blueprint = Blueprint("landing", __name__)

DESK = "/desk/landings/<number>"
# Row ids beyond this do not exist, and a database may not be able to ask for them.
NUMBER = "int(max=999999999)"


def is_party(who: Principal, landing: Landing) -> bool:
    return who.organisation is not None and any(one.organisation_id == who.organisation for one in landing.parties)


def load(number: str) -> Landing:
    """Return the newest landing of a scenario. Aborts with 404 where there is none, or an enterprise is no party of it."""
    found, who = queries.landing(number), principal()
    if found is None or (who.role in ENTERPRISE_READERS and not is_party(who, found)):
        abort(HTTPStatus.NOT_FOUND)
    return found


def load_milestone(number: str, milestone_id: int) -> Milestone:
    return queries.milestone(load(number).id, milestone_id) or abort(HTTPStatus.NOT_FOUND)
