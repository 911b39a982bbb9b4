"""Demonstration data: loading it as if it had happened day by day, and removing every trace of it."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import delete
from sqlalchemy.orm import Session

from accounts.models import Organisation
from accounts.operations import OrganisationFacts, ensure_organisation, remove_demo_people
from accounts.rules import VERIFIED
from core import audit, clock
from core.audit import Actor
from core.city import City, city
from core.errors import InvalidInputError
from scenario_catalog import operations, queries
from scenario_catalog.draft import Draft
from scenario_catalog.models import Batch, BatchEntry, Scenario
from scenario_catalog.rules import Ground

FOLDER = Path(__file__).with_name("demo")
DEMO = Actor(id="demo", role="system")

Progress = Callable[[str], None]

# Days before publication on which an agency writes a need down, hands it in, and sees it approved.
WRITTEN, HANDED_IN, APPROVED = 21, 14, 5
REGISTERED = 10
FIRST_HOUR = 9
STEP = timedelta(minutes=7)


@dataclass(frozen=True)
class Event:
    """Something that happened on a day, counted from the day of loading."""

    day: int
    act: Callable[[], object]


def load(session: Session, progress: Progress) -> int:
    """Load the demonstration data; returns the number of scenarios, 0 if they are there already.

    Raises InvalidInputError in a city whose words it does not use.
    """
    if session.scalar(queries.demo_batches().limit(1)) is not None:
        return 0
    if not fits(city()):
        raise InvalidInputError("演示数据用的是另一座城市的领域与区域，不能载入")
    agencies = [OrganisationFacts(**facts, demo=True, verification=VERIFIED) for facts in _read("agencies.json")]
    batches = [_read(file.name) for file in sorted(FOLDER.glob("batch-*.json"))]
    today, history = clock.today(), _History(session)
    history.register(agencies, min(batch["published"] for batch in batches) - WRITTEN - REGISTERED)
    for batch in batches:
        history.tell(batch, today)
    history.replay(today, progress)
    audit.record(session, DEMO, "load", "demo", "demo")
    return sum(len(batch["scenarios"]) for batch in batches)


def fits(place: City) -> bool:
    """Tell whether the city has the words that the demonstration data uses."""
    known = {
        "system": {term.code for term in place.systems},
        "domain": {term.code for term in place.domains},
        "district": set(place.districts),
    }
    scenarios = [scenario for file in FOLDER.glob("batch-*.json") for scenario in _read(file.name)["scenarios"]]
    tags = {tag for scenario in scenarios for tag in scenario["tags"]}
    fitting = all(scenario[name] in words for scenario in scenarios for name, words in known.items())
    return fitting and tags <= {term.code for term in place.tags}


def purge(session: Session, actor: Actor) -> int:
    """Remove all demonstration rows and passages; returns the number of scenarios. `flask data` will not load them again."""
    scenarios = session.scalars(queries.demo_scenarios()).all()
    for scenario in scenarios:
        if scenario.number:
            operations.remove_passages(session, scenario.number)
    session.execute(delete(BatchEntry).where(BatchEntry.scenario_id.in_([scenario.id for scenario in scenarios])))
    for row in [*scenarios, *session.scalars(queries.demo_batches())]:
        session.delete(row)
    session.flush()
    remove_demo_people(session)
    _remove_agencies(session)
    audit.record(session, actor, "purge", "demo", "demo")
    return len(scenarios)


def was_purged() -> bool:
    return queries.last_demo_verb() == "purge"


def _remove_agencies(session: Session) -> None:
    for organisation, named in session.execute(queries.demo_agencies()).all():
        if named:
            organisation.demo = False  # a real scenario names it
        else:
            session.delete(organisation)
    session.flush()


_Rows = dict[int, Scenario]


class _History:
    """Everything that happened, to be replayed in the order of its days."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.events: list[Event] = []
        self.agencies: dict[str, Organisation] = {}

    def register(self, agencies: Iterable[OrganisationFacts], day: int) -> None:
        for facts in agencies:
            self._on(day, partial(self._register, facts))

    def tell(self, batch: Mapping[str, Any], today: date) -> None:
        """Add how a batch came about, and what became of its scenarios."""
        published = batch["published"]
        rows: _Rows = {}
        for place, facts in enumerate(batch["scenarios"]):
            self._tell_scenario(rows, place, facts, published, today)
        self._on(published, lambda: self._publish(batch, [rows[place] for place in sorted(rows)]))
        for place, facts in enumerate(batch["scenarios"]):
            for step in facts["history"]:
                self._on(step[1], partial(self._step, rows, place, facts, *step))

    def replay(self, today: date, progress: Progress) -> None:
        """Let it all happen, a few minutes apart, on each day from its first hour."""
        days: dict[int, list[Event]] = defaultdict(list)
        for event in self.events:
            days[event.day].append(event)
        for count, day in enumerate(sorted(days), 1):
            moment = clock.start_of_day(today + timedelta(days=day)) + timedelta(hours=FIRST_HOUR)
            for number, event in enumerate(days[day]):
                with clock.frozen(moment + number * STEP):
                    event.act()
            if count % 20 == 0 or count == len(days):
                progress(f"已重演 {count}/{len(days)} 天")

    def _on(self, day: int, act: Callable[[], object]) -> None:
        self.events.append(Event(day, act))

    def _register(self, facts: OrganisationFacts) -> None:
        self.agencies[facts.code] = ensure_organisation(self.session, DEMO, facts)

    def _tell_scenario(self, rows: _Rows, place: int, facts: Any, published: int, today: date) -> None:
        def write() -> None:
            agency = self.agencies[facts["agency"]]
            rows[place] = operations.create_draft(self.session, DEMO, agency, _draft(facts, today), demo=True)

        self._on(published - WRITTEN, write)
        self._on(published - HANDED_IN, lambda: operations.move(self.session, DEMO, rows[place], "submit"))
        self._on(published - APPROVED, lambda: operations.move(self.session, DEMO, rows[place], "approve"))

    def _publish(self, facts: Mapping[str, Any], scenarios: list[Scenario]) -> Batch:
        batch = operations.create_batch(self.session, DEMO, facts["title"], summary=facts["summary"], demo=True)
        for scenario in scenarios:
            scenario.batch = batch
        operations.publish_batch(self.session, DEMO, batch)
        return batch

    def _step(self, rows: _Rows, place: int, facts: Any, verb: str, _day: int, reason: str = "") -> None:
        scenario = rows[place]
        operations.move(self.session, DEMO, scenario, verb, Ground(reason))
        if verb == facts["history"][-1][0] and facts["result"]:
            operations.record_result(self.session, DEMO, scenario, facts["result"])


def _draft(facts: Mapping[str, Any], today: date) -> Draft:
    names = {field.name for field in fields(Draft)}
    values: dict[str, Any] = {name: value for name, value in facts.items() if name in names}
    lists = {name: tuple(value) for name, value in values.items() if isinstance(value, list)}
    return Draft(**{**values, **lists, "deadline": today + timedelta(days=facts["deadline"])})


def _read(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))
