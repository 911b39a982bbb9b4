"""The list of an enterprise's solutions, writing one down, and making it public."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from flask import Response, flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from core.access import access, may, me, principal
from core.city import city
from core.diffing import FieldDiff
from core.errors import InvalidInputError
from core.extensions import db
from core.lifecycle import Move
from core.web import paginate, render
from marketplace.solutions import operations, presenting, queries, rules
from marketplace.solutions.forms import AttachForm, NameForm, SolutionForm, solution_form
from marketplace.solutions.guidance import SECTIONS
from marketplace.solutions.models import Solution
from marketplace.solutions.operations import StaleError
from marketplace.solutions.reading import Reading, read
from marketplace.solutions.routes import BELOW, blueprint, committed, enterprise, load, to, told
from marketplace.solutions.rules import Facts

DONE = {
    "publish": "方案已公开，稍后可被搜索到",
    "archive": "方案已归档，不再公开",
    "restore": "已恢复为草稿，可以继续修改",
}


@blueprint.get("/desk/solutions")
@access("solution.list")
def index() -> Response:
    return _index(NameForm(formdata=None))


@blueprint.post("/desk/solutions")
@access("solution.create")
def create() -> BaseResponse:
    """Open a draft under a name."""
    form, owner = NameForm(), enterprise()
    if not form.validate():
        return _index(form, HTTPStatus.UNPROCESSABLE_ENTITY)
    facts = Facts(name=form.name.data or "")
    try:
        made = operations.create(db.session(), principal().actor, owner, me(), facts, demo=owner.demo)
    except InvalidInputError as error:
        db.session.rollback()
        form.name.errors = error.problems
        return _index(form, HTTPStatus.UNPROCESSABLE_ENTITY)
    committed(public=False)
    return to("solutions_desk.edit", solution_id=made.id)


@blueprint.get(BELOW)
@access("solution.read")
def edit(solution_id: int) -> Response:
    """Show the form to those who may change the solution, else what it says."""
    found = load(solution_id)
    if found.status == "archived" or not may("solution.edit", solution_id=solution_id):
        return render("solutions/overview.html", moves=_moves(found), label=_label(found), **presenting.page(found))
    return _form_page(found, solution_form(rules.facts_of(found.content), found.revision))


@blueprint.post(BELOW)
@access("solution.edit")
def save(solution_id: int) -> BaseResponse:
    """Store what was typed, all of it or nothing; what is refused stands in the form again."""
    found = load(solution_id)
    refused = _store(found)
    if refused is not None:
        return refused
    flash(_("已保存，公开页面已更新") if found.status == queries.PUBLISHED else _("已保存"), "success")
    return to("solutions_desk.edit", solution_id=solution_id)


@blueprint.post(f"{BELOW}/publish")
@access("solution.publish")
def publish(solution_id: int) -> BaseResponse:
    """Store what was typed, and make the solution public if nothing is missing."""
    found = load(solution_id)
    refused = _store(found) if "revision" in request.form else None
    if refused is not None:
        return refused
    facts = rules.facts_of(found.content)
    missing = rules.missing(facts) if found.status == "draft" else {}
    if missing:
        form = solution_form(facts, found.revision)
        form.tell(missing)
        return _form_page(found, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return _moved(found, "publish")


@blueprint.post(f"{BELOW}/archive")
@access("solution.edit")
def archive(solution_id: int) -> BaseResponse:
    """Put a solution away: a draft by whoever writes it, a public one by an approver, as the lifecycle says."""
    return _moved(load(solution_id), "archive")


@blueprint.post(f"{BELOW}/restore")
@access("solution.edit")
def restore(solution_id: int) -> BaseResponse:
    return _moved(load(solution_id), "restore")


def _moved(found: Solution, verb: str) -> BaseResponse:
    was_public = found.status == queries.PUBLISHED
    try:
        operations.move(db.session(), principal().actor, found, verb)
    except InvalidInputError as error:
        told(error)
    else:
        committed(public=was_public or verb == "publish")
        flash(_(DONE[verb]), "success")
    return to("solutions_desk.edit", solution_id=found.id)


def _store(found: Solution) -> Response | None:
    """Save what was typed and commit; returns the form with what is wrong where it was not saved."""
    form = SolutionForm()
    reading = read(form.typed(), [term.code for term in city().domains])
    problems = {**(rules.missing(reading.facts) if found.status == queries.PUBLISHED else {}), **reading.problems}
    if problems:
        return _refused(found, form, problems, reading)
    try:
        operations.save(db.session(), principal().actor, found, me(), reading.facts, form.began_from)
    except StaleError as error:
        db.session.rollback()
        newer = rules.facts_of(found.content)
        form.revision.data, form.form_errors = str(found.revision), error.problems
        return _form_page(found, form, status=HTTPStatus.CONFLICT, differences=presenting.changes(newer, reading.facts))
    except InvalidInputError as error:
        db.session.rollback()
        form.form_errors = error.problems
        return _form_page(found, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    committed(public=found.status == queries.PUBLISHED)
    return None


def _refused(found: Solution, form: SolutionForm, problems: dict[str, str], reading: Reading) -> Response:
    form.tell(problems, reading)
    return _form_page(found, form, status=HTTPStatus.UNPROCESSABLE_ENTITY)


def _form_page(
    found: Solution, form: SolutionForm, *, status: int = HTTPStatus.OK, differences: Sequence[FieldDiff] = ()
) -> Response:
    form.add_rows()
    shown: dict[str, Any] = {
        "solution": found,
        "form": form,
        "sections": SECTIONS,
        "label": _label(found),
        "missing": presenting.missing(rules.facts_of(found.content)),
        "moves": _moves(found),
        "attach_form": AttachForm(formdata=None),
        "differences": differences,
    }
    return render("solutions/edit.html", status=status, **shown)


def _label(found: Solution) -> str:
    return rules.SOLUTION.states[found.status]


def _moves(found: Solution) -> list[Move]:
    return rules.SOLUTION.moves_from(found.status, principal().role)


def _index(form: NameForm, status: int = HTTPStatus.OK) -> Response:
    owner, asked = principal().organisation or 0, request.args.get("status", "")
    chosen = asked if asked in rules.SOLUTION.states else ""
    page = paginate(queries.own(owner, chosen))
    missing = {one.id: presenting.missing(rules.facts_of(one.content)) for one in page.items if one.status == "draft"}
    return render(
        "solutions/index.html",
        fragment="results",
        status=status,
        form=form,
        page=page,
        chosen=chosen,
        sizes=queries.sizes(owner),
        states=rules.SOLUTION.states,
        missing=missing,
    )
