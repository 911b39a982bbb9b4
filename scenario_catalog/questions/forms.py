"""A question, an answer, a refusal."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, TextAreaField
from wtforms.validators import DataRequired, Length

from retrieval.text import typed
from scenario_catalog.questions.rules import LONGEST, LONGEST_ANSWER, SHORTEST


class QuestionForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """A question, and the second word that a doubtful one takes."""

    text = TextAreaField(
        _("您的问题"),
        filters=[typed, str.strip],
        validators=[
            DataRequired(_("请写明问题")),
            Length(min=SHORTEST, message=_("请至少写 %(n)s 个字，让需求单位知道问什么", n=SHORTEST)),
            Length(max=LONGEST, message=_("最多 %(n)s 字", n=LONGEST)),
        ],
    )
    sure = BooleanField(_("我已看过上面的提示，仍要提交"))


class AnswerForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """An answer, or what is added to one."""

    text = TextAreaField(
        _("答复"),
        filters=[typed, str.strip],
        validators=[
            DataRequired(_("请写明答复")),
            Length(max=LONGEST_ANSWER, message=_("最多 %(n)s 字", n=LONGEST_ANSWER)),
        ],
    )


class DeclineForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """Why there is no answer."""

    reason = TextAreaField(
        _("不予答复的理由"),
        filters=[typed, str.strip],
        validators=[
            DataRequired(_("不予答复必须写明理由")),
            Length(max=LONGEST, message=_("最多 %(n)s 字", n=LONGEST)),
        ],
    )
