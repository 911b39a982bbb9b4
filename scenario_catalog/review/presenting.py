"""What the review page shows of a need: its fields as submitted, what changed, hints and comments beside them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from core import clock
from core.city import city
from core.diffing import FieldDiff, as_text, diff_fields
from scenario_catalog import draft as drafts
from scenario_catalog import queries as catalog
from scenario_catalog.models import Attachment, Review, ReviewComment, Scenario, ScenarioMove, ScenarioVersion
from scenario_catalog.review import queries, rules
from scenario_catalog.review.hints import Case, Hint, hints
from scenario_catalog.similarity.matcher import similar_to_text
from scenario_catalog.similarity.rules import Likeness

# States in which the scenario's own columns are what was submitted, and not what its agency is writing.
AS_SUBMITTED = frozenset({"in_review", "approved"})
COMPARED = ("title", "background", "scope", "indicators")


@dataclass(frozen=True)
class CommentView:
    """A comment with what may be done with it."""

    comment: ReviewComment
    author: str
    sent: bool
    own: bool


@dataclass(frozen=True)
class FieldView:
    """A field as submitted; `diff` where it changed since the version compared with."""

    field: str
    label: str
    text: str
    diff: FieldDiff | None = None
    hints: Sequence[Hint] = ()
    comments: Sequence[CommentView] = ()


@dataclass(frozen=True)
class Sheet:
    """All that the page shows; `version` is None for a need that came without versions."""

    scenario: Scenario
    version: ScenarioVersion | None
    against: ScenarioVersion | None
    versions: Sequence[ScenarioVersion]
    fields: Sequence[FieldView]
    overall: FieldView
    files: Sequence[Attachment]
    review: Review | None
    holder: int | None
    submitted: ScenarioMove | None
    moves: Sequence[ScenarioMove] = field(default_factory=list)

    @property
    def deciding(self) -> bool:
        """Whether there is something to decide."""
        return self.scenario.status in AS_SUBMITTED

    @property
    def hints(self) -> list[Hint]:
        return [*self.overall.hints, *(hint for view in self.fields for hint in view.hints)]

    @property
    def changed(self) -> list[FieldView]:
        return [view for view in self.fields if view.diff]

    @property
    def unsent(self) -> int:
        views = (self.overall, *self.fields)
        return sum(not comment.sent for view in views for comment in view.comments)


def sheet(scenario: Scenario, person: int | None, against: int | None = None) -> Sheet:
    """Return what the page shows; `against` is the number of the version to compare with, else the one before."""
    versions = queries.submitted_versions(scenario.id)
    version = versions[0] if versions else None
    older = next((found for found in versions[1:] if against in {None, found.number}), None)
    files = catalog.attachments(scenario)
    found_hints = _hints(scenario, files)
    comments = _comments(scenario, person)
    views = [_with(view, found_hints, comments) for view in _fields(scenario, version, older)]
    review, submits = queries.review(scenario.id), [move for move in scenario.moves if move.verb == "submit"]
    return Sheet(
        scenario=scenario,
        version=version,
        against=older,
        versions=versions,
        fields=views,
        overall=_overall({view.field for view in views}, found_hints, comments),
        files=files,
        review=review,
        holder=rules.holder(review, clock.now()),
        submitted=submits[-1] if submits else None,
        moves=[move for move in scenario.moves if move.note],
    )


def age(submitted: datetime) -> int:
    """Return the working days that a need has waited until now."""
    return rules.age(submitted, clock.now(), city().holidays)


def names(scenario: Scenario) -> frozenset[str]:
    """Return the fields that may be commented on."""
    return frozenset(rules.labels([version.content for version in queries.submitted_versions(scenario.id)[:2]])) or (
        frozenset(rules.labels([drafts.snapshot(scenario, "")]))
    )


def similar(scenario: Scenario) -> list[tuple[Likeness, Any]]:
    """Return (likeness, row of the list) of the published scenarios that a submitted need is like, best first."""
    version = next(iter(queries.submitted_versions(scenario.id)), None)
    written = version.content if version else drafts.snapshot(scenario, "")
    texts = {name: as_text(written.get(name)) for name in COMPARED}
    found = similar_to_text(texts, exclude=scenario.number or "")
    rows = {row.number: row for row in catalog.cards_numbered([one.number for one in found])}
    return [(one, rows[one.number]) for one in found if one.number in rows]


def _fields(scenario: Scenario, version: ScenarioVersion | None, older: ScenarioVersion | None) -> list[FieldView]:
    content = version.content if version else drafts.snapshot(scenario, "")
    before = older.content if older else {}
    labels = rules.labels([content, before])
    present, previous = rules.readable(content, city()), rules.readable(before, city())
    diffs = {diff.field: diff for diff in diff_fields(previous, present, labels) if older and diff.changed}
    return [FieldView(name, label, present.get(name, ""), diffs.get(name)) for name, label in labels.items()]


def _hints(scenario: Scenario, files: Sequence[Attachment]) -> list[Hint]:
    if scenario.status not in AS_SUBMITTED:
        return []
    states = tuple(found.file.state for found in files)
    return hints(Case(scenario, clock.today(), city().rules.shortest_opening, states))


def _comments(scenario: Scenario, person: int | None) -> list[CommentView]:
    return [
        CommentView(
            comment=found,
            author=found.person.name if found.person else "",
            sent=rules.is_sent(found, scenario.moves),
            own=found.person_id is not None and found.person_id == person,
        )
        for found in queries.comments(scenario.id)
    ]


def _with(view: FieldView, found: Sequence[Hint], comments: Sequence[CommentView]) -> FieldView:
    names = {view.field, "budget"} if view.field == "budget_min" else {view.field}
    mine = [hint for hint in found if hint.field in names]
    said = [comment for comment in comments if comment.comment.field == view.field]
    return FieldView(view.field, view.label, view.text, view.diff, mine, said)


def _overall(fields: set[str], found: Sequence[Hint], comments: Sequence[CommentView]) -> FieldView:
    """Return what is said of the need as a whole, and of fields that this version has not."""
    known = fields | ({"budget"} if "budget_min" in fields else set())
    left: list[Any] = [hint for hint in found if hint.field not in known]
    said = [comment for comment in comments if comment.comment.field not in fields]
    return FieldView(rules.OVERALL, "整体意见", "", None, left, said)
