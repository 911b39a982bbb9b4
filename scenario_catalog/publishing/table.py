"""Who may do what here."""

from accounts.rules import AGENCY_APPROVERS, OPERATOR, OPERATOR_APPROVERS, OPERATORS, READER, having
from core.access import Access
from core.registry import DeskItem
from scenario_catalog.queries import agency_of

ACCESS: tuple[Access, ...] = (
    Access("batch.read", "查看批次工作台与预览", OPERATORS | having(OPERATOR, READER)),
    Access("batch.compose", "编排批次：标题、增减场景", OPERATORS),
    Access("batch.publish", "发布、排期批次", OPERATOR_APPROVERS),
    Access("list.import", "导入场景清单为草稿", OPERATORS),
    Access("corrigendum.issue", "发布更正（本单位的场景）", AGENCY_APPROVERS, agency_of, verified=True),
    Access("corrigendum.issue", "发布更正", OPERATOR_APPROVERS),
    Access("scenario.end", "取消场景或宣告未成功（本单位的场景）", AGENCY_APPROVERS, agency_of),
    Access("scenario.end", "取消场景或宣告未成功", OPERATOR_APPROVERS),
    Access("redaction.make", "删除已公开的个人信息、涉密或侵权内容", OPERATOR_APPROVERS),
)

DESK: tuple[DeskItem, ...] = (
    DeskItem("批次", "publishing.batches", "batch.read", 40, "journal-text"),
    DeskItem("导入清单", "publishing.import_list", "list.import", 45, "file-earmark-text"),
)
