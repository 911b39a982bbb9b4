"""Corrigenda: the only way in which a published need changes. Callers own the transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from core import audit, clock
from core.audit import Actor
from core.city import city
from core.errors import InvalidInputError
from core.files import StoredFile
from scenario_catalog import cells, intake, queries
from scenario_catalog import draft as drafts
from scenario_catalog import operations as catalog
from scenario_catalog.columns import COLUMNS, CellError, Column, Terms
from scenario_catalog.draft import Draft
from scenario_catalog.models import Attachment, Corrigendum, Scenario
from scenario_catalog.publishing import corrigenda
from scenario_catalog.publishing.corrigenda import ATTACHMENTS, Change, Times
from scenario_catalog.publishing.queries import last_corrigendum
from scenario_catalog.rules import is_open

LONGEST_REASON = 1000
TYPED = tuple(column for column in COLUMNS if column.field in corrigenda.LABELS)
DEFAULTS: Mapping[str, Any] = {field.name: field.default for field in fields(Draft)} | {"budget": (None, None)}


class FieldError(InvalidInputError):
    """What was typed cannot be taken; `by_field` says where."""

    def __init__(self, by_field: Mapping[str, str]) -> None:
        self.by_field = by_field
        super().__init__([f"{corrigenda.LABELS[field]}：{reason}" for field, reason in by_field.items()])


@dataclass(frozen=True)
class Documents:
    """Documents to add, each with its title, and ids of those to remove."""

    added: Sequence[tuple[StoredFile, str]] = ()
    removed: Sequence[int] = ()


NO_DOCUMENTS = Documents()


@dataclass(frozen=True)
class Proposal:
    """A corrigendum to be: the fields as they were typed, why, and the number that its author expects it to get."""

    typed: Mapping[str, str]
    reason: str
    number: int
    documents: Documents = NO_DOCUMENTS


def texts(scenario: Scenario) -> dict[str, str]:
    """Return what can be corrected, as texts to be edited."""
    return {column.field: cells.cell(column.field, scenario, city()) for column in TYPED}


def weigh(scenario: Scenario, proposal: Proposal) -> tuple[Draft, list[Change]]:
    """Return the need as it would be, and what changes. Raises FieldError, or InvalidInputError where a rule refuses."""
    draft = _drafted(scenario, proposal.typed)
    after = {column.field: cells.cell(column.field, _Sayable(draft), city()) for column in TYPED}
    found = [*corrigenda.changes(texts(scenario), after), *_of_documents(scenario, proposal.documents)]
    corrigenda.check(found, _times(scenario, draft.deadline))
    if not 0 < len(proposal.reason) <= LONGEST_REASON:
        raise InvalidInputError(_("请写明更正理由，最多 %(n)s 字", n=LONGEST_REASON))
    return draft, found


def issue(session: Session, actor: Actor, scenario: Scenario, proposal: Proposal) -> Corrigendum:
    """Change a published need in public: numbered, with its reason, each field before and after.

    The batch keeps what it froze. The agency answers for its need and the operator for the list, so approvers of both
    may issue one: what protects the reader is that it is public at once, and recorded. Raises like `weigh`.
    """
    catalog.hold(session, scenario)
    if scenario.published_at is None:
        raise InvalidInputError(_("尚未发布的场景不需要更正"))
    if proposal.number != last_corrigendum(scenario) + 1:
        raise InvalidInputError(_("刚刚发布了另一项更正，请核对现在的内容后再试"))
    draft, found = weigh(scenario, proposal)
    before = audit.state(scenario)
    catalog.write(scenario, draft)
    now = scenario.updated_at = clock.now()
    _change_documents(session, scenario, proposal.documents)
    made = Corrigendum(scenario_id=scenario.id, number=proposal.number, at=now, reason=proposal.reason)
    made.material = corrigenda.is_material(found)
    made.changes = [{"field": one.field, "before": one.before, "after": one.after} for one in found]
    session.add(made)
    session.flush()
    catalog.write_passages(session, scenario)
    audit.record(session, actor, "issue", "corrigendum", made.id, before=before, after=audit.state(scenario))
    return made


def _times(scenario: Scenario, after: date) -> Times:
    now = clock.now()
    return Times(scenario.deadline, after, clock.local_date(now), city().rules.extension, is_open(scenario, now))


def earliest_deadline(scenario: Scenario) -> date:
    return corrigenda.earliest_deadline(_times(scenario, scenario.deadline))


@dataclass(frozen=True)
class _Sayable:
    """A Draft with the names that a Scenario has."""

    draft: Draft

    @property
    def tag_codes(self) -> Sequence[str]:
        return self.draft.tags

    def __getattr__(self, name: str) -> Any:
        return getattr(self.draft, name)


def _drafted(scenario: Scenario, typed: Mapping[str, str]) -> Draft:
    """Return the need with what was typed; a field whose text is the present one keeps its very value."""
    present, terms = texts(scenario), intake.terms(None)
    values, wrong = dict[str, Any](), dict[str, str]()
    for column in TYPED:
        text = typed.get(column.field, present[column.field]).replace("\r\n", "\n").strip()
        if text != present[column.field].strip():
            try:
                values[column.field] = _read(column, text, terms)
            except CellError as error:
                wrong[column.field] = str(error)
    if wrong:
        raise FieldError(wrong)
    if "budget" in values:
        values["budget_min"], values["budget_max"] = values.pop("budget")
    return replace(drafts.of(scenario), **values)


def _read(column: Column, text: str, terms: Terms) -> Any:
    if text:
        return column.parse(text, terms)
    if column.required or column.field == "district":
        raise CellError(_("必填"))
    return DEFAULTS[column.field]


def _of_documents(scenario: Scenario, documents: Documents) -> list[Change]:
    present = queries.attachments(scenario)
    before = [one.title for one in present]
    after = [one.title for one in present if one.id not in documents.removed]
    after += [title for _file, title in documents.added]
    if not documents.added and before == after:
        return []
    return [Change(ATTACHMENTS, "\n".join(before), "\n".join(after))]


def _change_documents(session: Session, scenario: Scenario, documents: Documents) -> None:
    present, now = queries.attachments(scenario), clock.now()
    for attachment in present:
        if attachment.id in documents.removed:
            attachment.removed_at = now
    place = max((one.position for one in present), default=0)
    for number, (file, title) in enumerate(documents.added, place + 1):
        session.add(Attachment(scenario_id=scenario.id, file_id=file.id, title=title, position=number, added_at=now))
    session.flush()
