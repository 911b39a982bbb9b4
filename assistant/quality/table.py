"""Who may do what here."""

from accounts.rules import APPROVER, MEMBER, OPERATOR, OPERATORS, OWNER, READER, having
from core.access import ANYONE, Access
from core.registry import DeskItem

ACCESS: tuple[Access, ...] = (
    Access("assistant.judge", "评价、投诉政策助手的回答，查看问答质量", frozenset({ANYONE})),
    Access("assistant.oversee", "查看没有答好的问题、评价与投诉", having(OPERATOR, OWNER, APPROVER, MEMBER, READER)),
    Access("assistant.improve", "答复投诉，把问题收进评测集", OPERATORS),
)

DESK: tuple[DeskItem, ...] = (DeskItem("问答质量", "quality.board", "assistant.oversee", 58, "chat-dots"),)
