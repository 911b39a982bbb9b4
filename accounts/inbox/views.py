"""The inbox, and the link in each e-mail that stops e-mail."""

from http import HTTPStatus

from flask import Blueprint, Response, abort, flash, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from accounts.access.models import Person
from accounts.inbox import levels, operations, queries
from core.access import access, principal
from core.audit import Actor
from core.errors import NotFoundError
from core.extensions import db
from core.web import attempt, paginate, render

blueprint = Blueprint("inbox", __name__)


@blueprint.get("/inbox")
@access("inbox.read")
def notices() -> Response:
    return _inbox()


@blueprint.get("/inbox/<int:notice_id>")
@access("inbox.read")
def open_notice(notice_id: int) -> BaseResponse:
    notice = db.session.scalar(queries.notice(_me().id, notice_id))
    if notice is None:
        raise NotFoundError
    operations.mark_read(db.session(), notice)
    db.session.commit()
    return redirect(notice.url, HTTPStatus.SEE_OTHER)


@blueprint.post("/inbox/read")
@access("inbox.read")
def read_all() -> BaseResponse:
    operations.mark_all_read(db.session(), _me().id)
    db.session.commit()
    return redirect(url_for("inbox.notices"), HTTPStatus.SEE_OTHER)


@blueprint.post("/inbox/mail")
@access("inbox.read")
def choose_mail() -> BaseResponse:
    level = request.form.get("level", "")
    problems = attempt(lambda: operations.set_mail_level(db.session(), principal().actor, _me(), level))
    if problems:
        return _inbox(problems=problems)
    flash(_("邮件提醒方式已保存。"))
    return redirect(url_for("inbox.notices"), HTTPStatus.SEE_OTHER)


@blueprint.get("/inbox/stop/<token>")
@access("mail.stop")
def stop(token: str) -> Response:
    return render("inbox/stop.html", person=_subscriber(token), token=token, NONE=levels.NONE)


@blueprint.post("/inbox/stop/<token>")
@access("mail.stop")
def stop_mail(token: str) -> BaseResponse:
    person = _subscriber(token)
    operations.set_mail_level(db.session(), Actor(person.pseudonym, "signed-in"), person, levels.NONE)
    db.session.commit()
    return redirect(url_for("inbox.stop", token=token), HTTPStatus.SEE_OTHER)


def unread() -> int:
    """Count what the reader of this page has not read; worked out once a page, and 0 for those not signed in."""
    if "unread" not in g:
        person = principal().person
        g.unread = (db.session.scalar(queries.unread(person)) or 0) if person else 0
    return int(g.unread)


def _inbox(problems: list[str] | None = None) -> Response:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
    page, me = paginate(queries.notices(_me().id)), _me()
    context = {"page": page, "me": me, "levels": levels.LEVELS, "problems": problems}
    return render("inbox/inbox.html", fragment="results", status=status, **context)


def _me() -> Person:
    return db.session.get(Person, principal().person) or abort(401)


def _subscriber(token: str) -> Person:
    person = operations.unsubscriber(db.session(), token)
    if person is None:
        raise NotFoundError
    return person
