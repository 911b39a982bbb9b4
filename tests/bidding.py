"""A published scenario with its keys, bids on it, and their opening, through the real operations."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO

from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from accounts.access.models import Person
from accounts.models import Membership, Organisation
from core import clock
from core.audit import SYSTEM
from core.extensions import db
from marketplace.bids import opening, operations
from marketplace.bids import queries as bids
from marketplace.bids.content import Draft
from marketplace.bids.models import Bid
from marketplace.bids.rules import DECLARATIONS
from marketplace.calls.queries import terms_of
from marketplace.sealing import operations as sealing
from marketplace.sealing import queries as seals
from marketplace.sealing.models import Seal
from marketplace.sealing.rules import LINES, Appointed
from scenario_catalog.models import Scenario
from tests.factories import OrganisationFactory, ScenarioFactory, member, published


@dataclass
class Call:
    """An open scenario, its three holders with the shares they took, and the codes of its bids by token."""

    scenario: Scenario
    people: Sequence[Person]
    shares: Sequence[str]
    codes: dict[str, str] = field(default_factory=dict)

    @property
    def seal(self) -> Seal:
        found = seals.seal_of(db.session(), self.scenario.id)
        assert found
        return found


def appointed(line: str, person: Person) -> Appointed:
    found = db.session.scalars(select(Membership).where(Membership.person_id == person.id)).one()
    return Appointed(line, person.id, found.organisation_id, found.organisation.kind)


def called(scenario: Scenario | None = None) -> Call:
    """Publish a scenario whose three holders have taken their shares, and commit."""
    scenario = scenario or ScenarioFactory()
    if scenario.status == "draft":
        published(scenario)
    people = [
        member("agency", "approver", scenario.agency),
        member("operator", "approver"),
        member("auditor", "member"),
    ]
    named = [appointed(line, person) for line, person in zip(LINES, people, strict=True)]
    seal = sealing.appoint(db.session(), SYSTEM, scenario, named)
    shares = [sealing.take_share(db.session(), SYSTEM, holder) for holder in list(seal.holders)]
    db.session.commit()
    return Call(scenario, people, shares)


def draft(scenario: Scenario, text: str = "方案正文", price: str = "88.5") -> Draft:
    """Return a draft with everything that is asked for."""
    sections = {one.key: f"{text}：{one.title}" for one in terms_of(db.session(), scenario).sections}
    return Draft(sections=sections, team=f"{text}团队", price=price, declarations=tuple(DECLARATIONS))


def begun(
    call: Call,
    text: str = "方案正文",
    price: str = "88.5",
    lead: Organisation | None = None,
    files: Sequence[bytes] = (),
) -> Bid:
    """Begin a bid that lacks nothing, and commit."""
    session = db.session()
    lead = lead or OrganisationFactory(kind="enterprise", verification="verified")
    bid, code = operations.start(session, SYSTEM, call.scenario, lead)
    call.codes[bid.token] = code
    operations.save(session, SYSTEM, bid, code, draft(call.scenario, text, price), bid.revision)
    for number, data in enumerate(files):
        operations.attach(session, SYSTEM, bid, code, FileStorage(BytesIO(data), f"{text}-{number}.txt"))
    session.commit()
    return bid


def sent(
    call: Call,
    text: str = "方案正文",
    price: str = "88.5",
    lead: Organisation | None = None,
    files: Sequence[bytes] = (),
) -> Bid:
    """Submit a bid, and commit."""
    bid = begun(call, text, price, lead, files)
    operations.submit(db.session(), SYSTEM, bid, call.codes[bid.token], clock.now())
    db.session.commit()
    return bid


def key_of(call: Call, first: int = 0, second: int = 1) -> bytes:
    """Present two shares, and commit; returns the private key of what is due."""
    session, holders = db.session(), call.seal.holders
    assert sealing.present(session, SYSTEM, holders[first], call.shares[first]) is None
    session.commit()
    private = sealing.present(session, SYSTEM, call.seal.holders[second], call.shares[second])
    assert private
    return private


def opened(call: Call, first: int = 0, second: int = 1) -> list[Bid]:
    """Open the bids after the deadline, and commit; returns them."""
    session = db.session()
    with clock.frozen(max(clock.now(), clock.end_of_day(call.scenario.deadline))):
        private = key_of(call, first, second)
        faults = opening.damaged(call.scenario.id, private)
        session.rollback()
        opening.open_bids(session, SYSTEM, call.seal, private, faults)
        session.commit()
    return list(bids.opened(session, call.scenario.id))
