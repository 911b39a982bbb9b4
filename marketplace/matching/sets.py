"""A file of scenarios and solutions, and for each scenario the solutions of the same file. Touches no database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import InvalidInputError
from marketplace.matching import rules
from marketplace.matching.background import embedded, field_among
from marketplace.matching.rules import Match
from marketplace.solutions.rules import compared
from retrieval.embedder import embedder
from scenario_catalog.compared import Wording, need_wording
from scenario_catalog.similarity.sets import read_json, write_json

DIGITS = 6
SCENARIO, SOLUTION = ("id", "title", "agency", "domain", "description"), ("id", "name", "company", "description")

Worded = Sequence[tuple[str, Wording]]


@dataclass(frozen=True)
class Entries:
    """The needs and the solutions of a file, by their ids, as they are compared."""

    needs: Worded
    solutions: Worded


def read(file: Path) -> Entries:
    """Read a file. Raises InvalidInputError with one readable line."""
    data = read_json(file)
    scenarios, solutions = (
        _rows(data, name, keys) for name, keys in (("scenarios", SCENARIO), ("solutions", SOLUTION))
    )
    return Entries(
        [(row["id"], need_wording(row["title"], row["description"], "")) for row in scenarios],
        [(row["id"], compared(row["name"], row["description"])) for row in solutions],
    )


def match(entries: Entries, most: int = rules.MOST_MATCHES) -> dict[str, list[Match]]:
    """Return for each scenario up to `most` solutions, best first. Raises ModelError."""
    model = embedder()
    needs, solutions = embedded(model, entries.needs), embedded(model, entries.solutions)
    field = field_among(needs, solutions, model)
    placed = rules.place(solutions, "solution", field)
    return {need.id: rules.solutions_for(need, placed, most) for need in rules.place(needs, "need", field)}


def write(file: Path, found: Mapping[str, Sequence[Match]]) -> None:
    """Write the rankings, whole or not at all. Raises InvalidInputError."""
    write_json(
        file,
        {
            id_: [{"solution": one.id, "score": round(one.score, DIGITS), "fits": one.fits} for one in ranking]
            for id_, ranking in found.items()
        },
    )


def _rows(data: Any, name: str, keys: Sequence[str]) -> list[dict[str, str]]:
    rows = data.get(name) if isinstance(data, dict) else None
    if not isinstance(rows, list):
        raise InvalidInputError(f"应为含有“{name}”列表的对象")
    found = [_row(row, f"“{name}”第 {place} 项", keys) for place, row in enumerate(rows, 1)]
    seen = set[str]()
    for row in found:
        if row["id"] in seen:
            raise InvalidInputError(f"“{name}”中编号“{row['id']}”重复")
        seen.add(row["id"])
    return found


def _row(row: Any, place: str, keys: Sequence[str]) -> dict[str, str]:
    if not isinstance(row, dict):
        raise InvalidInputError(f"{place}：应为对象")
    for key in keys:
        if not isinstance(row.get(key), str):
            raise InvalidInputError(f"{place}：“{key}”{'应为文字' if key in row else '缺少'}")
    if not row["id"].strip() or not any(row[key].strip() for key in ("title", "name", "description") if key in row):
        raise InvalidInputError(f"{place}：编号和文字不能为空")
    return row
