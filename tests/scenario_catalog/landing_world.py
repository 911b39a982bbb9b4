"""An awarded scenario with its people, for the tests of the landing tracker."""

from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO

from werkzeug.datastructures import FileStorage

from accounts.access.models import Person
from accounts.models import Organisation
from core import clock
from core.audit import SYSTEM, Actor
from core.extensions import db
from scenario_catalog.landing import evidence, operations, queries
from scenario_catalog.landing.evidence import Label
from scenario_catalog.landing.models import Landing, Milestone
from scenario_catalog.landing.operations import Party, Plan
from scenario_catalog.models import Scenario
from tests.factories import OrganisationFactory, ScenarioFactory, member, published, walk

WINNER = "南山云影智能科技有限公司"
RESULTS = "误报率由 12% 降到 3%，连续运行六十天。"
TEXT = b"acceptance report: all figures reached"


@dataclass
class World:
    """A scenario that was awarded, its landing, and someone on each side."""

    scenario: Scenario
    landing: Landing
    agency: Person
    enterprise: Person
    operator: Person
    winner: Organisation

    @property
    def number(self) -> str:
        return self.scenario.number or ""

    @property
    def desk(self) -> str:
        return f"/desk/landings/{self.number}"


def awarded(**facts: object) -> World:
    """Bring a scenario to its award and begin its landing, in the names of people who may."""
    agency = OrganisationFactory(verification="verified")
    winner = OrganisationFactory(kind="enterprise", name=WINNER, code="yunying", verification="verified")
    people = (member("agency", "approver", agency), member("enterprise", "owner", winner), member("operator", "owner"))
    scenario = ScenarioFactory(agency=agency, **facts)
    published(scenario)
    walk(scenario, "evaluate", "shortlist", "notice", "award")
    landing = operations.begin(db.session(), SYSTEM, scenario, [Party(winner.id, WINNER)])
    db.session.commit()
    return World(scenario, landing, *people, winner)


def milestone(world: World, kind: str, title: str = "系统验收") -> Milestone:
    """Return the landing's first milestone of a kind, planned if there is none."""
    found = next((step for step in world.landing.milestones if step.kind == kind), None)
    due = clock.today() + timedelta(days=60)
    return found or operations.plan(db.session(), SYSTEM, world.landing, Plan(kind, title, due))


def upload(text: bytes = TEXT, name: str = "报告.txt") -> FileStorage:
    return FileStorage(BytesIO(text), filename=name)


def met(world: World, kind: str, *, public: bool = False) -> Milestone:
    """Hand evidence in for a milestone of a kind, decide it, and commit."""
    step, organisation = milestone(world, kind), world.scenario.agency_id
    label = Label("acceptance", f"{kind}证明", public, organisation)
    evidence.attach(db.session(), SYSTEM, step, upload(f"{kind} evidence".encode()), label)
    operations.decide(db.session(), SYSTEM, step, "meet", "")
    db.session.commit()
    return step


def piloting(world: World) -> World:
    met(world, "contract")
    operations.start_pilot(db.session(), SYSTEM, world.landing)
    db.session.commit()
    return world


def landed(world: World) -> World:
    """Go all the way, and commit."""
    piloting(world)
    met(world, "acceptance", public=True)
    operations.report(db.session(), SYSTEM, world.landing, RESULTS, "有脱敏影像一万张。")
    operations.verify(db.session(), Actor("operator", "operator-owner"), world.landing)
    db.session.commit()
    return world


def again(world: World) -> Landing:
    """Return the landing as the database has it."""
    db.session.expire_all()
    found = queries.landing(world.number)
    assert found is not None
    return found
