"""A published figure, and why one is withdrawn."""

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import DateField, StringField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, Regexp

from core import clock
from core.typed import stripped
from policies.facts.forms import decimal_of
from policies.targets.operations import Published


def _most(length: int) -> Length:
    return Length(max=length, message=lazy_gettext("最多 %(max)d 字"))


class EntryForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """What has been published about a target."""

    figure = StringField(
        lazy_gettext("公布的数字"),
        [DataRequired(lazy_gettext("请照抄公布的数字")), _most(120)],
        filters=[stripped],
    )
    value = StringField(lazy_gettext("可比数值"), [_most(40)], filters=[stripped])
    as_of = DateField(lazy_gettext("数据日期"), [InputRequired(lazy_gettext("请填写数据截至哪一天"))])
    source_title = StringField(
        lazy_gettext("来源名称"), [DataRequired(lazy_gettext("请写明来源")), _most(200)], filters=[stripped]
    )
    source_url = StringField(
        lazy_gettext("来源网址"),
        [
            DataRequired(lazy_gettext("请填写来源网址")),
            _most(500),
            Regexp(r"https?://[^\s/]+\.[^\s]+$", message=lazy_gettext("请填写以 https:// 或 http:// 开头的完整网址")),
        ],
        filters=[stripped],
    )

    def validate_value(self, field: StringField) -> None:
        if field.data and decimal_of(field.data) is None:
            raise ValidationError(gettext("“%(typed)s”不是数，请写成 1000 或 1000万", typed=field.data))

    @property
    def said(self) -> Published:
        """What the form says, once it is valid."""
        return Published(
            figure=self.figure.data or "",
            value=decimal_of(self.value.data or ""),
            as_of=self.as_of.data or clock.today(),
            source_title=self.source_title.data or "",
            source_url=self.source_url.data or "",
        )


class WithdrawForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """Why an entry is withdrawn."""

    reason = StringField(
        lazy_gettext("撤下的理由"),
        [DataRequired(lazy_gettext("请写明撤下的理由")), _most(200)],
        filters=[stripped],
    )
