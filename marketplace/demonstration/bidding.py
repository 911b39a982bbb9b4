"""Bids that are still sealed, made through the operations that bidders use; codes and shares are kept for visitors."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from core import clock
from marketplace.bids import operations
from marketplace.bids.models import Bid
from marketplace.demonstration import keys, people
from marketplace.demonstration.offering import draft_of, solution_of, summary_of
from marketplace.demonstration.people import DEMO
from marketplace.demonstration.story import Told
from scenario_catalog.models import Scenario

KEYED, STEP, HOUR = timedelta(days=1), timedelta(minutes=11), timedelta(hours=15)


def tell(session: Session, scenario: Scenario, told: Told) -> list[str]:
    """Make the keys and the bids of a scenario that takes bids, or waits for its opening; returns what was shown once."""
    first = clock.local_date(scenario.published_at or clock.now()) + KEYED
    with clock.frozen(clock.start_of_day(first) + HOUR):
        shares = keys.keyed(session, scenario).shares
    lines = [f"{scenario.number} {scenario.title}", *(f"  分片 · {share}" for share in shares)]
    for place, one in enumerate(told["bids"]):
        with clock.frozen(_sent(scenario, one) + place * STEP):
            lines.append(f"  口令 · {_bid(session, scenario, one, place)}")
    return lines


def _sent(scenario: Scenario, told: Told) -> datetime:
    """Return an instant so many days before the closing day, or before today where that comes first."""
    day = min(scenario.deadline, clock.today()) - timedelta(days=told.get("sent", 1))
    return clock.start_of_day(day) + HOUR


def _bid(session: Session, scenario: Scenario, told: Told, place: int) -> str:
    """Write a bid and, unless it stays a draft, submit it; returns its lead and code."""
    lead = people.bidder(session, told["by"])
    bid, code = operations.start(session, DEMO, scenario, lead, demo=True)
    for one in told.get("partners", ()):
        partner = operations.ask_partner(session, DEMO, bid, people.bidder(session, one["by"]), one["part"])
        operations.decide_partner(session, DEMO, partner, "accept")
    operations.save(session, DEMO, bid, code, draft_of(session, scenario, lead, told, place), bid.revision)
    _attach(session, bid, code, told)
    if not told.get("draft"):
        operations.submit(session, DEMO, bid, code, clock.now())
    return f"{lead.name}{'（草稿）' if told.get('draft') else ''}  {code}"


def _attach(session: Session, bid: Bid, code: str, told: Told) -> None:
    offered = solution_of(session, bid.organisation, told)
    if offered:
        operations.attach(session, DEMO, bid, code, summary_of(offered))
