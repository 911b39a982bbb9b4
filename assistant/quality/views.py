"""Rating and complaining on the assistant's pages, the public quality page, and the operator's desk."""

from collections.abc import Sequence
from http import HTTPStatus

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from accounts.rules import OPERATORS
from assistant.models import Turn
from assistant.operations import PUBLIC
from assistant.quality import operations, presenting, queries, rules
from assistant.quality.forms import CaseForm, ComplaintForm, RatingForm, ReplyForm
from assistant.quality.models import Complaint, EvaluationCase
from assistant.quality.operations import Opinion
from assistant.views import owner
from core import clock
from core.access import Principal, access, principal
from core.extensions import db, limiter
from core.registry import Waiting
from core.web import attempt, paginate, render, wants_fragment
from scenario_catalog import listing

blueprint = Blueprint("quality", __name__)
blueprint.add_app_template_global(presenting.feedback, "answer_feedback")
blueprint.add_app_template_global(presenting.reason, "answer_reason")

RATING_LIMIT, COMPLAINT_LIMIT = "60 per hour", "5 per hour; 20 per day"


@blueprint.get("/assistant/quality")
@access("assistant.judge")
def public() -> Response:
    """Show the last evaluation and what the last days were like."""
    return render(
        "assistant/quality/public.html", run=presenting.evaluation(), lately=presenting.lately(), days=presenting.DAYS
    )


@blueprint.post("/assistant/conversations/<conversation_id>/turns/<int:position>/rating")
@access("assistant.judge")
@limiter.limit(RATING_LIMIT)
def rate(conversation_id: str, position: int) -> BaseResponse:
    """Take an opinion of one's own answer."""
    turn, form = _turn(conversation_id, position), RatingForm()
    valid = form.validate()
    if valid:
        opinion = Opinion(
            bool(form.helpful.data), form.reason.data or "", tuple(form.wrong.data or ()), form.comment.data or ""
        )
        operations.rate(db.session(), PUBLIC, turn, opinion)
        db.session.commit()
    if wants_fragment():
        shown = presenting.feedback(turn)
        return render("assistant/quality/feedback.html", feedback=shown, form=None if valid else form)
    if not valid:
        flash(" ".join(str(error) for errors in form.errors.values() for error in errors), "error")
    address = url_for("assistant.conversation", conversation_id=conversation_id, _anchor=f"feedback-{position}")
    return redirect(address, HTTPStatus.SEE_OTHER)


@blueprint.get("/assistant/complaints/new")
@access("assistant.judge")
def new_complaint() -> Response:
    """Show the form; with a conversation and a turn it is about that answer."""
    form = ComplaintForm(
        formdata=None, conversation=request.args.get("conversation", ""), turn=request.args.get("turn", "")
    )
    return _complaint_page(form)


@blueprint.post("/assistant/complaints")
@access("assistant.judge")
@limiter.limit(COMPLAINT_LIMIT)
def complain() -> BaseResponse:
    form = ComplaintForm()
    if not form.validate():
        return _complaint_page(form, HTTPStatus.UNPROCESSABLE_ENTITY)
    made = operations.complain(db.session(), PUBLIC, form.text.data or "", form.contact.data or "", _turn_of(form))
    db.session.commit()
    return redirect(url_for("quality.complaint", token=made.token), HTTPStatus.SEE_OTHER)


@blueprint.get("/assistant/complaints/<token>")
@access("assistant.judge")
def complaint(token: str) -> Response:
    """Show a complaint to whoever has its address: its number, until when it is replied to, and the reply."""
    found = queries.complaint_by_token(token) or abort(404)
    response = render("assistant/quality/complaint.html", complaint=found)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/desk/assistant")
@access("assistant.oversee")
def board() -> Response:
    """Show what was not answered, or not well, the most frequent first."""
    status = request.args.get("status", "")
    page = listing.rows_page(queries.open_questions(status))
    ratings = queries.bad_ratings([row[3] for row in page.items])
    shown = presenting.Board(page, status, ratings)
    return render("assistant/quality/board.html", fragment="results", board=shown, page=page)


@blueprint.get("/desk/assistant/complaints")
@access("assistant.oversee")
def complaints() -> Response:
    return render("assistant/quality/complaints.html", fragment="results", page=paginate(queries.complaints()))


@blueprint.get("/desk/assistant/complaints/<number>")
@access("assistant.oversee")
def complaint_desk(number: str) -> Response:
    return _reply_page(_complaint(number), ReplyForm(formdata=None))


@blueprint.post("/desk/assistant/complaints/<number>")
@access("assistant.improve")
def reply(number: str) -> BaseResponse:
    form, found = ReplyForm(), _complaint(number)
    if not form.validate():
        return _reply_page(found, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    problems = attempt(lambda: operations.reply(db.session(), principal().actor, found, form.text.data or ""))
    if problems:
        form.text.errors = problems
        return _reply_page(_complaint(number), form, HTTPStatus.CONFLICT)
    flash(_("已答复 %(number)s", number=number))
    return redirect(url_for("quality.complaints"), HTTPStatus.SEE_OTHER)


@blueprint.get("/desk/assistant/cases")
@access("assistant.oversee")
def cases() -> Response:
    return _cases_page()


@blueprint.post("/desk/assistant/questions/<int:turn_id>/case")
@access("assistant.improve")
def keep(turn_id: int) -> BaseResponse:
    """Make a question an evaluation case by one button, which says what the answer should have been."""
    turn, kind = queries.turn(turn_id) or abort(404), request.form.get("kind", "")
    if kind not in rules.KINDS:
        abort(HTTPStatus.BAD_REQUEST)
    operations.keep(db.session(), principal().actor, turn, kind)
    db.session.commit()
    flash(_("已收进评测集"))
    return redirect(url_for("quality.board"), HTTPStatus.SEE_OTHER)


@blueprint.post("/desk/assistant/cases/<int:case_id>")
@access("assistant.improve")
def correct(case_id: int) -> BaseResponse:
    form, found = CaseForm(), _case(case_id)
    if not form.validate():
        return _cases_page(found, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    operations.correct(db.session(), principal().actor, found, form.kind.data, form.articles)
    db.session.commit()
    return redirect(url_for("quality.cases", _anchor=f"case-{case_id}"), HTTPStatus.SEE_OTHER)


@blueprint.post("/desk/assistant/cases/<int:case_id>/delete")
@access("assistant.improve")
def drop(case_id: int) -> BaseResponse:
    operations.drop(db.session(), principal().actor, _case(case_id))
    db.session.commit()
    return redirect(url_for("quality.cases"), HTTPStatus.SEE_OTHER)


def waiting(who: Principal) -> Sequence[Waiting]:
    """Return the complaints that wait for the operator's reply, the soonest due first."""
    if who.role not in OPERATORS:
        return []
    return [
        Waiting(
            "待答复投诉",
            f"{one.number} {one.text[:40]}",
            url_for("quality.complaint_desk", number=one.number),
            one.made_at,
        )
        for one in db.session.scalars(queries.waiting_complaints())
    ]


def _turn(conversation_id: str, position: int) -> Turn:
    return queries.turn_of(conversation_id, position, owner()) or abort(404)


def _turn_of(form: ComplaintForm) -> Turn | None:
    """Return the asker's own turn that a complaint names; None for one about the assistant, or of somebody else."""
    position = form.turn.data or ""
    if not position.isascii() or not position.isdigit():
        return None
    return queries.turn_of(form.conversation.data or "", int(position[:9]), owner())


def _complaint(number: str) -> Complaint:
    return queries.complaint(number) or abort(404)


def _case(case_id: int) -> EvaluationCase:
    return queries.case(case_id) or abort(404)


def _complaint_page(form: ComplaintForm, status: int = HTTPStatus.OK) -> Response:
    return render("assistant/quality/complain.html", status=status, form=form, turn=_turn_of(form))


def _reply_page(found: Complaint, form: ReplyForm, status: int = HTTPStatus.OK) -> Response:
    late = not found.replied_at and clock.today() > found.due
    return render("assistant/quality/reply.html", status=status, complaint=found, form=form, late=late)


def _cases_page(
    changed: EvaluationCase | None = None, form: CaseForm | None = None, status: int = HTTPStatus.OK
) -> Response:
    shown = [
        (one, form if changed and form and one.id == changed.id else _case_form(one))
        for one in db.session.scalars(queries.cases())
    ]
    return render("assistant/quality/cases.html", status=status, shown=shown, form=form)


def _case_form(case: EvaluationCase) -> CaseForm:
    return CaseForm(formdata=None, kind=case.kind, gold="、".join(map(str, case.gold)))
