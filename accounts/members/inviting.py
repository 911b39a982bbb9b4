"""Invitations by e-mail, and claims that become one. Callers own the transaction."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256
from secrets import token_urlsafe

from flask_babel import gettext as _
from sqlalchemy import update
from sqlalchemy.orm import Session

from accounts.access.models import Person
from accounts.members import queries, rules
from accounts.members.models import Claim
from accounts.members.operations import hold, join
from accounts.members.rules import InvitationState, invitation_state
from accounts.models import Invitation, Membership, Organisation
from accounts.rules import OWNER, PENDING, ROLES
from core import audit, clock, formats, mail
from core.audit import Actor
from core.errors import InvalidInputError

# Returns the address that a token is opened at.
Link = Callable[[str], str]

REFUSALS = {
    InvitationState.ACCEPTED: "这份邀请已经使用过",
    InvitationState.REVOKED: "这份邀请已被撤销，请联系邀请您的单位",
    InvitationState.EXPIRED: "这份邀请已过期，请联系邀请您的单位重新发送",
}


@dataclass(frozen=True)
class Guest:
    """Who is invited, as what, by whom (a person's row id)."""

    email: str
    role: str
    invited_by: int | None = None


def digest_of(token: str) -> str:
    """Return what is kept of a token."""
    return sha256(token.encode()).hexdigest()


def invite(session: Session, actor: Actor, organisation: Organisation, guest: Guest, link: Link) -> Invitation:
    """Invite somebody by e-mail into an organisation that has members."""
    hold(session, organisation)
    return _invite(session, actor, organisation, guest, link)


def appoint(session: Session, actor: Actor, organisation: Organisation, guest: Guest, link: Link) -> Invitation:
    """Invite the first owner of an organisation that nobody belongs to."""
    hold(session, organisation)
    if session.scalar(queries.unclaimed(organisation.id)) is None:
        raise InvalidInputError(_("这个单位已有成员，请由其管理员邀请"))
    return _invite(session, actor, organisation, replace(guest, role=OWNER), link)


def resend(session: Session, actor: Actor, invitation: Invitation, link: Link) -> None:
    """Send the invitation again with a new link and new days; the old link is void."""
    hold(session, invitation.organisation)
    session.refresh(invitation)
    _refuse_used(invitation, but=InvitationState.EXPIRED)
    token = token_urlsafe(32)
    with audit.change(session, actor, "resend", "invitation", invitation):
        invitation.digest, invitation.expires_at = digest_of(token), clock.now() + rules.LIFETIME
        _send(session, invitation, link(token))


def revoke(session: Session, actor: Actor, invitation: Invitation) -> None:
    """Make the link of an invitation void."""
    _close(session, actor, invitation, "revoke")


def decline(session: Session, actor: Actor, invitation: Invitation, person: Person) -> None:
    """Say no to an invitation, which then is void."""
    _refuse_foreign(invitation, person)
    _close(session, actor, invitation, "decline")


def accept(session: Session, actor: Actor, invitation: Invitation, person: Person) -> Membership:
    """Become a member as invited. The invitation is used up."""
    hold(session, invitation.organisation)
    session.refresh(invitation)
    _refuse_used(invitation)
    _refuse_foreign(invitation, person)
    if invitation.role != OWNER and not queries.seats(session, invitation.organisation_id):
        raise InvalidInputError(_("这个单位目前没有管理员，请联系运营方"))
    membership = join(session, invitation.organisation, person.id, invitation.role)
    _use(session, invitation)
    audit.record(session, actor, "accept", "invitation", invitation.id, after=audit.state(membership))
    return membership


def claim(session: Session, actor: Actor, organisation: Organisation, person: int, note: str) -> Claim:
    """Ask the operator to be made the first owner of an organisation that nobody looks after."""
    hold(session, organisation)
    if session.scalar(queries.unclaimed(organisation.id)) is None:
        raise InvalidInputError(_("这个单位已有管理员，请联系本单位管理员邀请您加入"))
    if session.scalar(queries.claim_of(organisation.id, person)) is not None:
        raise InvalidInputError(_("您已经提交过认领申请，请等待运营方处理"))
    asked = Claim(organisation=organisation, person_id=person, note=note, created_at=clock.now(), status=PENDING)
    session.add(asked)
    session.flush()
    audit.record(session, actor, "create", "claim", asked.id, after=audit.state(asked))
    return asked


def grant(session: Session, actor: Actor, asked: Claim, link: Link, inviter: int) -> Invitation:
    """Invite who claimed an organisation as its first owner."""
    _take_claim(session, asked, "granted", "")
    return appoint(session, actor, asked.organisation, Guest(asked.person.email, OWNER, inviter), link)


def refuse(session: Session, actor: Actor, asked: Claim, words: str) -> None:
    """Turn a claim down, with the reason, which the person is told by e-mail."""
    if not words.strip():
        raise InvalidInputError(_("不同意认领必须写明理由"))
    _take_claim(session, asked, "refused", words)
    subject = _("关于认领“%(name)s”的申请", name=asked.organisation.name)
    text = _("运营方没有同意您认领“%(name)s”的申请。\n\n理由：%(words)s", name=asked.organisation.name, words=words)
    mail.queue(session, f"claim-refused:{asked.id}", asked.person.email, subject, text)
    audit.record(session, actor, "refuse", "claim", asked.id, after=audit.state(asked))


def forget(session: Session, person: Person) -> None:
    """Delete what a person claimed, and every invitation to the address, which is not blanked yet; name no inviter.

    Part of the account's erasure, which records the event.
    """
    for claim_ in session.scalars(queries.claims_by(person.id)).all():
        _delete(session, "claim", claim_)
    for invitation in session.scalars(queries.all_invitations_to(person.email)).all():
        _delete(session, "invitation", invitation)
    session.execute(update(Invitation).where(Invitation.invited_by == person.id).values(invited_by=None))


def _delete(session: Session, subject: str, row: Claim | Invitation) -> None:
    """Delete a row, and what would let anyone test guesses of what stood in it against the audit log."""
    audit.forget(session, subject, row.id)
    session.delete(row)


def _take_claim(session: Session, asked: Claim, status: str, words: str) -> None:
    """Decide a claim only if nobody has."""
    change = update(Claim).where(Claim.id == asked.id, Claim.status == PENDING)
    decided = change.values(status=status, reason=words, decided_at=clock.now()).returning(Claim.id)
    if session.execute(decided.execution_options(synchronize_session=False)).first() is None:
        raise InvalidInputError(_("这份认领申请刚刚已被处理"))
    session.refresh(asked)


def _invite(session: Session, actor: Actor, organisation: Organisation, guest: Guest, link: Link) -> Invitation:
    if guest.role not in rules.roles_given(organisation.kind):
        raise InvalidInputError(_("请选择本单位可用的角色"))
    _refuse_known(session, organisation, guest.email)
    token, now = token_urlsafe(32), clock.now()
    invitation = Invitation(
        organisation=organisation,
        email=guest.email,
        role=guest.role,
        digest=digest_of(token),
        invited_by=guest.invited_by,
        created_at=now,
        expires_at=now + rules.LIFETIME,
    )
    session.add(invitation)
    session.flush()
    _send(session, invitation, link(token))
    audit.record(session, actor, "invite", "invitation", invitation.id, after=audit.state(invitation))
    return invitation


def _refuse_known(session: Session, organisation: Organisation, email: str) -> None:
    if session.scalar(queries.member_with_address(organisation.id, email)) is not None:
        raise InvalidInputError(_("%(email)s 已经是本单位成员", email=email))
    waiting = queries.invitations_to(email, clock.now()).where(Invitation.organisation_id == organisation.id)
    if session.scalar(waiting) is not None:
        raise InvalidInputError(_("已向 %(email)s 发过邀请，尚未过期；可在邀请列表中重新发送", email=email))


def _refuse_used(invitation: Invitation, but: InvitationState = InvitationState.OPEN) -> None:
    state = invitation_state(invitation, clock.now())
    if state not in {InvitationState.OPEN, but}:
        raise InvalidInputError(_(REFUSALS[state]))


def _refuse_foreign(invitation: Invitation, person: Person) -> None:
    if person.confirmed_at is None:
        raise InvalidInputError(_("请先确认您的邮箱，再接受邀请"))
    if not rules.same_address(invitation.email, person.email):
        raise InvalidInputError(_("这份邀请发给另一个邮箱，请用收到邀请的邮箱登录"))


def _use(session: Session, invitation: Invitation) -> None:
    now = clock.now()
    unused = (Invitation.id == invitation.id, Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
    used = update(Invitation).where(*unused, Invitation.expires_at > now).values(accepted_at=now)
    done = session.execute(used.returning(Invitation.id).execution_options(synchronize_session=False)).first()
    if done is None:
        raise InvalidInputError(_(REFUSALS[InvitationState.ACCEPTED]))
    session.refresh(invitation)


def _close(session: Session, actor: Actor, invitation: Invitation, verb: str) -> None:
    hold(session, invitation.organisation)
    session.refresh(invitation)
    _refuse_used(invitation, but=InvitationState.EXPIRED)
    with audit.change(session, actor, verb, "invitation", invitation):
        invitation.revoked_at = clock.now()


def _send(session: Session, invitation: Invitation, address: str) -> None:
    name, role = invitation.organisation.name, ROLES[invitation.role]
    subject = _("“%(name)s”邀请您加入", name=name)
    text = _(
        "“%(name)s”邀请您以“%(role)s”的身份加入。\n\n请打开以下链接接受邀请（%(until)s前有效，只能使用一次）：\n%(address)s\n\n"
        "须用收到本邮件的邮箱登录或注册。如果您不认识这个单位，请忽略本邮件。",
        name=name,
        role=role,
        until=formats.moment(invitation.expires_at),
        address=address,
    )
    key = f"invitation:{invitation.id}:{invitation.digest[:12]}"
    mail.queue(session, key, invitation.email, subject, text)
