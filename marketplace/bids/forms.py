"""What bidders fill in. The bid's form takes everything typed; what keeps it from being sent is told beside the field."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import InputRequired, Regexp
from wtforms.widgets import CheckboxInput, ListWidget

from core.choices import offered
from core.errors import InvalidInputError
from core.files import accepted
from marketplace.bids.content import Draft
from marketplace.bids.rules import DECLARATIONS
from marketplace.calls.rules import Section, Terms
from marketplace.solutions.models import Solution
from marketplace.solutions.reading import line, text, whole_number

UNKNOWN = -1
# A section of this many characters gets a line more in its box.
CHARACTERS_A_LINE = 150
LONGEST_PART, SHORTEST_WORDS = 100, 2


def name_of(section: str) -> str:
    """Return the name of a section's control."""
    return f"section-{section}"


class BidForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """A bid but for its sections, files and partners; `revision` is the one the person began from."""

    revision = HiddenField()
    solution = SelectField(_("采用的方案"), choices=[], validate_choice=False)
    team = TextAreaField(_("项目团队"), render_kw={"rows": 5})
    price = StringField(_("报价（万元）"), render_kw={"inputmode": "decimal"})
    price_note = TextAreaField(_("报价说明"), render_kw={"rows": 3})
    declarations = SelectMultipleField(
        _("声明"),
        choices=offered(DECLARATIONS),
        validate_choice=False,
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def __init__(self, terms: Terms, solutions: Sequence[Solution], *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.terms = terms
        known = {str(one.id): one.name for one in solutions}
        self.solution.choices = offered({"": gettext("不关联已登记的方案"), **known})

    @property
    def began_from(self) -> int:
        found = whole_number(self.revision.data)
        return UNKNOWN if found is None else found

    @property
    def draft(self) -> Draft:
        """What was typed, without files."""
        return Draft(
            sections={one.key: text(self[name_of(one.key)].data) for one in self.terms.sections},
            solution_id=whole_number(self.solution.data),
            team=text(self.team.data),
            price=line(self.price.data),
            price_note=text(self.price_note.data),
            declarations=tuple(one for one in DECLARATIONS if one in (self.declarations.data or ())),
        )

    @property
    def typed(self) -> list[tuple[str, str]]:
        """Every control with its value, as a browser sends it."""
        found = [(one.name, one.data or "") for one in self if one.name not in {"csrf_token", "declarations"}]
        return [*found, *(("declarations", one) for one in self.declarations.data or ())]


def bid_form(terms: Terms, solutions: Sequence[Solution], draft: Draft | None = None, revision: int = 0) -> BidForm:
    """Return the form of a call's sections: as it was sent, or with a draft in it."""
    kind: Any = type("CallBidForm", (BidForm,), {name_of(one.key): _box(one) for one in terms.sections})
    if draft is None:
        return kind(terms, solutions)  # type: ignore[no-any-return]  # a class made at run time
    data: dict[str, Any] = {name_of(key): said for key, said in draft.sections.items()}
    data |= {name: getattr(draft, name) for name in ("team", "price", "price_note")}
    data |= {"declarations": [*draft.declarations], "solution": str(draft.solution_id or ""), "revision": str(revision)}
    return kind(terms, solutions, formdata=None, data=data)  # type: ignore[no-any-return]


class CodeForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """The code of a bid, on a browser that does not have it."""

    code = StringField(_("方案口令"), [InputRequired(_("请输入方案口令"))], filters=[line])


class GroupForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """The last group of a new code: whoever types it has written the code down."""

    group = StringField(_("口令的最后一组"), [InputRequired(_("请输入口令的最后一组"))], filters=[line])


class UploadForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """A file of a bid."""

    file = FileField(_("文件"), [FileRequired(_("请选择文件"))], render_kw={"accept": accepted()})


class PartnerForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """Whom to ask: by name or code, or chosen from those found for `seen` words; and what for."""

    words = StringField(_("企业名称或代码"), filters=[line])
    part = StringField(_("承担的工作"), filters=[line])
    organisation = HiddenField(_("联合单位"))
    seen = HiddenField(filters=[line])

    def validate_words(self, field: Any) -> None:
        if len(field.data) < SHORTEST_WORDS:
            raise ValidationError(gettext("请输入企业名称（至少 %(n)s 个字）或代码", n=SHORTEST_WORDS))

    def validate_part(self, field: Any) -> None:
        if not field.data:
            raise ValidationError(gettext("请写明由对方承担什么"))
        if len(field.data) > LONGEST_PART:
            raise ValidationError(gettext("最多 %(n)s 字", n=LONGEST_PART))


class SendForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """That whoever sends a bid stands by its declarations."""

    sure = BooleanField(
        _("我代表本企业确认以上声明，同意按上面的内容密封递交"), [InputRequired(_("请先确认声明，再递交"))]
    )


class ReceiptForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """The digest of a receipt."""

    digest = StringField(
        _("内容摘要（SHA-256）"),
        [Regexp(r"[0-9a-f]{64}\Z", message=_("摘要是 64 个十六进制字符，请从回执上完整复制"))],
        filters=[lambda value: "".join((value or "").split()).lower()],
    )


def refuse_unsound(form: FlaskForm) -> None:
    """Raise InvalidInputError with all that is wrong with a form."""
    if not form.validate():
        raise InvalidInputError([str(line) for said in form.errors.values() for line in said])


def _box(section: Section) -> TextAreaField:
    rows = min(max(section.longest // CHARACTERS_A_LINE, 4), 14)
    return TextAreaField(section.title, render_kw={"rows": rows})
