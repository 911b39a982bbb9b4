"""Lists in and out: importing one as drafts, and a published batch as a file."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from flask import Response, abort, jsonify, make_response, redirect, request, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Response as BaseResponse

from core.access import access, principal
from core.city import city
from core.errors import InvalidInputError
from core.extensions import db
from core.web import render
from scenario_catalog import cells, intake, sheet
from scenario_catalog import queries as catalog
from scenario_catalog.columns import COLUMNS
from scenario_catalog.importing import ListError
from scenario_catalog.publishing import previewing, queries, workbook
from scenario_catalog.publishing.forms import ImportForm
from scenario_catalog.publishing.routes import blueprint, refused
from scenario_catalog.sheet import Sheet

ENDINGS = (".xlsx", ".json")


@blueprint.get("/desk/import")
@access("list.import")
def import_list() -> Response:
    return _page(ImportForm(formdata=None))


@blueprint.post("/desk/import")
@access("list.import")
def post_list() -> BaseResponse:
    """Take a list in as drafts, all rows or none."""
    form = ImportForm()
    if not form.validate():
        return _page(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        found = _read(form.file.data)
        taken = intake.take(
            db.session(), principal().actor, found, create_agencies=form.create_agencies.data, publish=None
        )
        db.session.commit()
    except InvalidInputError as error:
        refused(error, form)
        return _page(form, error=error, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    ids = [scenario.id for scenario in taken.scenarios]
    values: dict[str, Any] = {
        "first": ids[0],
        "last": ids[-1],
        "new": len(taken.new_agencies),
        "ignored": list(found.ignored),
    }
    return redirect(url_for("publishing.imported", **values), HTTPStatus.SEE_OTHER)


@blueprint.get("/desk/import/list.xlsx")
@access("list.import")
def blank_list() -> Response:
    """Send a list with its columns and no rows, to be filled in."""
    return _sent([], "list.xlsx")


@blueprint.get("/desk/import/done")
@access("list.import")
def imported() -> Response:
    """Show the drafts that an import brought."""
    first, last = (request.args.get(name, 0, type=int) for name in ("first", "last"))
    new, ignored = request.args.get("new", 0, type=int), request.args.getlist("ignored")
    found = queries.imported(first, last)
    return render("publishing/imported.html", scenarios=found, new=new, ignored=ignored)


@blueprint.get("/desk/import/<int(max=999999999):scenario_id>")
@access("list.import")
def imported_draft(scenario_id: int) -> Response:
    """Show an imported draft as it would be published."""
    found = next(iter(queries.imported(scenario_id, scenario_id)), None) or abort(404)
    return render("publishing/preview_scenario.html", **previewing.draft_page(found))


@blueprint.get("/batches/<int(max=999999999):number>.xlsx")
@access("read")
def batch_workbook(number: int) -> Response:
    found = catalog.batch(number) or abort(404)
    rows = [cells.row(one, one.agency.name, city()) for one in queries.published_members(found)]
    return _sent(rows, f"batch-{number}.xlsx")


@blueprint.get("/batches/<int(max=999999999):number>.json")
@access("read")
def batch_json(number: int) -> Response:
    found = catalog.batch(number) or abort(404)
    scenarios = [cells.entry(one, one.agency.name) for one in queries.published_members(found)]
    published = found.published_at.isoformat() if found.published_at else None
    batch = {"number": number, "title": found.title, "summary": found.summary, "published_at": published}
    return jsonify({"batch": {**batch, "demo": found.demo}, "scenarios": scenarios})


def _sent(rows: Sequence[Mapping[str, str]], name: str) -> Response:
    response = make_response(workbook.workbook(rows))
    response.mimetype = workbook.MEDIA_TYPE
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _read(upload: FileStorage) -> Sheet:
    """Read an uploaded list through a file of its own that is gone afterwards."""
    ending = Path(upload.filename or "").suffix.lower()
    if ending not in ENDINGS:
        raise InvalidInputError(_("只能导入 .xlsx 或 .json 文件"))
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"list{ending}"
        upload.save(path)
        return sheet.read(path)


def _page(form: FlaskForm, *, error: InvalidInputError | None = None, status: int = HTTPStatus.OK) -> Response:
    complaints = error.complaints if isinstance(error, ListError) else []
    unknown = [*dict.fromkeys(one.unknown_agency for one in complaints if one.unknown_agency)]
    if complaints:
        form.form_errors.clear()
        form.form_errors.append(_("清单有 %(n)s 处问题，没有导入任何场景", n=len(complaints)))
    return render(
        "publishing/import.html", status=status, form=form, columns=COLUMNS, complaints=complaints, unknown=unknown
    )
