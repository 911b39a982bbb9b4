"""What the rest of the site asks of the sign-in library: who is there, signing in and out, passwords, links, codes."""

from uuid import uuid4

from flask import current_app, session, url_for
from flask_security import current_user, hash_password, login_user, logout_user, verify_password
from flask_security.recoverable import generate_reset_password_token
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from accounts.access import sign_ins
from accounts.access.models import Person, SignIn
from core.access import look_again
from core.extensions import db
from core.settings import settings


def current_person() -> Person | None:
    """Return who is signed in."""
    if not current_user.is_authenticated:
        return None
    person: Person = current_user._get_current_object()  # noqa: SLF001 - how werkzeug's proxies are opened
    return person


def current_sign_in() -> SignIn | None:
    person = current_person()
    return sign_ins.present(db.session(), person) if person else None


def begin(person: Person) -> Response | None:
    """Sign a person in as if by password: returns where the second factor is asked for, None once signed in."""
    asked: Response | None = current_app.extensions["security"].two_factor_plugins.tf_enter(
        person, remember_me=False, primary_authn_via="password", next_loc=None
    )
    if asked is None:
        login_user(person, authn_via=["password"])
    return asked


def leave() -> None:
    """Sign the present browser out, if it is signed in, and forget all it was about. The caller commits."""
    row = current_sign_in()
    if row is not None:
        sign_ins.end(db.session(), row.person_id, only=row.id)
    logout_user()
    session.clear()
    look_again()


def hashed(password: str) -> str:
    found: str = hash_password(password)
    return found


def is_password(person: Person, password: str) -> bool:
    """Check a password again, for what cannot be undone; a wrong one counts as a failed sign-in."""
    security = current_app.extensions["security"]
    normal = security.password_util.normalize(password)
    if person.locked or not person.password or not verify_password(normal, person.password):
        person.track_failed_authn("password")
        return False
    return True


def password_link(person: Person) -> str:
    """Return the address at which the person sets a password: it works once, for a day, until one is set."""
    token: str = generate_reset_password_token(person)  # type: ignore[no-untyped-call]  # the library leaves it untyped
    with current_app.test_request_context():
        return settings().public_url + url_for("security.reset_password", token=token)


def end_everywhere(database: Session, person: Person) -> None:
    """End every sign-in of a person, and make worthless each link that was sent."""
    sign_ins.end(database, person.id)
    person.fs_uniquifier = uuid4().hex


def new_second_factor(person: Person) -> None:
    """Give a person a second factor without asking: for accounts that are made ready to use."""
    person.tf_primary_method = "authenticator"
    person.tf_totp_secret = current_app.extensions["security"].totp_factory.generate_totp_secret()


def present_code(person: Person) -> str:
    """Return the six digits that the person's authenticator shows now."""
    code: str = current_app.extensions["security"].totp_factory.generate_totp_password(person.tf_totp_secret)
    return code
