"""The keys of the demonstration's scenarios, made as real ones are; their shares are kept for whoever tries the opening."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from core import clock
from marketplace.demonstration import people
from marketplace.demonstration.people import DEMO
from marketplace.sealing import operations
from marketplace.sealing.models import Seal, SealHolder
from marketplace.sealing.queries import TAKES_BIDS
from marketplace.sealing.rules import LINES, Appointed
from scenario_catalog.models import Scenario


@dataclass(frozen=True)
class Keyed:
    """The keys of a scenario, and what was shown once: who holds which share, a line for each."""

    seal: Seal
    shares: list[str]


def keyed(session: Session, scenario: Scenario) -> Keyed:
    """Name the three holders, and let each take a share: with the last one the keys are made."""
    seal = _appointed(session, scenario)
    return Keyed(seal, [_taken(session, holder) for holder in list(seal.holders)])


def _appointed(session: Session, scenario: Scenario) -> Seal:
    """Appoint as an agency would, where it has an account and bids are taken; else write down who held the shares."""
    found = people.holders(session, scenario)
    if scenario.status in TAKES_BIDS and all(person for _line, _body, person in found):
        named = [Appointed(line, one.person_id, body.id, body.kind) for line, body, one in found if one]
        return operations.appoint(session, DEMO, scenario, named)
    seal = Seal(scenario=scenario, status="preparing", created_at=clock.now())
    for position, (line, body, one) in enumerate(found, 1):
        person = one.person_id if one else None
        seal.holders.append(SealHolder(position=position, line=line, person_id=person, organisation_id=body.id))
    session.add(seal)
    session.flush()
    return seal


def _taken(session: Session, holder: SealHolder) -> str:
    share = operations.take_share(session, DEMO, holder)
    name = holder.person.name if holder.person else "未设演示账号"
    return f"{LINES[holder.line]} · {holder.organisation.name} · {name}  {share}"
