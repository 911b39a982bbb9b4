"""What the demonstration tells of bids: plain values from files, and the texts of a bid."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from marketplace.calls.rules import Section, Terms
from marketplace.solutions.demo import enterprises
from marketplace.solutions.rules import Facts

FOLDER = Path(__file__).parent.parent / "demo"
COMMON, OPEN, JUDGED = "bids-common.json", "bids-open.json", "bids-judged-*.json"

Told = Mapping[str, Any]

# What the three members of a panel give apart from what they agree on; taken in turn, so that the mean is near it.
APART = (0, 3, -2)
MOST = 100


@cache
def common() -> Told:
    """Return the bidders without a solution here, and the words that bids, scores and declarations share."""
    return _read(COMMON)


def judged() -> list[Told]:
    """Return the scenarios whose bids were opened."""
    return [one for file in sorted(FOLDER.glob(JUDGED)) for one in _read(file.name)["scenarios"]]


def sealed() -> list[Told]:
    """Return the scenarios whose bids are still sealed."""
    return list(_read(OPEN)["scenarios"])


@cache
def names_of_solutions() -> Mapping[str, str]:
    """Return the names of the invented solutions by their key."""
    return {solution["key"]: solution["name"] for one in enterprises() for solution in one["solutions"]}


def texts(terms: Terms, told: Told, indicators: Sequence[str], solution: Facts, place: int) -> dict[str, str]:
    """Return the sections of a bid: as told, else from the solution's own facts and the words that bids share."""
    return {
        one.key: told["sections"].get(one.key) or _drawn(one, indicators, solution, place) for one in terms.sections
    }


def points(told: Told, terms: Terms, member: int) -> dict[str, dict[str, Any]]:
    """Return what a member (by place) gives a bid: the agreed points a little apart, and a comment for each."""
    found = {}
    for place, (criterion, agreed) in enumerate(zip(terms.technical, told["marks"], strict=True)):
        apart = told.get("apart", {}).get(criterion.key)
        given = apart[member] if apart else min(MOST, agreed + APART[(member + place) % len(APART)])
        found[criterion.key] = {"points": float(given), "comment": _comment(told, criterion.title, member, place)}
    return found


def _comment(told: Told, title: str, member: int, place: int) -> str:
    if place == member:
        return str(told["remark"])
    remarks = common()["remarks"]
    return str(remarks[(member + place) % len(remarks)]).format(title=title)


def _drawn(section: Section, indicators: Sequence[str], solution: Facts, place: int) -> str:
    """Return a section that nobody told."""
    variants = common()["sections"][section.key]
    own = {"indicators": _measured(indicators, solution), "cases": _cases(solution), "data-security": _needs(solution)}
    return "\n".join(filter(None, (own.get(section.key, ""), variants[place % len(variants)])))


def _measured(indicators: Sequence[str], solution: Facts) -> str:
    lines = [f"{number}. {one}：按此响应。" for number, one in enumerate(indicators, 1)]
    return "\n".join([*lines, *([f"已有实测：{'；'.join(solution.indicators)}。"] if solution.indicators else [])])


def _cases(solution: Facts) -> str:
    return "\n".join(f"{one.client}（{one.year} 年）：{one.text}可核实材料：{one.evidence}。" for one in solution.cases)


def _needs(solution: Facts) -> str:
    return "".join(filter(None, (solution.data_needs, solution.compute_needs)))


def _read(name: str) -> Told:
    found: Told = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return found
