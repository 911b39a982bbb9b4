"""A list as a workbook that is read back unchanged. Plain values in, bytes out."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from scenario_catalog.columns import COLUMNS

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a spreadsheet takes for a formula when someone edits the cell or saves the list as CSV.
FORMULA = ("=", "+", "-", "@", "\t", "\r")
# What XML 1.0 cannot hold.
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
WIDE, NARROW = 48, 16
LONG = frozenset({"background", "scope", "indicators", "resources", "conditions", "acceptance"})


def workbook(rows: Iterable[Mapping[str, str]]) -> bytes:
    """Return an .xlsx file of rows of texts by field, under the names of the columns."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("场景清单")
    sheet.freeze_panes = "A2"
    for place, column in enumerate(COLUMNS, 1):
        sheet.column_dimensions[get_column_letter(place)].width = WIDE if column.field in LONG else NARROW
    sheet.append([_header(sheet, column.name) for column in COLUMNS])
    for row in rows:
        sheet.append([_cell(sheet, column.field, row.get(column.field, "")) for column in COLUMNS])
    written = BytesIO()
    book.save(written)
    return written.getvalue()


def _header(sheet: Any, name: str) -> Any:
    cell = WriteOnlyCell(sheet, name)
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: Any, field: str, text: str) -> Any:
    """Return a cell of text, never of a formula: what looks like one is marked to be taken as text."""
    if not text:
        return None
    if field == "deadline":
        cell = WriteOnlyCell(sheet, datetime.fromisoformat(text))
        cell.number_format = "yyyy-mm-dd"
        return cell
    clean = ILLEGAL.sub("", text)
    cell = WriteOnlyCell(sheet, "")
    cell.value = clean
    cell.data_type = "s"  # whatever it looks like
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    cell.quotePrefix = clean.startswith(FORMULA)
    return cell
