"""Fields that several of the room's forms have alike."""

from flask_babel import lazy_gettext as _
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from core.typed import stripped


def required_text(label: str, missing: str, most: int, *also: Length) -> TextAreaField:
    """Return a field for a text that must be there: `missing` is said where it is not, `also` is checked before `most`."""
    longest = Length(max=most, message=_("最多 %(n)s 字", n=most))
    return TextAreaField(label, filters=[stripped], validators=[DataRequired(missing), *also, longest])
