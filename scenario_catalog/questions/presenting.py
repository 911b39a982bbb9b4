"""Questions as one reader may see them: without who asked, but for those who may know."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from core import clock
from core.access import principal
from core.city import city
from scenario_catalog.models import Question, Scenario
from scenario_catalog.questions import queries, rules
from scenario_catalog.questions.rules import Reader


@dataclass(frozen=True)
class Shown:
    """A question for this reader: `own` if the reader's organisation asked, `asker` its name if the reader may know."""

    question: Question
    own: bool
    asker: str


@dataclass(frozen=True)
class Panel:
    """The questions of a scenario: whether more are taken, until which day, and what waits."""

    is_open: bool
    last_day: date
    shown: Sequence[Shown]
    longest: int = rules.LONGEST

    @property
    def unanswered(self) -> int:
        return sum(shown.question.status == "asked" for shown in self.shown)


def panel(scenario: Scenario, questions: Sequence[Question]) -> Panel:
    """Return the questions of a published scenario as the present reader may see them."""
    days = city().rules.questions_close
    is_open = rules.questions_open(scenario, clock.now(), days)
    return Panel(is_open, rules.closing_day(scenario.deadline, days), shown([(found, scenario) for found in questions]))


def shown(found: Sequence[tuple[Question, Scenario]]) -> list[Shown]:
    """Return questions as the present reader may see them."""
    who = principal()
    reader = Reader(rules.kind_of(who.role), who.organisation)
    known = [question.organisation_id for question, scenario in found if _may_see(reader, question, scenario)]
    names = queries.organisation_names(known) if known else {}
    return [
        Shown(
            question=question,
            own=who.organisation is not None and question.organisation_id == who.organisation,
            asker=names.get(question.organisation_id, "") if _may_see(reader, question, scenario) else "",
        )
        for question, scenario in found
    ]


def _may_see(reader: Reader, question: Question, scenario: Scenario) -> bool:
    opened = rules.bids_opened(scenario.moves)
    return rules.may_see_asker(reader, question.organisation_id, scenario.agency_id, opened=opened)
