"""The lifecycles of scenario and batch as data, and the small rules about time and numbers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol

from accounts.rules import AGENCY_APPROVERS, AGENCY_DRAFTERS, OPERATOR_APPROVERS, OPERATORS, SYSTEM
from core import clock
from core.lifecycle import Lifecycle, Move

MODES: Mapping[str, str] = {
    "procurement": "采购",
    "open_bidding": "揭榜挂帅",
    "pilot": "试点验证",
    "co_development": "联合共建",
}

FAILURE_REASONS: Mapping[str, str] = {
    "no_bids": "流标：截止时没有收到揭榜方案",
    "acceptance_failed": "验收未通过",
    "winner_defaulted": "中选方未履约",
    "objection_upheld": "异议成立",
    "none_passed": "评审后没有合格的方案",
    "keys_lost": "密钥无法开启，须重新征集",
}

CANCELLATION_REASONS: Mapping[str, str] = {
    "need_changed": "需求发生变化",
    "budget_withdrawn": "经费安排调整",
    "policy_changed": "政策依据变化",
    "merged": "并入其他场景",
}

REASONS: Mapping[str, str] = {**FAILURE_REASONS, **CANCELLATION_REASONS}

DRAFTERS = AGENCY_DRAFTERS | SYSTEM
AGENCY = AGENCY_APPROVERS | SYSTEM
REVIEWERS = OPERATORS | SYSTEM
OPERATOR = OPERATOR_APPROVERS | SYSTEM
BOTH = AGENCY | OPERATOR


@dataclass(frozen=True)
class Ground:
    """Why a move is made: a code where the table knows codes, words where it asks for them."""

    code: str = ""
    words: str = ""


NO_GROUND = Ground()


def _reason(reasons: Mapping[str, str]) -> Any:
    def guard(facts: Mapping[str, Any]) -> str | None:
        return None if facts.get("reason") in reasons else f"请选择原因：{'、'.join(reasons.values())}"

    return guard


def _closed(facts: Mapping[str, Any]) -> str | None:
    return "报名尚未截止，不能开始评审" if facts.get("is_open", True) else None


def _answered(facts: Mapping[str, Any]) -> str | None:
    return _closed(facts) or (
        f"还有 {facts['unanswered']} 个问题没有答复，不能开始评审" if facts.get("unanswered") else None
    )


def _worded(facts: Mapping[str, Any]) -> str | None:
    return None if facts.get("words") else "退回必须写明理由"


def _declined(facts: Mapping[str, Any]) -> str | None:
    return None if facts.get("words") else "不予答复必须写明理由"


def _unawarded(facts: Mapping[str, Any]) -> str | None:
    return None if facts.get("words") else "撤销授标必须写明理由"


def _reopened(facts: Mapping[str, Any]) -> str | None:
    return None if facts.get("words") else "重新评定必须写明理由"


def _procured(facts: Mapping[str, Any]) -> str | None:
    if facts.get("mode") != "procurement":
        return "只有政府采购项目登记采购结果"
    return "采购截止日期未到，不能登记结果" if facts.get("is_open", True) else None


_failed, _cancelled = _reason(FAILURE_REASONS), _reason(CANCELLATION_REASONS)
_BEFORE_AWARD = ("open", "evaluating", "finalists", "noticed")
_UNPUBLISHED = ("draft", "in_review", "returned", "approved")

SCENARIO = Lifecycle(
    name="scenario",
    states={
        "draft": "草稿",
        "in_review": "审核中",
        "returned": "已退回",
        "approved": "待发布",
        "open": "报名中",
        "evaluating": "评审中",
        "finalists": "已入围",
        "noticed": "公示中",
        "awarded": "已揭榜",
        "piloting": "试点中",
        "landed": "已落地",
        "failed": "未成功",
        "cancelled": "已取消",
    },
    moves=(
        Move("draft", "in_review", "submit", "提交审核", AGENCY),
        Move("in_review", "draft", "recall", "撤回修改", DRAFTERS),
        Move("in_review", "returned", "return", "退回", REVIEWERS, _worded),
        Move("returned", "in_review", "submit", "再次提交", AGENCY),
        Move("in_review", "approved", "approve", "审核通过", REVIEWERS),
        Move("approved", "returned", "return", "退回", REVIEWERS, _worded),
        Move("approved", "open", "publish", "发布", OPERATOR),
        Move("open", "evaluating", "evaluate", "开始评审", AGENCY, _answered),
        Move("evaluating", "finalists", "shortlist", "确定入围", AGENCY),
        Move("finalists", "noticed", "notice", "公示", AGENCY),
        Move("noticed", "awarded", "award", "授标", AGENCY),
        Move("noticed", "finalists", "reopen", "重新评定", AGENCY, _reopened),
        Move("open", "awarded", "record", "登记采购结果", OPERATOR, _procured),
        Move("awarded", "piloting", "pilot", "开始试点", AGENCY),
        Move("piloting", "landed", "land", "验收落地", OPERATOR),
        *(Move(state, "finalists", "unaward", "撤销授标", AGENCY, _unawarded) for state in ("awarded", "piloting")),
        *(
            Move(state, "failed", "fail", "宣告未成功", BOTH, _failed)
            for state in (*_BEFORE_AWARD, "awarded", "piloting")
        ),
        *(Move(state, "cancelled", "cancel", "取消", BOTH, _cancelled) for state in (*_UNPUBLISHED, *_BEFORE_AWARD)),
    ),
)

BATCH = Lifecycle(
    name="batch",
    states={"draft": "草稿", "scheduled": "已排期", "published": "已发布"},
    moves=(
        Move("draft", "scheduled", "schedule", "排期", OPERATOR),
        Move("scheduled", "draft", "unschedule", "撤销排期", OPERATOR),
        Move("draft", "published", "publish", "发布", OPERATOR),
        Move("scheduled", "published", "publish", "发布", OPERATOR),
    ),
)

QUESTION = Lifecycle(
    name="question",
    states={"asked": "待答复", "answered": "已答复", "declined": "不予答复"},
    moves=(
        Move("asked", "answered", "answer", "答复", DRAFTERS),
        Move("asked", "declined", "decline", "不予答复", AGENCY, _declined),
        Move("answered", "answered", "amend", "补充答复", DRAFTERS),
    ),
)

# What the public sees: `open` past its closing day is shown as closed, before anyone has moved it on.
CLOSED = "closed"
SHOWN: Mapping[str, str] = {
    "open": SCENARIO.states["open"],
    CLOSED: "已截止",
    **{state: label for state, label in SCENARIO.states.items() if state not in _UNPUBLISHED},
}


class Closing(Protocol):
    status: str
    deadline: date


def is_open(scenario: Closing, now: datetime) -> bool:
    """Tell whether bids are taken at `now`: the closing day is included whole, in the city's time zone."""
    return scenario.status == "open" and now < clock.end_of_day(scenario.deadline)


def shown_status(status: str, deadline: date, today: date) -> str:
    """Return the status as the public sees it on the city's day `today`; agrees with `is_open`."""
    return CLOSED if status == "open" and today > deadline else status


def scenario_number(prefix: str, year: int, sequence: int) -> str:
    """SZ-2026-0042."""
    return f"{prefix}-{year}-{sequence:04d}"


def sequence_of(number: str) -> int:
    """Return the running number in a scenario number of any year."""
    return int(number.rpartition("-")[2])
