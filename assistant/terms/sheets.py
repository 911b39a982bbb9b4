"""A glossary that comes as a file (.txt, .csv, .xlsx), as the lines that it would be typed in: row 7 is line 7."""

import csv
import io
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from flask_babel import gettext as _

from assistant.glossary import REMARK
from assistant.terms.rules import LONGEST_FILE, MOST_LINES, forms_of
from core.errors import InvalidInputError
from core.file_types import check, extension

ENDINGS = (".txt", ".csv", ".xlsx")
MOST_BYTES = 2**20
# What the columns may be called where the first row names them: word, forms, note.
HEADS = frozenset({"词", "词语", "中文说法", "英文词", "word", "term"})


def text_of(name: str, data: bytes) -> str:
    """Return a file's words as lines `word: form form # note`, a line for each row.

    Raises InvalidInputError for a file that is none of these kinds, too large, or not what its name says.
    """
    ending = f".{extension(name)}"
    if ending not in ENDINGS:
        raise InvalidInputError(_("只能导入 .txt、.csv 或 .xlsx 文件"))
    if len(data) > MOST_BYTES:
        raise InvalidInputError(_("文件太大：最大 1 MB"))
    if ending == ".txt":
        return _decoded(data)
    read: Mapping[str, Callable[[bytes, str], Iterable[Sequence[Any]]]] = {".csv": _csv, ".xlsx": _xlsx}
    return "\n".join(_lines(read[ending](data, name)))


def _decoded(data: bytes) -> str:
    """Return a text that is in UTF-8 or, as spreadsheets here save it, in GB 18030."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            found = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in found:
            return found.replace("\r\n", "\n").replace("\r", "\n")
    raise InvalidInputError(_("文件不是 UTF-8 或 GB 18030 编码的文字"))


def _csv(data: bytes, _name: str) -> Iterator[Sequence[Any]]:
    text = _decoded(data)
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    except csv.Error as error:
        raise InvalidInputError(_("不是有效的 CSV 文件：%(why)s", why=str(error))) from error


def _xlsx(data: bytes, name: str) -> Iterator[Sequence[Any]]:
    from openpyxl import load_workbook  # takes a fifth of a second, and only imports need it
    from openpyxl.utils.exceptions import InvalidFileException

    check(name, data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about styles and extensions that hold no cells
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            sheets = book.worksheets
            yield from sheets[0].iter_rows(max_row=MOST_LINES + 1, max_col=20, values_only=True) if sheets else ()
            book.close()
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ValueError, TypeError, SyntaxError, EOFError):
        # What openpyxl raises for a file that only bears the name of a workbook; SyntaxError is broken XML.
        raise InvalidInputError(_("不是有效的 .xlsx 文件")) from None


def _lines(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Yield a line for each row: word, forms, and what stands beside them as the note."""
    size, bad = 0, list[str]()
    for number, row in enumerate(rows, 1):
        cells = [" ".join(str(cell).split()) if cell is not None else "" for cell in row]
        line = _line(cells, heading=number == 1)
        size += len(line)
        if size > LONGEST_FILE or number > MOST_LINES:
            raise InvalidInputError(_("文件太大：最多 %(most)s 行", most=MOST_LINES))
        if set(":：#") & set(cells[0] if cells and not line.startswith("#") else ""):
            # As a line it would be another word than the one in the cell.
            bad.append(_("第 %(n)s 行：词里不能有冒号、井号和换行", n=number))
        yield line
    if bad:
        raise InvalidInputError(bad)


def _line(cells: Sequence[str], *, heading: bool) -> str:
    word, forms, *notes = [*cells, "", ""]
    note = " ".join(filter(None, notes))
    if not any(cells):
        return ""
    if heading and word.lower() in HEADS:
        return f"# {' '.join(filter(None, cells))}"
    return f"{word}: {' '.join(forms_of(forms))}".rstrip() + (f"{REMARK}{note}" if note else "")
