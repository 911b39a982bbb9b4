"""Who may read the log: the operator and the auditors all of it, everybody what is about them."""

from accounts.rules import AUDITORS, OPERATOR, OWNERS, having
from core.access import SIGNED_IN, Access
from core.registry import DeskItem

ACCESS: tuple[Access, ...] = (
    Access("audit.read", "查看、导出审计日志", having(OPERATOR) | AUDITORS),
    Access("history.read", "查看自己账号的操作记录", frozenset({SIGNED_IN})),
    Access("history.organisation", "查看本单位的操作记录", OWNERS),
)

DESK: tuple[DeskItem, ...] = (
    DeskItem("审计日志", "auditing.log", "audit.read", 70, "journal-text"),
    DeskItem("单位操作记录", "auditing.organisation_history", "history.organisation", 82, "clock"),
    DeskItem("我的操作记录", "auditing.history", "history.read", 89, "clock"),
)
