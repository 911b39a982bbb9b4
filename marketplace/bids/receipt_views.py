"""The public page on which anybody who has a receipt's digest can check it. It lists nothing."""

from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response

from core.access import access
from core.extensions import db, limiter
from core.web import render
from marketplace.bids import presenting, queries
from marketplace.bids.forms import ReceiptForm

blueprint = Blueprint("receipts", __name__)

LIMIT = "30 per minute"


@blueprint.after_request
def _keep_nowhere(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/receipts")
@access("read")
def check() -> Response:
    return render("bids/receipts.html", form=ReceiptForm(formdata=None))


@blueprint.post("/receipts")
@access("read")
@limiter.limit(LIMIT)
def answer() -> Response:
    """Tell what is known of a digest; the answer to an unknown one names nothing."""
    form = ReceiptForm()
    if not form.validate():
        return render("bids/receipts.html", status=HTTPStatus.UNPROCESSABLE_ENTITY, form=form)
    receipt = queries.receipt(db.session(), form.digest.data or "")
    if receipt is None:
        return render("bids/receipts.html", form=form, asked=True)
    bid = receipt.bid
    last = queries.last_receipt(db.session(), bid.id) if bid else None
    state = presenting.receipt_state(bid, receipt, last) if bid else presenting.DELETED
    shown: dict[str, Any] = {"receipt": receipt, "number": receipt.scenario.number, "state": presenting.RECEIPTS[state]}
    return render("bids/receipts.html", form=form, asked=True, **shown)
