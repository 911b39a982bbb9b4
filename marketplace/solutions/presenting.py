"""What the pages show of a solution and of an enterprise."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import current_app, url_for

from core.city import city
from core.diffing import FieldDiff, diff_fields
from marketplace.solutions import queries, rules
from marketplace.solutions.forms import level_labels
from marketplace.solutions.models import Solution, SolutionVersion
from marketplace.solutions.rules import LABELS, Case, Facts

# Built in marketplace/matching, above this part: named, not imported.
MATCHES = "matches.of_solution_fragment"


def page(solution: Solution) -> dict[str, Any]:
    """Return what the template of the public page needs."""
    return {
        "solution": solution,
        "facts": rules.facts_of(solution.content),
        "profile": queries.profile(solution.organisation_id),
        "level": level(solution.trl),
        "matches_url": matches_url(solution),
    }


def level(trl: int | None) -> str:
    """Return a level of readiness as people read it, "" for none."""
    return level_labels().get(trl or 0, "")


def matches_url(solution: Solution) -> str:
    """Return where the scenarios that fit a public solution are shown, "" where nothing shows them."""
    if solution.status != queries.PUBLISHED or MATCHES not in current_app.view_functions:
        return ""
    return url_for(MATCHES, solution_id=solution.id)


def shown(facts: Facts) -> dict[str, Any]:
    """Return each field as people read it: names for codes, a line for each item."""
    domains = {term.code: term.name for term in city().domains}
    return {
        **rules.content_of(facts),
        "domains": [domains.get(code, code) for code in facts.domains],
        "deployment": [rules.DEPLOYMENTS.get(code, code) for code in facts.deployment],
        "trl": level(facts.trl),
        "cases": [_case(case) for case in facts.cases],
    }


def changes(before: Facts, after: Facts) -> list[FieldDiff]:
    return diff_fields(shown(before), shown(after), LABELS)


def missing(facts: Facts) -> list[tuple[str, str, str]]:
    """Return (field, label, why) of what keeps a solution from being public."""
    return [(field, LABELS[field], why) for field, why in rules.missing(facts).items()]


def compared(versions: Sequence[SolutionVersion], old: str, new: str) -> tuple[SolutionVersion, SolutionVersion] | None:
    """Return the two versions that were asked for; without asking, the newest and the one before. None for unknown ones."""
    numbered: Mapping[str, SolutionVersion] = {str(version.number): version for version in versions}
    last = str(versions[0].number) if versions else ""
    newer = numbered.get(new or last)
    older = numbered.get(old or str(newer.number - 1 if newer and newer.number > 1 else last))
    return (older, newer) if older and newer else None


def _case(case: Case) -> str:
    facts = "，".join(part for part in (case.client, f"{case.year} 年" if case.year else "") if part)
    proof = f"（{case.evidence}）" if case.evidence else ""
    return f"{facts}：{case.text}{proof}" if facts else f"{case.text}{proof}"
