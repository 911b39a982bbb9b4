"""What people fill in on the way from award to landed."""

from datetime import date
from decimal import Decimal
from typing import Any, cast
from urllib.parse import urlsplit

from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    BooleanField,
    DateField,
    DecimalField,
    Field,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from core import clock
from core.choices import offered
from core.files import accepted
from core.typed import one_line, stripped
from scenario_catalog.columns import TITLE_LENGTH
from scenario_catalog.landing import rules
from scenario_catalog.landing.evidence import Label
from scenario_catalog.landing.models import Landing, Milestone
from scenario_catalog.landing.operations import Contract, Notice, Plan

LONGEST_NAME = 120
LONGEST_CONTRACT = 200
LONGEST_ADDRESS = 500
# Years of a landing: a typed 0026 or 20261 is a slip.
FIRST_YEAR, LAST_YEAR = 2000, 2100


def _at_most(most: int) -> Length:
    return Length(max=most, message=_("最多 %(most)s 字", most=most))


def _text(label: str, most: int, *checks: Any, rows: int = 6) -> TextAreaField:
    return TextAreaField(label, [*checks, _at_most(most)], filters=[stripped], render_kw={"rows": rows})


def _line(label: str, most: int, *checks: Any) -> StringField:
    return StringField(label, [*checks, _at_most(most)], filters=[one_line])


def _amount(label: str) -> DecimalField:
    message = _("请填写 0 到 1000 亿元之间的金额，单位万元")
    return DecimalField(
        label, [Optional(), NumberRange(0, rules.MOST_WAN, message)], places=None, render_kw={"inputmode": "decimal"}
    )


def _plausible(field: Field) -> None:
    if field.data and not FIRST_YEAR <= field.data.year <= LAST_YEAR:
        raise ValidationError(_("请检查年份"))


def _not_ahead(field: Field) -> None:
    _plausible(field)
    if field.data and field.data > clock.today():
        raise ValidationError(_("不能晚于今天"))


def _given(field: Field) -> date:
    """Return the day in a field that must be filled in."""
    return cast("date", field.data)


def _yuan(field: Field) -> int | None:
    return None if field.data is None else rules.yuan(Decimal(field.data))


class ContractForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """What was signed."""

    title = _line(_("合同名称"), LONGEST_CONTRACT, DataRequired(_("请填写合同名称")))
    signed_on = DateField(_("签订日期"), [Optional()])
    amount = _amount(_("合同金额（万元）"))

    def validate_signed_on(self, field: Field) -> None:
        _not_ahead(field)

    @property
    def contract(self) -> Contract:
        return Contract(self.title.data or "", self.signed_on.data, _yuan(self.amount))


class PlanForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """A milestone that was agreed on."""

    kind = SelectField(_("节点类型"), choices=offered(rules.MILESTONE_KINDS), default=rules.PILOT)
    title = _line(_("节点名称"), LONGEST_NAME, DataRequired(_("请填写节点名称")))
    due = DateField(_("约定日期"), [InputRequired(_("请填写约定日期"))])

    def validate_due(self, field: Field) -> None:
        _plausible(field)

    @property
    def plan(self) -> Plan:
        return Plan(self.kind.data, self.title.data or "", _given(self.due))


class DecideForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """What became of a milestone: `verb` is one of the moves that its state leaves open."""

    verb = RadioField(_("结论"), validators=[InputRequired(_("请选择结论"))])
    words = _text(_("说明"), rules.LONGEST_NOTE, rows=3)

    def __init__(self, status: str, role: str, **options: Any) -> None:
        super().__init__(**options)
        moves = rules.MILESTONE.moves_from(status, role)
        self.verb.choices = offered({move.verb: move.label for move in moves})


class EvidenceForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """A file and what it is."""

    file = FileField(_("文件"), [FileRequired(_("请选择文件"))], render_kw={"accept": accepted()})
    kind = SelectField(_("材料类型"), choices=offered(rules.EVIDENCE_KINDS), default="test_report")
    title = _line(_("材料名称"), TITLE_LENGTH)
    public = BooleanField(_("任何人都可以下载这份材料"))

    def label_for(self, organisation: int | None) -> Label:
        return Label(self.kind.data, self.title.data or "", bool(self.public.data), organisation)


class ReportForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """What was reached, and what it takes to copy it."""

    results = _text(_("落地成效"), rules.LONGEST_TEXT, rows=8)
    conditions = _text(_("可复制条件"), rules.LONGEST_TEXT, rows=5)


class FailForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    words = _text(_("理由"), rules.LONGEST_NOTE, DataRequired(_("宣告未成功必须写明理由")), rows=4)
    confirmed = BooleanField(_("我已核对，确认验收未通过"), [DataRequired(_("请勾选确认"))])


class SendBackForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """What is missing before a landing can be verified."""

    words = _text(_("需要补充什么"), rules.LONGEST_NOTE, DataRequired(_("请写明需要补充什么")), rows=4)


class ReplicationForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """Where a landed scenario was taken over."""

    place = _line(_("复制到哪里"), LONGEST_NAME, DataRequired(_("请填写单位或地区")))
    since = DateField(_("启用日期"), [InputRequired(_("请填写启用日期"))])
    note = _text(_("说明"), rules.LONGEST_NOTE, rows=3)

    def validate_since(self, field: Field) -> None:
        _not_ahead(field)


class NoticeForm(FlaskForm):  # type: ignore[misc]  # flask-wtf has no types
    """The official result of a procurement."""

    winner = _line(_("中标（成交）单位全称"), LONGEST_NAME, DataRequired(_("请填写中标单位")))
    decided_on = DateField(_("结果公告日期"), [InputRequired(_("请填写结果公告日期"))])
    amount = _amount(_("中标金额（万元）"))
    url = _line(_("结果公告网址"), LONGEST_ADDRESS, DataRequired(_("请填写结果公告网址")))

    def validate_decided_on(self, field: Field) -> None:
        _not_ahead(field)

    def validate_url(self, field: Field) -> None:
        found = urlsplit(field.data or "")
        if found.scheme not in {"http", "https"} or not found.netloc:
            raise ValidationError(_("请填写以 http:// 或 https:// 开头的完整网址"))

    @property
    def notice(self) -> Notice:
        return Notice(self.winner.data or "", _given(self.decided_on), _yuan(self.amount), self.url.data or "")


def contract_form(landing: Landing) -> ContractForm:
    """Return the form with what is written down."""
    data = {"title": landing.contract, "signed_on": landing.contract_date, "amount": rules.wan(landing.amount)}
    return ContractForm(formdata=None, data=data, prefix="contract-")


def plan_form(milestone: Milestone) -> PlanForm:
    """Return the form with what was agreed on."""
    return PlanForm(formdata=None, obj=milestone, prefix="plan-")


def evidence_form(milestone: Milestone) -> EvidenceForm:
    """Return the form with the kind of file that is likely for this milestone."""
    data = {"kind": rules.LIKELY_EVIDENCE[milestone.kind]}
    return EvidenceForm(formdata=None, data=data, prefix="evidence-")


def report_form(landing: Landing) -> ReportForm:
    return ReportForm(formdata=None, obj=landing, prefix="report-")
