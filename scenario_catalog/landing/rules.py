"""Milestones as data, and what decides about them: plain functions over plain values."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from accounts.rules import AGENCY_APPROVERS, OPERATOR_APPROVERS, SYSTEM
from core.lifecycle import Lifecycle, Move

CONTRACT, PILOT, ACCEPTANCE, OTHER = "contract", "pilot", "acceptance", "other"
MILESTONE_KINDS: Mapping[str, str] = {
    CONTRACT: "合同签订",
    PILOT: "试点运行",
    ACCEPTANCE: "项目验收",
    OTHER: "其他节点",
}
EVIDENCE_KINDS: Mapping[str, str] = {
    "contract": "合同",
    "test_report": "测试报告",
    "user_report": "用户使用报告",
    "acceptance": "验收材料",
    "other": "其他材料",
}

# What a file most likely is, by the milestone that it is handed in for.
LIKELY_EVIDENCE: Mapping[str, str] = {
    CONTRACT: "contract",
    PILOT: "test_report",
    ACCEPTANCE: "acceptance",
    OTHER: "other",
}

SCHEDULED, MET, PARTIALLY_MET, NOT_MET = "scheduled", "met", "partially_met", "not_met"
GOING_ON, RETURNED = "under_way", "returned"
# States of a scenario in which its landing is under way.
UNDER_WAY = ("awarded", "piloting")

# The law on tendering gives thirty days from the award to the signed contract.
CONTRACT_DAYS = 30
MOST_MILESTONES = 20
MOST_EVIDENCE = 20
LONGEST_NOTE = 1000
LONGEST_TEXT = 4000
YUAN_A_WAN = 10_000
MOST_WAN = 10_000_000

AGENCY = AGENCY_APPROVERS | SYSTEM
NOT_READY = "验收节点、证明材料和成效还没有齐，不在核验中"


def _proven(facts: Mapping[str, Any]) -> str | None:
    return None if facts.get("proofs") else "先上传能证明的材料并通过检查，再登记结果"


def _explained(facts: Mapping[str, Any]) -> str | None:
    return _proven(facts) or (None if facts.get("words") else "请写明哪些没有做到、下一步怎么办")


def _proven_anew(facts: Mapping[str, Any]) -> str | None:
    return None if facts.get("new_proofs") else "改为达成，要先补充上次登记之后的证明材料"


MILESTONE = Lifecycle(
    name="milestone",
    states={SCHEDULED: "待完成", MET: "已达成", PARTIALLY_MET: "部分达成", NOT_MET: "未达成"},
    moves=(
        Move(SCHEDULED, MET, "meet", "达成", AGENCY, _proven),
        Move(SCHEDULED, PARTIALLY_MET, "meet_partly", "部分达成", AGENCY, _explained),
        Move(SCHEDULED, NOT_MET, "miss", "未达成", AGENCY, _explained),
        Move(PARTIALLY_MET, MET, "meet", "达成", AGENCY, _proven_anew),
        Move(NOT_MET, MET, "meet", "达成", AGENCY, _proven_anew),
    ),
)


def _returnable(facts: Mapping[str, Any]) -> str | None:
    if not facts.get("ready"):
        return NOT_READY
    return None if facts.get("words") else "请写明需要补充什么"


def _complete(facts: Mapping[str, Any]) -> str | None:
    return None if facts.get("ready") else NOT_READY


LANDING = Lifecycle(
    name="landing",
    states={GOING_ON: "推进中", RETURNED: "退回补充材料"},
    moves=(
        Move(GOING_ON, RETURNED, "send_back", "退回补充材料", OPERATOR_APPROVERS | SYSTEM, _returnable),
        Move(RETURNED, GOING_ON, "resubmit", "再次提交核验", AGENCY, _complete),
    ),
)


class Step(Protocol):
    """A milestone, as the rules see it."""

    @property
    def kind(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def due(self) -> date: ...
    @property
    def proofs(self) -> Sequence[Any]: ...


def is_overdue(step: Step, today: date) -> bool:
    """Tell whether a milestone should have been decided: its day is included whole."""
    return step.status == SCHEDULED and step.due < today


def next_step(steps: Iterable[Step]) -> Any:
    """Return the undecided milestone that is due first, or None."""
    return min((step for step in steps if step.status == SCHEDULED), key=lambda step: step.due, default=None)


def lacking_for_pilot(steps: Sequence[Step]) -> str | None:
    """Return why the pilot cannot begin, or None: the contract is signed first."""
    signed = any(step.kind == CONTRACT and step.status == MET for step in steps)
    return None if signed else "合同签订这一节点达成后才能开始试点"


def lacking_for_landing(steps: Sequence[Step], results: str) -> list[str]:
    """Return what the operator still misses before a landing can be verified."""
    accepted = [step for step in steps if step.kind == ACCEPTANCE]
    open_ones = [step for step in accepted if step.status != MET]
    proven = bool(accepted) and all(step.proofs for step in accepted if step.status == MET)
    found = [
        (not accepted, "还没有“项目验收”节点"),
        (bool(open_ones), "“项目验收”节点还没有全部达成"),
        (bool(accepted) and not open_ones and not proven, "“项目验收”节点没有可以查看的证明材料"),
        (not results.strip(), "还没有填写落地成效"),
    ]
    return [words for missing, words in found if missing]


def yuan(wan: Decimal) -> int:
    """Return an amount given in 万元 in whole 元."""
    return int((wan * YUAN_A_WAN).to_integral_value())


def wan(amount: int | None) -> Decimal | None:
    """Return an amount given in 元 in 万元."""
    return None if amount is None else Decimal(amount) / YUAN_A_WAN


def money(amount: int) -> str:
    """Format an amount given in 元 as people write it: 198.6万元, 1.2亿元, 8500元."""
    if amount < YUAN_A_WAN:
        return f"{amount}元"
    unit, word = (YUAN_A_WAN**2, "亿元") if amount >= YUAN_A_WAN**2 else (YUAN_A_WAN, "万元")
    return f"{(Decimal(amount) / unit).normalize():f}{word}"
