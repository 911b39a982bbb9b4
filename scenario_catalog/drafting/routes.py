"""The blueprint of the pages, and what they share."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from core.errors import InvalidInputError
from core.extensions import db
from scenario_catalog.drafting import queries
from scenario_catalog.models import Scenario

blueprint = Blueprint("drafting", __name__)

# Every text at its longest, as a form sends Chinese: nine bytes a character.
MOST_FORM_BYTES = 4 * 1024 * 1024
# Row ids beyond this do not exist, and a database may not be able to ask for them.
BELOW = "/desk/scenarios/<int(max=999999999):scenario_id>"


@blueprint.url_value_preprocessor
def _widen(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Before every before_request: the CSRF check reads the form.
    request.max_form_memory_size = MOST_FORM_BYTES


def load(scenario_id: int) -> Scenario:
    return queries.scenario(scenario_id) or abort(404)


def done(message: str, scenario_id: int, anchor: str | None = None, endpoint: str = "drafting.edit") -> BaseResponse:
    """Commit, and go on to a page of the need that tells what was done."""
    db.session.commit()
    flash(message, "success")
    return to(scenario_id, anchor, endpoint)


def refused(error: InvalidInputError, scenario_id: int, anchor: str | None = None) -> BaseResponse:
    """Take back what was begun, and go back to the need with what is wrong."""
    db.session.rollback()
    for problem in error.problems:
        flash(problem, "error")
    return to(scenario_id, anchor)


def to(scenario_id: int, anchor: str | None = None, endpoint: str = "drafting.edit", **values: Any) -> BaseResponse:
    return redirect(url_for(endpoint, scenario_id=scenario_id, _anchor=anchor, **values), HTTPStatus.SEE_OTHER)
