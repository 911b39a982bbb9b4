"""The forms of organisations, members, invitations and verification."""

from collections.abc import Mapping
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import RadioField, SelectField, StringField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, Optional, Regexp

from accounts.members import codes, rules
from accounts.members.inviting import Guest
from accounts.members.operations import Details
from accounts.members.verifying import Application
from accounts.rules import KINDS, MEMBER, REJECTED, VERIFIED
from core.choices import offered
from core.city import city
from core.file_types import accepted
from core.typed import one_line, stripped

LONGEST_NAME, LONGEST_NOTE = 120, 2000


def _needed(message: str) -> DataRequired:
    return DataRequired(lazy_gettext(message))


def _most(length: int) -> Length:
    return Length(max=length, message=lazy_gettext("最多 %(max)d 字"))


class DetailsForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """What an organisation says of itself."""

    name = StringField(lazy_gettext("单位全称"), [_needed("请填写单位全称"), _most(LONGEST_NAME)], filters=[one_line])
    district = SelectField(lazy_gettext("所在区域"), [InputRequired(lazy_gettext("请选择所在区域"))])
    summary = TextAreaField(lazy_gettext("单位简介"), [_most(LONGEST_NOTE)], filters=[stripped])
    phone = StringField(lazy_gettext("公开电话"), [_most(64)], filters=[one_line])
    website = StringField(
        lazy_gettext("网站"),
        [
            Optional(),
            _most(255),
            Regexp(r"https?://[^\s/]+\.[^\s]+$", message=lazy_gettext("请填写以 https:// 或 http:// 开头的完整网址")),
        ],
        filters=[one_line],
    )

    def __init__(self, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.district.choices = offered({"": gettext("请选择")} | {name: name for name in city().districts})

    def validate_name(self, field: Any) -> None:
        if len(field.data) < 4:  # noqa: PLR2004 - the shortest names have a place and a kind
            raise ValidationError(gettext("请填写证书上的单位全称，不少于 4 个字"))

    @property
    def details(self) -> Details:
        return Details(
            name=self.name.data or "",
            district=self.district.data or "",
            summary=self.summary.data or "",
            phone=self.phone.data or "",
            website=self.website.data or "",
        )


def _kinds(kinds: tuple[str, ...]) -> list[Any]:
    return offered({kind: KINDS[kind] for kind in kinds})


class RegisterForm(DetailsForm):
    """A new organisation of a kind that is open to all."""

    kind = RadioField(
        lazy_gettext("单位类型"), [InputRequired(lazy_gettext("请选择单位类型"))], choices=_kinds(rules.OPEN_KINDS)
    )


class FoundForm(DetailsForm):
    """A new organisation that the operator makes."""

    kind = RadioField(
        lazy_gettext("单位类型"), [InputRequired(lazy_gettext("请选择单位类型"))], choices=_kinds(rules.MADE_KINDS)
    )


class AddressForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """An e-mail address to invite."""

    email = StringField(lazy_gettext("邮箱"), [_needed("请填写邮箱")], filters=[one_line])

    def validate_email(self, field: Any) -> None:
        try:
            field.data = validate_email(field.data, check_deliverability=False).normalized
        except EmailNotValidError:
            raise ValidationError(gettext("邮箱地址无法识别，请检查是否完整，例如 name@example.cn")) from None


class InviteForm(AddressForm):
    """Somebody to invite, and as what."""

    role = SelectField(lazy_gettext("角色"), default=MEMBER)

    def __init__(self, kind: str, *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.role.choices = offered(rules.roles_given(kind))

    def guest(self, inviter: int | None) -> Guest:
        return Guest(self.email.data or "", self.role.data, inviter)


class ClaimForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """Who somebody is in an organisation that nobody looks after."""

    note = TextAreaField(
        lazy_gettext("您在该单位的身份"),
        [_needed("请说明您的部门、职务和办公电话，供运营方核实"), _most(LONGEST_NOTE)],
        filters=[stripped],
    )


class SuccessorForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """Who takes over; `members` maps the id of each candidate's membership to the name."""

    successor = SelectField(lazy_gettext("由谁接手"), coerce=int, default=0)

    def __init__(self, members: Mapping[int, str], *args: Any, **values: Any) -> None:
        super().__init__(*args, **values)
        self.successor.choices = offered({0: gettext("请选择"), **members})


class VerificationForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """An application to be verified."""

    credit_code = StringField(lazy_gettext("统一社会信用代码"), [_needed("请填写统一社会信用代码")], filters=[one_line])
    certificate = FileField(lazy_gettext("登记证书扫描件"))
    mandate = FileField(lazy_gettext("授权书（选填）"))
    note = TextAreaField(lazy_gettext("补充说明（选填）"), [_most(LONGEST_NOTE)], filters=[stripped])

    def validate_credit_code(self, field: Any) -> None:
        wrong = codes.problem(codes.compact(field.data))
        if wrong:
            raise ValidationError(wrong)

    def validate_certificate(self, field: Any) -> None:
        if not field.data:
            raise ValidationError(gettext("请上传登记证书（营业执照、事业单位法人证书等）的扫描件"))

    @property
    def accepted(self) -> str:
        return accepted()

    @property
    def application(self) -> Application:
        uploads = [upload for upload in (self.certificate.data, self.mandate.data) if upload]
        return Application(codes.compact(self.credit_code.data or ""), uploads, self.note.data or "")


class WordsForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """A reason that must be given."""

    words = TextAreaField(lazy_gettext("理由"), [_needed("请写明理由"), _most(LONGEST_NOTE)], filters=[stripped])


class DecisionForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """The decision about an application; turning it down takes words."""

    decision = RadioField(
        lazy_gettext("审核结论"),
        [InputRequired(lazy_gettext("请选择审核结论"))],
        choices=offered({VERIFIED: lazy_gettext("通过认证"), REJECTED: lazy_gettext("不予通过")}),
    )
    words = TextAreaField(lazy_gettext("理由"), [_most(LONGEST_NOTE)], filters=[stripped])

    def validate_words(self, field: Any) -> None:
        if self.decision.data == REJECTED and not field.data:
            raise ValidationError(gettext("不予通过必须写明理由，申请单位会看到"))


class ClaimDecisionForm(FlaskForm):  # type: ignore[misc]  # flask_wtf has no types
    """The decision about a claim; turning it down takes words."""

    decision = RadioField(
        lazy_gettext("处理结论"),
        [InputRequired(lazy_gettext("请选择处理结论"))],
        choices=offered({"grant": lazy_gettext("同意，向其邮箱发出管理员邀请"), "refuse": lazy_gettext("不同意")}),
    )
    words = TextAreaField(lazy_gettext("理由"), [_most(LONGEST_NOTE)], filters=[stripped])

    def validate_words(self, field: Any) -> None:
        if self.decision.data == "refuse" and not field.data:
            raise ValidationError(gettext("不同意必须写明理由，申请人会收到"))
