"""What happens besides when the library signs somebody in, confirms, changes or refuses: sign-ins, lockout, audit.

All of it belongs to the transaction of the request, which `pages` commits. A refused attempt has no such transaction, so
that one commits itself.
"""

from typing import Any

import flask_security as library
from flask import Flask, request, session
from sqlalchemy import update

from accounts.access import lockout, mailing, sign_ins
from accounts.access.models import Person
from core import audit, clock
from core.audit import Actor
from core.extensions import db

# What a session keeps when somebody signs in: all else was another visitor's.
KEPT = ("_user_id", "_fresh", "_id", "_flashes", "fs_cc", "fs_paa", "tf_")
SIGNED_IN = "signed-in"

CHANGED = "您的账号密码刚刚被修改，其他浏览器上的登录均已退出。\n如果不是您本人操作，请立即通过“忘记密码”重设密码，并联系运营方。"
LOCKED = "您的账号因多次输错密码或验证码被暂时锁定 15 分钟。\n如果不是您本人操作，建议更换密码并启用两步验证。"


def actor(person: Person) -> Actor:
    """Return a person as the log knows one who acts for nobody else."""
    return Actor(person.pseudonym, SIGNED_IN)


def note(person: Person, verb: str) -> None:
    """Record what a person did with the own account; of personal data not even a digest is kept."""
    audit.record(db.session(), actor(person), verb, "person", person.pseudonym)


def _signed_in(_app: Flask, user: Person, authn_via: Any = None, **_: Any) -> None:
    database = db.session()
    if authn_via == ["change"]:
        sign_ins.end(database, user.id)
    else:
        for key in [key for key in session if not key.startswith(KEPT)]:
            del session[key]
    user.failures, user.locked_until = 0, None
    browser = sign_ins.named_browser(request)
    session[sign_ins.TOKEN] = sign_ins.begin(database, user, browser, request.remote_addr or "")
    note(user, "sign_in")


def _failed(_app: Flask, user: Person, **_: Any) -> None:
    database = db.session()
    failures, until = lockout.after_failure(user.failures, clock.now())
    changed = {"failures": failures} if until is None else {"failures": failures, "locked_until": until}
    database.execute(update(Person).where(Person.id == user.id).values(changed))
    if until is not None:
        mailing.send(user.email, "账号已暂时锁定", LOCKED)
        note(user, "lock")
    database.commit()


def _registered(_app: Flask, user: Person, **_: Any) -> None:
    db.session.flush()
    note(user, "sign_up")


def _confirmed(_app: Flask, user: Person, **_: Any) -> None:
    note(user, "confirm")


def _password_reset(_app: Flask, user: Person, **_: Any) -> None:
    user.failures, user.locked_until = 0, None
    user.confirmed_at = user.confirmed_at or clock.now()  # the link came by e-mail, or from whoever runs the site
    sign_ins.end(db.session(), user.id)
    note(user, "reset_password")


def _password_changed(_app: Flask, user: Person, **_: Any) -> None:
    note(user, "change_password")


def _second_factor_set(_app: Flask, user: Person, **_: Any) -> None:
    database = db.session()
    here = sign_ins.present(database, user)
    sign_ins.end(database, user.id, but=here.id if here else None)
    note(user, "set_second_factor")


def _second_factor_removed(_app: Flask, user: Person, **_: Any) -> None:
    user.totp_counter, user.mf_recovery_codes = None, None
    note(user, "remove_second_factor")


def _email_changed(_app: Flask, user: Person, **_: Any) -> None:
    note(user, "change_email")


RECEIVERS = (
    (library.user_authenticated, _signed_in),
    (library.user_failed_authn, _failed),
    (library.user_registered, _registered),
    (library.user_confirmed, _confirmed),
    (library.password_reset, _password_reset),
    (library.password_changed, _password_changed),
    (library.tf_profile_changed, _second_factor_set),
    (library.tf_disabled, _second_factor_removed),
    (library.change_email_confirmed, _email_changed),
)


def connect(app: Flask) -> None:
    """Follow the library's signals of this application; the receivers are module-level, so that blinker keeps them."""
    for signal, receiver in RECEIVERS:
        signal.connect(receiver, app)
