"""Questions about the scenario list, told from questions about the policy, and what of the list they ask for."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from retrieval.text import fold

SCENARIO = re.compile(r"场景|揭榜|榜单|scenario|open call|challenge")
LIVE = re.compile(
    r"报名|还在|正在|还没截止|截止|可以(?:揭榜|报名|参加)|能(?:揭榜|报名)|最新(?:一批|发布|的场景)|新发布|第[一二三四五六七八九十\d]+批|这一批|本批|上一批|已(?:经)?落地|落地了|公示|评审中|场景清单里|场景超市|在招|征集"
    r"|open for|still open|accepting|deadline|latest batch|apply for .*scenarios?|landed"
)
COUNTING = re.compile(
    r"哪些|哪几个|多少|几个|有没有|有什么|列出|看看|找|查|推荐|吗|which|what|list|how many|any|are there|show"
)
LISTED = re.compile(
    r"(?:哪些|什么|多少个?|几个|哪几个).{0,10}场景|场景.{0,3}(?:哪些|什么|多少|几个)|(?:list|show|which|what|how many).*scenario"
)
POLICY = re.compile(
    r"方案|政策|条款|规定|要求|计划|目标|原文|第.{1,4}条|支持|鼓励|资助|奖励|大赛|一次性|滚动|\b(?:plan|policy|article|clause)\b"
)
STATUSES: Mapping[str, tuple[str, ...]] = {
    "open": ("报名", "还在", "正在", "揭榜", "征集", "在招", "开放", "截止", "open", "accepting", "apply", "deadline"),
    "landed": ("已落地", "已经落地", "落地了", "landed"),
}
SOON = re.compile(r"快(?:要)?截止|即将截止|马上截止|临近截止|最近截止|closing soon")


@dataclass(frozen=True)
class ScenarioQuestion:
    """What to choose in the list: codes by facet, and the names of what was recognised."""

    chosen: Mapping[str, tuple[str, ...]]
    names: tuple[str, ...] = field(default=())


def recognise(text: str, vocabulary: Mapping[str, Mapping[str, str]]) -> ScenarioQuestion | None:
    """Return what of the list a question asks for; None if it is not about the list. `vocabulary`: facet → code → name."""
    folded = fold(text)
    if not SCENARIO.search(folded) or not COUNTING.search(folded) or POLICY.search(folded):
        return None
    named = {
        facet: _named(folded, vocabulary.get(facet, {}))
        for facet in ("domain", "system", "district", "mode", "tag", "agency")
    }
    found = {facet: tuple(code for code, _ in pairs) for facet, pairs in named.items() if pairs}
    if not LIVE.search(folded) and not (found and LISTED.search(folded)):
        return None
    names = tuple(name for pairs in named.values() for _, name in pairs)
    return ScenarioQuestion({**found, **_state(folded, vocabulary)}, names)


def _named(folded: str, names: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(code, name) for code, name in names.items() if any(form in folded for form in _forms(code, name))]


def _forms(code: str, name: str) -> Iterable[str]:
    """Yield how people write a name: without 区 and +AI, or the English code."""
    whole = fold(name)
    short = whole.removesuffix("+ai").removesuffix("区") if whole != "全市" else ""
    return [form for form in (whole, short, code.replace("-", " ")) if len(form) > 1]


def _state(folded: str, vocabulary: Mapping[str, Mapping[str, str]]) -> dict[str, tuple[str, ...]]:
    if SOON.search(folded) and "7" in vocabulary.get("closing", {}):
        return {"closing": ("7",)}
    known = vocabulary.get("status", {})
    status = next(
        (code for code, words in STATUSES.items() if code in known and any(word in folded for word in words)), None
    )
    return {"status": (status,)} if status else {}
