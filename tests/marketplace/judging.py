"""A scenario whose bids were opened, a panel, and the steps of judging it, for tests of evaluations and awards."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from accounts.access.models import Person
from accounts.models import Membership, Organisation
from core import clock
from core.audit import SYSTEM, Actor
from core.extensions import db
from marketplace.bids.models import Bid
from marketplace.bids.rules import aliases
from marketplace.calls.queries import terms_of
from marketplace.evaluation import agreeing, countersigning, operations, queries, scoring
from marketplace.evaluation.agreeing import Agreement
from marketplace.evaluation.models import Consensus, Evaluation, PanelMember
from marketplace.evaluation.operations import Declaration
from marketplace.sealing.models import Seal
from scenario_catalog import operations as catalog
from scenario_catalog.models import Scenario
from tests.factories import OrganisationFactory, ScenarioFactory, member, published

AGENCY = Actor("an approver", "agency-approver", "1")
JUDGE = Actor("a judge", "operator-evaluator", "2")
PRICES = ("100", "125", "160", "200", "80")


@dataclass
class Court:
    """What a test looks at: the scenario, its opened bids by alias, and who may judge."""

    scenario: Scenario
    bids: list[Bid]
    judges: list[Person]
    seal: Seal
    members: list[PanelMember] = field(default_factory=list)

    @property
    def evaluation(self) -> Evaluation:
        found = queries.evaluation_of(db.session(), self.scenario)
        assert found is not None
        return found


def membership(person: Person) -> Membership:
    return db.session.scalars(select(Membership).where(Membership.person_id == person.id)).one()


def bid_of(scenario: Scenario, enterprise: Organisation, alias: str, price: str = "100") -> Bid:
    """Return a bid as the opening leaves it; its price is put there when `priced` opens it."""
    now, sections = clock.now(), terms_of(db.session(), scenario).sections
    content: dict[str, Any] = {
        "sections": {one.key: f"{alias}的{one.title}：由{enterprise.name}承担。" for one in sections}
    }
    content |= {"team": f"{enterprise.name}派出五人。", "files": [], "solution": None, "price_digest": price}
    made = Bid(scenario=scenario, organisation=enterprise, token=secrets.token_urlsafe(12), status="unsealed")
    made.saved_at = made.created_at = made.submitted_at = now
    made.content, made.alias = content, alias
    db.session.add(made)
    db.session.flush()
    return made


def opened(number: int = 3, judges: int = 3, **changes: Any) -> Court:
    """Return a scenario whose bids were opened today, committed, with people who may be named to its panel."""
    agency = OrganisationFactory(verification="verified")
    scenario = ScenarioFactory(agency=agency, **changes)
    published(scenario)
    scenario.deadline = clock.today() - timedelta(days=1)
    catalog.move(db.session(), SYSTEM, scenario, "evaluate")
    names = aliases(number)
    bids = [
        bid_of(
            scenario,
            OrganisationFactory(kind="enterprise", verification="verified", name=f"揭榜{place}{scenario.id}公司"),
            name,
        )
        for place, name in enumerate(names)
    ]
    seal = Seal(scenario=scenario, status="opened", created_at=clock.now())
    db.session.add(seal)
    house = OrganisationFactory(kind="operator", verification="verified")
    people = [member("operator", "evaluator", house) for _place in range(judges)]
    db.session.commit()
    return Court(scenario, bids, people, seal)


def panelled(court: Court) -> Court:
    """Name everybody to the panel; all declare that they are free, and the scoring begins."""
    session = db.session()
    court.members = [operations.appoint(session, AGENCY, court.scenario, membership(one)) for one in court.judges]
    for one in court.members:
        operations.declare(session, JUDGE, one, Declaration(free=True))
    operations.begin(session, AGENCY, court.evaluation)
    session.commit()
    return court


def scores(court: Court, points: float, **others: float) -> dict[str, dict[str, Any]]:
    """Return a whole sheet with the same points for each criterion, but for those named."""
    found = terms_of(db.session(), court.scenario).technical
    return {one.key: {"points": others.get(one.key, points), "comment": f"{one.title}评语"} for one in found}


def scored(court: Court, given: Sequence[float] = (90, 80, 70, 60, 50)) -> Court:
    """Have each member give every bid its points, and close the scoring."""
    session = db.session()
    for one in court.members:
        for bid, points in zip(court.bids, given, strict=False):
            if bid.status != "disqualified":
                scoring.save_sheet(session, JUDGE, one, bid, scores(court, points))
                scoring.submit_sheet(session, JUDGE, one, bid)
    scoring.close_scores(session, AGENCY, court.evaluation)
    session.commit()
    return court


def settled(court: Court, bid: Bid, points: float = 80) -> Consensus:
    """Have the first member write down what all agree on for a bid."""
    said = Agreement(scores(court, points), "评审组一致意见")
    return agreeing.settle(db.session(), JUDGE, court.members[0], bid, said)


def countersigned(court: Court, bid: Bid) -> None:
    """Have the other members sign what the first wrote."""
    found = queries.consensus_of(db.session(), bid)
    assert found is not None
    for one in court.members[1:]:
        countersigning.agree_to(db.session(), JUDGE, one, bid, found.agreed_at)


def agreed(court: Court, given: Sequence[float] = (90, 80, 70, 60, 50)) -> Court:
    """Settle every bid with these points, have all sign, and make the technical scores final."""
    session = db.session()
    for bid, points in zip(court.bids, given, strict=False):
        if bid.status != "disqualified":
            settled(court, bid, points)
            countersigned(court, bid)
    agreeing.agree(session, AGENCY, court.evaluation)
    session.commit()
    return court


def priced(court: Court, prices: Sequence[str] = PRICES) -> Court:
    """Open the prices as the ceremony does, and rank."""
    assert court.seal.status == "price_due"
    for bid, price in zip(court.bids, prices, strict=False):
        if bid.status != "disqualified":
            bid.price = {"amount": price, "note": "", "nonce": "0"}
    court.seal.status = "priced"
    agreeing.rank(db.session(), AGENCY, court.evaluation)
    db.session.commit()
    return court


def ranked(number: int = 3, **changes: Any) -> Court:
    """Return a scenario that was judged to its ranking."""
    return priced(agreed(scored(panelled(opened(number, **changes)))))
