"""The operator's desk: what waits for review, and one need with all that a decision needs."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from accounts.rules import AGENCY_DRAFTERS, OPERATORS
from core import clock, files
from core.access import Principal, access, me, principal
from core.errors import InvalidInputError
from core.extensions import db
from core.registry import Waiting
from core.web import render
from retrieval.embedder import ready
from scenario_catalog import listing
from scenario_catalog import queries as catalog
from scenario_catalog.models import ReviewComment, Scenario
from scenario_catalog.review import operations, presenting, queries, rules
from scenario_catalog.review.forms import ApproveForm, CommentForm, ReturnForm
from scenario_catalog.review.operations import Remark, Seen, StaleError
from scenario_catalog.rules import SCENARIO

blueprint = Blueprint("review", __name__)
NARROWED: dict[str, Callable[[queries.Rows], queries.Rows]] = {
    "mine": lambda rows: queries.only_mine(rows, me()),
    "free": queries.only_free,
    "unverified": queries.only_unverified,
}


@blueprint.get("/desk/review")
@access("review.read")
def queue() -> Response:
    asked = request.args.get("state", "")
    state = asked if asked in queries.STATES else queries.STATES[0]
    show = request.args.get("show", "")
    rows = NARROWED[show](queries.queue(state)) if show in NARROWED else queries.queue(state)
    return render(
        "review/queue.html",
        fragment="results",
        page=listing.rows_page(rows),
        state=state,
        show=show if show in NARROWED else "",
        sizes=queries.sizes(),
        names={code: SCENARIO.states[code] for code in queries.STATES},
        age=presenting.age,
        patience=rules.PATIENCE,
        holder=lambda row: rules.holder(row, clock.now()),
    )


@blueprint.get("/desk/review/<int:scenario_id>")
@access("review.read")
def scenario(scenario_id: int) -> Response:
    return _page(_load(scenario_id))


@blueprint.get("/desk/review/<int:scenario_id>/similar")
@access("review.read")
def similar(scenario_id: int) -> Response:
    """Show what the need looks like: slow the first time, so that the page asks for it afterwards."""
    found, can_compare = _load(scenario_id), ready()  # asked first: it may become so meanwhile
    shown: dict[str, Any] = {"similar": presenting.similar(found), "can_compare": can_compare}
    return render("review/similar.html", fragment="similar", scenario=found, **shown)


@blueprint.get("/desk/review/<int:scenario_id>/files/<int:attachment_id>")
@access("review.read")
def file(scenario_id: int, attachment_id: int) -> Response:
    """Send a document of a submitted need, if it has passed the scan."""
    found = _load(scenario_id)
    attachment = next((one for one in catalog.attachments(found) if one.id == attachment_id), None)
    return files.send((attachment or abort(404)).file)


@blueprint.post("/desk/review/<int:scenario_id>/take")
@access("review.write")
def take(scenario_id: int) -> BaseResponse:
    return _done(_load(scenario_id), lambda found: operations.take(db.session(), _actor(), found, me()))


@blueprint.post("/desk/review/<int:scenario_id>/release")
@access("review.write")
def release(scenario_id: int) -> BaseResponse:
    return _done(_load(scenario_id), lambda found: operations.release(db.session(), _actor(), found, me()))


@blueprint.post("/desk/review/<int:scenario_id>/approve")
@access("review.write")
def approve(scenario_id: int) -> BaseResponse:
    form, found = ApproveForm(), _load(scenario_id)
    if not form.validate():
        return _page(found, approving=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    seen, sure = Seen(me(), form.seen), bool(form.unverified_ok.data)
    return _done(found, lambda found: operations.approve(db.session(), _actor(), found, seen, unverified_ok=sure))


@blueprint.post("/desk/review/<int:scenario_id>/return")
@access("review.write")
def send_back(scenario_id: int) -> BaseResponse:
    form, found = ReturnForm(), _load(scenario_id)
    if not form.validate():
        return _page(found, returning=form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    seen, words = Seen(me(), form.seen), form.ground
    return _done(found, lambda found: operations.send_back(db.session(), _actor(), found, seen, words), returning=form)


@blueprint.post("/desk/review/<int:scenario_id>/comments")
@access("review.write")
def comment(scenario_id: int) -> BaseResponse:
    form, found = CommentForm(), _load(scenario_id)
    field = form.field.data if form.field.data in presenting.names(found) else rules.OVERALL
    if not form.validate():
        return _page(found, commenting=(field, form), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    remark = Remark(field, form.text.data or "")
    make = lambda found: operations.comment(db.session(), _actor(), found, me(), remark)  # noqa: E731 - passed on
    return _done(found, make, at=field, commenting=(field, form))


@blueprint.post("/desk/review/comments/<int:comment_id>")
@access("review.write")
def edit_comment(comment_id: int) -> BaseResponse:
    form, (said, found) = CommentForm(), _load_comment(comment_id)
    if not form.validate():
        return _page(found, editing=(said.id, form), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    text = form.text.data or ""
    change = lambda _found: operations.edit_comment(db.session(), _actor(), said, me(), text)  # noqa: E731 - passed on
    return _done(found, change, at=said.field)


@blueprint.post("/desk/review/comments/<int:comment_id>/delete")
@access("review.write")
def delete_comment(comment_id: int) -> BaseResponse:
    said, found = _load_comment(comment_id)
    field = said.field
    return _done(found, lambda _found: operations.delete_comment(db.session(), _actor(), said, me()), at=field)


@blueprint.post("/desk/review/comments/<int:comment_id>/resolve")
@access("review.write")
def resolve_comment(comment_id: int) -> BaseResponse:
    said, found = _load_comment(comment_id)
    return _done(found, lambda _found: operations.resolve_comment(db.session(), _actor(), said), at=said.field)


def waiting(who: Principal) -> Sequence[Waiting]:
    """Return what waits for an operator, or was returned to an agency; the oldest first."""
    found: list[Waiting] = []
    if who.role in OPERATORS:
        for need, at in db.session.execute(queries.in_review()):
            found.append(Waiting("待审核", need.title, url_for("review.scenario", scenario_id=need.id), at))
    if who.role in AGENCY_DRAFTERS and who.organisation:
        for need, at in db.session.execute(queries.returned_to(who.organisation)):
            found.append(Waiting("已退回，待修改", need.title, url_for("drafting.edit", scenario_id=need.id), at))
    return found


def _done(found: Scenario, operation: Callable[[Scenario], Any], *, at: str = "", **forms: Any) -> BaseResponse:
    """Do it and go back to the page; what cannot be done is told there, with what was typed."""
    scenario_id = found.id
    try:
        operation(found)
    except InvalidInputError as error:
        db.session.rollback()
        status = HTTPStatus.CONFLICT if isinstance(error, StaleError) else HTTPStatus.UNPROCESSABLE_ENTITY
        return _page(_load(scenario_id), status=status, problems=error.problems, **forms)
    db.session.commit()
    anchor = f"field-{at}" if at else None
    return redirect(url_for("review.scenario", scenario_id=scenario_id, _anchor=anchor), HTTPStatus.SEE_OTHER)


def _page(found: Scenario, *, status: int = HTTPStatus.OK, **shown: Any) -> Response:
    against = request.args.get("against", "", type=str)
    number = int(against) if against.isascii() and against.isdigit() and len(against) < len("1000000") else None
    forms = {"approving": ApproveForm(formdata=None), "returning": ReturnForm(formdata=None)}
    sheet = presenting.sheet(found, principal().person, number)
    context = {"sheet": sheet, "scenario": found, "age": presenting.age, "patience": rules.PATIENCE, **forms, **shown}
    return render("review/scenario.html", status=status, me=principal().person, **context)


def _load(scenario_id: int) -> Scenario:
    return queries.scenario(scenario_id) or abort(404)


def _load_comment(comment_id: int) -> tuple[ReviewComment, Scenario]:
    found = queries.comment(comment_id) or abort(404)
    return found, _load(found.scenario_id)


def _actor() -> Any:
    return principal().actor
