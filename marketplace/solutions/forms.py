"""What enterprises fill in. The solution's form takes everything: what cannot be read is told beside the field."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from flask_babel import lazy_gettext as _
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import (
    FieldList,
    Form,
    FormField,
    HiddenField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.widgets import CheckboxInput, ListWidget

from accounts.models import Organisation
from core import clock
from core.choices import offered
from core.city import city
from core.errors import InvalidInputError
from core.files import accepted
from marketplace.solutions.guidance import CASE_LABELS, GUIDES
from marketplace.solutions.models import EnterpriseProfile
from marketplace.solutions.operations import Profile
from marketplace.solutions.reading import (
    Reading,
    codes_problem,
    line,
    lines,
    lines_problem,
    text,
    too_long,
    typed_of,
    whole_number,
    year_problem,
)
from marketplace.solutions.rules import DEPLOYMENTS, SIZES, TRLS, Facts

UNKNOWN = -1
# Rows for cases that stand ready beyond those that are filled in.
EMPTY_CASES = 2
LONGEST_PROFILE = {"summary": 2_000, "website": 255, "representative": 60, "model_filing": 80, "algorithm_filing": 80}
LONGEST_PROOF, MOST_PROOFS = 60, 20
OLDEST = 1900
LONGEST_NOTICE = {"title": 80, "text": 2_000}


def level_labels() -> dict[int, str]:
    return {level: f"TRL {level} {word}" for level, word in TRLS.items()}


def _several(field: str) -> SelectMultipleField:
    widget = ListWidget(prefix_label=False)
    return SelectMultipleField(
        GUIDES[field].label, choices=[], validate_choice=False, widget=widget, option_widget=CheckboxInput()
    )


def _text(field: str) -> TextAreaField:
    return TextAreaField(GUIDES[field].label, render_kw={"rows": GUIDES[field].rows})


class CaseForm(Form):
    """A row of the cases."""

    client = StringField(CASE_LABELS["client"])
    year = StringField(CASE_LABELS["year"], render_kw={"inputmode": "numeric"})
    text = TextAreaField(CASE_LABELS["text"], render_kw={"rows": 2})
    evidence = StringField(CASE_LABELS["evidence"])


class SolutionForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """One control for each guide; `revision` is the version the person began from."""

    revision = HiddenField()
    name = StringField(GUIDES["name"].label)
    summary = _text("summary")
    capabilities = _text("capabilities")
    domains = _several("domains")
    indicators = _text("indicators")
    trl = SelectField(GUIDES["trl"].label, choices=[], validate_choice=False)
    cases = FieldList(FormField(CaseForm), GUIDES["cases"].label)
    deployment = _several("deployment")
    data_needs = _text("data_needs")
    compute_needs = _text("compute_needs")
    price_model = StringField(GUIDES["price_model"].label)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.domains.choices = _offer({term.code: term.name for term in city().domains}, self.domains.data)
        self.deployment.choices = _offer(DEPLOYMENTS, self.deployment.data)
        levels = {str(level): word for level, word in level_labels().items()}
        self.trl.choices = _offer({"": gettext("请选择"), **levels}, [self.trl.data or ""])

    @property
    def began_from(self) -> int:
        """The version that the person began from; one that no solution has if it is no number."""
        found = whole_number(self.revision.data)
        return UNKNOWN if found is None else found

    def typed(self) -> dict[str, Any]:
        return {field: self[field].data for field in GUIDES}

    def tell(self, problems: Mapping[str, str], reading: Reading | None = None) -> None:
        """Put what is wrong beside the fields it is about."""
        for field, reason in problems.items():
            self[field].errors = [reason]
        for (place, name), reason in (reading.cases if reading else {}).items():
            self.cases[place][name].errors = [reason]

    def add_rows(self) -> None:
        """Give two empty rows more for cases; they work without a script."""
        filled = [place for place, row in enumerate(self.cases) if any(row.data.get(name) for name in CASE_LABELS)]
        while len(self.cases) < (filled[-1] + 1 if filled else 0) + EMPTY_CASES:
            self.cases.append_entry()


class NameForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """The name that a new solution begins with."""

    name = StringField(GUIDES["name"].label, filters=[line])

    def validate_name(self, field: Any) -> None:
        _refuse(gettext("请先填写方案名称") if not field.data else too_long(field.data, GUIDES["name"].longest))


class AttachForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """A document and the name it is shown under."""

    file = FileField(_("文件"), [FileRequired(_("请选择文件"))], render_kw={"accept": accepted()})
    title = StringField(_("附件名称"), filters=[line])


class ProfileForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """What an enterprise says of itself."""

    summary = TextAreaField(_("企业简介"), filters=[text], render_kw={"rows": 5})
    district = SelectField(_("所在区域"), choices=[], validate_choice=False)
    website = StringField(_("网站"), filters=[line])
    size = SelectField(_("企业规模"), choices=[], validate_choice=False)
    founded = StringField(_("成立年份"), filters=[line], render_kw={"inputmode": "numeric"})
    representative = StringField(_("法定代表人"), filters=[line])
    qualifications = TextAreaField(_("资质称号"), render_kw={"rows": 3})
    certifications = TextAreaField(_("认证与许可"), render_kw={"rows": 3})
    model_filing = StringField(_("大模型备案号"), filters=[line])
    algorithm_filing = StringField(_("算法备案号"), filters=[line])

    def __init__(self, present: str, *args: Any, **values: Any) -> None:
        """Offer the districts, and the `present` one where it is none of them."""
        super().__init__(*args, **values)
        places = {name: name for name in (*city().districts[1:], present) if name}
        self.district.choices = _offer({"": gettext("市外"), **places}, [self.district.data or ""])
        self.size.choices = _offer({"": gettext("请选择"), **SIZES}, [self.size.data or ""])
        self.places = {"", *places}

    def validate_summary(self, field: Any) -> None:
        _refuse(too_long(field.data, LONGEST_PROFILE["summary"]))

    def validate_website(self, field: Any) -> None:
        _refuse(too_long(field.data, LONGEST_PROFILE["website"]))
        address, plain = field.data, field.data.isascii() and " " not in field.data
        if address and not (plain and address.startswith(("https://", "http://")) and "." in address):
            raise ValidationError(gettext("请填写以 https:// 或 http:// 开头的完整网址"))

    def validate_district(self, field: Any) -> None:
        _refuse(codes_problem([field.data or ""], self.places, 1))

    def validate_size(self, field: Any) -> None:
        _refuse(codes_problem([field.data or ""], {"", *SIZES}, 1))

    def validate_founded(self, field: Any) -> None:
        _refuse(year_problem(field.data, clock.today().year, OLDEST))

    def validate_representative(self, field: Any) -> None:
        _refuse(too_long(field.data, LONGEST_PROFILE["representative"]))

    def validate_qualifications(self, field: Any) -> None:
        _refuse(lines_problem(lines(field.data), LONGEST_PROOF, MOST_PROOFS))

    validate_certifications = validate_qualifications

    def validate_model_filing(self, field: Any) -> None:
        _refuse(too_long(field.data, LONGEST_PROFILE["model_filing"]))

    validate_algorithm_filing = validate_model_filing

    @property
    def profile(self) -> Profile:
        return Profile(
            summary=self.summary.data or "",
            district=self.district.data or "",
            website=self.website.data or "",
            size=self.size.data or "",
            founded=whole_number(self.founded.data),
            representative=self.representative.data or "",
            qualifications=lines(self.qualifications.data),
            certifications=lines(self.certifications.data),
            model_filing=self.model_filing.data or "",
            algorithm_filing=self.algorithm_filing.data or "",
        )


class NoticeForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """A notice that looks for partners."""

    title = StringField(_("标题"), filters=[line])
    text = TextAreaField(_("内容"), filters=[text], render_kw={"rows": 6})

    @property
    def said(self) -> tuple[str, str]:
        return self.title.data or "", self.text.data or ""

    def validate_title(self, field: Any) -> None:
        _refuse(too_long(field.data, LONGEST_NOTICE["title"]) if field.data else gettext("请填写标题"))

    def validate_text(self, field: Any) -> None:
        _refuse(
            too_long(field.data, LONGEST_NOTICE["text"]) if field.data else gettext("请写明要做什么、带来什么、找谁")
        )


def refuse_unsound(form: FlaskForm) -> None:
    """Raise InvalidInputError with all that is wrong with a form."""
    if not form.validate():
        raise InvalidInputError([str(line) for said in form.errors.values() for line in said])


def solution_form(facts: Facts, revision: int) -> SolutionForm:
    """Return the form with a solution in it."""
    return SolutionForm(formdata=None, data={**typed_of(facts), "revision": str(revision)})


def profile_form(enterprise: Organisation, profile: EnterpriseProfile | None) -> ProfileForm:
    """Return the form with what an enterprise says of itself."""
    data: dict[str, Any] = {name: getattr(enterprise, name) for name in ("summary", "district", "website")}
    if profile:
        data |= {
            name: getattr(profile, name) for name in ("size", "representative", "model_filing", "algorithm_filing")
        }
        data |= {name: "\n".join(getattr(profile, name)) for name in ("qualifications", "certifications")}
        data["founded"] = str(profile.founded or "")
    return ProfileForm(enterprise.district, formdata=None, data=data)


def _offer(options: Mapping[str, str], chosen: list[str] | None) -> list[Any]:
    """Offer the options, and what was chosen and is none of them any more."""
    return offered({**options, **{code: code for code in chosen or () if code not in options}})


def _refuse(reason: str) -> None:
    if reason:
        raise ValidationError(reason)
