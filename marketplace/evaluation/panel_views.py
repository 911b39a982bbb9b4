"""The evaluator's desk: declaring, reading pseudonymous bids, scoring."""

from http import HTTPStatus
from typing import Any

from flask import Response, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from core import clock
from core.access import access, me, principal
from core.errors import InvalidInputError
from core.extensions import db
from core.web import paginate, render, wants_fragment
from marketplace.bids.models import Bid
from marketplace.calls.queries import terms_of
from marketplace.evaluation import operations, presenting, queries, rules, scoring
from marketplace.evaluation.forms import FREE, DeclarationForm, TypedSheet, WordsForm, read_sheet, shown_sheet
from marketplace.evaluation.models import PanelMember
from marketplace.evaluation.operations import Declaration
from marketplace.evaluation.reading import proposal
from marketplace.evaluation.routes import NUMBER, SEAT, blueprint, done, judged_bid, load_seat, send_file_of
from marketplace.evaluation.rules import EVALUATION, PANEL_MEMBER, SCORE_SHEET


@blueprint.get("/desk/panel")
@access("panel.list")
def seats() -> Response:
    page = paginate(queries.seats_of(me()))
    return render("evaluation/seats.html", page=page, states=PANEL_MEMBER.states, steps=EVALUATION.states)


@blueprint.get(SEAT)
@access("panel.judge")
def seat(member_id: int) -> Response:
    return _seat_page(load_seat(member_id))


@blueprint.post(f"{SEAT}/declare")
@access("panel.judge")
def declare(member_id: int) -> BaseResponse:
    form, found = DeclarationForm(), load_seat(member_id)
    if not form.validate():
        return _seat_page(found, HTTPStatus.UNPROCESSABLE_ENTITY, declaring=form)
    said = Declaration(form.choice.data == FREE, form.statement.data or "")
    try:
        operations.declare(db.session(), principal().actor, found, said)
    except InvalidInputError as error:
        return _seat_again(member_id, error, declaring=form)
    return done(PANEL_MEMBER.states[found.status], "evaluation.seat", member_id=member_id)


@blueprint.post(f"{SEAT}/recuse")
@access("panel.judge")
def recuse(member_id: int) -> BaseResponse:
    form, found = WordsForm(), load_seat(member_id)
    if not form.validate():
        return _seat_page(found, HTTPStatus.UNPROCESSABLE_ENTITY, recusing=form)
    try:
        operations.recuse(db.session(), principal().actor, found, form.words.data or "")
    except InvalidInputError as error:
        return _seat_again(member_id, error, recusing=form)
    return done(_("您已回避，已打的分不再计入"), "evaluation.seat", member_id=member_id)


@blueprint.get(f"{SEAT}/bids/<token>")
@access("panel.judge")
def judge(member_id: int, token: str) -> Response:
    found = load_seat(member_id)
    return _sheet_page(found, judged_bid(found, token))


@blueprint.post(f"{SEAT}/bids/<token>")
@access("panel.judge")
def save(member_id: int, token: str) -> BaseResponse:
    """Keep the scores so far: as a whole page, or for htmx while one types."""
    found = load_seat(member_id)
    bid, sheet = judged_bid(found, token), typed_sheet(found)
    problems = _stored(found, bid, sheet)
    if wants_fragment():
        status = HTTPStatus.UNPROCESSABLE_ENTITY if problems else HTTPStatus.OK
        return render("evaluation/saved.html", status=status, problems=problems, now=clock.local(clock.now()))
    if problems:
        return _sheet_again(member_id, token, sheet, problems)
    return done(_("已保存，尚未提交"), "evaluation.judge", member_id=member_id, token=token)


@blueprint.post(f"{SEAT}/bids/<token>/submit")
@access("panel.judge")
def submit(member_id: int, token: str) -> BaseResponse:
    """Keep what was typed, and hand it in; what cannot be handed in stays as a draft."""
    found = load_seat(member_id)
    bid, sheet = judged_bid(found, token), typed_sheet(found)
    problems = _stored(found, bid, sheet)
    if problems:
        return _sheet_again(member_id, token, sheet, problems)
    try:
        scoring.submit_sheet(db.session(), principal().actor, found, bid)
    except InvalidInputError as error:
        return _sheet_again(member_id, token, sheet, error.problems)
    return done(_("%(alias)s的评分表已提交", alias=bid.alias), "evaluation.seat", member_id=member_id)


@blueprint.get(f"{SEAT}/bids/<token>/files/<{NUMBER}:place>")
@access("panel.judge")
def panel_file(member_id: int, token: str, place: int) -> Response:
    bid = judged_bid(load_seat(member_id), token)
    return send_file_of(bid, place, covered=True)


def typed_sheet(found: PanelMember) -> TypedSheet:
    """Return the scores that the request brings."""
    return read_sheet(request.form, terms_of(db.session(), found.evaluation.scenario).technical)


def _stored(found: PanelMember, bid: Bid, sheet: TypedSheet) -> list[str]:
    """Keep a sheet that says nothing wrong, and commit; returns what is wrong with one that does."""
    if sheet.errors:
        return sheet.problems
    try:
        scoring.save_sheet(db.session(), principal().actor, found, bid, sheet.scores)
    except InvalidInputError as error:
        db.session.rollback()
        return error.problems
    db.session.commit()
    return []


def _seat_page(found: PanelMember, status: int = HTTPStatus.OK, **shown: Any) -> Response:
    evaluation, begun = found.evaluation, found.evaluation.status != "preparing"
    judging = found.status == "declared" and begun
    bids = queries.bids(db.session(), evaluation.scenario) if judging else []
    context: dict[str, Any] = {"member": found, "evaluation": evaluation, "scenario": evaluation.scenario}
    context |= {"bids": rules.in_order_of(found.order_seed, bids), "sheets": queries.own_sheets(db.session(), found)}
    context |= {"states": PANEL_MEMBER.states, "steps": EVALUATION.states, "sheet_states": SCORE_SHEET.states}
    context |= {"declaring": DeclarationForm(formdata=None), "recusing": WordsForm(formdata=None), "problems": ()}
    context["scores"] = presenting.scores(evaluation) if judging else []
    context["task"] = presenting.task(found) if judging else None
    context |= {"last_day": rules.last_day}
    context["late"] = presenting.is_late(evaluation, clock.now())
    return render("evaluation/seat.html", status=status, **{**context, **shown})


def _seat_again(member_id: int, error: InvalidInputError, **forms: Any) -> Response:
    db.session.rollback()
    return _seat_page(load_seat(member_id), HTTPStatus.UNPROCESSABLE_ENTITY, problems=error.problems, **forms)


def _sheet_page(found: PanelMember, bid: Bid, status: int = HTTPStatus.OK, **shown: Any) -> Response:
    scenario = found.evaluation.scenario
    terms, kept = terms_of(db.session(), scenario), queries.sheet(db.session(), found, bid)
    names = queries.bidder_names(db.session(), scenario)
    context: dict[str, Any] = {"member": found, "scenario": scenario, "bid": bid, "criteria": terms.technical}
    context |= {"proposal": proposal(bid.content or {}, terms, names), "kept": kept, "problems": ()}
    context |= {"sheet": shown_sheet(kept.scores if kept else {}), "longest": rules.LONGEST_COMMENT}
    context["scoring"] = found.evaluation.status == "scoring" and (kept is None or kept.status == "draft")
    return render("evaluation/sheet.html", status=status, **{**context, **shown})


def _sheet_again(member_id: int, token: str, sheet: TypedSheet, problems: list[str]) -> Response:
    db.session.rollback()
    found = load_seat(member_id)
    shown = {"sheet": sheet, "problems": problems}
    return _sheet_page(found, judged_bid(found, token), HTTPStatus.UNPROCESSABLE_ENTITY, **shown)
