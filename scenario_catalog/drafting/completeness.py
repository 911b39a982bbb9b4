"""How far a need is: each thing that is done or missing, and whether it must be there to submit. Plain values only."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from core.formats import day
from scenario_catalog.drafting.content import BUDGET, Content, Reading
from scenario_catalog.drafting.guidance import LABELS, SECTIONS, Guide

ATTACHMENTS, VERIFICATION = "attachments", "verification"
# Nobody misses these.
UNMISSED = frozenset({"tags", "budget", "budget_max"})
SHORT_TEXT = 30
TOO_SHORT = ("background", "scope", "acceptance")
FILE_STATES: Mapping[str, str] = {
    "quarantined": "“{}”还在检查，请稍候",
    "refused": "“{}”未通过检查，请移除或换一份",
    "erased": "“{}”已被删除，请移除",
}


@dataclass(frozen=True)
class Case:
    """What else decides: the city's day, how many days a need must stay open, (title, state) of documents, the agency."""

    today: date
    shortest_opening: int
    documents: Sequence[tuple[str, str]] = ()
    verified: bool = True


@dataclass(frozen=True)
class Check:
    """One thing: where it is mended, whether it is done, what is missing, and whether submission needs it."""

    field: str
    label: str
    done: bool
    missing: str
    required: bool

    @property
    def blocks(self) -> bool:
        """Whether the need cannot be submitted as it is."""
        return self.required and not self.done


def checks(content: Content, reading: Reading, case: Case) -> list[Check]:
    """Return all checks in the order of the form."""
    guides = [guide for section in SECTIONS for guide in section.fields]
    found = [check for guide in guides for check in _of(guide, content, reading, case)]
    return [*found, *_documents(case.documents), *_verification(case)]


def blockers(found: Collection[Check]) -> dict[str, str]:
    """Return what stands in the way of submission, by field."""
    return {check.field: check.missing for check in found if check.blocks}


def share(found: Collection[Check]) -> tuple[int, int]:
    """Return how many of the checks are done, and of how many."""
    return sum(check.done for check in found), len(found)


def earliest(case: Case) -> date:
    return case.today + timedelta(days=case.shortest_opening)


def _of(guide: Guide, content: Content, reading: Reading, case: Case) -> list[Check]:
    if guide.field in reading.problems:
        return [Check(guide.field, guide.label, done=False, missing=reading.problems[guide.field], required=True)]
    if guide.field == "budget_min":
        return _money(content, reading)
    if guide.field == "notice_url":
        return _notice(content, reading)
    return [] if guide.field in UNMISSED else [_check(guide, reading.values.get(guide.field), case)]


def _check(guide: Guide, value: Any, case: Case) -> Check:
    missing, required = "", guide.required
    if not value:
        missing = "请选择" if guide.kind in {"choice", "several"} else "还没有填写"
    elif guide.field == "deadline" and value < earliest(case):
        missing = f"须留出至少 {case.shortest_opening} 天，最早 {day(earliest(case))}"
    elif guide.field in TOO_SHORT and len(value) < SHORT_TEXT:
        missing, required = f"只有 {len(value)} 字，企业恐怕看不明白", False
    return Check(guide.field, guide.label, done=not missing, missing=missing, required=required)


def _money(content: Content, reading: Reading) -> list[Check]:
    if "budget_max" in reading.problems:
        return []
    told = bool(content.get("budget")) or any(reading.values.get(one) is not None for one in BUDGET)
    missing = "" if told else "未填写的按“面议”公开"
    return [Check("budget_min", "预算", done=told, missing=missing, required=False)]


def _notice(content: Content, reading: Reading) -> list[Check]:
    if reading.values.get("mode") != "procurement":
        return []
    done = bool(content.get("notice_url"))
    missing = "" if done else "发布前必须填写"
    return [Check("notice_url", LABELS["notice_url"], done=done, missing=missing, required=False)]


def _documents(documents: Sequence[tuple[str, str]]) -> list[Check]:
    wrong = [FILE_STATES.get(state, "“{}”不能公开").format(title) for title, state in documents if state != "clean"]
    if wrong:
        return [Check(ATTACHMENTS, "附件", done=False, missing="；".join(wrong), required=True)]
    missing = "" if documents else "可附需求书、技术规范，不是必须"
    return [Check(ATTACHMENTS, "附件", done=bool(documents), missing=missing, required=False)]


def _verification(case: Case) -> list[Check]:
    if case.verified:
        return []
    return [Check(VERIFICATION, "单位认证", done=False, missing="可以先提交；认证后才能发布", required=False)]
