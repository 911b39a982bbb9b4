"""What is done with organisations and their members. Callers own the transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import uuid4

from flask_babel import gettext as _
from sqlalchemy import update
from sqlalchemy.orm import Session

from accounts import queries as accounts
from accounts.members import queries, rules
from accounts.models import Membership, Organisation, Verification
from accounts.rules import OWNER, PENDING, UNVERIFIED, VERIFICATION, VERIFIED
from core import audit, clock
from core.audit import Actor
from core.errors import InvalidInputError
from core.registry import Holding

SYSTEM_ROLE = "system"


class TakenNameError(InvalidInputError):
    """An organisation of that name is there already."""

    def __init__(self, organisation: Organisation) -> None:
        self.organisation = organisation
        super().__init__(_("“%(name)s”已在本平台登记", name=organisation.name))


@dataclass(frozen=True)
class Details:
    """What an organisation says of itself."""

    name: str
    district: str = ""
    summary: str = ""
    phone: str = ""
    website: str = ""


def register(session: Session, actor: Actor, kind: str, details: Details, person: int) -> Membership:
    """Register an organisation of a kind that is open to all; the person becomes its owner. Raises TakenNameError."""
    if kind not in rules.OPEN_KINDS:
        raise InvalidInputError(_("只能注册需求单位或企业"))
    organisation = _make(session, kind, details)
    founder = join(session, organisation, person, OWNER)
    audit.record(session, actor, "register", "organisation", organisation.id, after=audit.state(organisation))
    return founder


def found(session: Session, actor: Actor, kind: str, details: Details) -> Organisation:
    """Register an organisation without members, for the operator to invite its first owner. Raises TakenNameError."""
    if kind not in rules.MADE_KINDS:
        raise InvalidInputError(_("请选择单位类型"))
    organisation = _make(session, kind, details)
    audit.record(session, actor, "register", "organisation", organisation.id, after=audit.state(organisation))
    return organisation


def edit(session: Session, actor: Actor, organisation: Organisation, details: Details) -> None:
    """Change what an organisation says of itself. Under another name it is no longer verified."""
    hold(session, organisation)
    renamed = details.name != organisation.name
    if renamed and organisation.verification == PENDING:
        raise InvalidInputError(_("认证审核中不能改名，请先撤回认证申请"))
    if renamed:
        _refuse_taken(session, details.name)
    with audit.change(session, actor, "edit", "organisation", organisation):
        organisation.name, organisation.district = details.name, details.district
        organisation.summary, organisation.phone = details.summary, details.phone
        organisation.website = details.website
        if renamed and organisation.verification == VERIFIED:
            lapse(session, organisation, _("单位名称变更"))


def lapse(session: Session, organisation: Organisation, words: str) -> None:
    """Take the verification back, because what was verified has changed or was untrue; the code is free again."""
    VERIFICATION.check(organisation.verification, "revoke", SYSTEM_ROLE, words=words)
    granted = update(Verification).where(
        Verification.organisation_id == organisation.id, Verification.status == VERIFIED
    )
    ended = granted.values(status="revoked", reason=words, decided_at=clock.now())
    session.execute(ended.execution_options(synchronize_session="fetch"))
    organisation.verification = UNVERIFIED
    organisation.credit_code = None


def change_role(session: Session, actor: Actor, membership: Membership, role: str) -> None:
    """Give a member another role. The last owner stays one."""
    _hold_member(session, membership)
    _refuse_past(membership)
    if role not in rules.roles_given(membership.organisation.kind):
        raise InvalidInputError(_("请选择本单位可用的角色"))
    if role == membership.role:
        return
    if role != OWNER:
        _refuse_last_owner(session, membership)
    with audit.change(session, actor, "change_role", "membership", membership):
        membership.role = role


def end(
    session: Session,
    actor: Actor,
    membership: Membership,
    successor: Membership | None,
    holdings: Sequence[Holding],
) -> None:
    """Let a member go, and pass on at once what the member holds. Recorded as `leave` or, by somebody else, `remove`."""
    _hold_member(session, membership)
    _refuse_past(membership)
    _refuse_last_owner(session, membership)
    _pass_on(session, actor, membership, successor, holdings)
    verb = "leave" if actor.id == membership.person.pseudonym else "remove"
    with audit.change(session, actor, verb, "membership", membership):
        membership.ended_at = clock.now()


def pass_on(
    session: Session,
    actor: Actor,
    membership: Membership,
    successor: Membership | None,
    holdings: Sequence[Holding],
) -> None:
    """Pass on what somebody still holds who has left already."""
    _hold_member(session, membership)
    if membership.ended_at is None:
        raise InvalidInputError(_("这位成员仍在本单位"))
    with audit.change(session, actor, "pass_on", "membership", membership):
        _pass_on(session, actor, membership, successor, holdings)


def join(session: Session, organisation: Organisation, person: int, role: str) -> Membership:
    """Make a person a member, again if need be; the caller holds the organisation and records the event."""
    membership = session.scalar(queries.membership_in(organisation.id, person))
    if membership is None:
        membership = Membership(organisation=organisation, person_id=person, role=role, created_at=clock.now())
        session.add(membership)
    elif membership.ended_at is None:
        raise InvalidInputError(_("您已经是“%(name)s”的成员", name=organisation.name))
    membership.role, membership.ended_at = role, None
    session.flush()
    return membership


def hold(session: Session, organisation: Organisation) -> None:
    """Keep others from changing the organisation and its members until the commit, and read it anew."""
    audit.take_turn(session)
    session.refresh(organisation)


def _hold_member(session: Session, membership: Membership) -> None:
    hold(session, membership.organisation)
    session.refresh(membership)


def held(session: Session, membership: Membership, holdings: Iterable[Holding]) -> list[tuple[str, int]]:
    """Return what a member holds in the organisation: words and numbers, without what is none."""
    counted = ((each.label, each.count(session, membership.organisation_id, membership.person_id)) for each in holdings)
    return [(label, number) for label, number in counted if number]


def _make(session: Session, kind: str, details: Details) -> Organisation:
    audit.take_turn(session)
    _refuse_taken(session, details.name)
    organisation = Organisation(code=f"{kind}-{uuid4().hex[:10]}", kind=kind, name=details.name)
    organisation.district, organisation.summary = details.district, details.summary
    organisation.phone, organisation.website = details.phone, details.website
    session.add(organisation)
    session.flush()
    return organisation


def _refuse_taken(session: Session, name: str) -> None:
    taken = session.scalar(accounts.named(name))
    if taken is not None:
        raise TakenNameError(taken)


def _refuse_past(membership: Membership) -> None:
    if membership.ended_at is not None:
        raise InvalidInputError(_("这位成员已经离开本单位"))


def _refuse_last_owner(session: Session, membership: Membership) -> None:
    seats = queries.seats(session, membership.organisation_id)
    if not rules.leaves_an_owner(seats, membership.id):
        raise InvalidInputError(_("单位至少要有一位管理员，请先把另一位成员设为管理员"))


def _pass_on(
    session: Session, actor: Actor, membership: Membership, successor: Membership | None, holdings: Sequence[Holding]
) -> None:
    if not held(session, membership, holdings):
        return
    if successor is None or successor.id == membership.id or not _may_take_over(successor, membership.organisation_id):
        raise InvalidInputError(_("这位成员名下还有未办完的事项，请选择一位能够办理的在任成员接手"))
    for each in holdings:
        each.reassign(session, actor, membership.organisation_id, membership.person_id, successor.person_id)


def _may_take_over(membership: Membership, organisation_id: int) -> bool:
    """Tell whether somebody is there who can go on with it."""
    present = membership.organisation_id == organisation_id and membership.ended_at is None
    return present and rules.takes_over(membership.role)
