"""A file of scenarios, and for each of them those of the same file that it is like. Touches no database."""

import json
import os
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from core.errors import InvalidInputError
from scenario_catalog.similarity import rules
from scenario_catalog.similarity.rules import Need
from scenario_catalog.similarity.vectors import needs

KEYS = ("id", "title", "description")
MOST_LISTED = 5
# Scenarios judged in full for each; in a larger set, the nearest of them.
DEPTH = 100
DIGITS = 6

Ranking = list[tuple[str, float]]


@dataclass(frozen=True)
class Entry:
    """A scenario of the file."""

    id: str
    title: str
    description: str


def read(file: Path) -> list[Entry]:
    """Read a file of scenarios. Raises InvalidInputError with one readable line."""
    return _entries(read_json(file))


def read_json(file: Path) -> Any:
    """Read a JSON file. Raises InvalidInputError with one readable line."""
    try:
        return json.loads(file.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        raise InvalidInputError(f"无法读取：{error.strerror or error}") from None
    except UnicodeDecodeError:
        raise InvalidInputError("不是 UTF-8 编码") from None
    except json.JSONDecodeError as error:
        raise InvalidInputError(f"第 {error.lineno} 行第 {error.colno} 个字符：不是有效的 JSON") from None
    except RecursionError:
        raise InvalidInputError("嵌套过深") from None


def alike(entries: Sequence[Entry], most: int = MOST_LISTED) -> dict[str, Ranking]:
    """Return for each scenario, by its id, up to `most` others, best first, equal scores by id."""
    made = list(needs([(entry.title, entry.description) for entry in entries]))
    wholes = np.stack([one.whole for one in made])
    near = rules.shortlist(wholes, wholes, DEPTH + 1)
    return {entry.id: _ranking(entries, made, place, near[place])[:most] for place, entry in enumerate(entries)}


def write(file: Path, found: dict[str, Ranking]) -> None:
    """Write the result, whole or not at all. Raises InvalidInputError."""
    lists = {
        id_: [{"scenario": other, "score": round(score, DIGITS)} for other, score in ranking]
        for id_, ranking in found.items()
    }
    write_json(file, lists)


def write_json(file: Path, data: Any) -> None:
    """Write a JSON file, whole or not at all. Raises InvalidInputError."""
    try:
        _replace(file, json.dumps(data, ensure_ascii=False, indent=1) + "\n")
    except OSError as error:
        raise InvalidInputError(f"无法写入 {file}：{error.strerror or error}") from None


def check_writable(file: Path) -> None:
    """Raise InvalidInputError where a result could not be written: better before the work than after it."""
    if file.is_dir():
        raise InvalidInputError(f"无法写入 {file}：是一个文件夹")
    try:
        with tempfile.TemporaryFile(dir=file.parent):
            return
    except OSError as error:
        raise InvalidInputError(f"无法写入 {file}：{error.strerror or error}") from None


def _entries(data: Any) -> list[Entry]:
    rows = data.get("scenarios") if isinstance(data, dict) else None
    if not isinstance(rows, list):
        raise InvalidInputError("应为含有“scenarios”列表的对象")
    if not rows:
        raise InvalidInputError("“scenarios”中没有场景")
    found = [_entry(row, place) for place, row in enumerate(rows, 1)]
    seen = set[str]()
    for entry in found:
        if entry.id in seen:
            raise InvalidInputError(f"编号“{entry.id}”重复")
        seen.add(entry.id)
    return found


def _entry(row: Any, place: int) -> Entry:
    if not isinstance(row, dict):
        raise InvalidInputError(f"第 {place} 个场景：应为对象")
    for key in KEYS:
        if not isinstance(row.get(key), str):
            raise InvalidInputError(f"第 {place} 个场景：“{key}”{'应为文字' if key in row else '缺少'}")
    if not row["id"].strip() or not (row["title"] + row["description"]).strip():
        raise InvalidInputError(f"第 {place} 个场景：编号和文字不能为空")
    return Entry(*(row[key] for key in KEYS))


def _ranking(entries: Sequence[Entry], made: Sequence[Need], place: int, near: Sequence[int]) -> Ranking:
    scored = [(entries[other].id, rules.likeness(made[place], made[other])) for other in near if other != place]
    return sorted(scored, key=lambda one: (-round(one[1], DIGITS), one[0]))


def _replace(file: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as made:
            made.write(text)
        # A file of our own umask, not the private one that mkstemp makes.
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)
        Path(name).replace(file)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
