"""Who may do what here, and the desk's entry."""

from accounts.rules import AGENCY_APPROVERS, AGENCY_DRAFTERS, AGENCY_READERS, OPERATORS
from core.access import Access
from core.registry import DeskItem
from scenario_catalog.queries import agency_of

ACCESS: tuple[Access, ...] = (
    Access("draft.list", "查看本单位的场景需求", AGENCY_READERS),
    Access("draft.create", "新建场景需求", AGENCY_DRAFTERS),
    Access("draft.read", "查看需求草稿、版本与预览（本单位）", AGENCY_READERS, agency_of),
    Access("draft.edit", "起草、修改需求与附件，请求审批，撤回，指定负责人（本单位）", AGENCY_DRAFTERS, agency_of),
    Access("draft.share", "生成、停用预览链接（本单位）", AGENCY_DRAFTERS, agency_of),
    Access("draft.submit", "提交需求审核（本单位）", AGENCY_APPROVERS, agency_of),
    Access("draft.download", "下载未公开的附件（本单位）", AGENCY_READERS, agency_of),
    Access("draft.download", "下载未公开的附件（已提交的）", OPERATORS),
)

DESK: tuple[DeskItem, ...] = (DeskItem("场景需求", "drafting.index", "draft.list", 20, "file-earmark-text"),)
