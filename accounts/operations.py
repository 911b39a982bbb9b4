"""What every part of the room does: registering organisations."""

from dataclasses import asdict, dataclass
from hashlib import sha256

from sqlalchemy import delete
from sqlalchemy.orm import Session

from accounts import queries
from accounts.access.models import Person
from accounts.models import Organisation
from accounts.rules import AGENCY, UNVERIFIED
from core import audit
from core.audit import Actor


@dataclass(frozen=True)
class OrganisationFacts:
    """What is known of an organisation; without a code one is derived from the name."""

    name: str
    kind: str = AGENCY
    code: str = ""
    district: str = ""
    summary: str = ""
    phone: str = ""
    website: str = ""
    demo: bool = False
    verification: str = UNVERIFIED


def ensure_organisation(session: Session, actor: Actor, facts: OrganisationFacts) -> Organisation:
    """Return the organisation of that name, registering it if it is new; what is registered is not changed."""
    found = session.scalar(queries.named(facts.name))
    if found is not None:
        return found
    organisation = Organisation(**{**asdict(facts), "code": facts.code or code_for(facts)})
    session.add(organisation)
    session.flush()
    audit.record(session, actor, "register", "organisation", organisation.id)
    return organisation


def code_for(facts: OrganisationFacts) -> str:
    """Return a code that the same name always gets: Chinese names have no spelling of their own in an address."""
    return f"{facts.kind}-{sha256(facts.name.encode()).hexdigest()[:10]}"


def remove_demo_people(session: Session) -> None:
    """Delete the accounts to try the site with; their memberships and notices go with them."""
    session.execute(delete(Person).where(Person.demo))
