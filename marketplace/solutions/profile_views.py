"""What an enterprise says of itself, and its notices that look for partners."""

from http import HTTPStatus

from flask import Response, abort, flash
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from core.access import access, principal
from core.errors import InvalidInputError
from core.extensions import db
from core.web import paginate, render
from marketplace.solutions import operations, queries, rules
from marketplace.solutions.forms import NoticeForm, ProfileForm, profile_form
from marketplace.solutions.models import ResearchNotice
from marketplace.solutions.routes import NUMBER, blueprint, committed, enterprise, to, told

NOTICE = f"/desk/notices/<{NUMBER}:notice_id>"
DONE = {"publish": "征集已发布", "close": "征集已结束，不再公开"}


@blueprint.get("/desk/enterprise")
@access("profile.edit")
def profile() -> Response:
    owner = enterprise()
    return render("solutions/profile.html", form=profile_form(owner, queries.profile(owner.id)), enterprise=owner)


@blueprint.post("/desk/enterprise")
@access("profile.edit")
def describe() -> BaseResponse:
    owner = enterprise()
    form = ProfileForm(owner.district)
    if not form.validate():
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        return render("solutions/profile.html", status=status, form=form, enterprise=owner)
    operations.describe(db.session(), principal().actor, owner, form.profile)
    committed(public=False)
    flash(_("企业资料已保存，公开页面已更新"), "success")
    return to("solutions_desk.profile")


@blueprint.get("/desk/notices")
@access("solution.list")
def notices() -> Response:
    return _notices(NoticeForm(formdata=None))


@blueprint.post("/desk/notices")
@access("notice.create")
def write_notice() -> BaseResponse:
    owner, form = enterprise(), NoticeForm()
    if not form.validate():
        return _notices(form, HTTPStatus.UNPROCESSABLE_ENTITY)
    session, actor = db.session(), principal().actor
    operations.write_notice(session, actor, owner, *form.said, demo=owner.demo)
    committed(public=False)
    flash(_("已存为草稿，核对后发布"), "success")
    return to("solutions_desk.notices")


@blueprint.get(NOTICE)
@access("notice.edit")
def notice(notice_id: int) -> BaseResponse:
    found = _load(notice_id)
    if found.status != "draft":
        return to("solutions_desk.notices")
    return render("solutions/notice.html", form=NoticeForm(formdata=None, obj=found), notice=found)


@blueprint.post(NOTICE)
@access("notice.edit")
def save_notice(notice_id: int) -> BaseResponse:
    found, form = _load(notice_id), NoticeForm()
    try:
        if form.validate():
            operations.save_notice(db.session(), principal().actor, found, *form.said)
    except InvalidInputError as error:
        db.session.rollback()
        form.form_errors.extend(error.problems)
    if form.errors:
        return render("solutions/notice.html", status=HTTPStatus.UNPROCESSABLE_ENTITY, form=form, notice=found)
    committed(public=False)
    flash(_("已保存"), "success")
    return to("solutions_desk.notices")


@blueprint.post(f"{NOTICE}/publish")
@access("notice.publish")
def publish_notice(notice_id: int) -> BaseResponse:
    return _moved(_load(notice_id), "publish")


@blueprint.post(f"{NOTICE}/close")
@access("notice.edit")
def close_notice(notice_id: int) -> BaseResponse:
    return _moved(_load(notice_id), "close")


def _load(notice_id: int) -> ResearchNotice:
    return queries.notice(notice_id) or abort(404)


def _moved(found: ResearchNotice, verb: str) -> BaseResponse:
    try:
        operations.move_notice(db.session(), principal().actor, found, verb)
    except InvalidInputError as error:
        told(error)
    else:
        committed(public=False)
        flash(_(DONE[verb]), "success")
    return to("solutions_desk.notices")


def _notices(form: NoticeForm, status: int = HTTPStatus.OK) -> Response:
    page = paginate(queries.own_notices(principal().organisation or 0))
    moves = {one.id: rules.RESEARCH_NOTICE.moves_from(one.status, principal().role) for one in page.items}
    shown = {"page": page, "moves": moves, "states": rules.RESEARCH_NOTICE.states}
    return render("solutions/desk_notices.html", fragment="results", status=status, form=form, **shown)
