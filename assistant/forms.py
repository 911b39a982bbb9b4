"""The one form of the room: a question."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, StringField, TextAreaField
from wtforms.validators import ValidationError

from assistant.guard import LONGEST
from retrieval.text import normalise


class QuestionForm(FlaskForm):  # type: ignore[misc] # Flask-WTF has no types
    """A question; `suggested` comes from a button and goes before what is typed."""

    q = TextAreaField(_l("您的问题"))
    suggested = StringField()
    conversation = HiddenField()

    def validate_q(self, field: TextAreaField) -> None:
        text = normalise(self.question).strip()
        if not text:
            raise ValidationError(_l("请先写下问题。"))
        if len(text) > LONGEST:
            raise ValidationError(
                _l("问题最多 %(most)s 个字，现在是 %(count)s 个，请缩短后再提交。", most=LONGEST, count=len(text))
            )
        del field

    @property
    def question(self) -> str:
        return str(self.suggested.data or self.q.data or "")
