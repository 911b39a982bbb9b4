"""Asking the log: a form in the address, which anyone may write by hand."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField, Field, SelectField, StringField, ValidationError
from wtforms.validators import Length, Optional

from accounts.auditing.filters import Filters
from core.choices import offered
from core.typed import one_line

LONGEST = 64
ANY = {"": _("全部")}


class FiltersForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """Reads Filters from an address; `verbs` and `subjects` map what may be chosen to its label."""

    class Meta:
        csrf = False

    verb = SelectField(_("操作"), default="")
    subject_type = SelectField(_("对象"), default="")
    subject_id = StringField(_("对象编号"), [Length(max=LONGEST)], filters=[one_line])
    actor = StringField(_("操作人代号"), [Length(max=LONGEST)], filters=[one_line])
    organisation = StringField(_("单位名称或编号"), [Length(max=LONGEST)], filters=[one_line])
    since = DateField(_("起始日期"), [Optional()])
    until = DateField(_("截止日期"), [Optional()])

    def __init__(self, verbs: Mapping[str, str], subjects: Mapping[str, str], **options: Any) -> None:
        super().__init__(**options)
        self.verb.choices = offered({**ANY, **verbs})
        self.subject_type.choices = offered({**ANY, **subjects})

    def validate_until(self, field: Field) -> None:
        if self.since.data and field.data < self.since.data:
            raise ValidationError(_("截止日期不能早于起始日期"))

    def filters(self) -> Filters:
        """Return what was asked; call after validate()."""
        return Filters(**{name: value for name, value in self.data.items() if value})
