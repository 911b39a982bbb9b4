"""Redaction: taking content out of everything that this site shows or keeps. Callers own the transaction."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from core import audit, clock
from core.audit import Actor
from core.errors import InvalidInputError
from core.files import erase
from core.orm import Base
from retrieval import lexical
from scenario_catalog import draft as drafts
from scenario_catalog import operations as catalog
from scenario_catalog.columns import COLUMNS
from scenario_catalog.models import Attachment, BatchEntry, Redaction, Scenario
from scenario_catalog.publishing import queries, redaction
from scenario_catalog.publishing.redaction import REMOVED, Occurrence
from scenario_catalog.similarity import operations as needs

LONGEST_NOTE = 500
NAMES = {column.field: column.name for column in COLUMNS} | {"result": "进展与成效"}


@dataclass(frozen=True)
class Order:
    """What is to be removed: exact texts, the longer first, and documents by id; the coded reason, with words or none."""

    texts: Sequence[str]
    attachments: Sequence[int]
    reason: str
    note: str = ""


@dataclass(frozen=True)
class Spot:
    """A column of a row that holds words, and what people call it."""

    label: str
    row: Any
    field: str

    @property
    def value(self) -> Any:
        return getattr(self.row, self.field)


def find(session: Session, scenario: Scenario, texts: Sequence[str]) -> list[Occurrence]:
    """Return every place where one of the texts stands in what belongs to the scenario."""
    spots = _spots(session, scenario)
    return [one for spot in spots for one in redaction.occurrences(spot.value, texts, spot.label)]


def redact(session: Session, actor: Actor, scenario: Scenario, order: Order) -> Redaction:
    """Remove texts and documents everywhere at once, and leave a tombstone that says why and when, never what.

    The frozen entry of the batch is redacted too, and its digest taken anew: the old one, kept beside a snapshot of
    which all but a telephone number is known, would let anyone try numbers until one fits. For the same reason the
    salts of the audit events go. Raises InvalidInputError when there is nothing to remove.
    """
    check(order)
    catalog.hold(session, scenario)
    documents = [one for one in scenario.attachments if one.id in order.attachments]
    spots = [spot for spot in _spots(session, scenario) if redaction.contains(spot.value, order.texts)]
    if not spots and not documents:
        raise InvalidInputError(_("没有找到这些文字，什么也没有删除"))
    for spot in spots:
        _replace(spot, order.texts)
    for document in documents:
        _erase(session, document, order.reason)
    made = _tombstone(scenario, order, [spot.label for spot in spots] + ["附件"] * bool(documents))
    session.add(made)
    session.flush()
    catalog.write_passages(session, scenario)
    needs.drop_stale(session, scenario)
    lexical.forget_removed(session)
    _forget(session, scenario, [spot.row for spot in spots])
    audit.record(session, actor, "redact", "scenario", scenario.id)
    return made


def check(order: Order) -> None:
    """Raise InvalidInputError unless the order says what and why, and does not itself repeat what is to go."""
    problems = []
    if order.reason not in redaction.REASONS:
        problems.append(_("请选择原因：%(reasons)s", reasons="、".join(redaction.REASONS.values())))
    if len(order.note) > LONGEST_NOTE:
        problems.append(_("说明最多 %(n)s 字", n=LONGEST_NOTE))
    if redaction.contains(order.note, order.texts):
        problems.append(_("公开的说明中不能写出要删除的文字"))
    if not order.texts and not order.attachments:
        problems.append(_("请写明要删除的文字，或选择附件"))
    if problems:
        raise InvalidInputError(problems)


def _spots(session: Session, scenario: Scenario) -> list[Spot]:
    """Return all columns that may hold words of the scenario. All rows are read before any is changed."""
    found = [(place, session.scalars(place.rows).unique().all()) for place in queries.places(scenario)]
    return [
        Spot(NAMES.get(field.key, place.label) if row is scenario else place.label, row, field.key)
        for place, rows in found
        for row in rows
        for field in place.fields
    ]


def _replace(spot: Spot, texts: Sequence[str]) -> None:
    # An address with a hole leads nowhere.
    new = "" if spot.field == "notice_url" else redaction.replaced(spot.value, texts)
    setattr(spot.row, spot.field, new)
    if isinstance(spot.row, BatchEntry):
        spot.row.digest = drafts.digest(spot.row.snapshot)


def _erase(session: Session, attachment: Attachment, reason: str) -> None:
    attachment.title = attachment.file.name = REMOVED
    attachment.file.digest = ""
    attachment.removed_at = attachment.removed_at or clock.now()
    erase(session, attachment.file, reason)


def _tombstone(scenario: Scenario, order: Order, labels: Iterable[str]) -> Redaction:
    places = [*dict.fromkeys(labels)]
    return Redaction(scenario_id=scenario.id, at=clock.now(), reason=order.reason, note=order.note, places=places)


def _forget(session: Session, scenario: Scenario, rows: Iterable[Base]) -> None:
    for kind, id_ in {("scenario", scenario.id), *_subjects(rows)}:
        audit.forget(session, kind, id_)


def _subjects(rows: Iterable[Any]) -> Iterator[tuple[str, int]]:
    """Yield what the audit log calls the rows: their table."""
    for row in rows:
        yield type(row).__tablename__, row.id
