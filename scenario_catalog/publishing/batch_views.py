"""The operator's batches: composing, checking, previewing, publishing."""

from http import HTTPStatus
from typing import Any

from flask import Response, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse

from core import clock
from core.access import access, principal
from core.errors import InvalidInputError
from core.extensions import db
from core.formats import moment
from core.web import paginate, render
from retrieval.embedder import ready
from retrieval.jobs import schedule_fill
from scenario_catalog import queries as catalog_queries
from scenario_catalog.models import Batch
from scenario_catalog.publishing import facts, operations, preflight, previewing, queries
from scenario_catalog.publishing.forms import BatchForm, PublishForm, ScheduleForm
from scenario_catalog.publishing.routes import blueprint, done, load_batch, refused
from scenario_catalog.rules import BATCH

UNPROCESSABLE = HTTPStatus.UNPROCESSABLE_ENTITY
# Ids of rows in an address or a form have at most so many digits.
LONGEST_ID = 9


@blueprint.get("/desk/batches")
@access("batch.read")
def batches() -> Response:
    return _list(BatchForm(formdata=None))


@blueprint.post("/desk/batches")
@access("batch.compose")
def create_batch() -> BaseResponse:
    form = BatchForm()
    if not form.validate():
        return _list(form, UNPROCESSABLE)
    made = operations.open_batch(db.session(), principal().actor, form.title.data or "", form.summary.data or "")
    return done(_("批次已建立，请选入场景"), "publishing.batch", batch_id=made.id)


@blueprint.get("/desk/batches/<int:batch_id>")
@access("batch.read")
def batch(batch_id: int) -> Response:
    found = load_batch(batch_id)
    return _page(found, BatchForm(formdata=None, obj=found))


@blueprint.post("/desk/batches/<int:batch_id>")
@access("batch.compose")
def edit_batch(batch_id: int) -> BaseResponse:
    form, found = BatchForm(), load_batch(batch_id)
    if form.validate():
        try:
            operations.edit_batch(
                db.session(), principal().actor, found, form.title.data or "", form.summary.data or ""
            )
        except InvalidInputError as error:
            refused(error, form)
        else:
            return done(_("已保存"), "publishing.batch", batch_id=batch_id)
    return _page(found, form, UNPROCESSABLE)


@blueprint.post("/desk/batches/<int:batch_id>/scenarios")
@access("batch.compose")
def add_scenarios(batch_id: int) -> BaseResponse:
    found = load_batch(batch_id)
    ids = [
        int(raw)
        for raw in request.form.getlist("scenario")
        if raw.isascii() and raw.isdigit() and len(raw) <= LONGEST_ID
    ]
    try:
        added = operations.add_scenarios(db.session(), principal().actor, found, ids)
    except InvalidInputError as error:
        return _told(error, batch_id)
    return done(_("选入了 %(n)s 个场景", n=added), "publishing.batch", batch_id=batch_id)


@blueprint.post("/desk/batches/<int:batch_id>/scenarios/<int:scenario_id>/drop")
@access("batch.compose")
def drop_scenario(batch_id: int, scenario_id: int) -> BaseResponse:
    found, scenario = load_batch(batch_id), queries.scenario(scenario_id) or abort(404)
    try:
        operations.drop_scenario(db.session(), principal().actor, found, scenario)
    except InvalidInputError as error:
        return _told(error, batch_id)
    message = _("“%(title)s”已移出本批，留待以后的批次", title=scenario.title)
    return done(message, "publishing.batch", batch_id=batch_id)


@blueprint.get("/desk/batches/<int:batch_id>/preview")
@access("batch.read")
def preview_batch(batch_id: int) -> Response:
    """Show the batch's page as it would be published now."""
    return render("publishing/preview_batch.html", **previewing.batch_page(load_batch(batch_id)))


@blueprint.get("/desk/batches/<int:batch_id>/preview/<int:scenario_id>")
@access("batch.read")
def preview_scenario(batch_id: int, scenario_id: int) -> Response:
    """Show a scenario's page as it would be published now."""
    found = previewing.scenario_page(load_batch(batch_id), scenario_id) or abort(404)
    return render("publishing/preview_scenario.html", **found)


@blueprint.get("/desk/batches/<int:batch_id>/similar")
@access("batch.read")
def similar(batch_id: int) -> Response:
    """Show what is public already and much like a scenario of the batch: it takes its time, so that the page asks later."""
    found, can_compare = load_batch(batch_id), ready()  # asked first: it may become so meanwhile
    scenarios = queries.members(found)
    findings = [one for id_, others in facts.likenesses(scenarios).items() for one in preflight.alike(id_, others)]
    titles = {scenario.id: scenario.title for scenario in scenarios}
    shown: dict[str, Any] = {"findings": findings, "titles": titles, "can_compare": can_compare}
    return render("publishing/similar.html", fragment="similar", batch=found, **shown)


@blueprint.get("/desk/batches/<int:batch_id>/publish")
@access("batch.publish")
def confirm(batch_id: int) -> Response:
    return _confirmation(load_batch(batch_id))


@blueprint.post("/desk/batches/<int:batch_id>/publish")
@access("batch.publish")
def publish(batch_id: int) -> BaseResponse:
    found = load_batch(batch_id)
    form = PublishForm(len(queries.members(found)))
    if form.validate():
        try:
            operations.publish(db.session(), principal().actor, found)
        except InvalidInputError as error:
            refused(error, form)
        else:
            answer = done(_("第 %(n)s 批已经发布", n=found.number), "publishing.batch", batch_id=batch_id)
            schedule_fill()
            return answer
    return _confirmation(found, form=form, status=UNPROCESSABLE)


@blueprint.post("/desk/batches/<int:batch_id>/schedule")
@access("batch.publish")
def schedule(batch_id: int) -> BaseResponse:
    form, found = ScheduleForm(), load_batch(batch_id)
    if form.validate():
        try:
            operations.schedule(db.session(), principal().actor, found, form.instant)
        except InvalidInputError as error:
            refused(error, form)
        else:
            return done(_("将于 %(at)s 自动发布", at=moment(form.instant)), "publishing.batch", batch_id=batch_id)
    return _confirmation(found, schedule=form, status=UNPROCESSABLE)


@blueprint.post("/desk/batches/<int:batch_id>/unschedule")
@access("batch.publish")
def unschedule(batch_id: int) -> BaseResponse:
    try:
        operations.unschedule(db.session(), principal().actor, load_batch(batch_id))
    except InvalidInputError as error:
        return _told(error, batch_id)
    return done(_("已撤销排期，批次回到草稿"), "publishing.batch", batch_id=batch_id)


def _list(form: FlaskForm, status: int = HTTPStatus.OK) -> Response:
    page, sizes, waiting = paginate(queries.batches()), queries.sizes(), queries.waiting()
    shown: dict[str, Any] = {"form": form, "states": BATCH.states, "sizes": sizes, "waiting": waiting}
    return render("publishing/batches.html", status=status, page=page, **shown)


def _page(found: Batch, form: FlaskForm, status: int = HTTPStatus.OK) -> Response:
    return render(
        "publishing/batch.html",
        status=status,
        batch=found,
        form=form,
        states=BATCH.states,
        scenarios=queries.members(found),
        candidates=queries.waiting() if found.status == operations.DRAFT else [],
        corrigenda=catalog_queries.corrigenda_of_batch(found),
        **_checked(found),
    )


def _confirmation(
    found: Batch, *, form: FlaskForm | None = None, schedule: FlaskForm | None = None, status: int = HTTPStatus.OK
) -> Response:
    scenarios = queries.members(found)
    return render(
        "publishing/publish.html",
        status=status,
        batch=found,
        number=previewing.next_number(),
        scenarios=scenarios,
        form=form or PublishForm(len(scenarios), formdata=None),
        schedule=schedule or ScheduleForm(formdata=None),
        earliest=clock.local(clock.now()),
        **_checked(found),
    )


def _checked(found: Batch) -> dict[str, Any]:
    """Return what the check found, for the day of the publication: none for a batch that is published."""
    if found.status == "published":
        return {"findings": [], "titles": {}}
    day = (
        clock.local_date(found.scheduled_for) if found.scheduled_for and found.status == "scheduled" else clock.today()
    )
    checked, findings = operations.check(db.session(), found, day)
    return {"findings": findings, "titles": {one.id: one.title for one in checked.scenarios}}


def _told(error: InvalidInputError, batch_id: int) -> BaseResponse:
    """Go back to the batch, saying why nothing was done."""
    db.session.rollback()
    for problem in error.problems:
        flash(problem, "error")
    return redirect(url_for("publishing.batch", batch_id=batch_id), HTTPStatus.SEE_OTHER)
