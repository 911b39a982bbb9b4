"""Whom the lead of a bid asks to bid together."""

from collections.abc import Sequence
from http import HTTPStatus

from flask import Response, abort, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from accounts import queries as accounts
from accounts.models import Organisation
from accounts.rules import ENTERPRISE
from core.access import access, principal
from core.errors import InvalidInputError
from core.extensions import db
from core.web import render
from marketplace.bids import operations, queries
from marketplace.bids.forms import PartnerForm
from marketplace.bids.models import Bid
from marketplace.bids.routes import BELOW, blueprint, done, load, to, told
from marketplace.solutions import queries as solutions
from marketplace.solutions.reading import whole_number

PLACE = "field-partners"
MOST_FOUND = 20


@blueprint.post(f"{BELOW}/partners")
@access("bid.write")
def ask(token: str) -> BaseResponse:
    """Ask an enterprise that is named exactly or was chosen; else show those that are meant."""
    found, form = load(token), PartnerForm()
    if not form.validate():
        return _choose_page(found, form, (), HTTPStatus.UNPROCESSABLE_ENTITY)
    meant = _meant(found, form.words.data or "")
    chosen = _chosen(meant, form)
    if chosen is None:
        return _unchosen(found, form, meant)
    try:
        operations.ask_partner(db.session(), principal().actor, found, chosen, form.part.data or "")
    except InvalidInputError as error:
        told(error)
        return to("bids_desk.edit", PLACE, token=token)
    return done("已邀请，对方可在“我的揭榜”里答复", "bids_desk.edit", PLACE, token=token)


@blueprint.post(f"{BELOW}/partners/remove")
@access("bid.write")
def remove(token: str) -> BaseResponse:
    found, wanted = load(token), whole_number(request.form.get("partner"))
    partner = next((one for one in found.partners if one.id == wanted), None) or abort(404)
    try:
        operations.decide_partner(db.session(), principal().actor, partner, "remove")
    except InvalidInputError as error:
        told(error)
        return to("bids_desk.edit", PLACE, token=token)
    return done("已移除联合单位", "bids_desk.edit", PLACE, token=token)


def _meant(bid: Bid, words: str) -> Sequence[Organisation]:
    """Return the verified enterprises that words mean: the one of this code, else those with the words in their name."""
    coded = accounts.organisation_by_code(words.lower())
    if coded is not None and coded.kind == ENTERPRISE and coded.verified:
        return [coded]
    named = db.session.scalars(queries.enterprises(words).limit(MOST_FOUND)).all()
    return [one for one in named if one.id != bid.organisation_id]


def _chosen(meant: Sequence[Organisation], form: PartnerForm) -> Organisation | None:
    """Return the one that was chosen, or that the words name exactly."""
    wanted, words = whole_number(form.organisation.data), form.words.data or ""
    picked = solutions.organisation(wanted) if wanted else None
    return picked or next((one for one in meant if words in {one.name, one.code} or words.lower() == one.code), None)


def _unchosen(found: Bid, form: PartnerForm, meant: Sequence[Organisation]) -> Response:
    """Show those that are meant; whoever saw them already is told that one must be chosen."""
    if not meant:
        form.words.errors = [_("没有找到这样的已认证企业，请核对名称或代码")]
    elif form.seen.data == form.words.data:
        form.organisation.errors = [_("请选择是哪一家")]
    return _choose_page(found, form, meant, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK)


def _choose_page(found: Bid, form: PartnerForm, meant: Sequence[Organisation], status: int) -> Response:
    return render("bids/choose.html", status=status, bid=found, form=form, meant=meant, most=MOST_FOUND)
