"""Who may do what here."""

from accounts.rules import OPERATORS
from core.access import Access
from core.registry import DeskItem

ACCESS: tuple[Access, ...] = (Access("policy.manage", "核对政策数字，登记目标进展", OPERATORS),)

DESK: tuple[DeskItem, ...] = (
    DeskItem("政策数字核对", "facts.documents", "policy.manage", 55, "clipboard-check"),
    DeskItem("目标进展登记", "targets.desk", "policy.manage", 56, "bar-chart"),
)
