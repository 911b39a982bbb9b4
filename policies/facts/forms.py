"""What a person says a fact is."""

from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length

from core.choices import offered
from core.typed import stripped, typed
from policies.facts.operations import Correction
from policies.facts.rules import KINDS, ROLES
from policies.quantities import amount_of

LARGEST = Decimal(10) ** 20


def _most(length: int) -> Length:
    return Length(max=length, message=lazy_gettext("最多 %(max)d 字"))


def decimal_of(written: str) -> Decimal | None:
    """Read a value as it is typed: 1000, 1,000, 1000万, 三千万. None if it is no number from 0 up."""
    plain = stripped(written).replace("，", ",").replace(" ", "")
    try:
        found: Decimal | None = Decimal(plain.replace(",", ""))
    except InvalidOperation:
        found = amount_of(plain) if plain else None
    return found if found is not None and found.is_finite() and 0 <= found < LARGEST else None


class FactForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """A fact but for its place in the text."""

    indicator = StringField(
        lazy_gettext("指标"),
        [DataRequired(lazy_gettext("请写明这个数字说的是什么")), _most(200)],
        filters=[stripped],
    )
    comparator = StringField(lazy_gettext("限定词"), [_most(16)], filters=[stripped])
    value = StringField(lazy_gettext("数值"), [_most(40)], filters=[stripped])
    unit = StringField(lazy_gettext("单位"), [_most(40)], filters=[stripped])
    kind = SelectField(lazy_gettext("类别"), choices=offered(KINDS))
    role = SelectField(lazy_gettext("用途"), choices=offered(ROLES))
    deadline = StringField(lazy_gettext("期限"), [_most(80)], filters=[stripped])
    body = StringField(lazy_gettext("负责单位"), [_most(200)], filters=[stripped])
    place = StringField(lazy_gettext("地点"), [_most(200)], filters=[stripped])
    conditions = TextAreaField(lazy_gettext("条件"), [_most(600)], filters=[stripped])

    def validate_value(self, field: StringField) -> None:
        if field.data and decimal_of(field.data) is None:
            raise ValidationError(gettext("“%(typed)s”不是数，请写成 1000 或 1000万", typed=field.data))

    @property
    def said(self) -> Correction:
        """What the form says, once it is valid."""
        words: dict[str, Any] = {name: self[name].data or "" for name in Correction.__dataclass_fields__}
        return Correction(**words | {"value": decimal_of(self.value.data or "")})


class NewFactForm(FactForm):
    """A fact that was missed, found by its words."""

    article = SelectField(lazy_gettext("条文"), coerce=int)
    written = StringField(
        lazy_gettext("原文写法"), [DataRequired(lazy_gettext("请照抄原文中的这个数字")), _most(80)], filters=[typed]
    )
