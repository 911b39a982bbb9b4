"""The one field of the page."""

from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import TextAreaField, ValidationError

from core.typed import typed

# In characters: fewer say nothing of what a solution does, more are a document and not a description.
MIN_LENGTH, MAX_LENGTH = 10, 5_000


class MatchForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """A description of a solution."""

    text = TextAreaField(lazy_gettext("方案介绍"), filters=[typed])

    def validate_text(self, field: Any) -> None:
        length = len(field.data.strip())
        if length > MAX_LENGTH:
            over = length - MAX_LENGTH
            raise ValidationError(
                gettext("最多 %(most)s 字，超出 %(over)s 字，请删减后再试", most=MAX_LENGTH, over=over)
            )
        if length < MIN_LENGTH:
            raise ValidationError(gettext("请至少写 %(least)s 个字，说明方案做什么、用在哪里", least=MIN_LENGTH))
