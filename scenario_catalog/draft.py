"""What an agency states about a scenario, and the snapshot of it that a batch freezes. Plain values only."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from hashlib import sha256
from typing import Any


@dataclass(frozen=True)
class Draft:
    """A scenario as it was written. Budgets are in 万元, both None for 面议; tags are codes, articles ordinals."""

    title: str
    system: str
    domain: str
    district: str
    mode: str
    deadline: date
    number: str | None = None
    background: str = ""
    scope: str = ""
    indicators: tuple[str, ...] = ()
    resources: str = ""
    budget_min: int | None = None
    budget_max: int | None = None
    conditions: str = ""
    acceptance: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    notice_url: str = ""
    tags: tuple[str, ...] = ()
    articles: tuple[int, ...] = ()


def of(scenario: Any) -> Draft:
    """Return what a scenario says at present."""
    names = [field.name for field in fields(Draft) if field.name not in {"tags", "indicators", "articles"}]
    lists = {"tags": scenario.tag_codes, "indicators": scenario.indicators, "articles": scenario.articles}
    values: dict[str, Any] = {name: getattr(scenario, name) for name in names}
    values |= {name: tuple(value) for name, value in lists.items()}
    return Draft(**values)


# Not frozen as they stand: a day is written in ISO form, tags and articles as lists.
WRITTEN_OTHERWISE = {"deadline", "tags", "articles"}


def snapshot(scenario: Any, agency: str) -> dict[str, Any]:
    """Return what is frozen of a scenario, ready for JSON."""
    names = [field.name for field in fields(Draft) if field.name not in WRITTEN_OTHERWISE]
    frozen = {name: getattr(scenario, name) for name in names}
    dated = {"deadline": scenario.deadline.isoformat(), "agency": agency}
    return {**frozen, **dated, "tags": scenario.tag_codes, "articles": scenario.articles}


def digest(frozen: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a snapshot, whatever the order of its keys."""
    canonical = json.dumps(frozen, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(canonical.encode()).hexdigest()
