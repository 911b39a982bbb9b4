"""Those of the library's pages that this site has, at its own addresses, each with its verb and its limit of requests."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Flask, Response, flash, redirect, request, url_for
from flask_security import views
from flask_security.change_email import change_email, change_email_confirm
from flask_security.recovery_codes import mf_recovery, mf_recovery_codes
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response as BaseResponse

from accounts.access import people, receivers
from accounts.access.messages import MESSAGES
from accounts.access.second_factor import set_up
from core.access import access
from core.extensions import db, limiter

View = Callable[..., Any]

BLUEPRINT = "security"
OPEN, OWN = "account.open", "account.manage"
ATTEMPTS = "12/minute;120/hour"
MAILS = "6/minute;40/hour"


def _one_of_two(view: View) -> View:
    """Let two requests that take the same address at the same moment end as one of them, and a message."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        try:
            response = view(*args, **kwargs)
            db.session.flush()
        except IntegrityError:
            db.session.rollback()
            flash(MESSAGES["API_ERROR"][0], "error")
            return redirect(url_for("security.login"))
        return response

    return guarded


def _ways_out() -> BaseResponse:
    """The library links to a page of ways to sign in without the phone; here there is one, the recovery codes."""
    return redirect(url_for("security.mf_recovery"))


def _sign_out() -> BaseResponse:
    """Sign this browser out; that it was signed in stays in the person's list, as ended."""
    person = people.current_person()
    if person is not None:
        receivers.note(person, "sign_out")
    people.leave()
    db.session.commit()
    return redirect(url_for("catalog.home"))


def _limited(verb: str, limit: str, view: View) -> View:
    # Once for each process: what is decorated for every application would be counted as often.
    return access(verb)(limiter.limit(limit, methods=["POST"])(view))


# Address under /account, the endpoint by which the library knows it, the view.
ADDRESSES: tuple[tuple[str, str, View], ...] = (
    ("/sign-in", "login", _limited(OPEN, ATTEMPTS, views.login)),
    ("/sign-up", "register", _limited(OPEN, MAILS, _one_of_two(views.register))),
    ("/confirmation", "send_confirmation", _limited(OPEN, MAILS, views.send_confirmation)),
    ("/confirmation/<token>", "confirm_email", _limited(OPEN, ATTEMPTS, views.confirm_email)),
    ("/password-reset", "forgot_password", _limited(OPEN, MAILS, views.forgot_password)),
    ("/password-reset/<token>", "reset_password", _limited(OPEN, ATTEMPTS, views.reset_password)),
    ("/second-factor", "two_factor_setup", _limited(OPEN, ATTEMPTS, views.two_factor_setup)),
    ("/second-factor/code", "two_factor_token_validation", _limited(OPEN, ATTEMPTS, views.two_factor_token_validation)),
    ("/second-factor/recovery", "mf_recovery", _limited(OPEN, ATTEMPTS, mf_recovery)),
    ("/second-factor/without-phone", "two_factor_rescue", _limited(OPEN, ATTEMPTS, _ways_out)),
    ("/email/<token>", "change_email_confirm", _limited(OPEN, ATTEMPTS, _one_of_two(change_email_confirm))),
    ("/password", "change_password", _limited(OWN, ATTEMPTS, views.change_password)),
    ("/password-again", "verify", _limited(OWN, ATTEMPTS, views.verify)),
    ("/email", "change_email", _limited(OWN, MAILS, change_email)),
    ("/recovery-codes", "mf_recovery_codes", _limited(OWN, ATTEMPTS, mf_recovery_codes)),
)


def register(app: Flask) -> None:
    """Give the application these pages. The sign-out and what a set-up posts are no pages, and take POST only."""
    blueprint = Blueprint(BLUEPRINT, __name__, url_prefix="/account")
    for rule, endpoint, view in ADDRESSES:
        methods = ["GET"] if endpoint in {"confirm_email", "change_email_confirm"} else ["GET", "POST"]
        blueprint.add_url_rule(rule, endpoint, view, methods=methods)
    blueprint.add_url_rule("/sign-out", "logout", SIGN_OUT, methods=["POST"])
    blueprint.add_url_rule("/second-factor/<token>", "two_factor_setup_validate", SET_UP, methods=["POST"])
    blueprint.after_request(_committed)
    blueprint.after_request(_see_other)
    blueprint.after_request(_not_kept)
    app.register_blueprint(blueprint)


SIGN_OUT = _limited(OPEN, ATTEMPTS, _sign_out)
SET_UP = _limited(OWN, ATTEMPTS, set_up)


def _committed(response: Response) -> Response:
    """Commit where the library's view does not: it takes a letter for sent, which here is a row."""
    if response.status_code < HTTPStatus.BAD_REQUEST:
        db.session.commit()
    return response


def _see_other(response: Response) -> Response:
    if request.method == "POST" and response.status_code == HTTPStatus.FOUND:
        response.status_code = HTTPStatus.SEE_OTHER
    return response


def _not_kept(response: Response) -> Response:
    response.headers["Cache-Control"] = "private, no-store"
    return response
