"""What the tracker's pages show: desk, public pages, and the dashboard."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from flask import current_app, request
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from core import clock
from core.city import city, term
from core.extensions import db
from scenario_catalog.landing import counting, queries, rules
from scenario_catalog.landing.counting import Month, Stage, Tally
from scenario_catalog.landing.models import Landing, Milestone
from scenario_catalog.rules import FAILURE_REASONS, SCENARIO

# Stages of the funnel that rooms above know of.
ABOVE = ("matched", "bid")
STAGES: Mapping[str, str] = {
    "posted": "已发布",
    "matched": "有合适方案",
    "bid": "有企业揭榜",
    "finalist": "有入围",
    "landed": "已落地",
}
ACCEPTANCE_FAILED = "acceptance_failed"
KINDS: Mapping[str, Any] = {"milestones": rules.MILESTONE_KINDS, "evidence": rules.EVIDENCE_KINDS}


@dataclass(frozen=True)
class Line:
    """A landing in a list: which milestone comes next, whether it is overdue, how many of them are met."""

    landing: Landing
    next: Milestone | None
    overdue: bool
    met: int

    @property
    def total(self) -> int:
        return len(self.landing.milestones)


@dataclass(frozen=True)
class Failure:
    """Why a scenario has failed: the public reason, and the words that only those at work on it read."""

    label: str
    words: str


@dataclass(frozen=True)
class Choice:
    """What the dashboard is narrowed to; "" for everything."""

    batch: str = ""
    domain: str = ""


@dataclass(frozen=True)
class Board:
    """All figures of the dashboard; `demo` if they are of invented scenarios."""

    choice: Choice
    demo: bool
    batches: Mapping[str, str]
    posted: int
    stages: Sequence[Stage]
    tables: Mapping[str, Sequence[Tally]]
    months: Sequence[Month]


def line(landing: Landing) -> Line:
    coming = rules.next_step(landing.milestones)
    overdue = coming is not None and rules.is_overdue(coming, clock.today())
    return Line(landing, coming, overdue, sum(step.status == rules.MET for step in landing.milestones))


def desk(landing: Landing) -> dict[str, Any]:
    """Return what the desk's page of a landing shows besides its forms."""
    scenario = landing.scenario
    return {
        **shown(landing),
        "status_label": SCENARIO.states[scenario.status],
        "lacking_for_pilot": rules.lacking_for_pilot(landing.milestones),
        "lacking_for_landing": rules.lacking_for_landing(landing.milestones, landing.results),
        "earlier": queries.earlier(landing),
        "failure": failure(landing) if landing.ended_at else None,
        "changeable": landing.ended_at is None,
        "unverified": landing.ended_at is None and landing.verified_at is None,
    }


def failure(landing: Landing) -> Failure | None:
    """Return why a landing was given up, or None where something else ended it, whose words are not for its parties."""
    found = next((move for move in landing.scenario.moves if move.reason == ACCEPTANCE_FAILED), None)
    return Failure(FAILURE_REASONS[found.reason], found.note) if found else None


def shown(landing: Landing) -> dict[str, Any]:
    """Return what every page of a landing shows."""
    today = clock.today()
    return {
        "landing": landing,
        "scenario": landing.scenario,
        "states": rules.MILESTONE.states,
        "kinds": KINDS,
        "money": rules.money,
        "overdue": [step.id for step in landing.milestones if rules.is_overdue(step, today)],
    }


def board(choice: Choice) -> Board:
    """Count what the dashboard shows: real scenarios; invented ones only where there is no real one."""
    demo = not queries.has_real()
    every = db.session.execute(queries.dashboard_rows(demo=demo)).all()
    rows = [row for row in every if _is_chosen(row, choice)]
    landed = [clock.local_date(row.landed_at) for row in rows if row.status == "landed" and row.landed_at]
    return Board(
        choice,
        demo and bool(every),
        {str(number): title for number, title in db.session.execute(queries.batches(demo=demo))},
        len(rows),
        counting.funnel(rows, {stage: reached(stage) for stage in ABOVE}),
        _tables(rows),
        counting.months(landed, clock.today()),
    )


def choice() -> Choice:
    """Read what the address narrows the dashboard to; what is not known there narrows nothing."""
    batch, domain = request.args.get("batch", ""), request.args.get("domain", "")
    return Choice(batch if batch.isascii() and batch.isdigit() else "", domain if term(city().domains, domain) else "")


def reached(stage: str) -> Collection[int] | None:
    """Return the ids of the scenarios that ever reached a stage, by what the rooms above declare; None if none does."""
    known = [room.stages.get(stage) for room in current_app.extensions["rooms"]]
    asked = [ask for ask in known if ask is not None]
    return _joined(db.session(), asked) if asked else None


def months_label(month: Month) -> str:
    return str(_("%(year)s年%(month)s月", year=month.year, month=month.month))


def _joined(session: Session, asked: Sequence[Any]) -> set[int]:
    return {scenario for ask in asked for scenario in ask(session)}


def _is_chosen(row: Any, wanted: Choice) -> bool:
    return wanted.batch in {"", str(row.batch)} and wanted.domain in {"", row.domain}


def _tables(rows: Sequence[Any]) -> dict[str, list[Tally]]:
    keys = ("domain", "district", "agency", "batch")
    return {key: counting.tallies(rows, attrgetter(key)) for key in keys}
