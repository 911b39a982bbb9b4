"""Who bids, who holds shares and who judges in the demonstration."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from accounts.models import Membership, Organisation
from accounts.operations import OrganisationFacts, ensure_organisation
from accounts.people.demo import AUDITOR_CODE, OPERATOR_CODE
from accounts.rules import APPROVER, ENTERPRISE, MEMBER, OWNER, VERIFIED
from core.audit import Actor
from marketplace.demonstration import queries
from marketplace.demonstration.story import common
from marketplace.sealing.rules import AGENCY, OPERATOR, OUTSIDE
from scenario_catalog.models import Scenario

DEMO = Actor(id="demo", role="system")
PANEL = 3
HOLDING = (APPROVER, OWNER, MEMBER)


def register(session: Session) -> None:
    """Register the bidders that offer no solution here; landings that knew them by name know them now."""
    for one in common()["organisations"]:
        facts = OrganisationFacts(
            one["name"], ENTERPRISE, one["code"], one["district"], demo=True, verification=VERIFIED
        )
        queries.link_parties(session, ensure_organisation(session, DEMO, facts))


def bidder(session: Session, code: str) -> Organisation:
    """Return who bids. Raises LookupError for a code that nobody has."""
    found = queries.organisation(session, code)
    if found is None:
        raise LookupError(code)
    return found


def panel(session: Session) -> Sequence[Membership]:
    """Return three people who may judge, or fewer where there are no more."""
    return session.scalars(queries.evaluators().limit(PANEL)).unique().all()


def holders(session: Session, scenario: Scenario) -> list[tuple[str, Organisation, Membership | None]]:
    """Return who holds a share: the line, the organisation, and its person, None where the agency has no account."""
    bodies = {
        AGENCY: scenario.agency,
        OPERATOR: bidder(session, OPERATOR_CODE),
        OUTSIDE: bidder(session, AUDITOR_CODE),
    }
    return [(line, body, _holder(session, body)) for line, body in bodies.items()]


def _holder(session: Session, body: Organisation) -> Membership | None:
    known = [one for one in session.scalars(queries.members(body.id)).unique() if one.role in HOLDING]
    return min(known, key=lambda one: HOLDING.index(one.role), default=None)
