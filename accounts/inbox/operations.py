"""Telling people something, each once, on the site and by e-mail."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urljoin

from flask import current_app
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer
from sqlalchemy import delete, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from accounts.access.models import Person
from accounts.inbox import levels, queries
from accounts.models import Notice
from core import audit, clock
from core import mail as post
from core.audit import Actor
from core.errors import InvalidInputError
from core.settings import settings

LONGEST_KEY = 80
LONGEST_TITLE = 200


def notify(  # noqa: PLR0913 - a notice has this many parts
    session: Session,
    person_ids: Iterable[int],
    *,
    key: str,
    title: str,
    text: str,
    url: str,
    mail: bool = True,
    urgent: bool = False,
) -> int:
    """Leave a notice for each of these people, once for each key, and tell those by e-mail who want it.

    `key` names the event, in at most 80 characters; `url` is a path of this site. People whose account is closed or
    erased are passed over. Returns how many notices are new. Raises ValueError for a key or a path that is none.
    """
    if not 0 < len(key) <= LONGEST_KEY:
        raise ValueError(f"a key has 1 to {LONGEST_KEY} characters, not {len(key)}")
    if not url.startswith("/") or url.startswith(("//", "/\\")):
        raise ValueError(f"not a path of this site: {url}")
    people = {person.id: person for person in session.scalars(queries.reachable(person_ids))}
    said = {"key": key, "title": _one_line(title), "text": text, "url": url}
    new = _leave(session, people, said)
    for person in (people[number] for number in sorted(new)):
        if mail and person.confirmed_at and levels.wanted(person.mail_level, urgent=urgent):
            _send(session, person, said)
    return len(new)


def mark_read(session: Session, notice: Notice) -> None:
    """Remember that a person has opened a notice. What people read is theirs: the audit log is not told."""
    notice.read_at = notice.read_at or clock.now()
    session.flush()


def mark_all_read(session: Session, person: int) -> None:
    """Remember that a person has seen everything."""
    unread = update(Notice).where(Notice.person_id == person, Notice.read_at.is_(None))
    session.execute(unread.values(read_at=clock.now()))


def set_mail_level(session: Session, actor: Actor, person: Person, level: str) -> None:
    """Choose how much goes out by e-mail."""
    if level not in levels.LEVELS:
        raise InvalidInputError(_("请选择一种邮件提醒方式"))
    before, person.mail_level = {"mail_level": person.mail_level}, level
    after = {"mail_level": level}
    audit.record(session, actor, "set_mail_level", "person", person.pseudonym, before=before, after=after)


def erase(session: Session, person: int) -> None:
    """Delete all that a person was told: part of the account's erasure, which records the event."""
    session.execute(delete(Notice).where(Notice.person_id == person))


def personal(session: Session, person: int) -> Mapping[str, Any]:
    """Return what a person was told, for the person's own export."""
    rows = session.execute(queries.exported(person)).mappings()
    return {"notices": [{name: str(value or "") for name, value in row.items()} for row in rows]}


def unsubscribe_token(person: Person) -> str:
    """Return what stands in an e-mail's link that stops e-mail: it does nothing else, and does not age."""
    return str(_signer().dumps(person.pseudonym))


def unsubscriber(session: Session, token: str) -> Person | None:
    """Return whose token that is, None for one that is nobody's."""
    try:
        pseudonym = _signer().loads(token)
    except BadSignature:
        return None
    return session.scalar(queries.by_pseudonym(str(pseudonym)))


def _leave(session: Session, people: Iterable[int], said: Mapping[str, str]) -> set[int]:
    """Write the notices that are not there yet; returns who got one."""
    rows = [{"person_id": person, "at": clock.now(), **said} for person in people]
    if not rows:
        return set()
    new = insert(Notice).on_conflict_do_nothing(index_elements=["person_id", "key"]).returning(Notice.person_id)
    return {*session.scalars(new, rows)}


def _send(session: Session, person: Person, said: Mapping[str, str]) -> None:
    site = settings().public_url
    stop = _("不想再收到邮件？打开这里停止：%(link)s", link=f"{site}/inbox/stop/{unsubscribe_token(person)}")
    parts = [said["text"], urljoin(f"{site}/", said["url"]), stop]
    text = "\n\n".join(part for part in parts if part) + "\n"
    try:
        post.queue(session, f"{said['key']}:{person.id}", person.email, said["title"], text)
    except InvalidInputError as error:
        # One address that no mail can go to keeps nobody else's notice back; the inbox has it.
        current_app.logger.warning("no e-mail for notice %s: %s", said["key"], error)


def _one_line(text: str) -> str:
    """Return a text as a title: printable, in one line, not too long."""
    plain = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return plain if len(plain) <= LONGEST_TITLE else plain[: LONGEST_TITLE - 1] + "…"


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="stop-mail")
