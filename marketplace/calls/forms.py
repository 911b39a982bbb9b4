"""The form of a call: rows of sections and criteria. It takes everything typed; what is wrong is told beside the field."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, FieldList, Form, FormField, HiddenField, SelectField, StringField, TextAreaField

from core.choices import offered
from marketplace.calls.rules import KINDS, PRICE, TECHNICAL, Criterion, Level, Section, Terms, next_key, shifted
from marketplace.solutions.reading import line, text, whole_number

# What no sound call has in that place: a number that could not be read is told as one that is out of range.
UNREAD = -1
# Rows for levels of the rubric that stand ready.
LEVELS = 5
NUMERIC = {"inputmode": "numeric"}
Typed = dict[str, Any]


class SectionForm(Form):
    """A row of the sections."""

    key = HiddenField()
    title = StringField(_("名称"))
    hint = TextAreaField(_("写作提示"), render_kw={"rows": 2})
    required = BooleanField(_("必须填写"))
    longest = StringField(_("最多字数"), render_kw=NUMERIC)


class LevelForm(Form):
    """A row of a rubric."""

    points = StringField(_("分值"), render_kw=NUMERIC)
    text = TextAreaField(_("标准"), render_kw={"rows": 2})


class CriterionForm(Form):
    """A row of the criteria."""

    key = HiddenField()
    title = StringField(_("名称"))
    kind = SelectField(_("评分方式"), choices=offered(KINDS), validate_choice=False, default=TECHNICAL)
    weight = StringField(_("权重"), render_kw=NUMERIC)
    minimum = StringField(_("最低分"), render_kw=NUMERIC)
    rubric = FieldList(FormField(LevelForm), _("评分标准"))


class CallForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """The whole call; `revision` is the one the person began from."""

    revision = HiddenField()
    sections = FieldList(FormField(SectionForm), _("方案章节"))
    criteria = FieldList(FormField(CriterionForm), _("评分项"))
    most_finalists = StringField(_("最多入围家数"), render_kw=NUMERIC)
    standstill_days = StringField(_("公示天数"), render_kw=NUMERIC)

    @property
    def began_from(self) -> int:
        return _number(self.revision.data)

    @property
    def terms(self) -> Terms:
        """What was typed, as far as it can be read."""
        return Terms(
            tuple(_section(row.data) for row in self.sections),
            tuple(_criterion(row.data) for row in self.criteria),
            _number(self.most_finalists.data),
            _number(self.standstill_days.data),
        )

    def tell(self, problems: Mapping[str, str]) -> list[tuple[str, str, str]]:
        """Put what is wrong beside the fields; returns (id of the field, what it is called, what is wrong) of each."""
        known = {field.name: (field, label) for field, label in self._places()}
        for name, reason in problems.items():
            known[name][0].errors = [reason]
        return [(known[name][0].id, known[name][1], reason) for name, reason in problems.items()]

    def _places(self) -> list[tuple[Any, str]]:
        """Return every field with what a list of mistakes calls it."""
        found = [(field, str(field.label.text)) for field in self]
        parts: list[tuple[Any, str]] = [(self.sections, "第 %(n)s 节"), (self.criteria, "第 %(n)s 项")]
        for rows, word in parts:
            for place, row in enumerate(rows, 1):
                found += [(field, f"{gettext(word, n=place)}{field.label.text}") for field in row]
        return found


def call_form(terms: Terms, revision: int) -> CallForm:
    """Return the form with terms in it."""
    return form_of(
        {
            "revision": str(revision),
            "sections": [{**vars(one), "longest": str(one.longest)} for one in terms.sections],
            "criteria": [_typed(one) for one in terms.criteria],
            "most_finalists": str(terms.most_finalists),
            "standstill_days": str(terms.standstill_days),
        }
    )


def form_of(typed: Typed) -> CallForm:
    """Return the form with texts as they were typed, and rows ready for levels of each rubric."""
    for row in typed["criteria"]:
        row["rubric"] = [*row["rubric"], *({} for _row in range(LEVELS - len(row["rubric"])))]
    return CallForm(formdata=None, data=typed)


def rearranged(typed: Typed, wanted: str) -> Typed | None:
    """Return what was typed with a row added, removed or moved, as a button says it; None for no such button."""
    deed, _dash, rest = wanted.partition("-")
    name, _dash, number = rest.partition("-")
    place = whole_number(number)
    if name not in {"sections", "criteria"} or deed not in {"add", "remove", "up", "down"}:
        return None
    rows = list(typed[name])
    if deed == "add":
        rows.append(_blank(name, [row["key"] or "" for row in rows]))
    elif place is None or place >= len(rows):
        return None
    elif deed == "remove":
        del rows[place]
    else:
        rows = shifted(rows, place, -1 if deed == "up" else 1)
    return {**typed, name: rows}


def _blank(name: str, taken: list[str]) -> Typed:
    if name == "sections":
        return {"key": next_key(taken, "section"), "required": True, "longest": "3000"}
    return {"key": next_key(taken, "criterion"), "kind": TECHNICAL, "minimum": "0", "rubric": []}


def _typed(one: Criterion) -> Typed:
    rubric = [{"points": str(level.points), "text": level.text} for level in one.rubric]
    return {**vars(one), "weight": str(one.weight), "minimum": str(one.minimum), "rubric": rubric}


def _section(row: Typed) -> Section:
    said = (line(row["key"])[:40], line(row["title"]), text(row["hint"]))
    return Section(*said, bool(row["required"]), _number(row["longest"]))


def _criterion(row: Typed) -> Criterion:
    kind = row["kind"] or ""
    rubric = () if kind == PRICE else tuple(_level(level) for level in row["rubric"] if _says(level))
    minimum = _number(row["minimum"]) if line(row["minimum"]) else 0
    # A weight that cannot be read counts nothing in the sum.
    weight = whole_number(row["weight"]) or 0
    return Criterion(line(row["key"])[:40], line(row["title"]), weight, minimum, kind, rubric)


def _level(row: Typed) -> Level:
    return Level(_number(row["points"]), line(row["text"]))


def _says(row: Typed) -> bool:
    return bool(line(row["points"]) or line(row["text"]))


def _number(typed: str | None) -> int:
    found = whole_number(typed)
    return UNREAD if found is None else found
