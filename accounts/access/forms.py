"""The library's forms, with our words, our fields, and lockout wherever a password or a code is asked for."""

from collections.abc import Mapping
from typing import Any, ClassVar

from flask_babel import gettext, lazy_gettext
from flask_security import (
    ChangeEmailForm,
    ChangePasswordForm,
    ForgotPasswordForm,
    LoginForm,
    MfRecoveryForm,
    RegisterFormV2,
    ResetPasswordForm,
    SendConfirmationForm,
    TwoFactorRescueForm,
    TwoFactorSetupForm,
    TwoFactorVerifyCodeForm,
    VerifyForm,
    current_user,
)
from wtforms import RadioField, StringField
from wtforms.validators import DataRequired, Length

from accounts.access.models import Person
from core.typed import one_line

NAME = 60
WORDS: Mapping[str, Any] = {
    "email": lazy_gettext("电子邮箱"),
    "password": lazy_gettext("密码"),
    "password_confirm": lazy_gettext("再输入一次密码"),
    "new_password": lazy_gettext("新密码"),
    "new_password_confirm": lazy_gettext("再输入一次新密码"),
    "code": lazy_gettext("验证码"),
}


class Worded:
    """Gives the library's fields the labels of `words`."""

    words: ClassVar[Mapping[str, Any]] = WORDS

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self:  # type: ignore[attr-defined]  # a form
            if field.name in self.words:
                field.label.text = self.words[field.name]


class SignInForm(Worded, LoginForm):
    # A browser stays signed in until it is closed or ended: no second cookie for longer.
    remember = None  # type: ignore[assignment]  # how WTForms leaves a field out


class SignUpForm(Worded, RegisterFormV2):
    name = StringField(
        lazy_gettext("姓名"),
        filters=[one_line],
        validators=[
            DataRequired(lazy_gettext("请填写姓名")),
            Length(max=NAME, message=lazy_gettext("不能超过 60 个字")),
        ],
        render_kw={"autocomplete": "name"},
    )


class ForgottenForm(Worded, ForgotPasswordForm):
    pass


class ResetForm(Worded, ResetPasswordForm):
    words: ClassVar[Mapping[str, Any]] = {
        "password": WORDS["new_password"],
        "password_confirm": WORDS["new_password_confirm"],
    }


class ConfirmationForm(Worded, SendConfirmationForm):
    pass


class EmailForm(Worded, ChangeEmailForm):
    words: ClassVar[Mapping[str, Any]] = {"email": lazy_gettext("新的电子邮箱")}


class AgainForm(Worded, VerifyForm):
    pass


class PasswordForm(Worded, ChangePasswordForm):
    words: ClassVar[Mapping[str, Any]] = {**WORDS, "password": lazy_gettext("当前密码")}

    def validate(self, **kwargs: Any) -> bool:
        person = current_user._get_current_object()  # noqa: SLF001 - how werkzeug's proxies are opened
        if _refuses_locked(person, self.password):
            return False
        valid: bool = super().validate(**kwargs)
        if self.password.data and self.password.errors:
            person.track_failed_authn("password")
        return valid


class CodeForm(Worded, TwoFactorVerifyCodeForm):
    words: ClassVar[Mapping[str, Any]] = {"code": lazy_gettext("六位验证码")}

    def validate(self, **kwargs: Any) -> bool:
        self.code.data = "".join(str(self.code.data or "").split())
        return not _refuses_locked(self.user, self.code) and super().validate(**kwargs)


class SetUpForm(Worded, TwoFactorSetupForm):
    # The page has a button for each way, so that nothing is to choose from; the library's choices are of a kind that
    # WTForms is giving up.
    setup = StringField()  # type: ignore[assignment]  # its value is all that the library reads


class WaysOutForm(TwoFactorRescueForm):
    """Asked for by the library, and not shown: see `pages`."""

    help_setup = RadioField(choices=[])


class RecoveryForm(Worded, MfRecoveryForm):
    words: ClassVar[Mapping[str, Any]] = {"code": lazy_gettext("恢复码")}

    def validate(self, **kwargs: Any) -> bool:
        self.code.data = (self.code.data or "").strip().lower()
        if _refuses_locked(self.user, self.code):
            return False
        valid: bool = super().validate(**kwargs)
        if self.code.data and not valid and self.user:
            self.user.track_failed_authn("recovery", tfa=True)
        return valid


def _refuses_locked(person: Any, field: Any) -> bool:
    """Refuse, on the field, whoever failed too often: this person has shown already who it is."""
    if not isinstance(person, Person) or not person.locked:
        return False
    field.errors = [gettext("失败次数过多，账号已暂时锁定。请 15 分钟后再试，或通过“忘记密码”重设密码。")]
    return True


FORMS: Mapping[str, type] = {
    "login_form": SignInForm,
    "register_form": SignUpForm,
    "forgot_password_form": ForgottenForm,
    "reset_password_form": ResetForm,
    "send_confirmation_form": ConfirmationForm,
    "change_email_form": EmailForm,
    "verify_form": AgainForm,
    "change_password_form": PasswordForm,
    "two_factor_rescue_form": WaysOutForm,
    "two_factor_setup_form": SetUpForm,
    "two_factor_verify_code_form": CodeForm,
    "mf_recovery_form": RecoveryForm,
}
