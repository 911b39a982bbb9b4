"""The lifecycles of an award and of objections to it, the kinds of trials, and when a decision is overdue. Plain values only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from accounts.rules import AGENCY_APPROVERS, ENTERPRISE_WRITERS, SYSTEM
from core import clock
from core.lifecycle import Lifecycle, Move
from scenario_catalog.rules import FAILURE_REASONS

LONGEST_REASON, LONGEST_OBJECTION, LONGEST_TESTER = 2000, 5000, 120
# An upheld objection's answer becomes part of the reason that the notice is withdrawn for.
LONGEST_ANSWER = 1900
SHORTEST_OBJECTION = 20

TRIALS: Mapping[str, str] = {"third_party": "第三方测试", "pilot": "试点试用"}

# Why a bid was not chosen: `not_awarded` was a finalist, and is one again after an un-award.
NOT_SHORTLISTED, NOT_AWARDED, ENDED = "not_shortlisted", "not_awarded", "ended"
UNCHOSEN: Mapping[str, str] = {
    NOT_SHORTLISTED: "未入围",
    NOT_AWARDED: "入围后未中选",
    ENDED: "场景已结束",
    "defaulted": "中选后未履约",
}

# Why a scenario fails here; the other codes are those of openings and acceptances.
FAILURES: Mapping[str, str] = {
    code: FAILURE_REASONS[code] for code in ("none_passed", "objection_upheld", "winner_defaulted", "keys_lost")
}

# In which states a scenario waits for a decision, and for which; the city says for how many days it may.
CLOSED = "closed"
DUE: Mapping[str, str] = {
    CLOSED: "开标",
    "evaluating": "确定入围",
    "finalists": "提出中选方并公示",
    "noticed": "授标",
    "awarded": "签约并开始试点",
    "piloting": "验收",
}

# What a closed public procurement waits for: it is opened elsewhere.
RECORD = "登记采购结果"

APPROVERS = AGENCY_APPROVERS | SYSTEM


def _worded(facts: Mapping[str, Any]) -> str | None:
    return None if str(facts.get("words") or "").strip() else "请写明理由"


def _undisputed(facts: Mapping[str, Any]) -> str | None:
    if not facts.get("ended"):
        return "公示期未满，不能授标"
    open_ = facts.get("open", 0)
    return f"还有 {open_} 件异议没有答复，不能授标" if open_ else None


AWARD = Lifecycle(
    name="award",
    states={"noticed": "公示中", "awarded": "已授标", "withdrawn": "已撤销"},
    moves=(
        Move("noticed", "awarded", "award", "授标", APPROVERS, _undisputed),
        Move("noticed", "withdrawn", "withdraw", "撤回公示", APPROVERS, _worded),
        Move("awarded", "withdrawn", "unaward", "撤销授标", APPROVERS, _worded),
    ),
)

OBJECTION = Lifecycle(
    name="objection",
    states={"raised": "待答复", "rejected": "不成立", "upheld": "成立"},
    moves=(
        Move("raised", "rejected", "reject", "答复：异议不成立", APPROVERS, _worded),
        Move("raised", "upheld", "uphold", "答复：异议成立", APPROVERS, _worded),
    ),
)
OBJECTORS = ENTERPRISE_WRITERS | SYSTEM


@dataclass(frozen=True)
class Overdue:
    """A decision that is overdue: what was to be done, the last day for it, and by how many days it is late."""

    due: str
    last_day: date
    days: int


def overdue(status: str, since: datetime, now: datetime, limits: Mapping[str, int]) -> Overdue | None:
    """Return how late the next decision is of a scenario that has been in `status` since then; None while it is in time.

    `limits` are calendar days by status; a status that is not among them has no limit.
    """
    limit = limits.get(status)
    if limit is None:
        return None
    last_day = clock.local_date(since) + timedelta(days=limit)
    days = (clock.local_date(now) - last_day).days
    return Overdue(DUE.get(status, status), last_day, days) if days > 0 else None


def notice_ends(noticed_at: datetime, days: int) -> datetime:
    """Return the end of a notice: of the day that many calendar days after the day of the notice."""
    return clock.end_of_day(clock.local_date(noticed_at) + timedelta(days=days))


def takes_objections(status: str, noticed_at: datetime, ends: datetime, now: datetime) -> bool:
    """Tell whether objections are taken: while the award is noticed, until its end, that excluded."""
    return status == "noticed" and noticed_at <= now < ends
