"""Writing what a scenario says as the cells of a list, so that reading them gives the same. Plain functions."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from core.city import City, Term
from core.formats import masked_phone
from scenario_catalog.columns import COLUMNS, SEPARATORS
from scenario_catalog.rules import MODES

NEGOTIABLE = "面议"
JOINED = "、"

Write = Callable[[Any, City], Any]


def cell(field: str, source: Any, city: City) -> str:
    """Return the text of one column of `source`, a scenario or anything with the fields of a Draft."""
    value = source if field == "budget" else getattr(source, SOURCES.get(field, field), None)
    return str(WRITERS[field](value, city)) if field in WRITERS else str(value or "")


def row(source: Any, agency: str, city: City) -> dict[str, str]:
    """Return all columns of a scenario as texts, by field; mobile numbers with their middle hidden, as on the page."""
    found = {column.field: cell(column.field, source, city) for column in COLUMNS if column.field != "agency"}
    return {**found, "agency": agency, "contact_phone": masked_phone(found["contact_phone"])}


def entry(source: Any, agency: str) -> dict[str, Any]:
    """Return a scenario as an object of a JSON list: codes and numbers as they are, days in ISO form."""
    names = [column.field for column in COLUMNS if column.field not in {*SOURCES, "agency", "budget", "deadline"}]
    found = {name: getattr(source, name) for name in names}
    lists = {name: list(getattr(source, attribute)) for name, attribute in SOURCES.items()}
    budget = {"budget_min": source.budget_min, "budget_max": source.budget_max}
    dated = {"agency": agency, "deadline": source.deadline.isoformat()}
    return {**found, **lists, **budget, **dated, "contact_phone": masked_phone(source.contact_phone)}


def budget(low: int | None, high: int | None) -> str:
    if low is None and high is None:
        return NEGOTIABLE
    if low is None or high is None:
        return f"不低于{low}" if low is not None else f"不超过{high}"
    return str(low) if low == high else f"{low}-{high}"


def _named(kind: str) -> Write:
    return lambda value, city: _name(value, getattr(city, kind))


def _name(code: str, terms: Sequence[Term]) -> str:
    """Return the name of a code; the code where the name would be read as several."""
    name = next((term.name for term in terms if term.code == code), code)
    return code if SEPARATORS.search(name) else name


def _tags(value: Sequence[str], city: City) -> str:
    return JOINED.join(_name(code, city.tags) for code in value or ())


# Fields whose value bears another name on a scenario.
SOURCES: Mapping[str, str] = {"tags": "tag_codes", "articles": "articles", "indicators": "indicators"}

WRITERS: Mapping[str, Write] = {
    "system": _named("systems"),
    "domain": _named("domains"),
    "tags": _tags,
    "indicators": lambda value, _city: "\n".join(value or ()),
    "mode": lambda value, _city: MODES.get(value, value),
    "budget": lambda value, _city: budget(value.budget_min, value.budget_max),
    "deadline": lambda value, _city: value.isoformat() if value else "",
    "articles": lambda value, _city: JOINED.join(map(str, value or ())),
}
