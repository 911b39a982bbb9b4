"""Who may do what with the inbox: everybody with the own one; stopping e-mail needs only the link that came with it."""

from core.access import ANYONE, SIGNED_IN, Access
from core.registry import DeskItem

ACCESS: tuple[Access, ...] = (
    Access("inbox.read", "查看自己的收件箱，选择邮件提醒方式", frozenset({SIGNED_IN})),
    Access("mail.stop", "凭邮件里的链接停止邮件提醒", frozenset({ANYONE})),
)

DESK: tuple[DeskItem, ...] = (DeskItem("收件箱", "inbox.notices", "inbox.read", 5, "bell"),)
