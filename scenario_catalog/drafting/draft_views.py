"""The list of an agency's needs, and writing one down."""

from http import HTTPStatus
from typing import Any

from flask import Response, flash, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from core import clock
from core.access import access, may, me, principal
from core.city import city
from core.errors import InvalidInputError
from core.extensions import db
from core.lifecycle import LifecycleError
from core.web import paginate, render, wants_fragment
from scenario_catalog import queries as catalog
from scenario_catalog.drafting import operations, presenting, queries
from scenario_catalog.drafting.content import Content, read, searched
from scenario_catalog.drafting.forms import AttachForm, DraftForm, draft_form
from scenario_catalog.drafting.guidance import SECTIONS
from scenario_catalog.drafting.operations import Entry, Handing, IncompleteError, Outcome, present
from scenario_catalog.drafting.routes import BELOW, blueprint, done, load, to
from scenario_catalog.models import Scenario
from scenario_catalog.operations import EDITABLE
from scenario_catalog.rules import SCENARIO

# Sent with a save that changed what similar scenarios are looked up by.
TEXT_CHANGED = "draft-text-changed"


@blueprint.get("/desk/scenarios")
@access("draft.list")
def index() -> Response:
    agency = principal().organisation or 0
    asked = request.args.get("group", "")
    group = asked if asked in queries.GROUPS else ""
    page = paginate(queries.needs(agency, group))
    shown: dict[str, Any] = {
        "page": page,
        "rows": presenting.rows(page.items),
        "group": group,
        "sizes": queries.sizes(agency),
    }
    return render("drafting/index.html", fragment="results", **shown)


@blueprint.post("/desk/scenarios")
@access("draft.create")
def create() -> BaseResponse:
    agency = queries.organisation(principal().organisation or 0)
    if agency is None:
        raise InvalidInputError(_("您还不属于任何单位"))
    made = operations.create(db.session(), principal().actor, agency, me(), city().districts[0])
    db.session.commit()
    return to(made.id)


@blueprint.get(BELOW)
@access("draft.read")
def edit(scenario_id: int) -> Response:
    """Show the form to those who may change the need now, else the need and what comes next."""
    found = load(scenario_id)
    return _form_page(found) if _is_open(found) else _overview(found)


@blueprint.post(BELOW)
@access("draft.edit")
def save(scenario_id: int) -> BaseResponse:
    """Store what was typed: as a whole page, or for htmx while one types."""
    found = load(scenario_id)
    before = present(found)
    form = DraftForm(presenting.articles())
    outcome = _store(found, form, _typed(form, before))
    db.session.commit()
    return _told(found, outcome, before) if wants_fragment() else _went_on(found, outcome)


@blueprint.post(f"{BELOW}/submit")
@access("draft.submit")
def submit(scenario_id: int) -> BaseResponse:
    """Store what was typed, and hand the need in if nothing is missing."""
    found = load(scenario_id)
    form = DraftForm(presenting.articles())
    outcome = _store(found, form, _typed(form, present(found))) if "title" in request.form else Outcome.UNCHANGED
    db.session.commit()
    if outcome is Outcome.CONFLICT:
        return to(scenario_id, endpoint="drafting.conflict")
    if found.status == "in_review":
        return done(_("这份需求已经提交，正在审核"), scenario_id)
    return _submitted(found)


@blueprint.post(f"{BELOW}/recall")
@access("draft.edit")
def recall(scenario_id: int) -> BaseResponse:
    found = load(scenario_id)
    try:
        operations.recall(db.session(), principal().actor, found)
    except LifecycleError as error:
        db.session.rollback()
        flash(str(error), "error")
        return to(scenario_id)
    return done(_("已撤回，可以继续修改"), scenario_id)


def _submitted(found: Scenario) -> BaseResponse:
    try:
        handing = Handing(me(), presenting.terms(), presenting.case(found))
        operations.submit(db.session(), principal().actor, found, handing)
    except InvalidInputError as error:
        db.session.rollback()
        problems = error.by_field if isinstance(error, IncompleteError) else {"": str(error)}
        return _form_page(load(found.id), problems, HTTPStatus.UNPROCESSABLE_ENTITY)
    db.session.commit()
    flash(_("已提交审核。运营方会在退回或通过时通知您。"), "success")
    if not found.agency.verified:
        flash(_("本单位尚未认证：审核可以进行，认证后才能发布。"), "error")
    return to(found.id)


def _store(found: Scenario, form: DraftForm, content: Content) -> Outcome:
    entry = Entry(me(), form.began_from, content)
    return operations.save(db.session(), principal().actor, found, entry, presenting.terms())


def _typed(form: DraftForm, before: Content) -> Content:
    """Return what was typed, with the article that a button of the suggestions adds."""
    content, added = form.content(before), request.form.getlist("add_article")
    return {**content, "articles": [*content["articles"], *added]}


def _went_on(found: Scenario, outcome: Outcome) -> BaseResponse:
    """Answer a save that was sent as a page."""
    if outcome is Outcome.CONFLICT:
        return to(found.id, endpoint="drafting.conflict")
    if outcome is Outcome.MOVED_ON:
        flash(_("场景的状态已变，您输入的内容没有写入，已另存在“历次版本”里"), "error")
    else:
        flash(_("已保存 %(time)s", time=f"{clock.local(clock.now()):%H:%M}"), "success")
    return to(found.id, request.form.get("back") or None)


def _told(found: Scenario, outcome: Outcome, before: Content) -> Response:
    """Answer a save that htmx sent: what became of it, how fields were read, and how far the need is."""
    content = present(found)
    reading = read(content, presenting.terms())
    saved = outcome in {Outcome.SAVED, Outcome.UNCHANGED}
    response = render(
        "drafting/saved.html",
        scenario=found,
        outcome=outcome.value,
        revision=found.revision if saved else DraftForm(()).began_from,
        now=clock.local(clock.now()),
        problems=reading.problems,
        notes=presenting.notes(content, reading),
        sections=SECTIONS,
        progress=presenting.progress(found, content),
    )
    if saved and searched(content) != searched(before):
        response.headers["HX-Trigger-After-Settle"] = TEXT_CHANGED
    return response


def _is_open(found: Scenario) -> bool:
    return found.status in EDITABLE and may("draft.edit", scenario_id=found.id)


def _form_page(found: Scenario, problems: dict[str, str] | None = None, status: int = HTTPStatus.OK) -> Response:
    content = present(found)
    reading = read(content, presenting.terms())
    form = draft_form(content, found.revision, presenting.articles())
    form.tell(problems or {})
    return render(
        "drafting/edit.html",
        status=status,
        scenario=found,
        form=form,
        sections=SECTIONS,
        problems={**reading.problems, **(problems or {})},
        notes=presenting.notes(content, reading),
        progress=presenting.progress(found, content),
        attachments=catalog.attachments(found),
        attach_form=AttachForm(formdata=None),
        comments=presenting.comments_by_field(found),
        returned=presenting.last_return(found),
        changed=[diff.label for diff in presenting.since_submission(found, content) if diff.changed],
        aside=queries.set_aside(found.id, me()),
        members=presenting.members(found),
        moves={move.verb for move in SCENARIO.moves_from(found.status, principal().role)},
        saved_at=clock.local(found.updated_at),
    )


def _overview(found: Scenario) -> Response:
    content = present(found)
    return render(
        "drafting/overview.html",
        scenario=found,
        label=SCENARIO.states[found.status],
        next=presenting.NEXT.get(found.status, ""),
        progress=presenting.progress(found, content),
        attachments=catalog.attachments(found),
        returned=presenting.last_return(found),
        members=presenting.members(found),
        moves={move.verb for move in SCENARIO.moves_from(found.status, principal().role)},
        states=SCENARIO.states,
    )
