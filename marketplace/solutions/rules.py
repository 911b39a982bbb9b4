"""What a solution is, when it may be public, and what of it is searched: plain values and functions."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import Any

from accounts.rules import ENTERPRISE_APPROVERS, ENTERPRISE_WRITERS, SYSTEM
from core.lifecycle import Lifecycle, Move
from retrieval.text import fold, sentences, tokens
from scenario_catalog.compared import Wording, wording

SIZES: Mapping[str, str] = {"micro": "微型企业", "small": "小型企业", "medium": "中型企业", "large": "大型企业"}
DEPLOYMENTS: Mapping[str, str] = {
    "on_premise": "本地部署",
    "private_cloud": "政务云、专有云",
    "public_cloud": "公有云",
    "edge": "边缘端",
    "device": "随设备交付",
}
# GB/T 22900: technology readiness levels, in the words a buyer asks for them.
TRLS: Mapping[int, str] = {
    1: "发现原理",
    2: "形成方案",
    3: "关键功能验证",
    4: "实验室样机",
    5: "相关环境验证",
    6: "相关环境演示",
    7: "真实环境试用",
    8: "定型，完成验收",
    9: "规模应用",
}

# Longest texts, in characters, and most lines and entries.
LONGEST: Mapping[str, int] = {
    "name": 60,
    "summary": 5_000,
    "capabilities": 300,
    "indicators": 200,
    "data_needs": 1_000,
    "compute_needs": 1_000,
    "price_model": 200,
}
MOST_LINES, MOST_CASES, MOST_DOMAINS = 20, 10, 5
LONGEST_CASE = {"client": 80, "text": 500, "evidence": 80}
FIRST_YEAR, LAST_YEAR = 1990, 2100
# A public description tells at least this much: fewer words match anything and nothing.
SHORTEST_SUMMARY, FEWEST_WORDS = 30, 8

LABELS: Mapping[str, str] = {
    "name": "方案名称",
    "summary": "方案简介",
    "capabilities": "核心能力",
    "domains": "适用领域",
    "indicators": "技术指标",
    "deployment": "部署方式",
    "data_needs": "数据需求",
    "compute_needs": "算力需求",
    "trl": "技术成熟度",
    "cases": "应用案例",
    "price_model": "价格方式",
}

# What is searched and compared, in the order of the page; each is the heading of its passages.
SEARCHED = ("name", "summary", "capabilities", "indicators", "cases")
# More passages than this of one solution are not compared: who writes more does not stand higher for it.
MOST_PASSAGES = 40
SHORTEST_SENTENCE = 4


@dataclass(frozen=True)
class Case:
    """Where a solution was used: for whom, when, what came of it, and what proves that."""

    client: str = ""
    year: int | None = None
    text: str = ""
    evidence: str = ""


@dataclass(frozen=True)
class Facts:
    """A solution as it was written. `domains` and `deployment` are codes, `trl` is 1 to 9."""

    name: str = ""
    summary: str = ""
    capabilities: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    indicators: tuple[str, ...] = ()
    deployment: tuple[str, ...] = ()
    data_needs: str = ""
    compute_needs: str = ""
    trl: int | None = None
    cases: tuple[Case, ...] = ()
    price_model: str = ""


def facts_of(content: Mapping[str, Any]) -> Facts:
    """Return what a stored version says; fields it does not know stay empty."""
    known = {name: value for name, value in content.items() if name in LABELS}
    lists = {name: tuple(value) for name, value in known.items() if isinstance(value, list) and name != "cases"}
    cases = tuple(Case(**case) for case in known.get("cases", ()))
    return replace(Facts(), **{**known, **lists, "cases": cases})


def content_of(facts: Facts) -> dict[str, Any]:
    """Return a version ready for JSON."""
    found: dict[str, Any] = json.loads(json.dumps(asdict(facts)))
    return found


def digest(facts: Facts) -> str:
    """Return the SHA-256 of all that is said, whatever blanks and letter cases it is said in: the same text twice."""
    said = [facts.name, facts.summary, *facts.capabilities, *facts.indicators]
    return sha256("\n".join("".join(fold(text).split()) for text in said).encode()).hexdigest()


def missing(facts: Facts) -> dict[str, str]:
    """Return, for each field that keeps a solution from being public, why."""
    found: dict[str, str] = {}
    if not facts.name:
        found["name"] = "请填写方案名称"
    if len(facts.summary) < SHORTEST_SUMMARY or len(set(tokens(facts.summary))) < FEWEST_WORDS:
        found["summary"] = f"请至少写 {SHORTEST_SUMMARY} 个字，说清做什么、给谁用、怎样做到"
    if not facts.capabilities:
        found["capabilities"] = "请至少写一条核心能力"
    if not facts.domains:
        found["domains"] = "请至少选一个适用领域"
    if facts.trl is None:
        found["trl"] = "请选择技术成熟度"
    return found


def passages(facts: Facts) -> list[tuple[str, str]]:
    """Return the (field, sentence) that are searched and compared, each sentence once, at most MOST_PASSAGES."""
    found: dict[str, tuple[str, str]] = {}
    for field, text in _texts(facts):
        for span in sentences(text):
            if len(span.text) >= SHORTEST_SENTENCE:
                found.setdefault("".join(fold(span.text).split()), (field, span.text))
    return list(found.values())[:MOST_PASSAGES]


def compared(name: str, summary: str, capabilities: Iterable[str] = ()) -> Wording:
    """Return what of a solution is compared with needs: what it does, not its figures and customers."""
    return wording(name, [("summary", summary), *(("capabilities", line) for line in capabilities)], heading="name")


def _texts(facts: Facts) -> Iterator[tuple[str, str]]:
    said: Sequence[tuple[str, Sequence[str]]] = (
        ("name", [facts.name]),
        ("summary", [facts.summary]),
        ("capabilities", facts.capabilities),
        ("indicators", facts.indicators),
        ("cases", [case.text for case in facts.cases]),
    )
    for field, texts in said:
        for text in texts:
            yield field, text


def _publishable(facts: Mapping[str, Any]) -> str | None:
    if not facts.get("verified"):
        return "企业尚未认证，不能公开方案"
    return "；".join(facts["missing"].values()) if facts.get("missing") else None


WRITERS = ENTERPRISE_WRITERS | SYSTEM
APPROVERS = ENTERPRISE_APPROVERS | SYSTEM

SOLUTION = Lifecycle(
    name="solution",
    states={"draft": "草稿", "published": "已公开", "archived": "已归档"},
    moves=(
        Move("draft", "published", "publish", "公开", APPROVERS, _publishable),
        Move("published", "archived", "archive", "归档", APPROVERS),
        Move("draft", "archived", "archive", "归档", WRITERS),
        Move("archived", "draft", "restore", "恢复为草稿", WRITERS),
    ),
)

RESEARCH_NOTICE = Lifecycle(
    name="research_notice",
    states={"draft": "草稿", "open": "征集中", "closed": "已结束"},
    moves=(
        Move("draft", "open", "publish", "发布", APPROVERS, _publishable),
        Move("open", "closed", "close", "结束", WRITERS),
        Move("draft", "closed", "close", "放弃", WRITERS),
    ),
)
