"""Events as a file, row by row: without salts, which would outlive a redaction here."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Select

from core.audit import AuditEvent, said
from core.chain import SAID
from core.extensions import db

COLUMNS = (*SAID, "hash")
_PORTION = 1000


def csv_lines(query: Select[AuditEvent]) -> Iterator[str]:
    """Write the events as CSV, in UTF-8 with a mark that spreadsheets know it by."""
    yield "\ufeff" + _row(COLUMNS)
    for values in _rows(query):
        yield _row([values[name] for name in COLUMNS])


def json_lines(query: Select[AuditEvent]) -> Iterator[str]:
    """Write the events as JSON, one object a line: what is hashed, and the hash."""
    for values in _rows(query):
        yield json.dumps(values, ensure_ascii=False) + "\n"


WRITERS: Mapping[str, tuple[str, Callable[[Select[AuditEvent]], Iterator[str]]]] = {
    "csv": ("text/csv; charset=utf-8", csv_lines),
    "jsonl": ("application/x-ndjson; charset=utf-8", json_lines),
}


def _rows(query: Select[AuditEvent]) -> Iterator[dict[str, Any]]:
    """Read the events by rising number, in portions."""
    rising = query.order_by(None).order_by(AuditEvent.id).execution_options(yield_per=_PORTION)
    for event in db.session.scalars(rising):
        yield {**said(event), "hash": event.hash}
        db.session.expunge(event)


def _row(values: Sequence[Any]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(values)
    return line.getvalue()
