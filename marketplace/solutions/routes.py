"""The blueprint of the desk's pages, and what they share."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from accounts.models import Organisation
from core.access import principal
from core.errors import InvalidInputError
from core.extensions import db
from marketplace.solutions import queries
from marketplace.solutions.models import Solution
from retrieval import jobs

blueprint = Blueprint("solutions_desk", __name__)

# Every text far beyond its longest, as a form sends Chinese: what is too long is told, with everything kept.
MOST_FORM_BYTES = 4 * 1024 * 1024
# Row ids beyond this do not exist, and a database may not be able to ask for them.
NUMBER = "int(max=999999999)"
BELOW = f"/desk/solutions/<{NUMBER}:solution_id>"


@blueprint.url_value_preprocessor
def _widen(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Before every before_request: the CSRF check reads the form.
    request.max_form_memory_size = MOST_FORM_BYTES


def load(solution_id: int) -> Solution:
    return queries.solution(solution_id) or abort(404)


def enterprise() -> Organisation:
    """Return the enterprise that the person acts for."""
    found = queries.organisation(principal().organisation or 0)
    if found is None:
        raise InvalidInputError(_("您还不属于任何单位"))
    return found


def committed(*, public: bool) -> None:
    """Commit, and have vectors made of what is public now."""
    db.session.commit()
    if public:
        jobs.schedule_fill()


def told(problems: InvalidInputError) -> None:
    """Take back what was begun, and say on the next page what is wrong."""
    db.session.rollback()
    for problem in problems.problems:
        flash(problem, "error")


def to(endpoint: str, anchor: str | None = None, **values: Any) -> BaseResponse:
    return redirect(url_for(endpoint, _anchor=anchor, **values), HTTPStatus.SEE_OTHER)
