"""Checking a list, row by row and column by column: all that is wrong is told, or all rows are taken. No database."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from core.errors import InvalidInputError
from scenario_catalog.columns import COLUMNS, CellError, Column, Terms, UnknownAgencyError, plain
from scenario_catalog.draft import Draft
from scenario_catalog.sheet import Line, Sheet


@dataclass(frozen=True)
class Taken:
    """A row that is right: where it stood, whose it is, and what it says."""

    place: str
    agency: str
    draft: Draft


@dataclass(frozen=True)
class Complaint:
    """What is wrong with a row; `cell` is what stood there, `unknown_agency` the name of one to be registered."""

    place: str
    column: str
    reason: str
    cell: str = ""
    unknown_agency: str = ""


class ListError(InvalidInputError):
    """A list that cannot be taken, with all that is wrong in the order of its rows; `cell_word` as in Sheet."""

    def __init__(self, complaints: Sequence[Complaint], sheet: Sheet) -> None:
        self.complaints, self.cell_word = in_order(complaints, sheet), sheet.cell_word
        super().__init__(worded(complaints, sheet))


def check(sheet: Sheet, terms: Terms) -> tuple[list[Taken], list[Complaint]]:
    """Return the rows that are right, and what is wrong with the others.

    Raises InvalidInputError for a list without rows or without a column that each row needs.
    """
    missing = [column.name for column in COLUMNS if column.required and column.field not in sheet.columns]
    if not sheet.lines:
        raise InvalidInputError("清单中没有场景")
    if missing:
        raise InvalidInputError([f"缺少“{name}”{sheet.cell_word}" for name in missing])
    taken, complaints = list[Taken](), list[Complaint]()
    for line in sheet.lines:
        values, found = _read(line, terms)
        complaints += found
        if not found:
            taken.append(_taken(line, values, terms))
    return taken, [*complaints, *_repeated(taken)]


def in_order(complaints: Sequence[Complaint], sheet: Sheet) -> list[Complaint]:
    """Return the complaints in the order of the rows."""
    order = {line.place: number for number, line in enumerate(sheet.lines)}
    return sorted(complaints, key=lambda one: order[one.place])


def worded(complaints: Sequence[Complaint], sheet: Sheet) -> list[str]:
    """Return the complaints as lines in the order of the rows."""
    return [
        f"{one.place} “{one.column}” {sheet.cell_word}：{one.reason}" if one.column else f"{one.place}：{one.reason}"
        for one in in_order(complaints, sheet)
    ]


def _read(line: Line, terms: Terms) -> tuple[dict[str, Any], list[Complaint]]:
    values, complaints = {}, []
    for column in COLUMNS:
        try:
            if column.field in line.cells:
                values[column.field] = column.parse(line.cells[column.field], terms)
            if column.required and values.get(column.field, "") == "":
                raise CellError("必填")  # noqa: TRY301 - told like any other reason
        except CellError as error:
            complaints.append(_complaint(line, column, error))
    return values, complaints


def _complaint(line: Line, column: Column, error: CellError) -> Complaint:
    cell = str(line.cells.get(column.field, ""))
    unknown = cell if isinstance(error, UnknownAgencyError) else ""
    return Complaint(line.place, column.name, str(error), cell, unknown)


def _taken(line: Line, values: dict[str, Any], terms: Terms) -> Taken:
    low, high = values.pop("budget", (None, None))
    agency = values.pop("agency")
    values.setdefault("district", terms.city.districts[0])
    return Taken(line.place, agency, Draft(**values, budget_min=low, budget_max=high))


def _repeated(taken: Sequence[Taken]) -> Iterator[Complaint]:
    """Yield a complaint for each row that has the number, or agency and name, of a row before it."""
    numbers, names = dict[str, str](), dict[tuple[str, str], str]()
    for row in taken:
        number, name = row.draft.number, (plain(row.agency), plain(row.draft.title))
        if number and number in numbers:
            yield Complaint(row.place, "编号", f"与{numbers[number]}重复")
        elif name in names:
            yield Complaint(row.place, "场景名称", f"与{names[name]}重复")
        numbers.setdefault(number or "", row.place)
        names.setdefault(name, row.place)
