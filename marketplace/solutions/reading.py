"""What was typed into the forms, and what can be read of it: plain functions that never lose what was typed."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.typed import typed as seen
from marketplace.solutions.guidance import CASE_LABELS
from marketplace.solutions.rules import (
    DEPLOYMENTS,
    FIRST_YEAR,
    LAST_YEAR,
    LONGEST,
    LONGEST_CASE,
    MOST_CASES,
    MOST_DOMAINS,
    MOST_LINES,
    TRLS,
    Case,
    Facts,
)

# Each field as typed: a text, the codes that were ticked, or the rows of the cases.
Typed = Mapping[str, Any]

LINES = ("capabilities", "indicators")
TEXTS = ("summary", "data_needs", "compute_needs")
# Markup as it comes from web pages and office files; “<30ms” and “a<b 与 c>d” are none.
MARKUP = re.compile(r"</?[A-Za-z][A-Za-z0-9]*(?:\s+[A-Za-z-]+\s*=[^<>]*)?\s*/?>|<!--")


@dataclass(frozen=True)
class Reading:
    """What could be read, and for each field that could not, why; `cases` names the problems of each row, too."""

    facts: Facts
    problems: Mapping[str, str]
    cases: Mapping[tuple[int, str], str]


def read(typed: Typed, domains: Collection[str]) -> Reading:
    """Read every field; what stands empty is no problem but for the name."""
    cases, wrong = _cases(typed.get("cases", ()))
    facts = Facts(
        name=line(typed.get("name")),
        summary=text(typed.get("summary")),
        capabilities=lines(typed.get("capabilities")),
        domains=tuple(typed.get("domains", ())),
        indicators=lines(typed.get("indicators")),
        deployment=tuple(typed.get("deployment", ())),
        data_needs=text(typed.get("data_needs")),
        compute_needs=text(typed.get("compute_needs")),
        trl=_level(typed.get("trl")),
        cases=tuple(case for _, case in cases),
        price_model=line(typed.get("price_model")),
    )
    found = {
        **{name: too_long(getattr(facts, name), LONGEST[name]) for name in ("name", *TEXTS, "price_model")},
        **{name: lines_problem(getattr(facts, name), LONGEST[name]) for name in LINES},
        "domains": codes_problem(facts.domains, domains, MOST_DOMAINS),
        "deployment": codes_problem(facts.deployment, DEPLOYMENTS, len(DEPLOYMENTS)),
        "trl": _level_problem(typed.get("trl")),
        "cases": _cases_problem(len(cases), wrong),
    }
    if not facts.name:
        found["name"] = "请填写方案名称，才能保存"
    return Reading(facts, {name: why for name, why in found.items() if why}, wrong)


def typed_of(facts: Facts) -> dict[str, Any]:
    """Return what a form holds that reads as these facts."""
    return {
        **{name: getattr(facts, name) for name in ("name", *TEXTS, "price_model")},
        **{name: "\n".join(getattr(facts, name)) for name in LINES},
        "domains": list(facts.domains),
        "deployment": list(facts.deployment),
        "trl": str(facts.trl or ""),
        "cases": [
            {"client": case.client, "year": str(case.year or ""), "text": case.text, "evidence": case.evidence}
            for case in facts.cases
        ],
    }


def line(value: str | None) -> str:
    """Return a text of one line: single blanks, nothing that cannot be seen."""
    return " ".join(seen(value).split())


def text(value: str | None) -> str:
    return seen(value).strip()


def lines(value: str | None) -> tuple[str, ...]:
    """Return the lines that say something."""
    return tuple(found for part in seen(value).split("\n") if (found := line(part)))


def too_long(value: str, most: int) -> str:
    """Return what is wrong with a text: how many characters too many, or markup in it."""
    if len(value) > most:
        return f"最多 {most} 字，现在 {len(value)} 字，超出 {len(value) - most} 字，请删减"
    return markup_problem(value)


def lines_problem(found: Sequence[str], longest: int, most: int = MOST_LINES) -> str:
    """Return what is wrong with a list that is written one a line."""
    if len(found) > most:
        return f"最多 {most} 条，现在 {len(found)} 条，请合并或删减"
    for place, one in enumerate(found, 1):
        if len(one) > longest:
            return f"第 {place} 条最多 {longest} 字，超出 {len(one) - longest} 字，请删减或分成几条"
    return markup_problem("\n".join(found))


def markup_problem(value: str) -> str:
    found = MARKUP.search(value)
    return f"请写纯文字，去掉网页代码“{found[0][:20]}”" if found else ""


def whole_number(value: str | None) -> int | None:
    """Return a whole number of at most nine digits as typed, in whatever width; None for anything else."""
    plain = line(value)
    return int(plain) if re.fullmatch(r"\d{1,9}", plain) else None


def year_problem(value: str | None, last: int = LAST_YEAR, first: int = FIRST_YEAR) -> str:
    year = whole_number(value)
    if not line(value) or (year is not None and first <= year <= last):
        return ""
    return f"“{line(value)[:20]}”不是年份，请填 {first} 至 {last} 之间的四位数"


def codes_problem(codes: Sequence[str], known: Collection[str], most: int) -> str:
    unknown = [code for code in codes if code not in known]
    if unknown:
        return f"“{unknown[0][:40]}”不在可选范围内，请重新选择"
    return f"最多选 {most} 个，现在选了 {len(codes)} 个" if len(codes) > most else ""


def _level(value: str | None) -> int | None:
    level = whole_number(value)
    return level if level in TRLS else None


def _level_problem(value: str | None) -> str:
    return "" if not line(value) or _level(value) else f"“{line(value)[:20]}”不是成熟度等级，请重新选择"


def _cases(rows: Sequence[Mapping[str, str]]) -> tuple[list[tuple[int, Case]], dict[tuple[int, str], str]]:
    """Return the rows in which anything was typed, by their place, and what is wrong with them."""
    found, wrong = list[tuple[int, Case]](), dict[tuple[int, str], str]()
    for place, row in enumerate(rows):
        if any(line(row.get(name)) for name in CASE_LABELS):
            case = Case(
                line(row.get("client")), whole_number(row.get("year")), text(row.get("text")), line(row.get("evidence"))
            )
            found.append((place, case))
            wrong |= {(place, name): why for name, why in _case_problems(row, case).items() if why}
    return found, wrong


def _case_problems(row: Mapping[str, str], case: Case) -> dict[str, str]:
    found = {name: too_long(getattr(case, name), most) for name, most in LONGEST_CASE.items()}
    if not case.text:
        found["text"] = "请写明做了什么、结果如何"
    return {**found, "year": year_problem(row.get("year"))}


def _cases_problem(count: int, wrong: Mapping[tuple[int, str], str]) -> str:
    if count > MOST_CASES:
        return f"最多 {MOST_CASES} 个案例，现在 {count} 个，请删去较旧的"
    return "；".join(f"第 {place + 1} 个案例的{CASE_LABELS[name]}：{why}" for (place, name), why in wrong.items())
