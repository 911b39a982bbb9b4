"""What a reviewer is told to look at: rules as data, over plain values. A hint never decides."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from core import personal_data
from core.formats import MOBILE

FIGURE = re.compile(r"\d|[一二三四五六七八九十百千两半]+[个项次天日周月季年小时分钟秒倍成人家万亿]|百分之")
PROSE = ("title", "background", "scope", "indicators", "conditions", "resources", "acceptance")
SHORTEST_SCOPE = 30
LOCAL = re.compile(r"(?:限|须为|须是|须在)[^，。；\n]{0,6}(?:本市|本地|本区|本省|注册)[^，。；\n]{0,4}")


@dataclass(frozen=True)
class Case:
    """A need as it was submitted, with what the rules need besides."""

    need: Any
    today: date
    shortest_opening: int
    files: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hint:
    """What a field is suspected of."""

    field: str
    text: str


@dataclass(frozen=True)
class Rule:
    """A rule for a field: `finds` returns what is suspected, or None."""

    field: str
    finds: Callable[[Case], str | None]


def hints(case: Case) -> list[Hint]:
    """Return what should be looked at, in the order of the rules."""
    found = [Hint(rule.field, text) for rule in RULES if (text := rule.finds(case))]
    return [*found, *_personal(case)]


def _no_indicators(case: Case) -> str | None:
    return None if case.need.indicators else "没有考核指标，验收时无从判断"


def _no_figures(case: Case) -> str | None:
    without = [indicator for indicator in case.need.indicators if not FIGURE.search(indicator)]
    if not without:
        return None
    return f"{len(without)} 项指标没有数值：{'；'.join(without[:3])}{'…' if len(without) > 3 else ''}"  # noqa: PLR2004 - three are enough to find them


def _short_scope(case: Case) -> str | None:
    return "建设内容很短，企业难以判断要做什么" if len(case.need.scope.strip()) < SHORTEST_SCOPE else None


def _near_deadline(case: Case) -> str | None:
    earliest = case.today + timedelta(days=case.shortest_opening)
    if case.need.deadline < case.today:
        return "截止日期已经过去"
    if case.need.deadline < earliest:
        return f"截止日期太近：今天发布也不足 {case.shortest_opening} 天"
    return None


def _negotiable(case: Case) -> str | None:
    without = case.need.budget_min is None and case.need.budget_max is None
    return "政府采购项目应有预算，现为“面议”" if case.need.mode == "procurement" and without else None


def _no_notice(case: Case) -> str | None:
    return "政府采购项目没有公告链接" if case.need.mode == "procurement" and not case.need.notice_url else None


def _wide_budget(case: Case) -> str | None:
    low, high = case.need.budget_min, case.need.budget_max
    return "预算上限超过下限五倍，范围太宽" if low and high and high > 5 * low else None


def _no_acceptance(case: Case) -> str | None:
    return None if case.need.acceptance.strip() else "没有验收标准"


def _private_contact(case: Case) -> str | None:
    return "联系方式是手机号，可能是私人号码，建议改为办公电话" if MOBILE.search(case.need.contact_phone) else None


def _no_contact(case: Case) -> str | None:
    return None if case.need.contact_phone.strip() else "没有联系方式"


def _local_only(case: Case) -> str | None:
    found = LOCAL.search(case.need.conditions)
    return f"“{found[0]}”可能限制外地企业参与" if found else None


def _unscanned(case: Case) -> str | None:
    waiting = [state for state in case.files if state != "clean"]
    return f"{len(waiting)} 个附件尚未通过安全检查" if waiting else None


def _personal(case: Case) -> Iterator[Hint]:
    for field in PROSE:
        value = getattr(case.need, field)
        labels = personal_data.labels_in(value if isinstance(value, str) else "\n".join(value))
        if labels:
            yield Hint(field, f"疑似含有{'、'.join(labels)}，发布后人人可见")


RULES: tuple[Rule, ...] = (
    Rule("indicators", _no_indicators),
    Rule("indicators", _no_figures),
    Rule("scope", _short_scope),
    Rule("deadline", _near_deadline),
    Rule("budget", _negotiable),
    Rule("budget", _wide_budget),
    Rule("notice_url", _no_notice),
    Rule("acceptance", _no_acceptance),
    Rule("conditions", _local_only),
    Rule("contact_phone", _private_contact),
    Rule("contact_phone", _no_contact),
    Rule("attachments", _unscanned),
)
