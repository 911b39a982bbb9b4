"""Asking on the scenario's page, answering at the agency's desk."""

from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, redirect, request, url_for
from flask_limiter.util import get_remote_address
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as BaseResponse

from accounts.rules import AGENCY, AGENCY_DRAFTERS, ENTERPRISE
from core.access import Principal, access, principal
from core.errors import ForbiddenError, InvalidInputError
from core.extensions import db, limiter
from core.registry import Waiting
from core.web import render
from scenario_catalog import listing
from scenario_catalog import queries as catalog
from scenario_catalog.models import Question, Scenario
from scenario_catalog.questions import operations, presenting, queries, rules
from scenario_catalog.questions.forms import AnswerForm, DeclineForm, QuestionForm
from scenario_catalog.questions.operations import Asker, DoubtError, Wording
from scenario_catalog.rules import QUESTION

blueprint = Blueprint("questions", __name__)
blueprint.add_app_template_global(presenting.panel, "question_panel")

ASKING_LIMIT = "10 per hour; 30 per day"


def _asker_key() -> str:
    return principal().id or get_remote_address()


@blueprint.get("/scenarios/<number>/questions/new")
@access("question.ask")
def new(number: str) -> Response:
    return _ask_page(_scenario(number), QuestionForm(formdata=None))


@blueprint.post("/scenarios/<number>/questions")
@access("question.ask")
@limiter.limit(ASKING_LIMIT, key_func=_asker_key)
def ask(number: str) -> BaseResponse:
    form, found = QuestionForm(), _scenario(number)
    if not form.validate():
        return _ask_page(found, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        asked = Wording(form.text.data or "", bool(form.sure.data))
        made = operations.ask(db.session(), principal().actor, found, _asker(), asked)
    except InvalidInputError as error:
        db.session.rollback()
        doubts = error.problems if isinstance(error, DoubtError) else ()
        problems = () if doubts else error.problems
        return _ask_page(_scenario(number), form, HTTPStatus.UNPROCESSABLE_ENTITY, doubts=doubts, problems=problems)
    db.session.commit()
    address = url_for("catalog.scenario", number=number, _anchor=f"question-{made.number}")
    return redirect(address, HTTPStatus.SEE_OTHER)


@blueprint.get("/desk/questions")
@access("question.list")
def desk() -> Response:
    rows, status = _of_reader(queries.asked()), request.args.get("status", "")
    known = status if status in QUESTION.states else ""
    page = listing.rows_page(queries.with_status(rows, known) if known else rows)
    shown = presenting.shown([(question, scenario) for question, scenario in page.items])
    return render("questions/desk.html", fragment="results", page=page, shown=shown, chosen=known)


@blueprint.get("/desk/questions/<int:question_id>")
@access("question.answer")
def question(question_id: int) -> Response:
    return _answer_page(_question(question_id))


@blueprint.post("/desk/questions/<int:question_id>/answer")
@access("question.answer")
def answer(question_id: int) -> BaseResponse:
    """Answer, or add to the answer that there is."""
    form, found = AnswerForm(), _question(question_id)
    if not form.validate():
        return _answer_page(found, HTTPStatus.UNPROCESSABLE_ENTITY, answering=form)
    verb = operations.answer if request.form.get("first") else operations.amend
    return _done(found, lambda: verb(db.session(), principal().actor, found, form.text.data or ""), answering=form)


@blueprint.post("/desk/questions/<int:question_id>/decline")
@access("question.decline")
def decline(question_id: int) -> BaseResponse:
    form, found = DeclineForm(), _question(question_id)
    if not form.validate():
        return _answer_page(found, HTTPStatus.UNPROCESSABLE_ENTITY, declining=form)
    reason = form.reason.data or ""
    return _done(found, lambda: operations.decline(db.session(), principal().actor, found, reason), declining=form)


def waiting(who: Principal) -> Sequence[Waiting]:
    """Return the questions that wait for an agency's answer, the oldest first."""
    if who.role not in AGENCY_DRAFTERS or not who.organisation:
        return []
    return [
        Waiting(
            "待答复",
            f"{scenario.number} 第 {found.number} 问：{found.text[:40]}",
            url_for("questions.question", question_id=found.id),
            found.asked_at,
        )
        for found, scenario in db.session.execute(queries.waiting_for(who.organisation))
    ]


def personal(session: Session, person: int) -> Mapping[str, Any]:
    """Return the questions that a person asked, for the person's own export."""
    return {
        "questions": [
            {
                "scenario": number,
                "number": found.number,
                "text": found.text,
                "asked_at": found.asked_at.isoformat(),
                "status": found.status,
                "answer": found.answer,
                "supplements": [added.text for added in found.supplements],
            }
            for found, number in session.execute(queries.asked_by(person))
        ]
    }


def _done(found: Question, operation: Callable[[], None], **forms: Any) -> BaseResponse:
    """Do it and show it; what cannot be done is told beside what was typed."""
    question_id = found.id
    try:
        operation()
    except InvalidInputError as error:
        db.session.rollback()
        return _answer_page(_question(question_id), HTTPStatus.CONFLICT, problems=error.problems, **forms)
    db.session.commit()
    return redirect(url_for("questions.question", question_id=question_id), HTTPStatus.SEE_OTHER)


def _ask_page(found: Scenario, form: QuestionForm, status: int = HTTPStatus.OK, **said: Any) -> Response:
    panel = presenting.panel(found, catalog.questions(found))
    return render("questions/ask.html", status=status, scenario=found, form=form, panel=panel, **said)


def _answer_page(found: Question, status: int = HTTPStatus.OK, **shown: Any) -> Response:
    forms = {"answering": AnswerForm(formdata=None), "declining": DeclineForm(formdata=None)}
    scenario, verbs = found.scenario, {move.verb for move in QUESTION.moves_from(found.status, principal().role)}
    context = {
        "scenario": scenario,
        "shown": presenting.shown([(found, scenario)])[0],
        "verbs": verbs,
        **forms,
        **shown,
    }
    return render("questions/answer.html", status=status, answerable=scenario.status == "open", **context)


def _of_reader(rows: queries.Rows) -> queries.Rows:
    """Narrow the questions to the reader's: an agency's scenarios, what an enterprise asked, all for the operator."""
    who = principal()
    narrow = {AGENCY: queries.of_agency, ENTERPRISE: queries.of_asker}.get(rules.kind_of(who.role))
    return narrow(rows, who.organisation or 0) if narrow else rows


def _asker() -> Asker:
    who = principal()
    if who.person is None or who.organisation is None:
        raise ForbiddenError
    return Asker(who.person, who.organisation, who.organisation_name)


def _scenario(number: str) -> Scenario:
    return catalog.scenario(number) or abort(404)


def _question(question_id: int) -> Question:
    return queries.question(question_id) or abort(404)
