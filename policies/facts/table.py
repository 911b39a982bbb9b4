"""Who may do what here."""

from accounts.rules import OPERATORS
from core.access import Access
from core.registry import DeskItem

ACCESS: tuple[Access, ...] = (Access("policy.manage", "管理政策文件，核对其中的数字，登记目标进展", OPERATORS),)

DESK: tuple[DeskItem, ...] = (
    DeskItem("政策文件", "corpus.index", "policy.manage", 55, "journal-text"),
    DeskItem("目标进展登记", "targets.desk", "policy.manage", 56, "bar-chart"),
)
