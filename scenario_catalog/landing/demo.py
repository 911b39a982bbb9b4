"""The invented landings: told as if they had come day by day, for the demonstration's scenarios that were awarded."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from io import BytesIO
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from accounts import queries as accounts
from core import audit, clock, files
from core.audit import Actor
from core.extensions import db
from core.registry import Progress
from core.settings import settings
from scenario_catalog import demo as catalog_demo
from scenario_catalog.landing import evidence, operations, queries, rules
from scenario_catalog.landing.evidence import Label
from scenario_catalog.landing.models import Landing, Milestone, Replication
from scenario_catalog.landing.operations import Contract, Party, Plan
from scenario_catalog.models import Scenario

FILE = catalog_demo.FOLDER / "landings.json"
DEMO = Actor(id="demo", role="system")
STEP = timedelta(minutes=5)
# Where the invented result of a procurement stands.
NOTICES = "https://example.org/notice/result-"


def seed(progress: Progress) -> None:
    """Load what is missing, where the demonstration's scenarios are."""
    if not settings().demo_data:
        progress("DEMO_DATA=0：不载入")
        return
    made = load(db.session())
    db.session.commit()
    progress(f"{made} 个落地" if made else "已经在库中")


def load(session: Session) -> int:
    """Tell how each invented scenario went on from its award, unless that is known already; returns how many were told."""
    made = 0
    for facts in told():
        scenario = queries.demo_scenario(facts["scenario"])
        if scenario is not None and not queries.has_landing(scenario.id):
            made += _Story(session, scenario, facts).tell()
    if made:
        audit.record(session, DEMO, "load", "demo", "landings")
    return made


def told() -> list[dict[str, Any]]:
    """Return the landings of the demonstration data."""
    found: list[dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))["landings"]
    return found


def purge(session: Session) -> None:
    """Remove the invented landings with their files, before their scenarios go."""
    for landing in session.scalars(queries.demo_landings()).unique().all():
        for one in [one for step in landing.milestones for one in step.evidence]:
            files.erase(session, one.file, "demonstration data was removed")
        session.delete(landing)
    session.flush()


class _Story:
    """What happened to one scenario after its award, day by day from there."""

    def __init__(self, session: Session, scenario: Scenario, facts: Mapping[str, Any]) -> None:
        self.session, self.scenario, self.facts = session, scenario, facts
        self.days: list[tuple[datetime, Callable[[], object]]] = []
        self.moved = {move.status: move.at for move in scenario.moves}

    def tell(self) -> int:
        """Let it all happen; returns 1, or 0 where the scenario was never awarded."""
        if "awarded" not in self.moved:
            return 0
        with clock.frozen(self.moved["awarded"]):
            landing = self._begin()
        self._foresee(landing)
        for moment, act in sorted(self.days, key=lambda day: day[0]):
            with clock.frozen(moment):
                act()
        return 1

    def _begin(self) -> Landing:
        parties = [self._party(**party) for party in self.facts["parties"]]
        landing = operations.begin(self.session, DEMO, self.scenario, parties, demo=True)
        if self.scenario.mode == "procurement":
            landing.notice_url = f"{NOTICES}{self.scenario.number}"
            landing.decided_on = clock.today()
        for step in self.facts["steps"]:
            if step["kind"] != rules.CONTRACT:
                due = clock.today() + timedelta(days=step["due"])
                operations.plan(self.session, DEMO, landing, Plan(step["kind"], step["title"], due))
        return landing

    def _foresee(self, landing: Landing) -> None:
        """Note what will happen on which day."""
        if self.facts["contract"]:
            self._on(self.facts["contract"]["day"], partial(self._sign, landing))
        for facts in self.facts["steps"]:
            self._step(_milestone(landing, facts), facts)
        if landed := self.moved.get("landed"):
            self.days.append((landed - STEP, partial(self._report, landing)))
            self.days.append((landed, partial(operations.confirm, self.session, DEMO, landing)))
        for copy in self.facts["copies"]:
            self._on(copy["day"], partial(self._copy, landing, copy))
        if failed := self.moved.get("failed"):
            self.days.append((failed, partial(operations.end, self.session, DEMO, landing)))

    def _step(self, milestone: Milestone, facts: Mapping[str, Any]) -> None:
        """Note when the files of a milestone come and when it is decided; one not decided yet has them a month before it is due."""
        decided = facts["decided"]
        for number, file in enumerate(facts["files"]):
            day = decided if decided is not None else facts["due"] - 30
            self._on(day, partial(self._attach, milestone, file), STEP * number)
        if decided is not None:
            act = partial(operations.decide, self.session, DEMO, milestone, facts["verb"], facts["note"])
            self._on(decided, act, STEP * len(facts["files"]))

    def _on(self, day: int, act: Callable[[], object], later: timedelta = timedelta()) -> None:
        """Note what happens so many days after the award, an hour after its hour; what lies ahead has not happened."""
        moment = self.moved["awarded"] + timedelta(days=day, hours=1) + later
        if moment <= clock.now():
            self.days.append((moment, act))

    def _party(self, *, lead: bool, name: str = "", code: str = "") -> Party:
        known = accounts.organisation_by_code(code) if code else None
        return Party(known.id, known.name, lead) if known else Party(None, name or code, lead)

    def _sign(self, landing: Landing) -> None:
        facts = self.facts["contract"]
        amount = None if facts["wan"] is None else round(facts["wan"] * rules.YUAN_A_WAN)
        operations.describe(self.session, DEMO, landing, Contract(facts["title"], clock.today(), amount))

    def _attach(self, milestone: Milestone, facts: Mapping[str, Any]) -> None:
        agency = self.scenario.agency_id
        known = [party.organisation_id for party in milestone.landing.parties if party.organisation_id]
        whose = known[0] if known and facts["by"] == "party" else agency
        upload = FileStorage(BytesIO(facts["text"].encode()), filename=facts["name"])
        label = Label(facts["kind"], facts["title"], facts["public"], whose)
        evidence.attach(self.session, DEMO, milestone, upload, label)

    def _report(self, landing: Landing) -> None:
        operations.report(self.session, DEMO, landing, self.scenario.result, self.facts["conditions"])

    def _copy(self, landing: Landing, facts: Mapping[str, Any]) -> None:
        copy = Replication(place=facts["place"], note=facts["note"], since=clock.today())
        operations.replicate(self.session, DEMO, landing, copy)


def _milestone(landing: Landing, facts: Mapping[str, Any]) -> Milestone:
    wanted = [step for step in landing.milestones if step.kind == facts["kind"]]
    return wanted[0] if facts["kind"] == rules.CONTRACT else _titled(wanted, facts["title"])


def _titled(steps: Sequence[Milestone], title: str) -> Milestone:
    return next(step for step in steps if step.title == title)
