"""Reasons, trials, objections and their answers."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from core.choices import offered
from core.typed import stripped
from marketplace.awards import rules

PASSED: Mapping[str, Any] = {"yes": _("通过"), "no": _("未通过")}
VERDICTS: Mapping[str, Any] = {"reject": _("异议不成立，维持公示结果"), "uphold": _("异议成立，撤回公示，重新评定")}


def _long(most: int) -> Length:
    return Length(max=most, message=_("最多 %(n)s 字", n=most))


class ReasonForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """Why."""

    words = TextAreaField(
        _("理由"),
        filters=[stripped],
        validators=[DataRequired(_("请写明理由")), _long(rules.LONGEST_REASON)],
    )


class ShortlistForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """Why these finalists, where a rule asks for it."""

    words = TextAreaField(_("说明"), filters=[stripped], validators=[_long(rules.LONGEST_REASON)])


class FailureForm(ReasonForm):
    """Why a scenario has failed."""

    code = SelectField(
        _("原因"), choices=offered({"": _("请选择"), **rules.FAILURES}), validators=[DataRequired(_("请选择原因"))]
    )


class TrialForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """What a test or pilot of a finalist showed."""

    bid = SelectField(_("入围方案"), choices=[], validators=[DataRequired(_("请选择方案"))], validate_choice=False)
    kind = SelectField(_("方式"), choices=offered(rules.TRIALS))
    tester = StringField(
        _("由谁测试"),
        filters=[stripped],
        validators=[DataRequired(_("请写明由谁测试")), _long(rules.LONGEST_TESTER)],
    )
    result = TextAreaField(
        _("结果"),
        filters=[stripped],
        validators=[DataRequired(_("请写明结果")), _long(rules.LONGEST_REASON)],
    )
    passed = RadioField(_("结论"), choices=offered(PASSED), validators=[InputRequired(_("请选择结论"))])
    file = FileField(_("测试报告（可不附）"))


class ObjectionForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """An objection: how long it may be is the operation's rule."""

    text = TextAreaField(_("异议内容"), filters=[stripped], validators=[DataRequired(_("请写明异议内容"))])


class AnswerForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """The answer to an objection."""

    verdict = RadioField(_("结论"), choices=offered(VERDICTS), validators=[InputRequired(_("请选择结论"))])
    words = TextAreaField(
        _("答复"),
        filters=[stripped],
        validators=[DataRequired(_("请写明答复")), _long(rules.LONGEST_ANSWER)],
    )
