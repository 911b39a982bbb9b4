"""Who may do what here."""

from accounts.rules import APPROVER, MEMBER, OPERATOR, OPERATORS, OWNER, READER, having
from core.access import Access
from core.registry import DeskItem

ACCESS: tuple[Access, ...] = (
    Access("review.read", "查看待审需求", having(OPERATOR, OWNER, APPROVER, MEMBER, READER)),
    Access("review.write", "审核需求：接手、写意见、退回、通过", OPERATORS),
)

DESK: tuple[DeskItem, ...] = (DeskItem("审核", "review.queue", "review.read", 30, "search"),)
