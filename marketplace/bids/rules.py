"""The lifecycles of bids and of those who bid together, and what a bid must have."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from accounts.rules import AGENCY_APPROVERS, ENTERPRISE_APPROVERS, ENTERPRISE_WRITERS, SYSTEM
from core.lifecycle import Lifecycle, Move

MOST_PARTNERS = 4
MOST_FILES = 20

# What is known only after the opening; before it, a bid is its bidder's alone.
OPENED = ("unsealed", "finalist", "not_selected", "selected", "defaulted", "disqualified")
LOST = ("not_selected", "disqualified")
UNOPENED = ("lapsed", "returned_unopened")
HIDDEN = ("draft", "submitted", "withdrawn")

DISQUALIFICATIONS: Mapping[str, str] = {
    "false_material": "提供虚假材料",
    "not_eligible": "不满足公布的资格条件",
    "collusion": "与其他揭榜方串通",
    "price_disclosed": "在技术方案中披露报价",
    "unreadable": "方案无法开启或附件损坏",
    "no_response": "未响应实质性要求",
}

DECLARATIONS: Mapping[str, str] = {
    "true": "所提交的材料真实、完整，对其真实性承担责任",
    "independent": "独立编制方案和报价，未与其他揭榜方串通",
    "eligible": "满足场景公布的条件，未被列入严重失信主体名单",
    "rights": "对方案享有知识产权或已取得许可，数据来源合法",
}

WRITERS = ENTERPRISE_WRITERS | SYSTEM
SENDERS = ENTERPRISE_APPROVERS | SYSTEM
JUDGES = AGENCY_APPROVERS | SYSTEM

BID = Lifecycle(
    name="bid",
    states={
        "draft": "起草中",
        "submitted": "已递交",
        "withdrawn": "已撤回",
        "lapsed": "已失效",
        "returned_unopened": "未开启退回",
        "unsealed": "评审中",
        "finalist": "已入围",
        "not_selected": "未入选",
        "disqualified": "已取消资格",
        "selected": "已中选",
        "defaulted": "未履约",
    },
    moves=(
        Move("draft", "submitted", "submit", "递交方案", SENDERS),
        Move("withdrawn", "submitted", "submit", "再次递交", SENDERS),
        Move("submitted", "withdrawn", "withdraw", "撤回方案", SENDERS),
        Move("submitted", "submitted", "reconfirm", "按更正后的要求确认", SENDERS),
        Move("submitted", "unsealed", "unseal", "开标", SYSTEM),
        Move("submitted", "lapsed", "lapse", "因未再确认而失效", SYSTEM),
        Move("submitted", "returned_unopened", "return", "未开启退回", SYSTEM),
        Move("unsealed", "finalist", "shortlist", "入围", JUDGES),
        *(Move(state, "not_selected", "reject", "未入选", JUDGES) for state in ("unsealed", "finalist")),
        *(Move(state, "disqualified", "disqualify", "取消资格", JUDGES) for state in ("unsealed", "finalist")),
        Move("finalist", "selected", "select", "中选", JUDGES),
        Move("selected", "defaulted", "default", "未履约", JUDGES),
        Move("selected", "finalist", "reinstate", "恢复入围", JUDGES),
        Move("not_selected", "finalist", "reinstate", "恢复入围", JUDGES),
    ),
)

BID_PARTNER = Lifecycle(
    name="bid_partner",
    states={
        "invited": "待确认",
        "accepted": "已加入",
        "declined": "已谢绝",
        "left": "已退出",
        "removed": "已移除",
    },
    moves=(
        Move("invited", "accepted", "accept", "同意联合揭榜", SENDERS),
        Move("invited", "declined", "decline", "谢绝", SENDERS),
        Move("accepted", "left", "leave", "退出联合体", SENDERS),
        *(Move(state, "removed", "remove", "移除", WRITERS) for state in ("invited", "accepted")),
        *(Move(state, "invited", "ask", "再次邀请", WRITERS) for state in ("declined", "left", "removed")),
    ),
)


def is_stale(confirmed: int, newest: int) -> bool:
    """Tell whether a bid was made under terms that a material corrigendum has changed since."""
    return confirmed < newest


def turned_back(now: datetime, last: datetime | None, tolerance: float = 5.0) -> bool:
    """Tell whether the clock stands before what it wrote already; `tolerance` in seconds."""
    return last is not None and (last - now).total_seconds() > tolerance


def aliases(number: int) -> Sequence[str]:
    """Return what `number` bids are called while they are judged: 方案 01, 方案 02, …"""
    return [f"方案 {place:02d}" for place in range(1, number + 1)]
