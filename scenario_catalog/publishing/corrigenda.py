"""What a corrigendum may change, and by how much it must extend the deadline. Plain functions over plain values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _

from core.diffing import FieldDiff, diff_fields
from core.errors import InvalidInputError
from core.formats import day, written_day
from scenario_catalog.columns import COLUMNS

ATTACHMENTS = "attachments"
DEADLINE = "deadline"

# What bids are made from. Documents count among it: what they say cannot be weighed here.
MATERIAL = frozenset(
    {DEADLINE, "scope", "indicators", "conditions", "acceptance", "budget", "mode", "resources", ATTACHMENTS}
)
# Whose need it is and what it is called in files and law stay as they were published.
FIXED = frozenset({"number", "agency"})

LABELS: Mapping[str, str] = {
    **{column.field: column.name for column in COLUMNS if column.field not in FIXED},
    ATTACHMENTS: "附件",
}


@dataclass(frozen=True)
class Change:
    """One field before and after, as texts that people read."""

    field: str
    before: str
    after: str

    @property
    def material(self) -> bool:
        return self.field in MATERIAL


@dataclass(frozen=True)
class Times:
    """The deadline before and after, the city's day, the days a material change costs, and whether bids are taken."""

    before: date
    after: date
    today: date
    extension: int
    is_open: bool


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[Change]:
    """Return what differs, in the order of the fields."""
    pairs = ((field, before.get(field, ""), after.get(field, before.get(field, ""))) for field in LABELS)
    return [Change(field, left, right) for field, left, right in pairs if left != right]


def diff(found: Sequence[Change]) -> list[FieldDiff]:
    """Return changes as the pages draw them, field by field."""
    before, after = ({one.field: read(one.field, getattr(one, side)) for one in found} for side in ("before", "after"))
    return diff_fields(before, after, {one.field: LABELS.get(one.field, one.field) for one in found})


def read(field: str, text: str) -> str:
    """Return a side of a change as people read it: a corrigendum keeps what the cell of a list says."""
    return written_day(text) if field == DEADLINE else text


def is_material(found: Sequence[Change]) -> bool:
    return any(change.material for change in found)


def earliest_deadline(times: Times) -> date:
    """Return the earliest deadline that a material change may set: `extension` days after the one that was published.

    It is counted from the old deadline and not from today: who planned a bid for that day gets so many days more,
    however far off it was. Bids being taken, the old deadline has not passed, so the days left are no fewer either.
    """
    return times.before + timedelta(days=times.extension)


def check(found: Sequence[Change], times: Times) -> None:
    """Raise InvalidInputError unless the changes may be made.

    A deadline is never shortened. What is material changes only while bids are taken, and extends the deadline: see
    `earliest_deadline`. What is not may be corrected at any time after publication.
    """
    problems = [*_problems(found, times)]
    if problems:
        raise InvalidInputError(problems)


def _problems(found: Sequence[Change], times: Times) -> Iterator[str]:
    if not found:
        yield _("没有任何变化")
        return
    if not is_material(found):
        return
    named = "、".join(LABELS[change.field] for change in found if change.material)
    if not times.is_open:
        yield _("报名已经截止或结束，不能再更正%(fields)s", fields=named)
        return
    earliest = earliest_deadline(times)
    if times.after < times.before:
        yield _("截止日只能延后，不能提前（原为 %(day)s）", day=day(times.before))
    elif times.after < earliest:
        told = {"fields": named, "n": times.extension, "day": day(earliest)}
        yield _("更正%(fields)s须将截止日延后至少 %(n)s 天，最早为 %(day)s", **told)
