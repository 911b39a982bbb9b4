"""What was typed into the form, and what can be read of it. Plain functions: nothing typed is ever refused or lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from scenario_catalog.columns import COLUMNS, CellError, Column, Terms, plain
from scenario_catalog.draft import Draft
from scenario_catalog.drafting.guidance import FIELDS, NEGOTIABLE, SEVERAL
from scenario_catalog.rules import MODES

# Each field of the form: its text as typed; for `tags` and `articles` the list of what was ticked.
Content = Mapping[str, str | list[str]]

PARSERS: Mapping[str, Column] = {column.field: column for column in COLUMNS}
BUDGET = ("budget_min", "budget_max")
PLAIN = [field for field in FIELDS if field not in {*BUDGET, "budget"}]


@dataclass(frozen=True)
class Reading:
    """What could be read: values as a Draft has them, and for each field that could not be read, why."""

    values: Mapping[str, Any]
    problems: Mapping[str, str]


def blank() -> dict[str, str | list[str]]:
    return {field: [] if field in SEVERAL else "" for field in FIELDS}


def whole(content: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """Return a content with every field of the form and no other, whatever was stored."""
    return {field: _several(content.get(field)) if field in SEVERAL else _text(content.get(field)) for field in FIELDS}


def of_scenario(scenario: Any) -> dict[str, str | list[str]]:
    """Return the content that reads as what a scenario says: for needs that were not typed here."""
    found = {field: str(getattr(scenario, field) or "") for field in PLAIN if field not in SEVERAL}
    negotiable = scenario.budget_min is None and scenario.budget_max is None
    return whole(
        {
            **found,
            "indicators": "\n".join(scenario.indicators),
            "deadline": scenario.deadline.isoformat(),
            "tags": scenario.tag_codes,
            "articles": [str(ordinal) for ordinal in scenario.articles],
            "budget": NEGOTIABLE if negotiable else "",
            **{field: "" if getattr(scenario, field) is None else str(getattr(scenario, field)) for field in BUDGET},
        }
    )


def read(content: Content, terms: Terms) -> Reading:
    """Read every field by its column's own parser; what stands empty is neither a value nor a problem."""
    values, problems = dict[str, Any](), dict[str, str]()
    for field in PLAIN:
        if not _is_empty(content.get(field)):
            try:
                values[field] = PARSERS[field].parse(content[field], terms)
            except CellError as error:
                problems[field] = str(error)
    bounds, wrong = _budget(content, terms)
    return Reading({**values, **bounds}, {**problems, **wrong})


def draft_of(content: Content, reading: Reading, before: Draft, district: str) -> Draft:
    """Return what the columns should say.

    What was read, nothing where nothing stands, and what they said before where something stands that cannot be read.
    A deadline is always a day, so that one which was cleared stays.
    """
    empty = {
        "district": district,
        "deadline": before.deadline,
        "budget_min": None,
        "budget_max": None,
        **dict.fromkeys(("indicators", "tags", "articles"), ()),
    }
    cleared = {field: empty.get(field, "") for field in PLAIN if _is_empty(content.get(field))}
    budget = {} if set(reading.problems) & set(BUDGET) else dict.fromkeys(BUDGET)
    return replace(before, **{**cleared, **budget, **reading.values})


def blank_draft(district: str, day: date) -> Draft:
    """Return the columns of a need of which nothing is written yet."""
    return Draft(title="", system="", domain="", district=district, mode="", deadline=day)


def shown(field: str, value: str | list[str], terms: Terms) -> str:
    """Return a field as people read it: names for codes, ticked things one a line."""
    known = {
        "system": {term.code: term.name for term in terms.city.systems},
        "domain": {term.code: term.name for term in terms.city.domains},
        "tags": {term.code: term.name for term in terms.city.tags},
        "mode": MODES,
        "articles": {str(ordinal): f"第 {ordinal} 条" for ordinal in terms.articles},
    }.get(field, {})
    return "\n".join(known.get(part, part) for part in value) if isinstance(value, list) else known.get(value, value)


def searched(content: Content) -> dict[str, str]:
    """Return the texts that similar scenarios and related articles are looked up by."""
    return {field: str(content.get(field) or "") for field in ("title", "background", "scope")}


def _budget(content: Content, terms: Terms) -> tuple[dict[str, Any], dict[str, str]]:
    if plain(content.get("budget", "")) == NEGOTIABLE:
        return dict.fromkeys(BUDGET), {}
    bounds, wrong = dict[str, int | None](), dict[str, str]()
    for field in BUDGET:
        try:
            bounds[field] = _bound(content.get(field, ""), terms)
        except CellError as error:
            wrong[field] = str(error)
    if not wrong:
        try:
            PARSERS["budget"].parse([bounds[field] for field in BUDGET], terms)
        except CellError as error:
            wrong[BUDGET[1]] = str(error)
    return ({}, wrong) if wrong else (dict(bounds), {})


def _bound(value: Any, terms: Terms) -> int | None:
    """Read one bound: a single amount, 万元 or 万 may stand behind it."""
    low, high = PARSERS["budget"].parse(value, terms)
    if low != high:
        raise CellError(f"“{plain(value)}”应为一个数，单位万元")
    found: int | None = low
    return found


def _is_empty(value: object) -> bool:
    return not value or (isinstance(value, str) and not value.strip())


def _text(value: Any) -> str:
    if value is None:
        return ""
    text = "\n".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _several(value: Any) -> list[str]:
    parts: Sequence[Any] = value if isinstance(value, list | tuple) else [value] if value else []
    return list(dict.fromkeys(str(part) for part in parts))
