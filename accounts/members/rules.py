"""Which roles an organisation gives, and what may happen to members and invitations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from accounts.rules import (
    AGENCY,
    APPROVER,
    AUDITOR,
    ENTERPRISE,
    EVALUATOR,
    MEMBER,
    OPERATOR,
    OWNER,
    READER,
    ROLES,
)

INVITATION_DAYS = 7
LIFETIME = timedelta(days=INVITATION_DAYS)

# What anybody may register; the others are made by the operator or the command line.
OPEN_KINDS = (AGENCY, ENTERPRISE)
MADE_KINDS = (AGENCY, ENTERPRISE, AUDITOR)

_GIVEN: Mapping[str, Sequence[str]] = {
    AGENCY: (OWNER, APPROVER, MEMBER, EVALUATOR, READER),
    ENTERPRISE: (OWNER, APPROVER, MEMBER, READER),
    OPERATOR: (OWNER, APPROVER, MEMBER),
    AUDITOR: (OWNER, READER),
}

# What a role may do, in the words of the kind of organisation: shown where a role is chosen.
MEANINGS: Mapping[str, str] = {
    OWNER: "管理成员、邀请和认证，并可办理本单位全部事项",
    APPROVER: "代表本单位提交、审批",
    MEMBER: "起草和办理，提交须经审批人",
    EVALUATOR: "只评审分配给自己的方案",
    READER: "只能查看",
}


def roles_given(kind: str) -> dict[str, str]:
    """Return the roles that members of such an organisation can have, with their words."""
    return {role: ROLES[role] for role in _GIVEN.get(kind, ())}


def takes_over(role: str) -> bool:
    """Tell whether a member in this role can go on with what somebody else leaves."""
    return role not in {EVALUATOR, READER}


class InvitationState(StrEnum):
    OPEN = "open"
    ACCEPTED = "accepted"
    REVOKED = "revoked"
    EXPIRED = "expired"


class Dated(Protocol):
    accepted_at: datetime | None
    revoked_at: datetime | None
    expires_at: datetime


def invitation_state(invitation: Dated, now: datetime) -> InvitationState:
    """Return what became of an invitation; one that was used or revoked stays so past its last day."""
    if invitation.accepted_at is not None:
        return InvitationState.ACCEPTED
    if invitation.revoked_at is not None:
        return InvitationState.REVOKED
    return InvitationState.OPEN if now < invitation.expires_at else InvitationState.EXPIRED


def same_address(one: str, other: str) -> bool:
    """Tell whether two e-mail addresses are one: nobody gives two people addresses that differ in case only."""
    return one.strip().casefold() == other.strip().casefold()


@dataclass(frozen=True)
class Seat:
    """A present member, as the rule about owners sees one."""

    id: int
    role: str


def leaves_an_owner(seats: Sequence[Seat], leaving: int) -> bool:
    """Tell whether an owner is left when the seat `leaving` is given up, or is no longer an owner's."""
    return any(seat.role == OWNER for seat in seats if seat.id != leaving)
