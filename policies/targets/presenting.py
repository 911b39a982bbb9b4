"""The board: documents with their targets, and where the marketplace counts one itself."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from flask import current_app, url_for

from core import clock
from core.city import city
from core.extensions import db
from policies import queries as policies
from policies.facts.queries import confirmed_facts
from policies.facts.rules import Fact
from policies.models import PolicyVersion
from policies.targets import queries
from policies.targets.models import TargetEntry
from policies.targets.rules import STATES, Target, assess, key_of, targets

# The fragment with a target's live count is served by the room that counts, which lies above this one.
PROGRESS = "catalog.target_progress"


@dataclass(frozen=True)
class Part:
    """The targets of one document."""

    version: PolicyVersion
    targets: list[Target]

    @property
    def sizes(self) -> Mapping[str, int]:
        """How many targets are in each state, in the order of STATES."""
        found = Counter(one.state for one in self.targets)
        return {state: found[state] for state in STATES if found[state]}


def board() -> list[Part]:
    """Return the targets of every document that has some and is not withdrawn, the city's own plan first."""
    versions = sorted(db.session.scalars(policies.answerable()), key=lambda one: one.document_id != city().policy.id)
    return [found for one in versions if (found := part(one)).targets]


def part(version: PolicyVersion) -> Part:
    """Return the confirmed targets of a version with what is known of them today."""
    known: dict[str, list[TargetEntry]] = {}
    for entry in db.session.scalars(queries.entries(version.document_id)):
        known.setdefault(entry.target, []).append(entry)
    facts = targets(confirmed_facts(db.session(), version))
    found = [
        assess(fact, known.get(key_of(fact), ()), clock.today(), live=bool(progress_address(version, fact)))
        for fact in facts
    ]
    return Part(version, found)


def progress_address(version: PolicyVersion, fact: Fact) -> str:
    """Return where the live count of a target is served, "" for a target that the marketplace does not count."""
    counted = city().landing_target
    if counted is None or version.document_id != city().policy.id or PROGRESS not in current_app.view_functions:
        return ""
    same = fact.article == counted.source and fact.value == Decimal(counted.value) and fact.unit == counted.unit
    return url_for(PROGRESS, counts=counted.counts) if same else ""
