"""The blueprints of the pages, and what they share."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, flash, redirect, url_for
from werkzeug.wrappers import Response as BaseResponse

from core.errors import InvalidInputError
from core.extensions import db
from core.web import wants_fragment

# `public` has the pages of a pasted text, `blueprint` those of solutions and scenarios that are stored.
public = Blueprint("matching", __name__)
blueprint = Blueprint("matches", __name__)

# Row ids beyond this do not exist, and a database may not be able to ask for them.
NUMBER = "int(max=999999999)"


def told(problems: InvalidInputError) -> None:
    """Take back what was begun, and say on the next page what is wrong."""
    db.session.rollback()
    for problem in problems.problems:
        flash(problem, "error")


def to(endpoint: str, **values: Any) -> BaseResponse:
    return redirect(url_for(endpoint, **values), HTTPStatus.SEE_OTHER)


def later(args: Any) -> bool:
    """Tell whether what takes a second is left to the request that the page makes by itself, or to its link."""
    return not wants_fragment() and "now" not in args
