"""Browsers that are signed in: each has a row and a token in its cookie, looked up on every request."""

import secrets
from datetime import timedelta
from hashlib import sha256

from flask import Request, session
from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from accounts.access.models import Person, SignIn
from core import clock

TOKEN = "sign_in"  # noqa: S105 - the name of a key
# Without a visit for this long, and in any case after this long, a browser has to sign in again.
IDLE = timedelta(days=7)
LONGEST = timedelta(days=30)
# How exactly the last visit is kept: writing it on each request would make readers wait for one another.
SEEN_EVERY = timedelta(minutes=5)

BROWSERS = {"Edg": "Edge", "OPR": "Opera", "MicroMessenger": "微信", "Firefox": "Firefox", "Chrome": "Chrome"}
SYSTEMS = {"Windows": "Windows", "Android": "Android", "iPhone": "iPhone", "iPad": "iPad", "Mac OS": "macOS"}


def digest(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def live(person: int) -> Select[SignIn]:
    """Select the browsers of a person that are signed in, the one seen last first."""
    now = clock.now()
    return (
        select(SignIn)
        .where(SignIn.person_id == person, SignIn.ended_at.is_(None))
        .where(SignIn.seen_at > now - IDLE, SignIn.created_at > now - LONGEST)
        .order_by(SignIn.seen_at.desc(), SignIn.id.desc())
    )


def begin(database: Session, person: Person, browser: str = "", address: str = "") -> str:
    """Note a new browser; returns the token for its cookie."""
    token = secrets.token_urlsafe(32)
    now = clock.now()
    row = SignIn(person_id=person.id, digest=digest(token), browser=browser, address=address)
    row.created_at = row.seen_at = now
    database.add(row)
    database.flush()
    return token


def present(database: Session, person: Person) -> SignIn | None:
    """Return the row of the browser that makes this request, None if it is not signed in, or no longer."""
    token = session.get(TOKEN)
    if not isinstance(token, str):
        return None
    return database.scalar(live(person.id).where(SignIn.digest == digest(token)))


def seen(database: Session, row: SignIn) -> None:
    """Note the visit, and commit, if the last one noted is old."""
    if clock.now() - row.seen_at > SEEN_EVERY:
        row.seen_at = clock.now()
        database.commit()


def end(database: Session, person: int, *, but: int | None = None, only: int | None = None) -> int:
    """End a person's sign-ins: all, all `but` one, or `only` one (row ids); returns how many ended."""
    ending = update(SignIn).where(SignIn.person_id == person, SignIn.ended_at.is_(None)).values(ended_at=clock.now())
    if but is not None:
        ending = ending.where(SignIn.id != but)
    if only is not None:
        ending = ending.where(SignIn.id == only)
    return len(database.execute(ending.returning(SignIn.id)).all())


def named_browser(request: Request) -> str:
    """Return what people call the browser and its system: Chrome · Windows."""
    agent = request.user_agent.string
    browser = next((name for mark, name in BROWSERS.items() if mark in agent), "")
    browser = browser or ("Safari" if "Safari" in agent else "")
    system = next((name for mark, name in SYSTEMS.items() if mark in agent), "Linux" if "Linux" in agent else "")
    return " · ".join(part for part in (browser, system) if part)
