"""Facts as pages show them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from policies.facts.coverage import Untold, untold
from policies.facts.models import PolicyFact
from policies.facts.operations import Correction
from policies.facts.rules import FACT, KINDS, REJECTED, ROLES, SOURCES, Fact
from policies.models import PolicyVersion


@dataclass(frozen=True)
class Desk:
    """What the desk shows of a version: rows of the chosen status, how many have each, and figures in no row."""

    rows: list[PolicyFact]
    status: str
    sizes: Mapping[str, int]
    untold: list[Untold]


def desk(version: PolicyVersion, known: Sequence[PolicyFact], wanted: str) -> Desk:
    """Return the desk of a version; a status that does not exist shows all."""
    status = wanted if wanted in FACT.states else ""
    rows = [row for row in known if status in {"", row.status}]
    sizes = Counter(row.status for row in known)
    # What was rejected is told too: somebody has looked at it.
    return Desk(rows, status, sizes, untold(version.articles, [row.fact for row in known]))


def groups(rows: Sequence[PolicyFact]) -> list[tuple[str, list[Fact]]]:
    """Return confirmed facts by what they are for, with its name; a purpose without facts falls out."""
    facts = [row.fact for row in rows if row.status != REJECTED]
    named = [(name, [one for one in facts if one.role == role]) for role, name in ROLES.items()]
    return [(name, found) for name, found in named if found]


def typed_of(row: PolicyFact) -> dict[str, str]:
    """Return what a row says as a person would type it into the form."""
    said = {name: getattr(row, name) for name in Correction.__dataclass_fields__}
    return said | {"value": "" if row.value is None else f"{row.value:f}"}


def parts(row: PolicyFact) -> list[tuple[str, str]]:
    """Return what a row says, each part with its name; what the text does not say falls out."""
    said = [
        (_("数值"), "" if row.value is None else f"{row.value:f} {row.unit}".strip()),
        (_("限定词"), row.comparator),
        (_("类别"), _(KINDS[row.kind])),
        (_("用途"), _(ROLES[row.role])),
        (_("期限"), row.deadline),
        (_("条件"), row.conditions),
        (_("负责单位"), row.body),
        (_("地点"), row.place),
        (_("来历"), _(SOURCES[row.source])),
    ]
    return [part for part in said if part[1]]
