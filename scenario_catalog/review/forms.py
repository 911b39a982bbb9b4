"""What a reviewer fills in."""

from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectMultipleField, StringField, TextAreaField, ValidationError
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, ListWidget

from core.choices import offered
from core.typed import stripped
from scenario_catalog.fields import required_text
from scenario_catalog.operations import LONGEST_NOTE
from scenario_catalog.review.reasons import REASONS
from scenario_catalog.review.rules import LONGEST_COMMENT


class CommentForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """A comment; `field` names what it is about."""

    field = StringField(_("字段"), validators=[Length(max=32)])
    text = required_text(_("意见"), _("请写明意见"), LONGEST_COMMENT)


class _Revision(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """The revision of the need that was looked at."""

    revision = HiddenField()

    @property
    def seen(self) -> int:
        """The revision looked at; one that no need has, if the address was tampered with."""
        written = self.revision.data or ""
        return int(written) if written.isascii() and written.isdigit() and len(written) < len("1000000000") else -1


class ApproveForm(_Revision):
    """Approval, and the word for an agency that is not verified."""

    unverified_ok = BooleanField(_("我已知悉该单位尚未认证，仍要通过"))


class ReturnForm(_Revision):
    """A return: reasons that are frequent, and words of one's own; one of them at least."""

    reasons = SelectMultipleField(
        _("常见理由"),
        choices=offered(REASONS),
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    words = TextAreaField(_("退回理由"), filters=[stripped])

    @property
    def ground(self) -> str:
        """All that the agency is told, a reason a line."""
        chosen = (REASONS.get(code) for code in self.reasons.data or ())
        return "\n".join(filter(None, [*chosen, self.words.data]))

    def validate_words(self, field: Any) -> None:
        if not (field.data or self.reasons.data):
            raise ValidationError(_("退回必须写明理由：请勾选常见理由，或自己写"))
        if len(self.ground) > LONGEST_NOTE:
            raise ValidationError(_("理由最多 %(n)s 字", n=LONGEST_NOTE))
