"""Setting up a second factor while signed in."""

from typing import Any
from urllib.parse import urlsplit

from flask import current_app, session, url_for
from flask_security import check_and_get_token_status, current_user, views

from accounts.access.forms import CodeForm, SetUpForm
from accounts.access.messages import MESSAGES
from accounts.access.rendering import page


def set_up(token: str) -> Any:
    """Check the first code. After a wrong one the library starts over, with another picture to scan; here the same is shown."""
    response = views.two_factor_setup_validate(token)
    started_over = urlsplit(response.location or "").path == url_for("security.two_factor_setup")
    within = current_app.config["SECURITY_TWO_FACTOR_SETUP_WITHIN"]
    expired, invalid, state = check_and_get_token_status(token, "tf_setup", within)
    if not started_over or expired or invalid:
        return response
    session.pop("_flashes", None)
    form = CodeForm(formdata=None)
    form.code.errors = [MESSAGES["TWO_FACTOR_INVALID_TOKEN"][0]]
    shown = current_app.extensions["security"].totp_factory.fetch_setup_values(state["totp_secret"], current_user)
    return page(
        "security/two_factor_setup.html",
        two_factor_setup_form=SetUpForm(formdata=None),
        two_factor_verify_code_form=form,
        chosen_method="authenticator",
        changing=True,
        state_token=token,
        authr_qrcode=shown["image"],
        authr_key=shown["key"],
    )
