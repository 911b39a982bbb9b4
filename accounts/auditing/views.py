"""The log for the operator and auditors, everybody's own history, and the anchors.

Reading is not recorded: it changes nothing, and a log that grew with every look would bury what was done.
"""

from collections.abc import Iterator, Sequence
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, request, stream_with_context, url_for
from sqlalchemy import Select

from accounts.auditing import exporting, presenting, queries, words
from accounts.auditing.filters import Filters
from accounts.auditing.forms import FiltersForm
from core import anchors
from core.access import access, principal
from core.audit import AuditEvent
from core.extensions import db
from core.settings import settings
from core.web import Page, paginate, render

blueprint = Blueprint("auditing", __name__)

ON_PAGE = 50
NO_PAGE = Page([], 1, ON_PAGE, 0)
NEWEST = 100


@blueprint.get("/audit")
@access("audit.read")
def log() -> Response:
    form = _asked()
    valid = form.validate()
    page = _page(form.filters()) if valid else NO_PAGE
    return _log(form, page, presenting.shown(page.items), HTTPStatus.OK if valid else HTTPStatus.UNPROCESSABLE_ENTITY)


@blueprint.get("/audit/export.<any(csv, jsonl):kind>")
@access("audit.read")
def export(kind: str) -> Response:
    form = _asked()
    if not form.validate():
        return render(
            "audit/log.html", status=422, form=form, page=NO_PAGE, shown=[], count=queries.total(db.session())
        )
    media_type, write = exporting.WRITERS[kind]
    return _download(stream_with_context(write(queries.events(form.filters()))), f"audit.{kind}", media_type)


@blueprint.get("/account/history")
@access("history.read")
def history() -> Response:
    return _history(queries.of_person(db.session(), principal().id), own=True)


@blueprint.get("/account/history/organisation")
@access("history.organisation")
def organisation_history() -> Response:
    return _history(queries.of_organisation(db.session(), principal().organisation or 0), own=False)


@blueprint.get("/audit/anchors")
@access("read")
def anchor_list() -> Response:
    found = anchors.newest()[::-1][:NEWEST]
    return render("audit/anchors.html", anchors=found, causes=words.CAUSES, time_of=presenting.anchor_time)


@blueprint.get("/audit/anchors.jsonl")
@access("read")
def anchor_file() -> Response:
    path = settings().anchors_file
    content = path.read_bytes() if path.exists() else b""
    return _download(content, "audit-anchors.jsonl", "application/x-ndjson; charset=utf-8")


def _asked() -> FiltersForm:
    return FiltersForm(presenting.verbs(), words.SUBJECTS, formdata=request.args)


def _log(form: FiltersForm, page: Page, shown: Sequence[presenting.Shown], status: HTTPStatus) -> Response:
    asked: dict[str, Any] = {name: value for name, value in request.args.items() if name in form}
    exports = {kind: url_for("auditing.export", kind=kind, **asked) for kind in exporting.WRITERS}
    count = queries.total(db.session())
    context = {"form": form, "page": page, "shown": shown, "count": count, "exports": exports}
    return render("audit/log.html", fragment="results", status=status, **context)


def _history(events: Select[AuditEvent], *, own: bool) -> Response:
    page = paginate(events, ON_PAGE)
    shown = presenting.shown(page.items, own=own)
    return render("audit/history.html", fragment="results", page=page, shown=shown, own=own)


def _page(filters: Filters) -> Page:
    """Load a page; how long the whole log is, its head knows without counting."""
    total = queries.total(db.session()) if filters == Filters() else None
    return paginate(queries.events(filters), ON_PAGE, total)


def _download(content: bytes | Iterator[str], name: str, media_type: str) -> Response:
    headers = {"Content-Disposition": f"attachment; filename={name}", "Cache-Control": "no-store"}
    return Response(content, content_type=media_type, headers=headers)
