"""The outbox: e-mail is queued in the caller's transaction, and delivered by a job once that has committed."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from threading import Lock

from flask import current_app
from huey import crontab
from sqlalchemy import String, Text, select, update
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from core import clock, commits
from core.errors import InvalidInputError
from core.extensions import db
from core.jobs import job, periodic
from core.mail_transport import MailRefusedError, MailServerAwayError, MailTransportError, deliver
from core.orm import Base
from core.settings import settings

QUEUED = "mail_queued"
ADDRESS = re.compile(r"[^@\s,;:<>()\[\]\"\\]+@[^@\s,;:<>()\[\]\"\\]+")
LONGEST_KEY = 120
LONGEST_ADDRESS = 254
LONGEST_SUBJECT = 200

# After the n-th attempt that a server put off; then it is given up. About two days in all.
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 480, 960, 1440))
MOST_ATTEMPTS = len(PAUSES)
# A claim that is not followed by an answer (the process died) is open again after this; longer than a slow server takes.
LEASE = timedelta(minutes=15)
AT_ONCE = 50
# One delivery at a time in a process: a server that takes its time must not keep all threads of the consumer.
_delivering = Lock()


class MailMessage(Base):
    """A message to one recipient. Its text is blanked once it is sent or given up: it may carry a token."""

    __tablename__ = "mail_message"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(LONGEST_KEY), unique=True)
    recipient: Mapped[str] = mapped_column(String(LONGEST_ADDRESS))
    subject: Mapped[str] = mapped_column(String(LONGEST_SUBJECT))
    text: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16), default="queued", index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(index=True)
    sent_at: Mapped[datetime | None]
    error: Mapped[str] = mapped_column(String(300), default="")


def queue(session: Session, key: str, recipient: str, subject: str, text: str) -> bool:
    """Queue a plain-text message; returns False if `key` was queued before, whatever became of it.

    `key` says what the message is about and whom it is for, in at most 120 characters (`invitation:17`). A subject
    that is too long is cut. Raises InvalidInputError for an address that is none, or a line break in a header.
    """
    if not 0 < len(key) <= LONGEST_KEY:
        raise ValueError(f"a key has 1 to {LONGEST_KEY} characters, not {len(key)}")
    now = clock.now()
    row = insert(MailMessage).values(
        key=key,
        recipient=_checked_address(recipient),
        subject=_checked_subject(subject),
        text=text,
        state="queued",
        attempts=0,
        created_at=now,
        due_at=now,
        error="",
    )
    queued = session.execute(row.on_conflict_do_nothing(index_elements=["key"]).returning(MailMessage.id)).first()
    if queued:
        session.info[QUEUED] = True
    return queued is not None


def _checked_address(text: str) -> str:
    if len(text) > LONGEST_ADDRESS or not text.isprintable() or not ADDRESS.fullmatch(text):
        raise InvalidInputError("电子邮箱地址无法识别")
    return text


def _checked_subject(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise InvalidInputError("邮件标题为空，或含有换行等控制字符")
    return text if len(text) <= LONGEST_SUBJECT else text[: LONGEST_SUBJECT - 1] + "…"


def deliver_due(session: Session) -> int:
    """Deliver what is due, each message in transactions of its own; returns how many were sent.

    Ends early when the server cannot be reached: the rest would only wait for it too.
    """
    sent = 0
    for number in _due(session):
        message = _claim(session, number)
        if message is None:
            continue
        try:
            _deliver(message)
        except MailTransportError as error:
            _put_off(message, error)
            session.commit()
            if isinstance(error, MailServerAwayError):
                break
        else:
            message.state, message.sent_at, message.text, message.error = "sent", clock.now(), "", ""
            session.commit()
            sent += 1
    return sent


def deliver_all(session: Session) -> None:
    """Deliver until nothing is due, unless this process is at it already: then what is due is found by that delivery."""
    if not _delivering.acquire(blocking=False):
        return
    try:
        while deliver_due(session):
            pass
    finally:
        _delivering.release()


def forget(session: Session, days: int) -> int:
    """Blank recipient and subject of what was sent or given up more than `days` ago; the keys stay. Commits nothing."""
    old = (MailMessage.state != "queued", MailMessage.created_at < clock.now() - timedelta(days=days))
    found = update(MailMessage).where(*old, MailMessage.recipient != "").values(recipient="", subject="", error="")
    return len(session.execute(found.returning(MailMessage.id)).all())


def _due(session: Session) -> Sequence[int]:
    waiting = select(MailMessage.id).where(MailMessage.state == "queued", MailMessage.due_at <= clock.now())
    found = session.scalars(waiting.order_by(MailMessage.due_at, MailMessage.id).limit(AT_ONCE)).all()
    session.commit()
    return found


def _claim(session: Session, number: int) -> MailMessage | None:
    """Take a due message for `LEASE`, and commit; None if another consumer was quicker."""
    now = clock.now()
    free = (MailMessage.id == number, MailMessage.state == "queued", MailMessage.due_at <= now)
    taken = update(MailMessage).where(*free).values(attempts=MailMessage.attempts + 1, due_at=now + LEASE)
    claimed = session.execute(taken.returning(MailMessage.id)).first()
    session.commit()
    return session.get(MailMessage, number, populate_existing=True) if claimed else None


def _deliver(message: MailMessage) -> None:
    try:
        deliver(_composed(message))
    except ValueError as error:  # what cannot be put into bytes
        raise MailRefusedError(f"{type(error).__name__}: {error}") from None


def _put_off(message: MailMessage, error: MailTransportError) -> None:
    message.error = str(error)[:300]
    if isinstance(error, MailRefusedError) or message.attempts >= MOST_ATTEMPTS:
        message.state, message.text = "failed", ""
        current_app.logger.error("mail %s failed after %s attempts: %s", message.id, message.attempts, message.error)
    else:
        message.due_at = clock.now() + PAUSES[message.attempts - 1]


def _composed(message: MailMessage) -> EmailMessage:
    sender = settings().mail_from
    domain = parseaddr(sender)[1].rpartition("@")[2]
    composed = EmailMessage(policy=SMTP)
    composed["From"] = sender
    composed["To"] = message.recipient
    composed["Subject"] = message.subject
    composed["Date"] = clock.local(message.created_at)
    # The same at every attempt: who gets it twice after a crash sees that it is one.
    composed["Message-ID"] = f"<{clock.local_date(message.created_at)}-{message.id}@{domain}>"
    composed["Auto-Submitted"] = "auto-generated"
    composed.set_content(message.text, cte="base64")
    return composed


@job()
def deliver_queued() -> None:
    deliver_all(db.session())


@periodic(crontab(minute="*"))
def deliver_what_waits() -> None:
    deliver_all(db.session())


@periodic(crontab(hour="3", minute="40"))
def forget_old_mail() -> None:
    forget(db.session(), settings().mail_days)
    db.session.commit()


commits.follow(QUEUED, lambda _queued: deliver_queued())
