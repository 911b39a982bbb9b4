"""The lifecycle of a scenario's keys, and who may hold shares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from accounts.rules import AGENCY_APPROVERS, ALL_ROLES, OPERATOR_APPROVERS, SYSTEM
from core.lifecycle import Lifecycle, Move

CONTENT, PRICE = "content", "price"
PARTS: Mapping[str, str] = {CONTENT: "技术方案", PRICE: "报价"}
AGENCY, OPERATOR, OUTSIDE = "agency", "operator", "outside"
LINES: Mapping[str, str] = {AGENCY: "需求单位", OPERATOR: "运营方", OUTSIDE: "外部监督（纪检、审计等）"}
HOLDERS, NEEDED = 3, 2

# Who presents a share is decided by the share: the table knows no role for it.
HOLDING = ALL_ROLES | SYSTEM
ENDERS = AGENCY_APPROVERS | OPERATOR_APPROVERS | SYSTEM
_KEYED = ("ready", "opened", "price_due")

SEAL = Lifecycle(
    name="seal",
    states={
        "preparing": "分片领取中",
        "ready": "已就绪",
        "opened": "已开标",
        "price_due": "待开报价",
        "priced": "报价已开",
        "destroyed": "密钥已销毁",
    },
    moves=(
        Move("preparing", "ready", "complete", "生成密钥", HOLDING),
        Move("ready", "opened", "open", "开标", HOLDING),
        Move("opened", "price_due", "ask_price", "请开报价", AGENCY_APPROVERS | SYSTEM),
        Move("price_due", "priced", "open_prices", "开报价", HOLDING),
        *(Move(state, "destroyed", "destroy", "销毁密钥", ENDERS) for state in ("preparing", *_KEYED)),
    ),
)

# The part that is opened next in a state.
DUE: Mapping[str, str] = {"ready": CONTENT, "price_due": PRICE}


@dataclass(frozen=True)
class Appointed:
    """Someone to hold a share: row ids, the organisation's kind, and for which line."""

    line: str
    person: int
    organisation: int
    kind: str


def problems(holders: Sequence[Appointed], agency: int) -> list[str]:
    """Return what is wrong with three holders of a scenario of `agency` (row id)."""
    found = []
    if sorted(one.line for one in holders) != sorted(LINES):
        found.append("须各指定一名需求单位、运营方和外部监督的分片持有人")
    if len({one.person for one in holders}) < len(holders):
        found.append("同一人不能持有两个分片")
    for one in holders:
        if one.line == AGENCY and one.organisation != agency:
            found.append("需求单位的持有人须为本单位成员")
        if one.line == OPERATOR and one.kind != OPERATOR:
            found.append("运营方的持有人须为运营方成员")
        if one.line == OUTSIDE and (one.organisation == agency or one.kind in {"enterprise", OPERATOR}):
            found.append("外部监督的持有人不能来自本单位、运营方或企业")
    return found
