"""Who may do what with bids, and the desk's entry."""

from accounts.rules import ENTERPRISE_APPROVERS, ENTERPRISE_READERS, ENTERPRISE_WRITERS
from core.access import Access
from core.registry import DeskItem
from marketplace.bids.queries import owner_of, partner_of

ACCESS: tuple[Access, ...] = (
    Access("bid.list", "查看本企业的揭榜", ENTERPRISE_READERS),
    Access("bid.start", "开始揭榜", ENTERPRISE_WRITERS, verified=True),
    Access("bid.read", "查看揭榜方案（牵头企业）", ENTERPRISE_READERS, owner_of),
    Access("bid.write", "起草方案与附件，邀请联合单位，删除草稿（牵头企业）", ENTERPRISE_WRITERS, owner_of),
    Access("bid.submit", "递交、再次确认方案（牵头企业）", ENTERPRISE_APPROVERS, owner_of, verified=True),
    Access("bid.withdraw", "撤回方案（牵头企业）", ENTERPRISE_APPROVERS, owner_of),
    Access("bid_partner.decide", "答复联合揭榜的邀请，退出联合体（受邀企业）", ENTERPRISE_APPROVERS, partner_of),
)

DESK: tuple[DeskItem, ...] = (DeskItem("我的揭榜", "bids_desk.index", "bid.list", 21, "send"),)
