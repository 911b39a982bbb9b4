"""The pages of a person's own account, and the one click that signs in to try the site."""

import json
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from accounts.access import people as access_people
from accounts.access import sign_ins
from accounts.access.models import Person
from accounts.people import operations, queries
from accounts.people.demo import PASSWORD, code_of, shown
from accounts.people.exporting import export as export_of
from accounts.people.forms import ErasureForm, NameForm
from accounts.queries import memberships_of
from core import clock
from core.access import access, principal
from core.errors import NotFoundError
from core.extensions import db
from core.settings import settings
from core.web import attempt, render

blueprint = Blueprint("people", __name__, url_prefix="/account")
# What the privacy page says of accounts, in days.
KEPT_DAYS = {
    "past_sign_ins": operations.PAST_KEPT.days,
    "unconfirmed": operations.UNCONFIRMED_KEPT.days,
    "idle": sign_ins.IDLE.days,
    "longest": sign_ins.LONGEST.days,
}
GLOBALS = {"demo_accounts": shown, "demo_code_of": code_of, "demo_password": PASSWORD, "account_days": KEPT_DAYS}


@blueprint.get("")
@access("account.manage")
def account() -> Response:
    return _account_page(NameForm(obj=_me()))


@blueprint.post("/name")
@access("account.manage")
def rename() -> BaseResponse:
    form = NameForm()
    if not form.validate_on_submit():
        return _account_page(form, HTTPStatus.UNPROCESSABLE_ENTITY)
    operations.rename(db.session(), principal().actor, _me(), form.name.data or "")
    db.session.commit()
    return _back(_("姓名已修改。"))


@blueprint.post("/sign-ins/<int:sign_in_id>/end")
@access("account.manage")
def end_sign_in(sign_in_id: int) -> BaseResponse:
    operations.end_sign_in(db.session(), principal().actor, _me(), sign_in_id)
    db.session.commit()
    return _back(_("已退出那个浏览器上的登录。"))


@blueprint.post("/sign-ins/end-others")
@access("account.manage")
def end_other_sign_ins() -> BaseResponse:
    here = access_people.current_sign_in()
    ended = operations.end_other_sign_ins(db.session(), principal().actor, _me(), here)
    db.session.commit()
    return _back(_("已退出其他 %(n)s 处登录。", n=ended))


@blueprint.post("/export")
@access("account.manage")
def export() -> Response:
    """Hand the person all that the site knows of them, as a JSON file."""
    found = export_of(db.session(), principal().actor, _me(), current_app.extensions["rooms"])
    db.session.commit()
    body = json.dumps(found, ensure_ascii=False, indent=2, default=str)
    name = f"account-{clock.today().isoformat()}.json"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(body, mimetype="application/json", headers=headers)


@blueprint.get("/erasure")
@access("account.manage")
def erasure() -> Response:
    return _erasure_page(ErasureForm())


@blueprint.post("/erasure")
@access("account.manage")
def erase() -> BaseResponse:
    form, person = ErasureForm(), _me()
    if not form.validate_on_submit():
        return _erasure_page(form, HTTPStatus.UNPROCESSABLE_ENTITY)
    if not access_people.is_password(person, form.password.data or ""):
        form.password.errors = [_("密码不正确")]
        return _erasure_page(form, HTTPStatus.UNPROCESSABLE_ENTITY)
    rooms = current_app.extensions["rooms"]
    reasons = attempt(lambda: operations.erase(db.session(), principal().actor, person, rooms))
    if reasons:
        return _erasure_page(form, HTTPStatus.CONFLICT, reasons=reasons)
    access_people.leave()
    return render("account/erased.html")


@blueprint.post("/demo-sign-in")
@access("account.open")
def demo_sign_in() -> BaseResponse:
    """Sign in as one of the accounts to try the site with; the operator's still ask for their code."""
    person = db.session.scalar(queries.person_of(request.form.get("email", "")))
    if person is None or not person.demo or not person.active or not settings().demo_accounts:
        raise NotFoundError
    access_people.leave()
    asked = access_people.begin(person)
    db.session.commit()
    return asked or redirect(url_for("desk.home"), HTTPStatus.SEE_OTHER)


def _me() -> Person:
    """Return the signed-in person: the authorisation table lets nobody else in here."""
    person = access_people.current_person()
    if person is None:
        raise NotFoundError
    return person


def _account_page(form: NameForm, status: int = HTTPStatus.OK) -> Response:
    person, here = _me(), access_people.current_sign_in()
    return render(
        "account/account.html",
        status=status,
        form=form,
        person=person,
        memberships=db.session.scalars(memberships_of(person.id)).all(),
        sign_ins=db.session.scalars(sign_ins.live(person.id)).all(),
        here=here.id if here else None,
    )


def _erasure_page(form: ErasureForm, status: int = HTTPStatus.OK, **context: Any) -> Response:
    return render("account/erasure.html", status=status, form=form, **context)


def _back(message: str) -> BaseResponse:
    flash(message, "success")
    return redirect(url_for("people.account"), HTTPStatus.SEE_OTHER)
