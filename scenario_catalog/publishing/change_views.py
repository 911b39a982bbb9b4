"""Changing what is public: corrigenda of fields and of documents, cancellation, failure."""

from http import HTTPStatus
from typing import Any

from flask import Response, abort, request
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response as BaseResponse

from core.access import access, principal
from core.choices import offered
from core.city import city
from core.errors import InvalidInputError
from core.extensions import db
from core.files import accept, allow_upload
from core.web import render
from retrieval.jobs import schedule_fill
from scenario_catalog import operations as catalog
from scenario_catalog import queries as catalog_queries
from scenario_catalog.models import Scenario
from scenario_catalog.publishing import correcting, corrigenda, queries
from scenario_catalog.publishing.correcting import Documents, FieldError, Proposal
from scenario_catalog.publishing.corrigenda import Change
from scenario_catalog.publishing.forms import CorrigendumForm, DocumentsForm, EndForm
from scenario_catalog.publishing.routes import blueprint, done, load_public, refused
from scenario_catalog.rules import SCENARIO

UNPROCESSABLE = HTTPStatus.UNPROCESSABLE_ENTITY
ENDINGS = ("cancel", "fail")


@blueprint.get("/desk/scenarios/<int:scenario_id>/corrigendum")
@access("corrigendum.issue")
def corrigendum(scenario_id: int) -> Response:
    found = load_public(scenario_id)
    number = queries.last_corrigendum(found) + 1
    return _form(found, CorrigendumForm(formdata=None, data={**correcting.texts(found), "number": number}))


@blueprint.post("/desk/scenarios/<int:scenario_id>/corrigendum")
@access("corrigendum.issue")
def post_corrigendum(scenario_id: int) -> BaseResponse:
    """Show what a corrigendum would change, or issue it."""
    form, found = CorrigendumForm(), load_public(scenario_id)
    if not form.validate():
        return _form(found, form, status=UNPROCESSABLE)
    proposal = Proposal(form.typed, form.reason.data or "", form.number.data or 0)
    try:
        if "issue" not in request.form:
            return _form(found, form, changes=correcting.weigh(found, proposal)[1])
        made = correcting.issue(db.session(), principal().actor, found, proposal)
    except InvalidInputError as error:
        refused(error, form, error.by_field if isinstance(error, FieldError) else None)
        return _form(load_public(scenario_id), form, status=UNPROCESSABLE)
    return _issued(found, made.number)


@blueprint.get("/desk/scenarios/<int:scenario_id>/corrigendum/documents")
@access("corrigendum.issue")
def documents(scenario_id: int) -> Response:
    found = load_public(scenario_id)
    earliest = correcting.earliest_deadline(found)
    return _documents(
        found, DocumentsForm(formdata=None, number=queries.last_corrigendum(found) + 1, deadline=earliest)
    )


@blueprint.post("/desk/scenarios/<int:scenario_id>/corrigendum/documents")
@access("corrigendum.issue")
@allow_upload
def post_documents(scenario_id: int) -> BaseResponse:
    form, found = DocumentsForm(), load_public(scenario_id)
    form.removed.choices = _attached(found)
    if form.validate():
        try:
            made = correcting.issue(db.session(), principal().actor, found, _proposal(form, found))
        except InvalidInputError as error:
            refused(error, form)
        else:
            return _issued(found, made.number)
    return _documents(load_public(scenario_id), form, UNPROCESSABLE)


@blueprint.get("/desk/scenarios/<int:scenario_id>/<any(cancel, fail):verb>")
@access("scenario.end")
def end(scenario_id: int, verb: str) -> Response:
    """Ask why a scenario ends, and say what will happen."""
    return _ending(_load(scenario_id), verb, EndForm(verb, formdata=None))


@blueprint.post("/desk/scenarios/<int:scenario_id>/<any(cancel, fail):verb>")
@access("scenario.end")
def post_end(scenario_id: int, verb: str) -> BaseResponse:
    form, found = EndForm(verb), _load(scenario_id)
    if form.validate():
        try:
            catalog.move(db.session(), principal().actor, found, verb, form.ground)
        except InvalidInputError as error:
            refused(error, form)
        else:
            return _ended(found)
    return _ending(found, verb, form, UNPROCESSABLE)


def _form(
    found: Scenario, form: FlaskForm, *, changes: list[Change] | None = None, status: int = HTTPStatus.OK
) -> Response:
    return render(
        "publishing/corrigendum.html",
        status=status,
        scenario=found,
        form=form,
        fields=[form[column.field] for column in correcting.TYPED],
        material=corrigenda.MATERIAL,
        is_material=corrigenda.is_material(changes or []),
        diff=corrigenda.diff(changes) if changes else None,
        extension=city().rules.extension,
        earliest=correcting.earliest_deadline(found),
    )


def _documents(found: Scenario, form: FlaskForm, status: int = HTTPStatus.OK) -> Response:
    form.removed.choices = _attached(found)
    earliest, extension = correcting.earliest_deadline(found), city().rules.extension
    shown = {"scenario": found, "form": form, "earliest": earliest, "extension": extension}
    return render("publishing/documents.html", status=status, **shown)


def _attached(found: Scenario) -> list[Any]:
    return offered({one.id: one.title for one in catalog_queries.attachments(found)})


def _proposal(form: FlaskForm, found: Scenario) -> Proposal:
    added = []
    if form.file.data:
        stored = accept(db.session(), form.file.data, purpose="attachment", organisation_id=found.agency_id)
        added = [(stored, form.title.data or stored.name)]
    typed = {"deadline": form.deadline.data.isoformat()}
    return Proposal(typed, form.reason.data, form.number.data, Documents(added, form.removed.data))


def _issued(found: Scenario, number: int) -> BaseResponse:
    message = _("第 %(n)s 号更正已经公开", n=number)
    answer = done(message, "catalog.scenario", number=found.number, _anchor="corrigenda")
    schedule_fill()
    return answer


def _load(scenario_id: int) -> Scenario:
    return queries.scenario(scenario_id) or abort(404)


def _ending(found: Scenario, verb: str, form: FlaskForm, status: int = HTTPStatus.OK) -> Response:
    moves = SCENARIO.moves_from(found.status, principal().role)
    shown = {"scenario": found, "verb": verb, "form": form, "status_label": SCENARIO.states[found.status]}
    return render("publishing/end.html", status=status, possible=any(move.verb == verb for move in moves), **shown)


def _ended(found: Scenario) -> BaseResponse:
    message = _("“%(title)s”：%(status)s", title=found.title, status=SCENARIO.states[found.status])
    if found.number and found.published_at:
        return done(message, "catalog.scenario", number=found.number)
    return done(message, "members.desk")
