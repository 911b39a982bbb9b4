"""Taking a file in, correcting its paragraphs beside what the reader will show, and publishing it."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from core.access import access, principal
from core.choices import offered
from core.errors import InvalidInputError
from core.extensions import db
from core.files import allow_upload
from core.web import attempt, render
from policies import queries as policies
from policies.drafts import operations, presenting, queries
from policies.drafts.forms import AboutForm, ImportForm, about_typed, paragraphs_typed
from policies.drafts.models import PolicyDraft
from policies.drafts.operations import ChangedMeanwhileError, about_of, paragraphs_of
from policies.drafts.rules import DRAFTED, MOST_BYTES, MOST_PARAGRAPHS, ROLES, Paragraph
from policies.drafts.sources import Source
from policies.drafts.splitting import propose
from policies.models import PolicyVersion

blueprint = Blueprint("policy_drafts", __name__)
# Role, text and a box for each paragraph, and the front matter.
MOST_PARTS = 3 * MOST_PARAGRAPHS + 50


@blueprint.url_value_preprocessor
def _widen(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    request.max_form_parts = MOST_PARTS


@blueprint.get("/desk/policies/drafts/new")
@access("policy.manage")
def new() -> Response:
    """Offer the form for a file; `document` of the address says of which policy it is a new version."""
    form = _import_form(sent=False)
    form.document.data = request.args.get("document", "")
    return _import_page(form)


@blueprint.post("/desk/policies/drafts/new")
@access("policy.manage")
@allow_upload
def take() -> BaseResponse:
    form = _import_form(sent=True)
    if not form.validate():
        return _import_page(form, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    upload = form.file.data
    known = policies.document(form.document.data or "")
    try:
        data = upload.stream.read(MOST_BYTES + 1)
        made = operations.take_file(db.session(), principal().actor, upload.filename or "", data, known)
    except InvalidInputError as error:
        db.session.rollback()
        return _import_page(form, error.problems, HTTPStatus.UNPROCESSABLE_ENTITY)
    db.session.commit()
    return _to("edit", made.id)


@blueprint.get("/desk/policies/drafts/<int:draft_id>")
@access("policy.manage")
def edit(draft_id: int) -> BaseResponse:
    found = _draft(draft_id)
    if found.status != DRAFTED:
        return _ended()
    about = about_of(found)
    return _edit_page(found, _about_form(found), about, paragraphs_of(found))


@blueprint.post("/desk/policies/drafts/<int:draft_id>")
@access("policy.manage")
def save(draft_id: int) -> BaseResponse:
    """Keep what was typed; `do` says whether to read the paragraphs anew, and where to go on."""
    found, form, paragraphs = _draft(draft_id), AboutForm(), paragraphs_typed(request.form)
    step = request.form.get("do", "save")
    if step == "propose":
        paragraphs = propose([Source(one.text) for one in paragraphs])
    if not form.validate():
        return _edit_page(found, form, form.said, paragraphs, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        operations.save(db.session(), principal().actor, found, form.begun, about=form.said, paragraphs=paragraphs)
    except InvalidInputError as error:
        return _refused(draft_id, error, form, paragraphs)
    db.session.commit()
    return _to("checked" if step == "publish" else "edit", draft_id)


@blueprint.post("/desk/policies/drafts/<int:draft_id>/preview")
@access("policy.manage")
def preview(draft_id: int) -> Response:
    """Show what the reader would, of what is typed; nothing is kept."""
    _draft(draft_id)
    shown = presenting.preview(AboutForm().said, paragraphs_typed(request.form))
    return render("policies/corpus/preview.html", preview=shown)


@blueprint.get("/desk/policies/drafts/<int:draft_id>/publish")
@access("policy.manage")
def checked(draft_id: int) -> BaseResponse:
    """Show what publishing will do, and against the version before what will change."""
    found = _draft(draft_id)
    return _publish_page(found) if found.status == DRAFTED else _ended()


@blueprint.post("/desk/policies/drafts/<int:draft_id>/publish")
@access("policy.manage")
def publish(draft_id: int) -> BaseResponse:
    found = _draft(draft_id)
    try:
        made = operations.publish(db.session(), principal().actor, found, request.form.get("revision", -1, int))
    except InvalidInputError as error:
        db.session.rollback()
        again = _draft(draft_id)
        if again.status != DRAFTED:
            return _ended()
        return _publish_page(again, error.problems, HTTPStatus.UNPROCESSABLE_ENTITY)
    db.session.commit()
    flash(_("已发布《%(title)s》第 %(n)s 版", title=made.title, n=made.number), "success")
    return redirect(url_for("corpus.document", policy_id=made.document_id), HTTPStatus.SEE_OTHER)


@blueprint.post("/desk/policies/drafts/<int:draft_id>/discard")
@access("policy.manage")
def discard(draft_id: int) -> BaseResponse:
    found = _draft(draft_id)
    if attempt(lambda: operations.discard(db.session(), principal().actor, found)):
        return _ended()
    flash(_("草稿已放弃"), "success")
    return redirect(url_for("corpus.index"), HTTPStatus.SEE_OTHER)


def _refused(draft_id: int, error: InvalidInputError, form: AboutForm, paragraphs: Sequence[Paragraph]) -> BaseResponse:
    """Show what was typed again with why it was not kept; saving once more is to write over the other's text."""
    said = form.said
    db.session.rollback()
    found = _draft(draft_id)
    meanwhile = isinstance(error, ChangedMeanwhileError)
    form.revision.data, form.revision.raw_data = found.revision, None
    status = HTTPStatus.CONFLICT if meanwhile else HTTPStatus.UNPROCESSABLE_ENTITY
    problems = () if meanwhile else error.problems
    return _edit_page(found, form, said, paragraphs, problems, meanwhile=meanwhile, status=status)


def _edit_page(  # noqa: PLR0913 - what the page shows
    found: PolicyDraft,
    form: AboutForm,
    about: Mapping[str, str],
    paragraphs: Sequence[Paragraph],
    problems: Sequence[str] = (),
    *,
    meanwhile: bool = False,
    status: int = HTTPStatus.OK,
) -> Response:
    context: dict[str, Any] = {
        "draft": found,
        "form": form,
        "paragraphs": paragraphs,
        "roles": ROLES,
        "preview": presenting.preview(about, paragraphs),
        "problems": problems,
        "meanwhile": meanwhile,
        "current": _current(found),
        "lines_of": presenting.lines_of,
    }
    return render("policies/corpus/draft.html", status=status, **context)


def _publish_page(found: PolicyDraft, problems: Sequence[str] = (), status: int = HTTPStatus.OK) -> Response:
    about, paragraphs, current = about_of(found), paragraphs_of(found), _current(found)
    context: dict[str, Any] = {
        "draft": found,
        "about": about,
        "preview": presenting.preview(about, paragraphs),
        "current": current,
        "diff": presenting.compare_draft(current, about, paragraphs) if current else [],
        "problems": problems,
    }
    return render("policies/corpus/publish.html", status=status, **context)


def _import_page(form: ImportForm, problems: Sequence[str] = (), status: int = HTTPStatus.OK) -> Response:
    return render("policies/corpus/import.html", form=form, problems=problems, status=status)


def _import_form(*, sent: bool) -> ImportForm:
    form = ImportForm() if sent else ImportForm(formdata=None)
    known = {one.document_id: _("《%(title)s》的新版本", title=one.title) for one in _documents()}
    form.document.choices = offered({"": _("新的文件"), **known})
    return form


def _documents() -> Sequence[PolicyVersion]:
    return db.session.scalars(policies.answerable()).all()


def _about_form(found: PolicyDraft) -> AboutForm:
    return AboutForm(formdata=None, data={**about_typed(about_of(found)), "revision": found.revision})


def _current(found: PolicyDraft) -> PolicyVersion | None:
    """Return the version that the draft would take the place of."""
    return policies.current_version(str(found.about.get("document", "")))


def _ended() -> BaseResponse:
    flash(_("这份草稿已经发布或放弃，不能再改"), "error")
    return redirect(url_for("corpus.index"), HTTPStatus.SEE_OTHER)


def _draft(draft_id: int) -> PolicyDraft:
    return queries.draft(draft_id) or abort(HTTPStatus.NOT_FOUND)


def _to(view: str, draft_id: int) -> BaseResponse:
    return redirect(url_for(f"policy_drafts.{view}", draft_id=draft_id), HTTPStatus.SEE_OTHER)
