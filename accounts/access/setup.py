"""Binding Flask-Security: its settings, its words, its forms, and whom a cookie stands for."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from flask import Flask, session
from flask_security import Security, SQLAlchemyUserDatastore
from flask_security.utils import set_request_attr
from sqlalchemy import select

from accounts.access import pages, receivers, sign_ins
from accounts.access.forms import FORMS
from accounts.access.mailing import QueuedMail
from accounts.access.messages import MESSAGES
from accounts.access.models import Person, Role, WebAuthn
from accounts.access.passwords import CheckedPasswords
from accounts.access.rendering import page
from accounts.access.totp import OnceOnly
from core import clock
from core.extensions import db

SHORTEST = 10
FEATURES = ("REGISTERABLE", "CONFIRMABLE", "RECOVERABLE", "CHANGEABLE", "CHANGE_EMAIL", "TWO_FACTOR")
VALUES: Mapping[str, Any] = {
    **dict.fromkeys(FEATURES, True),
    "API_ENABLED_METHODS": ["session"],
    "BLUEPRINT_NAME": pages.BLUEPRINT,
    "CHANGE_EMAIL_SUBJECT": "请验证新的邮箱",
    "CLI_ROLES_NAME": None,
    "CLI_USERS_NAME": None,
    "DATETIME_FACTORY": clock.now,
    "EMAIL_HTML": False,
    "EMAIL_SUBJECT_CONFIRM": "请验证您的邮箱",
    "EMAIL_SUBJECT_PASSWORD_CHANGE_NOTICE": "密码已修改",
    "EMAIL_SUBJECT_PASSWORD_NOTICE": "密码已重设",
    "EMAIL_SUBJECT_PASSWORD_RESET": "重设密码",
    "EMAIL_SUBJECT_REGISTER": "请验证您的邮箱",
    "EMAIL_VALIDATOR_ARGS": {"check_deliverability": False},
    "FRESHNESS": timedelta(minutes=30),
    "FRESHNESS_ALLOW_AUTH_TOKEN": False,
    "FRESHNESS_GRACE_PERIOD": timedelta(minutes=10),
    "MULTI_FACTOR_RECOVERY_CODES": True,
    "MULTI_FACTOR_RECOVERY_CODES_N": 8,
    "PASSWORD_LENGTH_MIN": SHORTEST,
    "PASSWORD_SCHEMES": ["argon2"],
    "PASSWORD_SINGLE_HASH": ["argon2"],  # salted by itself: a new secret key must not lock everybody out
    "POST_CHANGE_EMAIL_VIEW": "people.account",
    "POST_CHANGE_VIEW": "people.account",
    "POST_LOGIN_VIEW": "desk.home",
    "POST_REGISTER_VIEW": "security.login",  # where the message that a letter is on its way is shown
    "RETURN_GENERIC_RESPONSES": True,
    "TWO_FACTOR_AUTHENTICATOR_VALIDITY": 30,
    "TWO_FACTOR_ENABLED_METHODS": ["authenticator"],
    "TWO_FACTOR_POST_SETUP_VIEW": "people.account",
    "TWO_FACTOR_RESCUE_EMAIL": False,
}


def install(app: Flask) -> None:
    """Bind the library to the application, with those of its pages that `pages` names."""
    app.config.update({f"SECURITY_{name}": value for name, value in {**VALUES, **_keys(app)}.items()})
    app.config.update({f"SECURITY_MSG_{name}": message for name, message in MESSAGES.items()})
    security = Security(
        app,
        SQLAlchemyUserDatastore(db, Person, Role, WebAuthn),
        register_blueprint=False,
        mail_util_cls=QueuedMail,
        password_util_cls=CheckedPasswords,
        render_template=page,  # type: ignore[arg-type]  # its views return what it returns, a response too
        totp_cls=OnceOnly,
        **FORMS,
    )
    security.want_json(lambda _request: False)
    security.login_manager.user_loader(_load)
    security.login_manager.request_loader(lambda _request: None)  # no tokens: browsers only
    app.extensions.setdefault("second_factor_required", lambda _person: False)
    pages.register(app)
    receivers.connect(app)


def _keys(app: Flask) -> Mapping[str, Any]:
    """Return what encrypts second factors at rest."""
    return {
        "MULTI_FACTOR_RECOVERY_CODES_KEYS": [urlsafe_b64encode(_derived(app, "recovery"))],
        "TOTP_ISSUER": app.extensions["city"].site_title,
        "TOTP_SECRETS": {"1": _derived(app, "totp").hex()},
    }


def _derived(app: Flask, purpose: str) -> bytes:
    """Return a key of its own for each purpose, from the site's secret key."""
    return hashlib.sha256(f"{purpose}:{app.config['SECRET_KEY']}".encode()).digest()


def _load(user_id: str) -> Person | None:
    """Return the person of a session cookie, None once that browser was signed out elsewhere."""
    database = db.session()
    person = database.scalar(select(Person).where(Person.fs_uniquifier == user_id, Person.active))
    if person is None or person.shut:
        return None
    row = sign_ins.present(database, person)
    if row is None:
        return None
    sign_ins.seen(database, row)
    set_request_attr("fs_authn_via", "session")
    set_request_attr("fs_paa", session.get("fs_paa", 0))
    return person
