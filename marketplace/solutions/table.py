"""Who may do what here, and the desk's entries."""

from accounts.rules import ENTERPRISE_APPROVERS, ENTERPRISE_READERS, ENTERPRISE_WRITERS
from core.access import Access
from core.registry import DeskItem
from marketplace.solutions.queries import owner_of, owner_of_notice

ACCESS: tuple[Access, ...] = (
    Access("solution.list", "查看本企业的方案、资料与征集", ENTERPRISE_READERS),
    Access("solution.create", "登记方案", ENTERPRISE_WRITERS),
    Access("solution.read", "查看方案草稿、版本与附件（本企业）", ENTERPRISE_READERS, owner_of),
    Access("solution.edit", "修改方案与附件，恢复为草稿（本企业）", ENTERPRISE_WRITERS, owner_of),
    Access("solution.publish", "公开、归档方案（本企业）", ENTERPRISE_APPROVERS, owner_of),
    Access("profile.edit", "修改企业资料", ENTERPRISE_WRITERS),
    Access("notice.create", "起草联合研发征集", ENTERPRISE_WRITERS),
    Access("notice.edit", "修改、结束联合研发征集（本企业）", ENTERPRISE_WRITERS, owner_of_notice),
    Access("notice.publish", "发布联合研发征集（本企业）", ENTERPRISE_APPROVERS, owner_of_notice),
)

DESK: tuple[DeskItem, ...] = (
    DeskItem("我的方案", "solutions_desk.index", "solution.list", 22, "list"),
    DeskItem("企业资料", "solutions_desk.profile", "profile.edit", 24, "buildings"),
    DeskItem("联合研发", "solutions_desk.notices", "solution.list", 26, "people"),
)
