"""The code of a bid: shown until it was written down, typed in on another browser, and forgotten by this one."""

from http import HTTPStatus

from flask import Response
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from core.access import access
from core.web import render
from marketplace.bids.forms import CodeForm, GroupForm
from marketplace.bids.models import Bid
from marketplace.bids.operations import EDITABLE
from marketplace.bids.routes import (
    BELOW,
    LockedError,
    blueprint,
    done,
    drop_code,
    held,
    is_new,
    keep_code,
    load,
    to,
    unlocked,
)
from marketplace.sealing import codes


@blueprint.get(f"{BELOW}/code")
@access("bid.read")
def code(token: str) -> BaseResponse:
    """Show a new code; one that was confirmed is never shown again."""
    found = load(token)
    return _code_page(found, GroupForm(formdata=None)) if is_new() else to("bids_desk.edit", token=found.token)


@blueprint.post(f"{BELOW}/code")
@access("bid.read")
def confirm(token: str) -> BaseResponse:
    """Take the last group of a new code as the word that it was written down."""
    form, found = GroupForm(), load(token)
    if not is_new():
        return to("bids_desk.edit", token=token)
    if form.validate() and (form.group.data or "").upper().translate(codes.MEANT) != held().rpartition("-")[2]:
        form.group.errors = [_("与上面口令的最后一组不一致，请对照抄下的口令再输入")]
    if form.errors:
        return _code_page(found, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    return keep_code(done("口令已确认，请妥善保管", "bids_desk.edit", token=token), token, held())


@blueprint.get(f"{BELOW}/unlock")
@access("bid.read")
def unlock(token: str) -> BaseResponse:
    return _unlock_page(load(token), CodeForm(formdata=None))


@blueprint.post(f"{BELOW}/unlock")
@access("bid.read")
def enter(token: str) -> BaseResponse:
    """Keep a code that fits in this browser."""
    form, found = CodeForm(), load(token)
    if form.validate():
        try:
            given, _draft = unlocked(found, form.code.data or "")
        except LockedError:
            form.code.errors = [_("口令不对，草稿打不开；请逐组核对")]
        else:
            return keep_code(to("bids_desk.edit", token=token), token, given)
    return _unlock_page(found, form, HTTPStatus.UNPROCESSABLE_ENTITY)


@blueprint.post(f"{BELOW}/forget")
@access("bid.read")
def forget(token: str) -> BaseResponse:
    return drop_code(done("本浏览器已忘记这份方案的口令", "bids_desk.index"), load(token).token)


def _code_page(found: Bid, form: GroupForm, status: int = HTTPStatus.OK) -> Response:
    return render("bids/code.html", status=status, bid=found, form=form, code=held())


def _unlock_page(found: Bid, form: CodeForm, status: int = HTTPStatus.OK) -> Response:
    return render("bids/unlock.html", status=status, bid=found, form=form, editable=found.status in EDITABLE)
