"""Who may do what here."""

from accounts.rules import AGENCY_APPROVERS, AGENCY_DRAFTERS, AGENCY_READERS, ENTERPRISE_READERS, ENTERPRISE_WRITERS
from core.access import Access
from marketplace.awards.queries import agency_of_objection
from marketplace.evaluation.queries import agency_of
from marketplace.evaluation.table import AUDIT_READERS, OPERATOR_READERS

ACCESS: tuple[Access, ...] = (
    Access("award.read", "查看入围、公示与授标（本单位）", AGENCY_READERS, agency_of),
    Access("award.read", "查看入围、公示与授标，授标后查看得分", OPERATOR_READERS | AUDIT_READERS),
    Access("award.trial", "登记入围方案的测试或试用结果（本单位）", AGENCY_DRAFTERS, agency_of),
    Access("award.manage", "确定入围，公示，授标，撤销，宣告未成功（本单位）", AGENCY_APPROVERS, agency_of),
    Access("objection.raise", "对公示的中选结果提出异议", ENTERPRISE_WRITERS, verified=True),
    Access("objection.answer", "答复异议（本单位场景）", AGENCY_APPROVERS, agency_of_objection),
    Access("bid.result", "查看本企业参加的揭榜的得分与评语", ENTERPRISE_READERS),
)
