"""Kinds of organisations, roles of their members, and the words the authorisation table is written in."""

from collections.abc import Mapping
from typing import Any

from core.lifecycle import Lifecycle, Move

AGENCY, ENTERPRISE, OPERATOR, AUDITOR = "agency", "enterprise", "operator", "auditor"
OWNER, APPROVER, MEMBER, EVALUATOR, READER = "owner", "approver", "member", "evaluator", "reader"

KINDS: Mapping[str, str] = {AGENCY: "需求单位", ENTERPRISE: "企业", OPERATOR: "运营方", AUDITOR: "审计方"}
ROLES: Mapping[str, str] = {
    OWNER: "管理员",
    APPROVER: "审批人",
    MEMBER: "经办人",
    EVALUATOR: "评审专家",
    READER: "只读成员",
}


def role_of(kind: str, role: str) -> str:
    """Return the role as lifecycles and the authorisation table name it: agency-approver."""
    return f"{kind}-{role}"


def having(kind: str, *roles: str) -> frozenset[str]:
    """Return the roles of an organisation of this kind; all of them when none is named."""
    return frozenset(role_of(kind, role) for role in roles or ROLES)


def label_of(role: str) -> str:
    """Return what people call a role: 需求单位审批人."""
    kind, _, member = role.partition("-")
    return f"{KINDS.get(kind, kind)}{ROLES.get(member, '')}"


SYSTEM = frozenset({"system"})
ALL_ROLES = frozenset(role_of(kind, role) for kind in KINDS for role in ROLES)
OWNERS = frozenset(role_of(kind, OWNER) for kind in KINDS)

# A member drafts, an approver commits the organisation; an owner may both, and looks after the members.
AGENCY_READERS = having(AGENCY, OWNER, APPROVER, MEMBER, READER)
AGENCY_DRAFTERS = having(AGENCY, OWNER, APPROVER, MEMBER)
AGENCY_APPROVERS = having(AGENCY, OWNER, APPROVER)
ENTERPRISE_READERS = having(ENTERPRISE, OWNER, APPROVER, MEMBER, READER)
ENTERPRISE_WRITERS = having(ENTERPRISE, OWNER, APPROVER, MEMBER)
ENTERPRISE_APPROVERS = having(ENTERPRISE, OWNER, APPROVER)
OPERATORS = having(OPERATOR, OWNER, APPROVER, MEMBER)
OPERATOR_APPROVERS = having(OPERATOR, OWNER, APPROVER)
AUDITORS = having(AUDITOR)

UNVERIFIED, PENDING, VERIFIED, REJECTED = "unverified", "pending", "verified", "rejected"


def _worded(facts: Mapping[str, Any]) -> str | None:
    return None if str(facts.get("words") or "").strip() else "请写明理由"


VERIFICATION = Lifecycle(
    name="verification",
    states={UNVERIFIED: "未认证", PENDING: "认证审核中", VERIFIED: "已认证", REJECTED: "未通过认证"},
    moves=(
        Move(UNVERIFIED, PENDING, "apply", "申请认证", OWNERS | SYSTEM),
        Move(REJECTED, PENDING, "apply", "再次申请认证", OWNERS | SYSTEM),
        Move(PENDING, UNVERIFIED, "withdraw", "撤回申请", OWNERS | SYSTEM),
        Move(PENDING, VERIFIED, "verify", "通过认证", OPERATOR_APPROVERS | SYSTEM),
        Move(PENDING, REJECTED, "reject", "不予通过", OPERATOR_APPROVERS | SYSTEM, _worded),
        Move(VERIFIED, UNVERIFIED, "revoke", "撤销认证", OPERATOR_APPROVERS | SYSTEM, _worded),
    ),
)
