"""Declarations, the panel's changes, disqualification; and a sheet of scores as it was typed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import DateField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length

from core.choices import offered
from core.typed import stripped
from marketplace.bids.rules import DISQUALIFICATIONS
from marketplace.calls.rules import Criterion
from marketplace.evaluation import rules
from marketplace.evaluation.rules import LONGEST_ARTICLE, LONGEST_COMMENT, LONGEST_REASON, LONGEST_STATEMENT

FREE = "free"
CHOICES: Mapping[str, Any] = {
    FREE: _("没有利益冲突，独立、客观评审"),
    "conflict": _("有利益冲突，申请回避"),
}

AGREES = "agree"
ANSWERS: Mapping[str, Any] = {AGREES: _("同意这份合议意见"), "object": _("不同意，写明理由")}


class DueForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """By when scores are due."""

    due = DateField(_("评分截止日"), validators=[InputRequired(_("请填写日期"))])


class WordsForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """Why someone leaves the panel."""

    words = TextAreaField(
        _("理由"),
        filters=[stripped],
        validators=[
            DataRequired(_("请写明理由")),
            Length(max=LONGEST_STATEMENT, message=_("最多 %(n)s 字", n=LONGEST_STATEMENT)),
        ],
    )


class SignatureForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """Agreeing to a consensus, or objecting with words: what lacks is the operation's rule."""

    answer = RadioField(_("我的意见"), choices=offered(ANSWERS), validators=[InputRequired(_("请选择一项"))])
    words = TextAreaField(
        _("异议理由"),
        filters=[stripped],
        validators=[Length(max=LONGEST_COMMENT, message=_("最多 %(n)s 字", n=LONGEST_COMMENT))],
    )


class DeclarationForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """Conflict of interest or none, and words to it."""

    choice = RadioField(_("申报"), choices=offered(CHOICES), validators=[InputRequired(_("请选择一项"))])
    statement = TextAreaField(
        _("说明"),
        filters=[stripped],
        validators=[Length(max=LONGEST_STATEMENT, message=_("最多 %(n)s 字", n=LONGEST_STATEMENT))],
    )


class DisqualificationForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """Why a bid is out of the running."""

    code = SelectField(
        _("原因"), choices=offered({"": _("请选择"), **DISQUALIFICATIONS}), validators=[DataRequired(_("请选择原因"))]
    )
    article = StringField(
        _("依据条款"),
        filters=[stripped],
        validators=[
            DataRequired(_("请写明依据的条款")),
            Length(max=LONGEST_ARTICLE, message=_("最多 %(n)s 字", n=LONGEST_ARTICLE)),
        ],
    )
    words = TextAreaField(
        _("认定的事实"),
        filters=[stripped],
        validators=[
            DataRequired(_("请写明认定的事实")),
            Length(max=LONGEST_REASON, message=_("最多 %(n)s 字", n=LONGEST_REASON)),
        ],
    )


@dataclass(frozen=True)
class TypedSheet:
    """A sheet as it was typed: texts by field (`points-KEY`, `comment-KEY`), what they say, and what is wrong by field."""

    texts: Mapping[str, str]
    scores: Mapping[str, Mapping[str, Any]]
    errors: Mapping[str, str]

    @property
    def problems(self) -> list[str]:
        return [*self.errors.values()]


def read_sheet(values: Mapping[str, str], criteria: Sequence[Criterion]) -> TypedSheet:
    """Return the sheet that a form brought; what is no points is an error beside its field and kept as typed."""
    texts, scores, errors = dict[str, str](), dict[str, dict[str, Any]](), dict[str, str]()
    for one in criteria:
        points, comment = values.get(f"points-{one.key}", ""), stripped(values.get(f"comment-{one.key}", ""))
        texts |= {f"points-{one.key}": points, f"comment-{one.key}": comment}
        found = rules.read_points(points)
        if found is None and points.strip():
            wrong = gettext("“%(title)s”：请填写 0–100 之间的分数，最多一位小数", title=one.title)
            errors[f"points-{one.key}"] = wrong
        if len(comment) > rules.LONGEST_COMMENT:
            wrong = gettext("“%(title)s”：评语最多 %(n)s 字", title=one.title, n=rules.LONGEST_COMMENT)
            errors[f"comment-{one.key}"] = wrong
        scores[one.key] = {"points": found, "comment": comment}
    return TypedSheet(texts, scores, errors)


def shown_sheet(scores: Mapping[str, Mapping[str, Any]]) -> TypedSheet:
    """Return kept scores as the form shows them."""
    texts = dict[str, str]()
    for key, one in scores.items():
        points = one.get("points")
        texts[f"points-{key}"] = "" if points is None else f"{float(points):g}"
        texts[f"comment-{key}"] = str(one.get("comment") or "")
    return TypedSheet(texts, scores, {})
