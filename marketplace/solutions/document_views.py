"""The documents of a solution: at the desk, and in public while the solution is public."""

from flask import Response, abort, flash
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from core import files
from core.access import access, principal
from core.errors import InvalidInputError
from core.extensions import db
from core.files import allow_upload
from marketplace.solutions import operations, queries
from marketplace.solutions.forms import AttachForm, refuse_unsound
from marketplace.solutions.routes import BELOW, NUMBER, blueprint, committed, load, to, told

PLACE = "attachments"


@blueprint.post(f"{BELOW}/attachments")
@access("solution.edit")
@allow_upload
def attach(solution_id: int) -> BaseResponse:
    form, found = AttachForm(), load(solution_id)
    try:
        refuse_unsound(form)
        made = operations.attach(db.session(), principal().actor, found, form.file.data, form.title.data or "")
    except InvalidInputError as error:
        told(error)
    else:
        committed(public=False)
        flash(_("已上传“%(title)s”", title=made.title), "success")
    return to("solutions_desk.edit", PLACE, solution_id=solution_id)


@blueprint.post(f"{BELOW}/attachments/<{NUMBER}:attachment_id>/remove")
@access("solution.edit")
def detach(solution_id: int, attachment_id: int) -> BaseResponse:
    found, one = load(solution_id), queries.attachment(solution_id, attachment_id) or abort(404)
    try:
        operations.detach(db.session(), principal().actor, found, one)
    except InvalidInputError as error:
        told(error)
    else:
        committed(public=False)
        flash(_("附件已移除，文件一并删除"), "success")
    return to("solutions_desk.edit", PLACE, solution_id=solution_id)


@blueprint.get(f"{BELOW}/attachments/<{NUMBER}:attachment_id>")
@access("solution.read")
def download_own(solution_id: int, attachment_id: int) -> Response:
    return files.send((queries.attachment(solution_id, attachment_id) or abort(404)).file)
