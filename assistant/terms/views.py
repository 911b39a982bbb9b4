"""The operator's desk of the glossary: words, one word with what it changes, and the glossary as a file."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from assistant.glossary import Glossaries
from assistant.guard import LONGEST
from assistant.terms import current, operations, presenting, rules, sheets, trying
from assistant.terms.forms import FileForm, WordForm
from assistant.terms.trying import Trial
from core.access import access, principal
from core.city import city
from core.extensions import db
from core.files import allow_upload
from core.web import attempt, render

blueprint = Blueprint("glossary", __name__)


@blueprint.get("/desk/glossary")
@access("glossary.manage")
def words() -> Response:
    return render("assistant/terms/words.html", fragment="results", shown=presenting.listed())


@blueprint.get("/desk/glossary/word")
@access("glossary.manage")
def word() -> Response:
    """Show the form of a word, empty for a new one; `question` is what it is to be tried on."""
    language, name = presenting.language_of(request.args.get("language", "")), request.args.get("word", "")
    entry = presenting.entry(language, name)
    data = presenting.typed(entry.word) if entry else {"language": language, "word": name[: rules.LONGEST_WORD]}
    return _word_page(WordForm(formdata=None, data={**data, "question": request.args.get("question", "")[:LONGEST]}))


@blueprint.post("/desk/glossary/word")
@access("glossary.manage")
def put() -> BaseResponse:
    """Keep a word; with the button that tries it, only show what it would change."""
    form, trial = WordForm(), "try" in request.form
    if form.validate() and not trial and _attempt(form.word, lambda: _put(form)):
        return _to_words(form.said.language, form.said.word)
    return _word_page(form, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK)


@blueprint.post("/desk/glossary/word/<any(off, restore):verb>")
@access("glossary.manage")
def switch(verb: str) -> BaseResponse:
    """Switch a word off, or go back to what the software has."""
    language, name = presenting.language_of(request.form.get("language", "")), request.form.get("word", "")
    act = operations.switch_off if verb == "off" else operations.restore
    problems = attempt(lambda: act(db.session(), principal().actor, language, name))
    if problems:
        flash("\n".join(problems), "error")
        return _to_words(language, name)
    flash(_("已停用“%(word)s”", word=name) if verb == "off" else _("“%(word)s”已恢复为自带的样子", word=name))
    return _to_words(language, name)


@blueprint.get("/desk/glossary/file")
@access("glossary.manage")
def file() -> Response:
    """Give the words of a language as a text file: those that operators changed, or all."""
    language = presenting.language_of(request.args.get("language", ""))
    found = [one for one in presenting.entries(language) if request.args.get("all") or one.state != rules.SHIPPED]
    response = Response(rules.written(found), mimetype="text/plain")
    response.headers["Content-Disposition"] = f'attachment; filename="glossary-{language}.txt"'
    return response


@blueprint.get("/desk/glossary/import")
@access("glossary.manage")
def import_page() -> Response:
    language = presenting.language_of(request.args.get("language", ""))
    return _import_page(FileForm(formdata=None, data={"language": language}))


@blueprint.post("/desk/glossary/import")
@access("glossary.manage")
@allow_upload
def load() -> BaseResponse:
    """Put the words of a file, or of what is pasted; what is wrong with a file's lines can be mended in the page."""
    form = FileForm()
    taken = form.validate() and _attempt(form.file, lambda: _take_file(form))
    if taken and _attempt(form.text, lambda: _load(form)):
        return redirect(url_for("glossary.words", language=form.language.data), HTTPStatus.SEE_OTHER)
    return _import_page(form, HTTPStatus.UNPROCESSABLE_ENTITY)


def _put(form: WordForm) -> None:
    said = form.said
    done = operations.put(db.session(), principal().actor, said)
    told = {operations.ADDED: _("已添加“%(word)s”", word=said.word), operations.SAME: _("没有改动")}
    flash(told.get(done) or _("已修改“%(word)s”", word=said.word))


def _take_file(form: FileForm) -> None:
    """Have the lines of the file, if there is one, in the field for them. Raises InvalidInputError."""
    if form.file.data:
        form.text.data = sheets.text_of(form.file.data.filename or "", form.file.data.read(sheets.MOST_BYTES + 1))


def _load(form: FileForm) -> None:
    done = operations.load(db.session(), principal().actor, form.language.data, form.text.data or "")
    names = {"added": _("添加"), "changed": _("修改"), "off": _("停用"), "back": _("恢复自带"), "same": _("没有变化")}
    flash("，".join(f"{name} {done[code]}" for code, name in names.items() if done.get(code)) or _("没有变化"))


def _attempt(field: Any, act: Callable[[], None]) -> bool:
    """Act and commit, and tell whether that went well; if not, the field says why."""
    problems = attempt(act)
    if problems:
        field.errors = problems
    return not problems


def _word_page(form: WordForm, status: int = HTTPStatus.OK) -> Response:
    known, words = presenting.corpora(), current.glossaries(db.session())
    form.document.choices = [(one.document, one.title) for one in known]
    form.document.data = form.document.data or city().policy.id
    said, question = form.said, "" if form.question.errors else form.question.data or ""
    return render(
        "assistant/terms/word.html",
        status=status,
        form=form,
        entry=presenting.entry(said.language, said.word),
        counts=presenting.counts(said.forms),
        unknown=trying.unknown(known, question, words) if question else [],
        trial=_trial(form, question, words) if question else None,
        states=rules.STATES,
    )


def _trial(form: WordForm, question: str, before: Glossaries) -> Trial | None:
    after = rules.merged(before, [form.said] if form.said.word and form.said.forms else [])
    return trying.compared(form.document.data, question, before, after)


def _import_page(form: FileForm, status: int = HTTPStatus.OK) -> Response:
    return render("assistant/terms/import.html", status=status, form=form)


def _to_words(language: str, name: str) -> BaseResponse:
    return redirect(url_for("glossary.words", language=language, q=name), HTTPStatus.SEE_OTHER)
