"""Every SELECT about members, invitations, claims and verifications."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session

from accounts.access.models import Person
from accounts.members.models import Claim
from accounts.members.rules import Seat
from accounts.models import Invitation, Membership, Organisation, Verification
from accounts.rules import PENDING
from core.extensions import db
from core.files import StoredFile


def organisation(organisation_id: int) -> Organisation | None:
    return db.session.get(Organisation, organisation_id)


def membership(membership_id: int) -> Membership | None:
    return db.session.get(Membership, membership_id)


def membership_in(organisation_id: int, person: int) -> Select[Membership]:
    """Select the membership of a person in an organisation, a past one too."""
    return select(Membership).where(Membership.organisation_id == organisation_id, Membership.person_id == person)


def former_members(organisation_id: int) -> Select[Membership]:
    """Select who left an organisation, the last first."""
    left = select(Membership).where(Membership.organisation_id == organisation_id, Membership.ended_at.is_not(None))
    return left.order_by(Membership.ended_at.desc(), Membership.id)


def seats(session: Session, organisation_id: int) -> list[Seat]:
    """Return the present members as the rule about owners sees them, read anew."""
    present = select(Membership.id, Membership.role).where(
        Membership.organisation_id == organisation_id, Membership.ended_at.is_(None)
    )
    return [Seat(number, role) for number, role in session.execute(present)]


def owner_of_membership(membership_id: int) -> int | None:
    """Return the organisation of a membership, for the authorisation table."""
    found = membership(membership_id)
    return found.organisation_id if found else None


def owner_of_invitation(invitation_id: int) -> int | None:
    """Return the organisation of an invitation, for the authorisation table."""
    found = db.session.get(Invitation, invitation_id)
    return found.organisation_id if found else None


def owner_of_verification(verification_id: int, **_values: object) -> int | None:
    """Return the organisation of an application, for the authorisation table."""
    found = db.session.get(Verification, verification_id)
    return found.organisation_id if found else None


def invitation(invitation_id: int) -> Invitation | None:
    return db.session.get(Invitation, invitation_id)


def invitation_with(digest: str) -> Invitation | None:
    """Return the invitation whose token has this SHA-256."""
    return db.session.scalar(select(Invitation).where(Invitation.digest == digest))


def open_invitations(now: datetime) -> Select[Invitation]:
    """Select the invitations that can still be accepted, the oldest first."""
    unused = select(Invitation).where(Invitation.accepted_at.is_(None), Invitation.revoked_at.is_(None))
    return unused.where(Invitation.expires_at > now).order_by(Invitation.created_at, Invitation.id)


def unused_invitations(organisation_id: int) -> Select[Invitation]:
    """Select the invitations of an organisation that were neither accepted nor revoked, expired ones too."""
    unused = select(Invitation).where(
        Invitation.organisation_id == organisation_id,
        Invitation.accepted_at.is_(None),
        Invitation.revoked_at.is_(None),
    )
    return unused.order_by(Invitation.created_at.desc(), Invitation.id.desc())


def invitations_to(email: str, now: datetime) -> Select[Invitation]:
    """Select the open invitations sent to an address."""
    return open_invitations(now).where(func.lower(Invitation.email) == email.strip().lower())


def all_invitations_to(email: str) -> Select[Invitation]:
    """Select every invitation that was sent to an address, whatever became of it."""
    return select(Invitation).where(func.lower(Invitation.email) == email.strip().lower())


def person(person_id: int) -> Person | None:
    return db.session.get(Person, person_id)


def member_with_address(organisation_id: int, email: str) -> Select[Membership]:
    """Select the present member of an organisation with this e-mail address."""
    present = select(Membership).join(Person, Person.id == Membership.person_id)
    return present.where(
        Membership.organisation_id == organisation_id,
        Membership.ended_at.is_(None),
        func.lower(Person.email) == email.strip().lower(),
    )


def pending_of(organisation_id: int) -> Select[Verification]:
    """Select the undecided application of an organisation."""
    return select(Verification).where(Verification.organisation_id == organisation_id, Verification.status == PENDING)


def applications_of(organisation_id: int) -> Select[Verification]:
    """Select all applications of an organisation, the last first."""
    found = select(Verification).where(Verification.organisation_id == organisation_id)
    return found.order_by(Verification.applied_at.desc(), Verification.id.desc())


def queue() -> Select[Verification]:
    """Select the undecided applications, the oldest first."""
    return select(Verification).where(Verification.status == PENDING).order_by(Verification.applied_at, Verification.id)


def decided() -> Select[Verification]:
    """Select the decided applications, the last first."""
    found = select(Verification).where(Verification.decided_at.is_not(None))
    return found.order_by(Verification.decided_at.desc(), Verification.id.desc())


def verification(verification_id: int) -> Verification | None:
    return db.session.get(Verification, verification_id)


def holder_of(code: str, other_than: int) -> Select[Organisation]:
    """Select another organisation that is registered with a credit code."""
    return select(Organisation).where(Organisation.credit_code == code, Organisation.id != other_than)


def rivals(code: str, other_than: int) -> Select[Organisation]:
    """Select other organisations whose undecided application names the same code."""
    return (
        select(Organisation)
        .join(Verification, Verification.organisation_id == Organisation.id)
        .where(Verification.status == PENDING, Verification.credit_code == code, Organisation.id != other_than)
        .order_by(Organisation.name)
    )


def files(numbers: Sequence[int]) -> Sequence[StoredFile]:
    """Return the stored files of these ids, in the order of the ids."""
    found = {file.id: file for file in db.session.scalars(select(StoredFile).where(StoredFile.id.in_(numbers)))}
    return [found[number] for number in numbers if number in found]


def organisations(words: str = "", kind: str = "", state: str = "") -> Select[Organisation]:
    """Select organisations by part of the name or credit code, kind and state of verification, by name."""
    found = select(Organisation)
    if words:
        found = found.where(
            or_(Organisation.name.contains(words, autoescape=True), Organisation.credit_code == words.upper())
        )
    if kind:
        found = found.where(Organisation.kind == kind)
    if state:
        found = found.where(Organisation.verification == state)
    return found.order_by(Organisation.name)


def sizes(organisation_ids: Sequence[int]) -> Mapping[int, int]:
    """Return how many present members each of these organisations has; those without are left out."""
    counted = (
        select(Membership.organisation_id, func.count().label("size"))
        .where(Membership.organisation_id.in_(organisation_ids), Membership.ended_at.is_(None))
        .group_by(Membership.organisation_id)
    )
    return {found.organisation_id: found.size for found in db.session.execute(counted)}


def roles_counted(organisation_id: int) -> Mapping[str, int]:
    """Return how many present members an organisation has in each role."""
    counted = (
        select(Membership.role, func.count().label("size"))
        .where(Membership.organisation_id == organisation_id, Membership.ended_at.is_(None))
        .group_by(Membership.role)
    )
    return {found.role: found.size for found in db.session.execute(counted)}


def pending_claims() -> Select[Claim]:
    """Select the undecided claims, the oldest first."""
    return select(Claim).where(Claim.status == PENDING).order_by(Claim.created_at, Claim.id)


def claim(claim_id: int) -> Claim | None:
    return db.session.get(Claim, claim_id)


def claim_of(organisation_id: int, person_id: int) -> Select[Claim]:
    """Select the undecided claim of a person to an organisation."""
    return pending_claims().where(Claim.organisation_id == organisation_id, Claim.person_id == person_id)


def claims_by(person_id: int) -> Select[Claim]:
    """Select what a person claimed, the last first."""
    return select(Claim).where(Claim.person_id == person_id).order_by(Claim.created_at.desc(), Claim.id.desc())


def unclaimed(organisation_id: int) -> Select[Organisation]:
    """Select the organisation if nobody belongs to it."""
    anybody = exists().where(Membership.organisation_id == Organisation.id, Membership.ended_at.is_(None))
    return select(Organisation).where(Organisation.id == organisation_id, ~anybody)


def since_of(organisation_id: int) -> datetime | None:
    """Return since when an organisation is as unverified as it is: its last decision, else its first member."""
    decided_at = select(func.max(Verification.decided_at)).where(Verification.organisation_id == organisation_id)
    first = select(func.min(Membership.created_at)).where(Membership.organisation_id == organisation_id)
    return db.session.scalar(decided_at) or db.session.scalar(first)
