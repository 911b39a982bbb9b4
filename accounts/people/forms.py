"""What a person fills in on the own account's pages."""

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, StringField
from wtforms.validators import DataRequired, Length

from core.typed import one_line


class NameForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is untyped
    name = StringField(
        _("姓名"),
        filters=[one_line],
        validators=[DataRequired(_("请填写姓名")), Length(max=60, message=_("不能超过 60 个字"))],
        render_kw={"autocomplete": "name"},
    )


class ErasureForm(FlaskForm):  # type: ignore[misc]  # Flask-WTF is untyped
    password = PasswordField(
        _("密码"), validators=[DataRequired(_("请填写密码"))], render_kw={"autocomplete": "current-password"}
    )
    sure = BooleanField(_("我知道注销不能撤回"), validators=[DataRequired(_("请勾选确认"))])
