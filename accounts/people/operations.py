"""What people do with their own accounts. Callers own the transaction."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

from flask_babel import gettext as _
from sqlalchemy import delete, exists, func, or_
from sqlalchemy.orm import Session

from accounts import queries as accounts
from accounts.access import sign_ins
from accounts.access.models import Person, SignIn
from accounts.models import Membership
from accounts.people import queries
from core import audit, clock
from core.audit import Actor
from core.errors import InvalidInputError, NotFoundError
from core.mail import MailMessage
from core.registry import Room

GONE = "erased.invalid"
PAST_KEPT = timedelta(days=90)
UNCONFIRMED_KEPT = timedelta(days=14)


def rename(session: Session, actor: Actor, person: Person, name: str) -> None:
    person.name = name
    audit.record(session, actor, "rename", "person", person.pseudonym)


def end_sign_in(session: Session, actor: Actor, person: Person, sign_in: int) -> None:
    """Sign one browser out. Raises NotFoundError when it is no browser of this person, or signed out already."""
    if not sign_ins.end(session, person.id, only=sign_in):
        raise NotFoundError
    audit.record(session, actor, "sign_out", "person", person.pseudonym)


def end_other_sign_ins(session: Session, actor: Actor, person: Person, here: SignIn | None) -> int:
    """Sign every other browser out; returns how many."""
    ended = sign_ins.end(session, person.id, but=here.id if here else None)
    audit.record(session, actor, "sign_out", "person", person.pseudonym)
    return ended


def erase(session: Session, actor: Actor, person: Person, rooms: Sequence[Room]) -> None:
    """Erase an account: the row keeps only its pseudonym, which the audit log knows.

    Raises InvalidInputError that says what to do first, when organisations would be left without an owner or without
    somebody who looks after what this person holds.
    """
    audit.take_turn(session)
    memberships = session.scalars(accounts.memberships_of(person.id)).all()
    reasons = [*_ownerless(session, person), *_held(session, memberships, rooms)]
    if reasons:
        raise InvalidInputError(reasons)
    for membership in memberships:
        membership.ended_at = clock.now()
    for room in rooms:
        if room.forget:
            room.forget(session, person.id)
    _blank(session, person)
    audit.record(session, actor, "erase", "person", person.pseudonym)


def tidy(session: Session) -> None:
    """Delete sign-ins that ended long ago, and accounts whose address was never confirmed and that nobody counts on."""
    now = clock.now()
    session.execute(delete(SignIn).where(or_(SignIn.ended_at < now - PAST_KEPT, SignIn.seen_at < now - PAST_KEPT)))
    nobodys = ~exists().where(Membership.person_id == Person.id)
    unconfirmed = delete(Person).where(Person.confirmed_at.is_(None), Person.erased_at.is_(None), ~Person.demo, nobodys)
    session.execute(unconfirmed.where(Person.created_at < now - UNCONFIRMED_KEPT))


def _ownerless(session: Session, person: Person) -> list[str]:
    return [
        _("您是“%(name)s”唯一的管理员，请先把另一位成员设为管理员", name=organisation.name)
        for organisation in queries.left_without_owner(session, person.id)
    ]


def _held(session: Session, memberships: Sequence[Membership], rooms: Sequence[Room]) -> list[str]:
    found = []
    for membership in memberships:
        organisation = membership.organisation
        for holding in (holding for room in rooms for holding in room.holdings):
            count = holding.count(session, organisation.id, membership.person_id)
            if count:
                said = {"name": organisation.name, "n": count, "what": holding.label}
                found.append(_("您在“%(name)s”名下还有 %(n)s 项%(what)s，请先由管理员移交给其他成员", **said))
    return found


def _blank(session: Session, person: Person) -> None:
    session.execute(delete(SignIn).where(SignIn.person_id == person.id))
    session.execute(delete(MailMessage).where(func.lower(MailMessage.recipient) == person.email.lower()))
    person.email, person.name = f"{person.pseudonym}@{GONE}", ""
    person.password = person.tf_primary_method = person.tf_totp_secret = person.tf_phone_number = None
    person.mf_recovery_codes, person.totp_counter, person.confirmed_at = None, None, None
    person.fs_webauthn_user_handle, person.webauthn = None, []
    person.fs_uniquifier, person.active, person.erased_at = uuid4().hex, False, clock.now()
