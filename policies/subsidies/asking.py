"""The calculator's address read: pairs of project type and amount, each with what it comes to or what is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from core.errors import InvalidInputError
from policies.subsidies.amounts import LONGEST, UNITS, read_amount
from policies.subsidies.rules import Result, calculate
from policies.subsidies.types import ProjectType

MOST_ROWS = 6


@dataclass(frozen=True)
class Row:
    """One line of the form as it was typed; `picked` is None for a type that does not exist."""

    code: str = ""
    typed: str = ""
    picked: ProjectType | None = None
    result: Result | None = None
    type_error: str = ""
    amount_error: str = ""

    @property
    def wrong(self) -> bool:
        return bool(self.type_error or self.amount_error)


@dataclass(frozen=True)
class Asked:
    """What an address asks for: `rows` for the form, never none, and those that could be computed."""

    rows: list[Row]
    unit: str

    @property
    def answered(self) -> list[Row]:
        return [row for row in self.rows if row.result]

    @property
    def wrong(self) -> bool:
        return any(row.wrong for row in self.rows)


def read(args: MultiDict[str, str], types: Sequence[ProjectType]) -> Asked:
    """Return what an address asks for; blank lines fall out, `more` adds one."""
    unit = args.get("unit", "wan")
    unit = unit if unit in UNITS else "wan"
    known = {one.code: one for one in types}
    pairs = zip_longest(args.getlist("type")[:MOST_ROWS], args.getlist("amount")[:MOST_ROWS], fillvalue="")
    rows = [_row(code.strip(), typed.strip(), unit, known) for code, typed in pairs if code.strip() or typed.strip()]
    blank = [Row()] if not rows or ("more" in args and len(rows) < MOST_ROWS) else []
    return Asked([*rows, *blank], unit)


def _row(code: str, typed: str, unit: str, known: Mapping[str, ProjectType]) -> Row:
    picked, shown = known.get(code), typed[: 2 * LONGEST]
    if picked is None:
        return Row(code, shown, type_error=_("请选择项目类型") if not code else _("没有这个项目类型，请重新选择"))
    try:
        investment = _investment(picked, typed, unit)
    except InvalidInputError as error:
        return Row(code, shown, picked, amount_error=str(error))
    return Row(code, shown, picked, calculate(picked.programme, investment))


def _investment(picked: ProjectType, typed: str, unit: str) -> Decimal | None:
    """Read the amount; a fixed sum needs none, and takes none into account."""
    return read_amount(typed, unit) if picked.programme.needs_investment else None
