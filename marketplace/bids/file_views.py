"""The files of a bid: encrypted before they are written, and decrypted for their bidder alone."""

from dataclasses import asdict
from io import BytesIO

from flask import abort, send_file
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from core.access import access, principal
from core.errors import InvalidInputError
from core.extensions import db
from core.files import SANDBOX, allow_upload, keep_in_memory
from marketplace.bids import operations, vault
from marketplace.bids.forms import UploadForm, refuse_unsound
from marketplace.bids.routes import BELOW, blueprint, done, load, to, told, unlocked

PLACE = "field-files"


@blueprint.post(f"{BELOW}/files")
@access("bid.write")
@allow_upload
@keep_in_memory
def attach(token: str) -> BaseResponse:
    found, form = load(token), UploadForm()
    code, _draft = unlocked(found)
    try:
        refuse_unsound(form)
        operations.attach(db.session(), principal().actor, found, code, form.file.data)
    except InvalidInputError as error:
        told(error)
        return to("bids_desk.edit", PLACE, token=token)
    return done("附件已加密保存", "bids_desk.edit", PLACE, token=token)


@blueprint.post(f"{BELOW}/files/<file>/remove")
@access("bid.write")
def detach(token: str, file: str) -> BaseResponse:
    found = load(token)
    code, _draft = unlocked(found)
    try:
        operations.detach(db.session(), principal().actor, found, code, file)
    except InvalidInputError as error:
        told(error)
        return to("bids_desk.edit", PLACE, token=token)
    return done("附件已移除", "bids_desk.edit", PLACE, token=token)


@blueprint.get(f"{BELOW}/files/<file>")
@access("bid.read")
def download(token: str, file: str) -> BaseResponse:
    """Send a file as it was handed in."""
    found = load(token)
    _code, draft = unlocked(found)
    kept = next((one for one in draft.files if one.token == file), None) or abort(404)
    try:
        data = vault.read(asdict(kept))
    except vault.DamagedError:
        told(InvalidInputError(_("“%(name)s”已损坏或不在了，请移除后重新上传", name=kept.name)))
        return to("bids_desk.edit", PLACE, token=token)
    response = send_file(BytesIO(data), kept.media_type, as_attachment=True, download_name=kept.name, etag=False)
    response.headers["Content-Security-Policy"] = SANDBOX
    return response
