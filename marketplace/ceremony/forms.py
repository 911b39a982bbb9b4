"""What is chosen and typed."""

from collections.abc import Mapping
from typing import Any

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import InputRequired

from core.choices import offered
from marketplace.sealing.rules import LINES


class HoldersForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """A membership for each line."""

    agency = SelectField(_("需求单位持有人"), validators=[InputRequired(_("请选择"))])
    operator = SelectField(_("运营方持有人"), validators=[InputRequired(_("请选择"))])
    outside = SelectField(_("外部监督持有人"), validators=[InputRequired(_("请选择"))])

    def __init__(self, choices: Mapping[str, Mapping[str, str]], **values: Any) -> None:
        super().__init__(**values)
        for line in LINES:
            self[line].choices = offered({"": _("请选择"), **choices[line]})


class ShareForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """A share as it was written down."""

    share = StringField(_("密钥分片"), validators=[InputRequired(_("请填写您领取时记下的分片"))])
