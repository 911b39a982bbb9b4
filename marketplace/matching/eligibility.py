"""What a bidder must be, checked against facts and kept apart from the score: met, not met, or not known."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

State = Literal["met", "not_met", "unknown"]
STATES: dict[State, str] = {"met": "满足", "not_met": "不满足", "unknown": "数据不足"}

# The readiness from which a solution can be taken up in each mode of cooperation.
LEAST_TRL = {"procurement": 8, "pilot": 6, "open_bidding": 5, "co_development": 3}
EVERYWHERE = "全市"

# How certificates are named in conditions; the same pattern reads what an enterprise lists.
CERTIFICATES: dict[str, re.Pattern[str]] = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "ISO 27001": r"ISO\s*/?\s*(?:IEC\s*)?27001|信息安全管理体系",
        "ISO 9001": r"ISO\s*9001|质量管理体系",
        "ISO 13485": r"ISO\s*13485",
        "CMMI": r"CMMI",
        "网络安全等级保护": r"等级?保(?:护|三级|二级)|等保",
        "医疗器械注册证": r"医疗器械注册证|[二三]类医疗器械",
        "高新技术企业": r"高新技术企业",
        "专精特新": r"专精特新",
        "测绘资质": r"测绘资质",
        "无人机运营合格证": r"运营合格证",
        "电信业务许可": r"电信业务(?:经营)?许可|ICP\s*许可",
        "保密资质": r"保密资[质格]|涉密.{0,6}资质",
    }.items()
}
MODEL_FILING = re.compile(r"大模型备案|模型.{0,4}备案")
ALGORITHM_FILING = re.compile(r"算法备案")


@dataclass(frozen=True)
class Requirement:
    """What a scenario asks of a bidder. `closes` is its closing day as people read it."""

    district: str
    mode: str
    conditions: Sequence[str]
    is_open: bool
    closes: str


@dataclass(frozen=True)
class Offerer:
    """What is known of an enterprise and its solution. `papers` are its qualifications and certificates."""

    verified: bool
    district: str
    papers: Sequence[str]
    model_filing: str
    algorithm_filing: str
    trl: int | None


@dataclass(frozen=True)
class Check:
    """One thing that a bidder must be, in what state it is, and what that rests on."""

    label: str
    state: State
    detail: str


def checks(requirement: Requirement, offerer: Offerer) -> list[Check]:
    """Return the checks in the order of a reader's interest; conditions that no fact answers stand last, to the letter."""
    papers = [*_papers(requirement.conditions, offerer)]
    answered = {check.detail for check in papers}
    open_ones = [Check("申报条件", "unknown", text) for text in requirement.conditions if text not in answered]
    return [
        _deadline(requirement),
        _verified(offerer),
        _trl(requirement, offerer),
        _district(requirement, offerer),
        *papers,
        *open_ones,
    ]


def _deadline(requirement: Requirement) -> Check:
    return Check("报名时间", "met" if requirement.is_open else "not_met", requirement.closes)


def _verified(offerer: Offerer) -> Check:
    return (
        Check("企业认证", "met", "已认证") if offerer.verified else Check("企业认证", "not_met", "未认证的企业不能揭榜")
    )


def _trl(requirement: Requirement, offerer: Offerer) -> Check:
    least = LEAST_TRL.get(requirement.mode)
    if offerer.trl is None or least is None:
        return Check("技术成熟度", "unknown", "方案没有填写技术成熟度")
    state: State = "met" if offerer.trl >= least else "not_met"
    return Check("技术成熟度", state, f"方案 {offerer.trl} 级，这种合作模式一般需 {least} 级以上")


def _district(requirement: Requirement, offerer: Offerer) -> Check:
    if requirement.district == EVERYWHERE:
        return Check("落地区域", "met", "全市，不限区域")
    if not offerer.district:
        return Check("落地区域", "unknown", f"需求在{requirement.district}，企业没有填写所在区")
    if offerer.district == requirement.district:
        return Check("落地区域", "met", f"企业就在{requirement.district}")
    return Check("落地区域", "unknown", f"需求在{requirement.district}，企业在{offerer.district}，能否到场服务请确认")


def _papers(conditions: Sequence[str], offerer: Offerer) -> Iterator[Check]:
    for text in conditions:
        for name, pattern in CERTIFICATES.items():
            if pattern.search(text):
                yield Check(name, _held(any(pattern.search(paper) for paper in offerer.papers), offerer), text)
        for name, pattern, filing in (
            ("大模型备案", MODEL_FILING, offerer.model_filing),
            ("算法备案", ALGORITHM_FILING, offerer.algorithm_filing),
        ):
            if pattern.search(text):
                yield Check(name, "met" if filing else "unknown", text)


def _held(found: bool, offerer: Offerer) -> State:
    return "met" if found else "not_met" if offerer.papers else "unknown"
