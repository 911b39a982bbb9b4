"""The blueprint of the bidders' pages, and what they share: the bid of an address, and the code that opens its draft.

The code is kept by the browser alone, in a cookie that is sent to the pages of its bid and nowhere else.
"""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from core.errors import InvalidInputError
from core.extensions import db
from marketplace.bids import operations, queries
from marketplace.bids.content import Draft
from marketplace.bids.models import Bid
from marketplace.sealing import codes

blueprint = Blueprint("bids_desk", __name__)

HOME = "/desk/bids"
BELOW = f"{HOME}/<token>"
MOST_FORM_BYTES = 4 * 1024 * 1024

COOKIE = "bid-code"
# Before a code that its owner has not yet confirmed to have written down; no code has small letters.
NEW = "new."


class LockedError(Exception):
    """The page needs the code, and this browser has none that fits."""

    def __init__(self, token: str) -> None:
        self.token = token
        super().__init__("the draft is locked")


@blueprint.url_value_preprocessor
def _widen(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    # Before every before_request: the CSRF check reads the form.
    request.max_form_memory_size = MOST_FORM_BYTES


@blueprint.after_request
def _keep_nowhere(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.errorhandler(LockedError)
def _locked(error: LockedError) -> BaseResponse:
    return to("bids_desk.code" if is_new() else "bids_desk.unlock", token=error.token)


def load(token: str) -> Bid:
    return queries.bid(token) or abort(404)


def unlocked(bid: Bid, given: str = "") -> tuple[str, Draft]:
    """Return the code, `given` or else the browser's, as it was first shown, and the draft it opens. Raises LockedError."""
    code = given or ("" if is_new() else held())
    try:
        return codes.written(codes.read(code)), operations.read_draft(bid, code)
    except InvalidInputError:
        raise LockedError(bid.token) from None


def held() -> str:
    """Return the code that this browser keeps, "" for none."""
    return request.cookies.get(COOKIE, "").removeprefix(NEW)


def is_new() -> bool:
    """Tell whether the code was never confirmed: it is shown until it is."""
    return request.cookies.get(COOKIE, "").startswith(NEW)


def keep_code(response: BaseResponse, token: str, value: str) -> BaseResponse:
    """Have this browser keep a code until it is closed, for the pages of one bid."""
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    path = url_for("bids_desk.edit", token=token)
    response.set_cookie(COOKIE, value, path=path, httponly=True, samesite="Strict", secure=secure)
    return response


def drop_code(response: BaseResponse, token: str) -> BaseResponse:
    response.delete_cookie(COOKIE, path=url_for("bids_desk.edit", token=token), httponly=True, samesite="Strict")
    return response


def told(error: InvalidInputError) -> None:
    """Take back what was begun, and say on the next page what is wrong."""
    db.session.rollback()
    for problem in error.problems:
        flash(problem, "error")


def done(message: str, endpoint: str, anchor: str | None = None, **values: Any) -> BaseResponse:
    """Commit, and go on to a page that tells what was done."""
    db.session.commit()
    flash(_(message), "success")
    return to(endpoint, anchor, **values)


def to(endpoint: str, anchor: str | None = None, **values: Any) -> BaseResponse:
    return redirect(url_for(endpoint, _anchor=anchor, **values), HTTPStatus.SEE_OTHER)
