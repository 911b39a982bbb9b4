"""Sending a bid, taking it back, and what the bidder keeps of it."""

from collections.abc import Callable
from datetime import datetime
from http import HTTPStatus

from flask import Response, abort, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from core.access import access, principal
from core.audit import Actor
from core.errors import InvalidInputError
from core.extensions import db
from core.web import render
from marketplace.bids import content, operations, presenting, queries
from marketplace.bids.content import Draft
from marketplace.bids.forms import SendForm
from marketplace.bids.models import Bid
from marketplace.bids.operations import EDITABLE
from marketplace.bids.routes import BELOW, blueprint, done, load, to, told, unlocked


@blueprint.get(f"{BELOW}/submit")
@access("bid.submit")
def submit_page(token: str) -> BaseResponse:
    """Show exactly what is sealed, and ask for the word to send it."""
    found = load(token)
    if found.status not in EDITABLE:
        return to("bids_desk.edit", token=token)
    return _send_page(found, unlocked(found)[1], SendForm(formdata=None))


@blueprint.post(f"{BELOW}/submit")
@access("bid.submit")
def submit(token: str) -> BaseResponse:
    """Seal and hand in what is saved. The time counts that it is here, before anything waits."""
    try:
        received = operations.entry(db.session())
        found, form = load(token), SendForm()
        code, draft = unlocked(found)
        if not form.validate():
            return _send_page(found, draft, form, HTTPStatus.UNPROCESSABLE_ENTITY)
        operations.submit(db.session(), principal().actor, found, code, received)
    except InvalidInputError as error:
        told(error)
        return to("bids_desk.edit", token=token)
    return done("方案已密封递交。请下载并保存回执。", "bids_desk.edit", token=token)


@blueprint.post(f"{BELOW}/withdraw")
@access("bid.withdraw")
def withdraw(token: str) -> BaseResponse:
    message = "方案已撤回，密封的内容已销毁；截止前可以修改后再递交"
    return _by_the_clock(token, operations.withdraw, message)


@blueprint.post(f"{BELOW}/reconfirm")
@access("bid.submit")
def reconfirm(token: str) -> BaseResponse:
    return _by_the_clock(token, operations.reconfirm, "已按更正后的要求确认，方案继续有效")


def _by_the_clock(token: str, work: Callable[[Session, Actor, Bid, datetime], None], message: str) -> BaseResponse:
    """Do what is bound to the deadline; the time counts that it is here, before anything waits."""
    try:
        received = operations.entry(db.session())
        work(db.session(), principal().actor, load(token), received)
    except InvalidInputError as error:
        told(error)
        return to("bids_desk.edit", token=token)
    return done(message, "bids_desk.edit", token=token)


@blueprint.get(f"{BELOW}/receipt.txt")
@access("bid.read")
def receipt(token: str) -> Response:
    found = load(token)
    last = queries.last_receipt(db.session(), found.id) or abort(404)
    site = url_for("receipts.check", _external=True)
    number = found.scenario.number or ""
    text = content.receipt_text(number, found.token, last.digest, last.received_at, site)
    return _file("receipt.txt", text, "text/plain")


@blueprint.get(f"{BELOW}/<any(content, price):part>.json")
@access("bid.read")
def sealed(token: str, part: str) -> Response:
    """Send the exact bytes that were sealed: their SHA-256 is what the receipt says."""
    text = unlocked(load(token))[1].copy.get(part) or abort(404)
    return _file(f"{part}.json", text, "application/json")


def _send_page(found: Bid, draft: Draft, form: SendForm, status: int = HTTPStatus.OK) -> Response:
    return render(
        "bids/submit.html",
        status=status,
        bid=found,
        form=form,
        summary=presenting.summary(found, draft),
        progress=presenting.progress(found, draft),
        keyed=presenting.is_keyed(found),
        **presenting.times(found.scenario),
    )


def _file(name: str, text: str, media_type: str) -> Response:
    response = Response(text.encode(), mimetype=media_type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
