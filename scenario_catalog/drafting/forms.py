"""What people fill in at the agency desk. The draft's form takes everything: what cannot be read is told, not refused."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField, Field, HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.widgets import CheckboxInput, ListWidget

from core.choices import offered
from core.city import city
from core.files import accepted
from policies.models import Article
from scenario_catalog.drafting.content import Content, whole
from scenario_catalog.drafting.guidance import GUIDES, NEGOTIABLE, Guide
from scenario_catalog.rules import MODES

LONGEST_REVISION = 9
UNKNOWN = -1


class DraftForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """One control for each guide; `revision` is the one the person began from."""

    revision = HiddenField()

    def __init__(self, articles: Sequence[Article], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place = city()
        self.tags.choices = offered({term.code: term.name for term in place.tags})
        self.articles.choices = offered({str(article.ordinal): article.heading for article in articles})
        for name, options in (
            ("system", {term.code: term.name for term in place.systems}),
            ("domain", {term.code: term.name for term in place.domains}),
            ("mode", MODES),
            ("district", {name: name for name in place.districts}),
        ):
            self._offer(self[name], options)

    @property
    def began_from(self) -> int:
        """The revision that the person began from; one that no need has if it is no number."""
        written = self.revision.data or ""
        plain = written.isascii() and written.isdigit() and len(written) <= LONGEST_REVISION
        return int(written) if plain else UNKNOWN

    def content(self, before: Content) -> dict[str, str | list[str]]:
        """Return what was typed; a text field that the browser did not send stays as it was."""
        kept = {field: before[field] for field, guide in GUIDES.items() if field not in request.form and _sent(guide)}
        typed = {field: self[field].data for field in GUIDES}
        ticked = {"budget": NEGOTIABLE if self.budget.data else ""}
        return whole({**typed, **ticked, **kept})

    def tell(self, problems: Mapping[str, str]) -> None:
        """Put what is wrong beside the fields it is about; what has no field here, above all."""
        for field, reason in problems.items():
            if field in GUIDES:
                self[field].errors = [reason]
            else:
                self.form_errors.append(reason)

    @staticmethod
    def _offer(control: Any, options: Mapping[str, str]) -> None:
        """Offer the options, and what was chosen when it is none of them any more."""
        odd = {} if not control.data or control.data in options else {control.data: control.data}
        control.choices = offered({"": _("请选择"), **odd, **options})


class AttachForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """A document and the name it is shown under."""

    file = FileField(_("文件"), [FileRequired(_("请选择文件"))], render_kw={"accept": accepted()})
    title = StringField(_("附件名称"), filters=[lambda text: " ".join((text or "").split())])


def draft_form(content: Content, revision: int, articles: Sequence[Article]) -> DraftForm:
    """Return the form with a content in it."""
    data = {**content, "budget": bool(content["budget"]), "revision": str(revision)}
    return DraftForm(articles, formdata=None, data=data)


def _sent(guide: Guide) -> bool:
    """Tell whether browsers send the field even when nothing stands in it."""
    return guide.kind in {"line", "text", "choice"}


def _control(guide: Guide) -> Field:
    if guide.kind == "choice":
        return SelectField(guide.label, choices=[], validate_choice=False)
    if guide.kind == "several":
        widget = ListWidget(prefix_label=False)
        return SelectMultipleField(
            guide.label, choices=[], validate_choice=False, widget=widget, option_widget=CheckboxInput()
        )
    if guide.kind == "tick":
        return BooleanField(guide.label)
    return (
        TextAreaField(guide.label, render_kw={"rows": guide.rows}) if guide.kind == "text" else StringField(guide.label)
    )


for _guide in GUIDES.values():
    setattr(DraftForm, _guide.field, _control(_guide))
