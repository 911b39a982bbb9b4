"""Who may do what here, and the desk's entries."""

from accounts.rules import (
    AGENCY_APPROVERS,
    AGENCY_READERS,
    APPROVER,
    AUDITORS,
    MEMBER,
    OPERATOR,
    OWNER,
    READER,
    having,
)
from core.access import Access
from core.registry import DeskItem
from marketplace.evaluation.queries import agency_of, organisation_of_member
from marketplace.evaluation.rules import EVALUATORS

OPERATOR_READERS = having(OPERATOR, OWNER, APPROVER, MEMBER, READER)
# Who may sit on a panel reads no names, an auditor's evaluator neither.
AUDIT_READERS = AUDITORS - EVALUATORS

ACCESS: tuple[Access, ...] = (
    Access("evaluation.list", "查看评审与授标清单", AGENCY_READERS | OPERATOR_READERS | AUDIT_READERS),
    Access("evaluation.read", "查看评审进展，评分结束后查看得分（本单位）", AGENCY_READERS, agency_of),
    Access("evaluation.read", "查看评审进展，授标后查看得分", OPERATOR_READERS | AUDIT_READERS),
    Access("evaluation.manage", "组建评审组，推进评审，取消资格（本单位）", AGENCY_APPROVERS, agency_of),
    Access("evaluation.bid", "阅读已开标的方案（本单位）", AGENCY_READERS, agency_of),
    Access("evaluation.bid", "阅读已开标的方案", AUDIT_READERS),
    Access("panel.list", "查看自己参加的评审", EVALUATORS),
    Access("panel.judge", "申报利益冲突，阅读匿名方案，打分，合议（本人）", EVALUATORS, organisation_of_member),
)

DESK: tuple[DeskItem, ...] = (
    DeskItem("评审与授标", "evaluation.index", "evaluation.list", 56, "clipboard-check"),
    DeskItem("我的评审", "evaluation.seats", "panel.list", 57, "list-check"),
)
