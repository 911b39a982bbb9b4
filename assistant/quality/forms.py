"""What people say of answers, and what operators do with it."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError

from assistant.quality import rules
from core.choices import offered
from core.typed import stripped
from policies.numbering import numeral


def _upto(most: int) -> Length:
    return Length(max=most, message=_l("最多 %(most)s 字", most=most))


class RatingForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """A thumb; one that points down comes with a reason, and with the sentences that are wrong."""

    helpful = BooleanField()
    reason = RadioField(_l("哪里不好"), choices=offered(rules.REASONS), validate_choice=False)
    wrong = SelectMultipleField(_l("哪一句不对"), coerce=int, validate_choice=False)
    comment = TextAreaField(_l("补充说明"), filters=[stripped], validators=[_upto(rules.LONGEST_COMMENT)])

    def validate_reason(self, field: RadioField) -> None:
        if not self.helpful.data and field.data not in rules.REASONS:
            raise ValidationError(_l("请选一个原因"))


class ComplaintForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """A complaint, about the answer of a turn or about the assistant."""

    conversation = HiddenField()
    turn = HiddenField()
    text = TextAreaField(
        _l("投诉内容"),
        filters=[stripped],
        validators=[DataRequired(_l("请写明投诉内容")), _upto(rules.LONGEST_TEXT)],
    )
    contact = StringField(_l("联系方式（选填）"), filters=[stripped], validators=[_upto(rules.LONGEST_CONTACT)])


class ReplyForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """The reply to a complaint."""

    text = TextAreaField(
        _l("答复"),
        filters=[stripped],
        validators=[DataRequired(_l("请写明答复")), _upto(rules.LONGEST_TEXT)],
    )


class CaseForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """What a right answer to an evaluation case is: its kind, and the articles that answer, by number."""

    kind = SelectField(_l("应当"), choices=offered(rules.KINDS))
    gold = StringField(_l("条文编号"), filters=[stripped])

    def validate_gold(self, field: StringField) -> None:
        if self.kind.data == "single" and not self.articles:
            raise ValidationError(_l("请写出能回答的条文编号"))
        if None in [numeral(part) for part in self._parts] or len(self._parts) > rules.MOST_GOLD:
            raise ValidationError(_l("请用数字写条文编号，用顿号或逗号隔开"))
        del field

    @property
    def articles(self) -> list[int]:
        return [number for part in self._parts if (number := numeral(part)) is not None]

    @property
    def _parts(self) -> list[str]:
        return str(self.gold.data or "").replace("，", ",").replace("、", ",").replace(",", " ").split()
