"""What people fill in here."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    DateTimeLocalField,
    Field,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import CheckboxInput, DateInput, ListWidget

from core.choices import offered
from core.city import city
from core.clock import CITY_TZ
from scenario_catalog.columns import TITLE_LENGTH
from scenario_catalog.publishing import correcting, redacting
from scenario_catalog.publishing.redaction import REASONS
from scenario_catalog.rules import CANCELLATION_REASONS, FAILURE_REASONS, MODES, Ground

SUMMARY_LENGTH = 2000
WORDS_LENGTH = 500


def one_line(text: str | None) -> str:
    return " ".join((text or "").split())


def stripped(text: str | None) -> str:
    return (text or "").strip()


def _checkboxes(label: str) -> SelectMultipleField:
    widget = ListWidget(prefix_label=False)
    return SelectMultipleField(label, coerce=int, choices=[], widget=widget, option_widget=CheckboxInput())


class BatchForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    title = StringField(
        _("批次标题"), [InputRequired(_("请填写批次标题")), Length(max=TITLE_LENGTH)], filters=[one_line]
    )
    summary = TextAreaField(
        _("批次说明"),
        [Length(max=SUMMARY_LENGTH, message=_("最多 2000 字"))],
        filters=[stripped],
        render_kw={"rows": 4},
    )

    def validate_title(self, field: Field) -> None:
        if not field.data:
            raise ValidationError(_("请填写批次标题"))


class PublishForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """The number of scenarios, typed by who knows what will be public."""

    count = IntegerField(_("请输入将要发布的场景数，以示确认"), [InputRequired(_("请输入场景数"))])

    def __init__(self, expected: int, **options: Any) -> None:
        self.expected = expected
        super().__init__(**options)

    def validate_count(self, field: Field) -> None:
        if field.data != self.expected:
            raise ValidationError(_("本批现有 %(n)s 个场景，与输入的数不符，请核对后再发布", n=self.expected))


class ScheduleForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    at = DateTimeLocalField(
        _("发布时间（北京时间）"),
        [InputRequired(_("请选择日期和时间"))],
        format=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"],
    )

    @property
    def instant(self) -> datetime:
        """What was chosen, in the city's time zone; to be asked once the form is valid."""
        if self.at.data is None:
            raise ValueError("the form is not valid")
        return self.at.data.replace(tzinfo=CITY_TZ)


class CorrigendumForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """One text for each field of a list that may be corrected, the reason, and the number that is expected."""

    number = IntegerField(_("更正序号"), [InputRequired()])
    reason = TextAreaField(
        _("更正理由"),
        [
            DataRequired(_("请写明更正理由")),
            Length(max=correcting.LONGEST_REASON, message=_("最多 1000 字")),
        ],
        filters=[stripped],
        render_kw={"rows": 3},
        description=_("会公开显示在场景页和批次页上"),
    )

    @property
    def typed(self) -> dict[str, str]:
        return {column.field: self[column.field].data or "" for column in correcting.TYPED}


def _terms(kind: str) -> list[Any]:
    return _names(term.name for term in getattr(city(), kind))


def _names(names: Iterable[str]) -> list[Any]:
    return offered({name: name for name in names})


CHOICES: Mapping[str, Callable[[], list[Any]]] = {
    "system": lambda: _terms("systems"),
    "domain": lambda: _terms("domains"),
    "district": lambda: _names(city().districts),
    "mode": lambda: _names(MODES.values()),
}
LINES = frozenset({"title", "budget", "tags", "articles", "contact_name", "contact_phone", "notice_url"})


def _control(field: str, label: str) -> Any:
    """Return the control of a field: its column reads whatever was typed, and tells what is wrong."""
    if field in CHOICES:
        return SelectField(label, choices=CHOICES[field], validate_choice=False)
    if field == "deadline":
        return StringField(label, widget=DateInput())
    return StringField(label) if field in LINES else TextAreaField(label, render_kw={"rows": 5})


for _column in correcting.TYPED:
    setattr(CorrigendumForm, _column.field, _control(_column.field, _column.name))


class DocumentsForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """A corrigendum of the documents: one more, or some fewer, and the deadline that this moves."""

    number = IntegerField(_("更正序号"), [InputRequired()])
    file = FileField(_("新增附件"))
    title = StringField(_("附件名称"), [Length(max=TITLE_LENGTH)], filters=[one_line])
    removed = _checkboxes(_("移除附件"))
    deadline = DateField(_("新的报名截止日"), [InputRequired(_("请填写新的截止日"))])
    reason = TextAreaField(
        _("更正理由"),
        [DataRequired(_("请写明更正理由")), Length(max=correcting.LONGEST_REASON, message=_("最多 1000 字"))],
        filters=[stripped],
        render_kw={"rows": 3},
    )
    confirmed = BooleanField(_("我已核对：提交后立即公开，且不能撤回"), [DataRequired(_("请勾选确认"))])


class EndForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """Why a scenario is cancelled, or failed."""

    reason = RadioField(_("原因"), [InputRequired(_("请选择原因"))])
    words = TextAreaField(
        _("补充说明"), [Length(max=WORDS_LENGTH, message=_("最多 500 字"))], filters=[stripped], render_kw={"rows": 3}
    )
    confirmed = BooleanField(_("我已了解后果，确认执行"), [DataRequired(_("请勾选确认"))])

    def __init__(self, verb: str, **options: Any) -> None:
        super().__init__(**options)
        reasons = CANCELLATION_REASONS if verb == "cancel" else FAILURE_REASONS
        self.reason.choices = offered(reasons)

    @property
    def ground(self) -> Ground:
        return Ground(self.reason.data or "", self.words.data or "")


class RedactionForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    texts = TextAreaField(
        _("要删除的文字"), filters=[lambda text: text or ""], render_kw={"rows": 4, "autocomplete": "off"}
    )
    attachments = _checkboxes(_("要删除的附件"))
    reason = RadioField(_("原因"), [InputRequired(_("请选择原因"))], choices=offered(REASONS))
    note = StringField(
        _("公开的说明"),
        [Length(max=redacting.LONGEST_NOTE, message=_("最多 500 字"))],
        filters=[one_line],
    )
    confirmed = BooleanField(_("我已核对上面的每一处，确认删除"))


class ImportForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    file = FileField(_("清单文件（.xlsx 或 .json）"), [FileRequired(_("请选择文件"))])
    create_agencies = BooleanField(_("登记清单中还没有登记的单位"))
