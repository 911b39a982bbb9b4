"""Reading a list from an .xlsx or .json file into rows of cells by column. Knows no database."""

import json
import warnings
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import InvalidInputError
from scenario_catalog.columns import column_named

# The header is looked for in so many rows: titles and notes stand above it.
HEADER_ROWS = 20
# Fewer known columns than this is a title, not a header.
FEWEST_COLUMNS = 2
# In JSON a budget may be two numbers.
BUDGET_BOUNDS = ("budget_min", "budget_max")

Row = tuple[int, Sequence[Any]]


@dataclass(frozen=True)
class Line:
    """A row of the list: `place` names it to its author, `cells` holds what is not empty by field."""

    place: str
    cells: Mapping[str, Any]


@dataclass(frozen=True)
class Sheet:
    """A list as it was read: `cell_word` is what its author calls a cell; `ignored` are columns that nothing knows."""

    lines: Sequence[Line]
    columns: frozenset[str]
    cell_word: str
    ignored: Sequence[str] = ()


def read(file: Path) -> Sheet:
    """Read a file by its ending. Raises InvalidInputError with a readable reason."""
    readers = {".xlsx": _read_xlsx, ".json": _read_json}
    reader = readers.get(file.suffix.lower())
    if reader is None:
        raise InvalidInputError("只能导入 .xlsx 或 .json 文件")
    try:
        return reader(file)
    except OSError as error:
        raise InvalidInputError(f"无法读取：{error.strerror or error}") from None


def _read_json(file: Path) -> Sheet:
    try:
        data = json.loads(file.read_bytes().decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise InvalidInputError("不是 UTF-8 编码") from None
    except json.JSONDecodeError as error:
        raise InvalidInputError(
            f"第 {error.lineno} 行第 {error.colno} 个字符：不是有效的 JSON（{error.msg}）"
        ) from None
    except RecursionError:
        raise InvalidInputError("嵌套过深，不是场景清单") from None
    rows = data.get("scenarios") if isinstance(data, dict) else data
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InvalidInputError("应为场景的列表，或含有“scenarios”列表的对象，每个场景是一个对象")
    lines = [Line(f"第 {number} 条", _known(row)) for number, row in enumerate(rows, 1)]
    names = {name for row in rows for name in row}
    ignored = sorted(name for name in names if column_named(name) is None and name not in BUDGET_BOUNDS)
    return Sheet(lines, frozenset(field for line in lines for field in line.cells), "项", ignored)


def _known(row: Mapping[str, Any]) -> dict[str, Any]:
    found = {}
    for name, value in row.items():
        column = column_named(name)
        if column is not None and not _is_empty(value):
            found[column.field] = value
    bounds = [row.get(name) for name in BUDGET_BOUNDS]
    if any(bound is not None for bound in bounds):
        found.setdefault("budget", bounds)
    return found


def _read_xlsx(file: Path) -> Sheet:
    rows = _rows(file)
    place, columns = _header(rows)
    lines = [
        Line(f"第 {number} 行", {field: row[at] for at, field in columns.items() if not _is_empty(_at(row, at))})
        for number, row in rows[place + 1 :]
    ]
    header = [str(value).strip() for value in rows[place][1] if not _is_empty(value)]
    ignored = [name for name in header if column_named(name) is None]
    return Sheet([line for line in lines if line.cells], frozenset(columns.values()), "列", ignored)


def _rows(file: Path) -> list[Row]:
    """Return the rows that are not empty, of the first sheet, with the numbers their author sees."""
    from openpyxl import load_workbook  # takes a fifth of a second, and only imports need it
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions that hold no cells
            book = load_workbook(file, read_only=True, data_only=True)
            try:
                rows = enumerate(book.worksheets[0].iter_rows(values_only=True), 1) if book.worksheets else ()
                return [(number, row) for number, row in rows if not all(map(_is_empty, row))]
            finally:
                book.close()
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, TypeError, SyntaxError, EOFError):
        # What openpyxl raises for a file that only bears the name of a workbook; SyntaxError is broken XML.
        raise InvalidInputError("不是有效的 .xlsx 文件") from None


def _header(rows: Sequence[Row]) -> tuple[int, dict[int, str]]:
    """Return which of the rows is the header, and the field of each of its columns."""
    candidates = [(len(_columns(row)), -place) for place, (_number, row) in enumerate(rows[:HEADER_ROWS])]
    most, place = max(candidates, default=(0, 0))
    if most < FEWEST_COLUMNS:
        raise InvalidInputError(f"前 {HEADER_ROWS} 行中没有找到表头（例如“场景名称”“需求单位”“报名截止”）")
    return -place, dict(_unique(rows[-place][1]))


def _unique(row: Sequence[Any]) -> Iterator[tuple[int, str]]:
    seen: dict[str, str] = {}
    for at, field in _columns(row).items():
        name = str(row[at]).strip()
        if field in seen:
            raise InvalidInputError(f"表头中“{seen[field]}”和“{name}”是同一列，只能有一列")
        seen[field] = name
        yield at, field


def _columns(row: Sequence[Any]) -> dict[int, str]:
    found = ((at, column_named(value)) for at, value in enumerate(row) if isinstance(value, str))
    return {at: column.field for at, column in found if column is not None}


def _at(row: Sequence[Any], place: int) -> Any:
    return row[place] if place < len(row) else None


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, str) and not value.strip()) or value in ([], {})
