"""What the pages of the desk show of a need."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core import clock
from core.city import city
from core.diffing import FieldDiff, diff_fields
from core.formats import budget, day
from policies import queries as policies
from policies.models import Article
from scenario_catalog import queries as catalog
from scenario_catalog.columns import Terms
from scenario_catalog.drafting import completeness, queries
from scenario_catalog.drafting.completeness import Case, Check
from scenario_catalog.drafting.content import Content, Reading, of_scenario, read, shown, whole
from scenario_catalog.drafting.guidance import GUIDES, LABELS
from scenario_catalog.models import Attachment, ReviewComment, Scenario, ScenarioMove, ScenarioVersion
from scenario_catalog.operations import EDITABLE
from scenario_catalog.rules import SCENARIO

# What an agency does next with a need in each state.
NEXT: Mapping[str, str] = {
    "draft": "补充完整后提交审核",
    "returned": "按意见修改后再次提交",
    "in_review": "等待运营方审核；需要改动可先撤回",
    "approved": "等待运营方编入批次发布",
    "open": "答复提问，等待报名截止",
    "evaluating": "组织评审，确定入围",
    "finalists": "公示入围结果",
    "noticed": "公示期满后授标",
    "awarded": "启动试点",
    "piloting": "按验收标准验收",
}


@dataclass(frozen=True)
class Progress:
    """How far a need is."""

    checks: Sequence[Check]

    @property
    def blockers(self) -> list[Check]:
        return [check for check in self.checks if check.blocks]

    @property
    def advice(self) -> list[Check]:
        return [check for check in self.checks if not check.required and not check.done]

    @property
    def done(self) -> int:
        return completeness.share(self.checks)[0]

    @property
    def total(self) -> int:
        return len(self.checks)


@dataclass(frozen=True)
class Row:
    """A need in the list."""

    scenario: Scenario
    progress: Progress
    days: int

    @property
    def next(self) -> str:
        return NEXT.get(self.scenario.status, "")

    @property
    def status(self) -> str:
        return SCENARIO.states[self.scenario.status]


def articles() -> Sequence[Article]:
    version = policies.current_version(city().policy.id)
    return version.articles if version else []


def terms() -> Terms:
    """Return what the fields may name: the city's words, and the articles of its plan as it is now."""
    return Terms(city(), frozenset(article.ordinal for article in articles()))


def case(scenario: Scenario, documents: Sequence[Attachment] | None = None) -> Case:
    found = catalog.attachments(scenario) if documents is None else documents
    states = tuple((one.title, one.file.state) for one in found)
    return Case(clock.today(), city().rules.shortest_opening, states, scenario.agency.verified)


def progress(scenario: Scenario, content: Content) -> Progress:
    return Progress(completeness.checks(content, read(content, terms()), case(scenario)))


def rows(scenarios: Sequence[Scenario]) -> list[Row]:
    """Return what the list shows of each need."""
    typed = queries.heads([scenario.id for scenario in scenarios])
    known, today = terms(), clock.today()
    found = []
    for scenario in scenarios:
        content = whole(typed[scenario.id].content) if scenario.id in typed else of_scenario(scenario)
        checks = completeness.checks(content, read(content, known), case(scenario))
        touched = scenario.updated_at if scenario.status in EDITABLE else _since(scenario)
        found.append(Row(scenario, Progress(checks), (today - clock.local_date(touched)).days))
    return found


def notes(content: Content, reading: Reading) -> dict[str, str]:
    """Return how fields were read, for those where it may surprise: shown beside the field."""
    found = dict[str, str]()
    deadline, indicators = reading.values.get("deadline"), reading.values.get("indicators")
    if deadline:
        left = (deadline - clock.today()).days
        found["deadline"] = f"读作 {day(deadline)}（当天仍可报名），" + (f"还有 {left} 天" if left >= 0 else "已经过去")
    if indicators:
        found["indicators"] = f"共 {len(indicators)} 条"
    if "budget_max" in reading.values and (content["budget"] or content["budget_min"] or content["budget_max"]):
        found["budget_max"] = f"公开显示为：{budget(reading.values['budget_min'], reading.values['budget_max'])}"
    return found


def comments_by_field(scenario: Scenario) -> dict[str, list[ReviewComment]]:
    """Return the operator's comments by the field beside which they stand; those on no field of the form under ""."""
    found: dict[str, list[ReviewComment]] = {}
    for comment in queries.comments(scenario.id):
        found.setdefault(comment.field if comment.field in GUIDES else "", []).append(comment)
    return found


def last_return(scenario: Scenario) -> ScenarioMove | None:
    return next((move for move in reversed(scenario.moves) if move.verb == "return"), None)


def changes(before: Content, after: Content) -> list[FieldDiff]:
    """Compare two contents as people read them."""
    known = terms()
    left, right = ({f: shown(f, v, known) for f, v in whole(one).items()} for one in (before, after))
    return diff_fields(left, right, LABELS)


def since_submission(scenario: Scenario, content: Content) -> list[FieldDiff]:
    """Return what was changed since the version that was submitted last; nothing if none was."""
    submitted = queries.submitted(scenario.id)
    return changes(submitted.content, content) if submitted and scenario.status in EDITABLE else []


def version_name(version: ScenarioVersion) -> str:
    return version.person.name if version.person and version.person.name else "已离开的成员"


def members(scenario: Scenario) -> list[tuple[int, str]]:
    return [(found.person_id, found.person.name or found.person.email) for found in queries.members(scenario.agency_id)]


def _since(scenario: Scenario) -> Any:
    """Return since when a need is in its state."""
    return next((move.at for move in reversed(scenario.moves)), scenario.updated_at)
