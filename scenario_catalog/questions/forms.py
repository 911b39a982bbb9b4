"""A question, an answer, a refusal."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField
from wtforms.validators import Length

from scenario_catalog.fields import required_text
from scenario_catalog.questions.rules import LONGEST, LONGEST_ANSWER, SHORTEST


class QuestionForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """A question, and the second word that a doubtful one takes."""

    text = required_text(
        _("您的问题"),
        _("请写明问题"),
        LONGEST,
        Length(min=SHORTEST, message=_("请至少写 %(n)s 个字，让需求单位知道问什么", n=SHORTEST)),
    )
    sure = BooleanField(_("我已看过上面的提示，仍要提交"))


class AnswerForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """An answer, or what is added to one."""

    text = required_text(_("答复"), _("请写明答复"), LONGEST_ANSWER)


class DeclineForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """Why there is no answer."""

    reason = required_text(_("不予答复的理由"), _("不予答复必须写明理由"), LONGEST)
