"""The documents of a need: at the desk while it is written, in public once it is published."""

from flask import Response, abort, request, send_file
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from core import files
from core.access import access, principal
from core.errors import InvalidInputError
from core.extensions import db, limiter
from core.files import allow_upload
from scenario_catalog import queries as catalog
from scenario_catalog.drafting import attaching, bundling, queries
from scenario_catalog.drafting.forms import AttachForm
from scenario_catalog.drafting.routes import BELOW, blueprint, done, load, refused
from scenario_catalog.models import Attachment, Scenario

PLACE = "attachments"
BUNDLE_LIMIT = "20 per minute"


@blueprint.post(f"{BELOW}/attachments")
@access("draft.edit")
@allow_upload
def attach(scenario_id: int) -> BaseResponse:
    form, found = AttachForm(), load(scenario_id)
    if not form.validate():
        return refused(
            InvalidInputError([str(line) for said in form.errors.values() for line in said]), scenario_id, PLACE
        )
    try:
        made = attaching.attach(db.session(), principal().actor, found, form.file.data, form.title.data or "")
    except InvalidInputError as error:
        return refused(error, scenario_id, PLACE)
    return done(_("已上传“%(title)s”", title=made.title), scenario_id, PLACE)


@blueprint.post(f"{BELOW}/attachments/<int(max=999999999):attachment_id>")
@access("draft.edit")
def change_attachment(scenario_id: int, attachment_id: int) -> BaseResponse:
    """Rename, move or remove a document: the button that was pressed says which."""
    found = load(scenario_id)
    one = queries.attachment(scenario_id, attachment_id) or abort(404)
    try:
        message = _change(found, one, request.form.get("do", ""))
    except InvalidInputError as error:
        return refused(error, scenario_id, PLACE)
    return done(message, scenario_id, PLACE)


@blueprint.get(f"{BELOW}/attachments/<int(max=999999999):attachment_id>")
@access("draft.download")
def download_draft(scenario_id: int, attachment_id: int) -> Response:
    """Send a document to its agency, and to operators once the need was submitted."""
    found = load(scenario_id)
    one = queries.attachment(scenario_id, attachment_id) or abort(404)
    if found.agency_id != principal().organisation and all(move.verb != "submit" for move in found.moves):
        abort(404)
    return files.send(one.file)


@blueprint.get("/scenarios/<number>/attachments/<token>")
@access("read")
def download(number: str, token: str) -> Response:
    return files.send((queries.public_attachment(number, token) or abort(404)).file)


@blueprint.get("/scenarios/<number>/documents.zip")
@access("read")
@limiter.limit(BUNDLE_LIMIT)
def documents(number: str) -> Response:
    """Send the requirement, its documents, answers and corrigenda as one archive."""
    found = catalog.scenario(number) or abort(404)
    name = f"{number}.zip"
    response = send_file(bundling.bundle(found), "application/zip", as_attachment=True, download_name=name, max_age=0)
    # What is redacted must not live on in a cache.
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _change(found: Scenario, one: Attachment, wanted: str) -> str:
    session, actor = db.session(), principal().actor
    if wanted == "retitle":
        attaching.retitle(session, actor, found, one, " ".join(request.form.get("title", "").split()))
        return str(_("已改名"))
    if wanted == "remove":
        attaching.remove(session, actor, found, one)
        return str(_("已移除“%(title)s”", title=one.title))
    if wanted in {"up", "down"}:
        attaching.shift(session, actor, found, one, "up" if wanted == "up" else "down")
        return str(_("已调整顺序"))
    raise InvalidInputError(_("没有这个操作"))
