"""The invented enterprises and what they offer: loaded as if it had come day by day, and removed with its passages."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from accounts import queries as accounts
from accounts.members import verifying
from accounts.models import Organisation
from accounts.operations import OrganisationFacts, ensure_organisation
from accounts.rules import ENTERPRISE, VERIFIED
from core import audit, clock, files
from core.audit import Actor
from core.city import City, city
from core.extensions import db
from core.registry import Progress
from core.settings import settings
from marketplace.solutions import operations, queries
from marketplace.solutions.models import ResearchNotice, Solution
from marketplace.solutions.operations import Profile
from marketplace.solutions.rules import Facts, facts_of
from scenario_catalog import queries as catalog

FOLDER = Path(__file__).parent.parent / "demo"
# Those of the accounts to try the site with are registered by whoever makes the accounts.
OWN = "own.json"
DEMO = Actor(id="demo", role="system")

# Days before the loading on which the first enterprise comes, how far they come apart, and what follows when.
FIRST, APART = 95, 2
WRITTEN, PUBLISHED, BETWEEN, NOTICED = 1, 2, 3, 4
HOUR = timedelta(hours=9)
STEP = timedelta(minutes=3)
LAPSED = "演示：证照到期，等待更新"


def seed(progress: Progress) -> None:
    """Load what is missing, where the demonstration's scenarios are."""
    if not settings().demo_data or not catalog.has_demo():
        progress("没有演示场景：不载入演示方案")
        return
    if not fits(city()):
        progress("演示方案用的是另一座城市的领域与区域：不载入")
        return
    made = load(db.session(), progress)
    db.session.commit()
    progress(f"{made} 个方案" if made else "已经在库中")


def load(session: Session, progress: Progress) -> int:
    """Load the enterprises that have no solution yet; returns how many solutions were written down."""
    wanted = enterprises()
    there = {*queries.registered([one["code"] for one in wanted])}
    history = _History(session, clock.today())
    for place, facts in enumerate(wanted):
        if facts["code"] not in there:
            history.tell(place, facts)
    made = history.replay(progress)
    if made:
        audit.record(session, DEMO, "load", "demo", "solutions")
    return made


def fits(place: City) -> bool:
    """Tell whether the city has the words that the demonstration data uses."""
    found = enterprises()
    domains = {code for one in found for solution in one["solutions"] for code in solution["domains"]}
    districts = {one["district"] for one in found} - {""}
    return domains <= {term.code for term in place.domains} and districts <= {*place.districts}


def enterprises() -> list[dict[str, Any]]:
    """Return the enterprises of the demonstration data, those of the accounts last."""
    names = [*sorted(file.name for file in FOLDER.glob("enterprises-*.json")), OWN]
    return [one for name in names for one in json.loads((FOLDER / name).read_text(encoding="utf-8"))["enterprises"]]


def purge(session: Session) -> None:
    """Remove the invented solutions with their passages and files; their enterprises go with the rest of the data."""
    for stored in session.scalars(queries.demo_files()).all():
        files.erase(session, stored, "demonstration data was removed")
    for row in session.scalars(queries.demo_solutions()).unique().all():
        operations.unindex(session, row.id)
        session.delete(row)
    session.flush()


class _History:
    """Everything that happened, to be replayed in the order of its time."""

    def __init__(self, session: Session, today: date) -> None:
        self.session, self.today = session, today
        self.events: list[tuple[datetime, Callable[[], object]]] = []
        self.enterprises: dict[str, Organisation] = {}
        self.made = 0

    def tell(self, place: int, facts: Mapping[str, Any]) -> None:
        """Add how an enterprise came, what it offered when, and whether its verification ended."""
        first, code = place * APART - FIRST, facts["code"]
        self._on(first, partial(self._register, facts))
        for number, solution in enumerate(facts["solutions"]):
            rows: list[Solution] = []
            start = first + number * BETWEEN
            self._on(start + WRITTEN, partial(self._write, rows, code, solution))
            self._on(start + PUBLISHED, partial(self._publish, rows, code))
        for notice in facts.get("notices", ()):
            self._on(first + NOTICED, partial(self._notify, code, notice))
        if not facts["verified"]:
            self._on(-1, partial(self._lapse, code))

    def replay(self, progress: Progress) -> int:
        """Let it all happen; returns how many solutions were written down."""
        for count, (moment, act) in enumerate(sorted(self.events, key=lambda event: event[0]), 1):
            with clock.frozen(moment):
                act()
            if count % 100 == 0:
                progress(f"已重演 {count}/{len(self.events)} 步")
        return self.made

    def _on(self, day: int, act: Callable[[], object]) -> None:
        moment = clock.start_of_day(self.today + timedelta(days=day)) + HOUR
        self.events.append((moment + (len(self.events) % 100) * STEP, act))

    def _register(self, facts: Mapping[str, Any]) -> None:
        found = accounts.organisation_by_code(facts["code"])
        if found is None and "name" in facts:
            known = OrganisationFacts(
                facts["name"], ENTERPRISE, facts["code"], facts["district"], demo=True, verification=VERIFIED
            )
            found = ensure_organisation(self.session, DEMO, known)
        if found is not None:
            self.enterprises[facts["code"]] = found
            operations.describe(self.session, DEMO, found, _profile(facts))

    def _write(self, rows: list[Solution], code: str, facts: Mapping[str, Any]) -> None:
        if code in self.enterprises:
            owner, said = self.enterprises[code], _facts(facts)
            rows.append(operations.create(self.session, DEMO, owner, None, said, demo=True))
            self.made += 1

    def _publish(self, rows: Sequence[Solution], code: str) -> None:
        if rows and self.enterprises[code].verified:
            operations.move(self.session, DEMO, rows[0], "publish")

    def _notify(self, code: str, facts: Mapping[str, str]) -> ResearchNotice:
        owner = self.enterprises[code]
        made = operations.write_notice(self.session, DEMO, owner, facts["title"], facts["text"], demo=True)
        operations.move_notice(self.session, DEMO, made, "publish")
        return made

    def _lapse(self, code: str) -> None:
        owner = self.enterprises.get(code)
        if owner is not None and owner.verified:
            verifying.revoke(self.session, DEMO, owner, LAPSED)


def _profile(facts: Mapping[str, Any]) -> Profile:
    return Profile(**{name: facts[name] for name in Profile.__dataclass_fields__ if name in facts})


def _facts(facts: Mapping[str, Any]) -> Facts:
    return facts_of({name: value for name, value in facts.items() if name != "key"})
