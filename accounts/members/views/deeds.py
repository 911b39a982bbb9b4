"""How a page does one operation: all or nothing, and what is refused is told where it was asked."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import flash, redirect
from werkzeug.wrappers import Response

from core.web import attempt

Deed = Callable[[], object]


def done(form: Any, deed: Deed) -> bool:
    """Do and commit what a sound form asks for; returns False, with the reasons in the form, when it was not done."""
    if not form.validate_on_submit():
        return False
    problems = attempt(deed)
    form.form_errors.extend(problems)
    return not problems


def pressed(deed: Deed, told: str, address: str) -> Response:
    """Do and commit what a button asks for, and lead to a page that tells what came of it."""
    problems = attempt(deed)
    if problems:
        flash("\n".join(problems), "error")
    else:
        flash(told)
    return redirect(address, HTTPStatus.SEE_OTHER)


def status_of(form: Any) -> HTTPStatus:
    """Return the status of a page with a form: 422 with errors."""
    return HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK
