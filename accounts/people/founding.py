"""What whoever runs the site does for people: the first operator, and a lost second factor."""

from sqlalchemy.orm import Session

from accounts.access.models import Person
from accounts.access.people import end_everywhere
from accounts.models import Membership, Organisation
from accounts.operations import OrganisationFacts, ensure_organisation
from accounts.people import queries
from accounts.rules import OPERATOR, OWNER, VERIFIED
from core import audit, clock
from core.audit import Actor
from core.city import city
from core.errors import InvalidInputError

LONGEST_NAME, LONGEST_ORGANISATION = 60, 120


def create_operator(session: Session, actor: Actor, email: str, name: str, organisation: str) -> Person:
    """Make a person an owner of the operator; the person and the operator are registered if they are new.

    Raises InvalidInputError for an account that was shut, one to try the site with, or a name that is too long.
    """
    if len(name) > LONGEST_NAME or len(organisation) > LONGEST_ORGANISATION:
        raise InvalidInputError(f"姓名最多 {LONGEST_NAME} 个字，单位名称最多 {LONGEST_ORGANISATION} 个字")
    person = _person(session, email, name)
    operator = session.scalar(queries.operators().limit(1)) or _register(session, actor, organisation)
    _make_owner(session, person, operator)
    audit.record(session, actor, "create_operator", "person", person.pseudonym)
    return person


def reset_second_factor(session: Session, actor: Actor, person: Person) -> None:
    """Remove a second factor that is lost, and end all sign-ins."""
    person.tf_primary_method = person.tf_totp_secret = None
    person.totp_counter, person.mf_recovery_codes = None, None
    end_everywhere(session, person)
    audit.record(session, actor, "remove_second_factor", "person", person.pseudonym)


def _person(session: Session, email: str, name: str) -> Person:
    found = session.scalar(queries.person_of(email))
    if found is not None and (found.demo or not found.active):
        raise InvalidInputError("这个账号已停用，或者是演示账号，不能成为运营方成员")
    person = found or Person(email=email, name=name)
    person.name = name or person.name
    session.add(person)
    session.flush()
    return person


def _register(session: Session, actor: Actor, name: str) -> Organisation:
    facts = OrganisationFacts(name or city().footer.host, OPERATOR, verification=VERIFIED)
    found = ensure_organisation(session, actor, facts)
    if found.kind != OPERATOR or found.demo:
        raise InvalidInputError(f"“{found.name}”已登记为其他类型或演示用的单位，请用 --organisation 另给名称")
    return found


def _make_owner(session: Session, person: Person, operator: Organisation) -> None:
    membership = session.scalar(queries.membership(person.id, operator.id))
    if membership is None:
        membership = Membership(organisation_id=operator.id, person_id=person.id, created_at=clock.now())
        session.add(membership)
    membership.role, membership.ended_at = OWNER, None
    session.flush()
