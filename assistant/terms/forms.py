"""A word as an operator types it, and a file of words."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from assistant.guard import LONGEST
from assistant.terms import rules
from assistant.terms.rules import Word
from core.choices import offered
from core.typed import stripped, typed
from retrieval.text import fold


def _upto(most: int) -> Length:
    return Length(max=most, message=_l("最多 %(most)s 字", most=most))


class WordForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """A word with its forms; `question` and `document` say what to try it on."""

    language = RadioField(_l("语言"), choices=offered(rules.LANGUAGES), default=rules.ZH)
    word = StringField(_l("词"), filters=[stripped], validators=[DataRequired(_l("请写出词"))])
    forms = StringField(_l("政策里的说法"), filters=[stripped], validators=[DataRequired(_l("请至少写一个说法"))])
    note = StringField(_l("备注（选填）"), filters=[stripped], validators=[_upto(rules.LONGEST_NOTE)])
    question = StringField(_l("试一个问题"), filters=[stripped], validators=[_upto(LONGEST)])
    document = SelectField(_l("在哪份文件里试"), validate_choice=False)

    @property
    def said(self) -> Word:
        """Return the word typed, folded as the glossary has it."""
        language = self.language.data if self.language.data in rules.LANGUAGES else rules.ZH
        return Word(
            language, fold(self.word.data or "").strip(), rules.forms_of(self.forms.data or ""), self.note.data or ""
        )


class FileForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """The lines of a glossary, from a file or typed; a file's lines take the place of what is typed."""

    language = RadioField(_l("语言"), choices=offered(rules.LANGUAGES), default=rules.ZH)
    file = FileField(_l("从文件导入"))
    text = TextAreaField(_l("或粘贴词表"), filters=[typed])

    def validate_text(self, field: TextAreaField) -> None:
        """Raise ValidationError if there is neither a file nor a text."""
        if not field.data and not (self.file.data and self.file.data.filename):
            raise ValidationError(_l("请选择文件，或粘贴词表"))
