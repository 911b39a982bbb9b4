"""Who may do what with organisations and their members, and the entries of the desk."""

from accounts.members import queries
from accounts.rules import (
    AGENCY,
    ALL_ROLES,
    ENTERPRISE,
    OPERATOR_APPROVERS,
    OPERATORS,
    OWNER,
    OWNERS,
    having,
)
from core.access import ANYONE, SIGNED_IN, Access
from core.registry import DeskItem

EVERYBODY = frozenset({SIGNED_IN})
APPLICANTS = having(AGENCY, OWNER) | having(ENTERPRISE, OWNER)

ACCESS: tuple[Access, ...] = (
    Access("desk.read", "查看自己的工作台，切换单位", EVERYBODY),
    Access("organisation.register", "注册需求单位或企业，认领未启用的单位", EVERYBODY),
    Access("organisation.read", "查看本单位信息和成员", ALL_ROLES),
    Access("organisation.edit", "修改本单位信息", OWNERS),
    Access("member.manage", "调整本单位成员的角色，移除成员并移交其事项", OWNERS, owner=queries.owner_of_membership),
    Access("member.leave", "退出本单位", ALL_ROLES),
    Access("invitation.send", "邀请成员加入本单位", OWNERS),
    Access("invitation.manage", "重发、撤销本单位的邀请", OWNERS, owner=queries.owner_of_invitation),
    Access("invitation.read", "打开邀请链接", frozenset({ANYONE})),
    Access("invitation.answer", "接受或谢绝发给自己的邀请", EVERYBODY),
    Access("verification.apply", "申请、撤回本单位认证", APPLICANTS),
    Access("verification.review", "查看认证申请", OPERATORS),
    Access("verification.decide", "审核、撤销认证", OPERATOR_APPROVERS),
    Access("evidence.read", "下载本单位的认证材料", OWNERS, owner=queries.owner_of_verification),
    Access("evidence.read", "下载认证材料", OPERATORS),
    Access("organisation.oversee", "查看全部单位", OPERATORS),
    Access("organisation.appoint", "新建单位，邀请首位管理员，处理认领", OPERATOR_APPROVERS),
)

DESK: tuple[DeskItem, ...] = (
    DeskItem("待办", "desk.home", "desk.read", 0, "list-check"),
    DeskItem("单位与成员", "members.organisation", "organisation.read", 80, "people"),
    DeskItem("单位认证", "verification.own", "verification.apply", 81, "patch-check"),
    DeskItem("认证审核", "verification.queue", "verification.review", 60, "patch-check"),
    DeskItem("全部单位", "oversight.organisations", "organisation.oversee", 61, "buildings"),
    DeskItem("我的邀请", "invitations.mine", "desk.read", 90, "envelope"),
    DeskItem("注册单位", "members.register", "organisation.register", 91, "plus-lg"),
)
