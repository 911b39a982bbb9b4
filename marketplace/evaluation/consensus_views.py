"""The evaluator's desk after the scores: agreeing on them, signing what was agreed on, and the head's decision."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import Response, abort, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from core.access import access, principal
from core.city import city
from core.errors import InvalidInputError
from core.extensions import db
from core.web import render
from marketplace.bids.models import Bid
from marketplace.evaluation import agreeing, countersigning, presenting
from marketplace.evaluation.agreeing import Agreement
from marketplace.evaluation.countersigning import Said
from marketplace.evaluation.forms import AGREES, SignatureForm, WordsForm, shown_sheet
from marketplace.evaluation.models import PanelMember
from marketplace.evaluation.panel_views import typed_sheet
from marketplace.evaluation.routes import SEAT, blueprint, done, judged_bid, load_seat

HERE = f"{SEAT}/bids/<token>/consensus"


@blueprint.get(HERE)
@access("panel.judge")
def consensus(member_id: int, token: str) -> Response:
    found = load_seat(member_id)
    return _page(found, judged_bid(found, token))


@blueprint.post(HERE)
@access("panel.judge")
def settle(member_id: int, token: str) -> BaseResponse:
    found = load_seat(member_id)
    bid, sheet, reason = judged_bid(found, token), typed_sheet(found), request.form.get("reason", "")
    if sheet.errors:
        return _again(member_id, token, sheet=sheet, reason=reason, problems=sheet.problems)
    try:
        agreeing.settle(db.session(), principal().actor, found, bid, Agreement(sheet.scores, reason, _seen()))
    except InvalidInputError as error:
        return _again(member_id, token, sheet=sheet, reason=reason, problems=error.problems)
    message = _("%(alias)s的合议意见已保存，请其他评审会签", alias=bid.alias)
    return done(message, "evaluation.seat", member_id=member_id)


@blueprint.post(f"{HERE}/sign")
@access("panel.judge")
def sign(member_id: int, token: str) -> BaseResponse:
    form, found = SignatureForm(), load_seat(member_id)
    bid = judged_bid(found, token)
    if not form.validate():
        return _again(member_id, token, signing_form=form)
    try:
        _sign(found, bid, form)
    except InvalidInputError as error:
        return _again(member_id, token, signing_form=form, problems=error.problems)
    return done(_("已记录您对%(alias)s合议意见的表态", alias=bid.alias), "evaluation.seat", member_id=member_id)


@blueprint.post(f"{HERE}/overrule")
@access("panel.judge")
def overrule(member_id: int, token: str) -> BaseResponse:
    form, found = WordsForm(), load_seat(member_id)
    bid = judged_bid(found, token)
    if not form.validate():
        return _again(member_id, token, ruling_form=form)
    try:
        countersigning.overrule(db.session(), principal().actor, found, bid, Said(form.words.data or "", _seen()))
    except InvalidInputError as error:
        return _again(member_id, token, ruling_form=form, problems=error.problems)
    return done(_("已记录组长对%(alias)s的裁定", alias=bid.alias), "evaluation.seat", member_id=member_id)


def _sign(found: PanelMember, bid: Bid, form: SignatureForm) -> None:
    if form.answer.data == AGREES:
        countersigning.agree_to(db.session(), principal().actor, found, bid, _seen())
    else:
        countersigning.object_to(db.session(), principal().actor, found, bid, Said(form.words.data or "", _seen()))


def _seen() -> datetime | None:
    """Return when the consensus was written that the form began from."""
    try:
        return datetime.fromisoformat(request.form.get("seen", ""))
    except ValueError:
        return None


def _page(found: PanelMember, bid: Bid, status: int = HTTPStatus.OK, **shown: Any) -> Response:
    all_scores = presenting.scores(found.evaluation)
    scored = next((one for one in all_scores if one.bid.id == bid.id), None) or abort(HTTPStatus.NOT_FOUND)
    kept = scored.consensus
    means = {line.criterion.key: {"points": line.mean, "comment": ""} for line in scored.lines}
    context: dict[str, Any] = {"member": found, "scenario": found.evaluation.scenario, "bid": bid, "scored": scored}
    context |= {"sheet": shown_sheet(kept.scores if kept else means), "kept": kept, "problems": ()}
    context |= {"reason": kept.reason if kept else "", "settling": found.evaluation.status == "consensus"}
    context |= {"signing_form": SignatureForm(formdata=None), "ruling_form": WordsForm(formdata=None)}
    context |= {
        "own": _own(scored.signatures, found),
        "wide": city().judging.wide_spread,
        "written_anew": "sheet" in shown,
    }
    return render("evaluation/consensus.html", status=status, **{**context, **shown})


def _own(signatures: presenting.Signatures | None, found: PanelMember) -> presenting.Signer | None:
    """Return the member's own signature."""
    return next((one for one in signatures.signers if one.member == found.id), None) if signatures else None


def _again(member_id: int, token: str, **shown: Any) -> Response:
    db.session.rollback()
    found = load_seat(member_id)
    return _page(found, judged_bid(found, token), HTTPStatus.UNPROCESSABLE_ENTITY, **shown)
