"""Every SELECT about enterprises and what they offer."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import joinedload

from accounts.models import Organisation
from accounts.rules import ENTERPRISE
from core.audit import AuditEvent
from core.extensions import db
from core.files import StoredFile
from core.settings import settings
from marketplace.solutions.models import (
    EnterpriseProfile,
    ResearchNotice,
    Solution,
    SolutionAttachment,
    SolutionTerm,
    SolutionVersion,
)

Rows = Select[*tuple[Any, ...]]

PUBLISHED, OPEN = "published", "open"

# Events that can change what the directory shows.
SUBJECTS = ("solution", "enterprise_profile", "organisation", "demo")


def public() -> ColumnElement[bool]:
    """Return the condition of what anybody may see: published, and invented only where demonstration data is on."""
    published = Solution.status == PUBLISHED
    return published if settings().demo_data else published & Solution.demo.is_(False)


def solution(solution_id: int) -> Solution | None:
    return db.session.get(Solution, solution_id)


def public_solution(solution_id: int) -> Solution | None:
    return db.session.scalar(select(Solution).where(Solution.id == solution_id, public()))


def public_solutions() -> Select[Solution]:
    """Select what is public, the newest first."""
    return select(Solution).where(public()).order_by(Solution.published_at.desc(), Solution.id.desc())


def numbered(ids: Collection[int]) -> Select[Solution]:
    """Select those of these solutions that are public."""
    return select(Solution).where(public(), Solution.id.in_(ids))


def public_of(organisation_id: int) -> Select[Solution]:
    return public_solutions().where(Solution.organisation_id == organisation_id)


def own(organisation_id: int, status: str = "") -> Select[Solution]:
    """Select all solutions of an enterprise, or those in one state, the last saved first."""
    found = select(Solution).where(Solution.organisation_id == organisation_id)
    if status:
        found = found.where(Solution.status == status)
    return found.order_by(Solution.updated_at.desc(), Solution.id.desc())


def sizes(organisation_id: int) -> dict[str, int]:
    """Return how many solutions an enterprise has in each state."""
    rows = select(Solution.status, func.count()).where(Solution.organisation_id == organisation_id)
    return {status: count for status, count in db.session.execute(rows.group_by(Solution.status))}  # noqa: C416 - dict() does not know the types of a Row


def alike(digest: str, but: int | None) -> Select[Solution]:
    """Select the solutions of the same text that are not archived, whoever registered them."""
    found = select(Solution).where(Solution.digest == digest, Solution.status != "archived")
    return found if but is None else found.where(Solution.id != but)


def namesakes(organisation_id: int, name: str, but: int | None) -> Select[Solution]:
    """Select an enterprise's solutions of this name that are not archived."""
    same = (Solution.organisation_id == organisation_id, func.lower(Solution.name) == name.lower())
    found = select(Solution).where(*same, Solution.status != "archived")
    return found if but is None else found.where(Solution.id != but)


def version(solution_id: int, number: int) -> Select[SolutionVersion]:
    return select(SolutionVersion).where(SolutionVersion.solution_id == solution_id, SolutionVersion.number == number)


def versions(solution_id: int) -> Sequence[SolutionVersion]:
    """Return the versions of a solution, the newest first, with who saved them."""
    found = select(SolutionVersion).where(SolutionVersion.solution_id == solution_id)
    return db.session.scalars(
        found.options(joinedload(SolutionVersion.person)).order_by(SolutionVersion.number.desc())
    ).all()


def saved_by(person: int) -> Rows:
    """Select (version, solution) of what a person saved, the oldest first."""
    found = select(SolutionVersion, Solution).join(Solution, Solution.id == SolutionVersion.solution_id)
    return found.where(SolutionVersion.person_id == person).order_by(SolutionVersion.saved_at, SolutionVersion.id)


def attachment(solution_id: int, attachment_id: int) -> SolutionAttachment | None:
    found = db.session.get(SolutionAttachment, attachment_id)
    return found if found and found.solution_id == solution_id else None


def public_attachment(solution_id: int, token: str) -> SolutionAttachment | None:
    """Return a document of a solution that is public, by the token of its file."""
    found = select(SolutionAttachment).join(Solution, Solution.id == SolutionAttachment.solution_id)
    found = found.join(StoredFile, StoredFile.id == SolutionAttachment.file_id)
    return db.session.scalar(found.where(Solution.id == solution_id, StoredFile.token == token, public()))


def demo_files() -> Select[StoredFile]:
    """Select the files that belong to invented solutions."""
    found = select(StoredFile).join(SolutionAttachment, SolutionAttachment.file_id == StoredFile.id)
    return found.join(Solution, Solution.id == SolutionAttachment.solution_id).where(Solution.demo)


def has_public_event(after: int) -> bool:
    """Tell whether something happened after this event that may have changed the directory."""
    found = select(AuditEvent.id).where(AuditEvent.id > after, AuditEvent.subject_type.in_(SUBJECTS)).limit(1)
    return db.session.scalar(found) is not None


def public_ids_of_named(part: str) -> Sequence[int]:
    """Return the public solutions of the enterprises with this in their name, the newest first."""
    named = Organisation.name.icontains(part, autoescape=True)
    found = select(Solution.id).join(Organisation, Organisation.id == Solution.organisation_id).where(public(), named)
    return db.session.scalars(found.order_by(Solution.published_at.desc(), Solution.id.desc())).all()


def facet_rows() -> Rows:
    """Select (id, trl, district) of what is public, the newest first: what the directory's facets count."""
    found = select(Solution.id, Solution.trl, Organisation.district)
    found = found.join(Organisation, Organisation.id == Solution.organisation_id)
    return found.where(public()).order_by(Solution.published_at.desc(), Solution.id.desc())


def facet_terms() -> Rows:
    """Select (solution, kind, code) of what is public."""
    found = select(SolutionTerm.solution_id, SolutionTerm.kind, SolutionTerm.code).join(
        Solution, Solution.id == SolutionTerm.solution_id
    )
    return found.where(public())


def enterprise(code: str) -> Organisation | None:
    """Return an enterprise that the public may see: one with something public."""
    found = select(Organisation).where(Organisation.code == code, Organisation.kind == ENTERPRISE)
    return db.session.scalar(found.where(_has_something_public()))


def enterprises() -> Rows:
    """Select (enterprise, number of its public solutions), by name."""
    count = select(func.count()).where(Solution.organisation_id == Organisation.id, public()).scalar_subquery()
    found = select(Organisation, count.label("solutions")).where(Organisation.kind == ENTERPRISE)
    return found.where(_has_something_public()).order_by(Organisation.name)


def organisation(organisation_id: int) -> Organisation | None:
    return db.session.get(Organisation, organisation_id)


def profile(organisation_id: int) -> EnterpriseProfile | None:
    return db.session.scalar(profiles([organisation_id]))


def profiles(organisation_ids: Collection[int]) -> Select[EnterpriseProfile]:
    return select(EnterpriseProfile).where(EnterpriseProfile.organisation_id.in_(organisation_ids))


def notice(notice_id: int) -> ResearchNotice | None:
    return db.session.get(ResearchNotice, notice_id)


def public_notices() -> Select[ResearchNotice]:
    """Select the notices that look for partners now, the newest first."""
    found = select(ResearchNotice).where(_open())
    return found.order_by(ResearchNotice.published_at.desc(), ResearchNotice.id.desc())


def public_notices_of(organisation_id: int) -> Select[ResearchNotice]:
    return public_notices().where(ResearchNotice.organisation_id == organisation_id)


def own_notices(organisation_id: int) -> Select[ResearchNotice]:
    found = select(ResearchNotice).where(ResearchNotice.organisation_id == organisation_id)
    return found.order_by(ResearchNotice.created_at.desc(), ResearchNotice.id.desc())


def demo_solutions() -> Select[Solution]:
    return select(Solution).where(Solution.demo)


def registered(codes: Collection[str]) -> Sequence[str]:
    """Return those of these enterprises, by code, that have registered a solution, public or not."""
    offers = select(Solution.id).where(Solution.organisation_id == Organisation.id).exists()
    return db.session.scalars(select(Organisation.code).where(Organisation.code.in_(codes), offers)).all()


def owner_of(solution_id: int, **_values: object) -> int | None:
    """Return the enterprise of a solution, for the authorisation table."""
    found = solution(solution_id)
    return found.organisation_id if found else None


def owner_of_notice(notice_id: int, **_values: object) -> int | None:
    """Return the enterprise of a notice, for the authorisation table."""
    found = notice(notice_id)
    return found.organisation_id if found else None


def _has_something_public() -> ColumnElement[bool]:
    offers = select(Solution.id).where(Solution.organisation_id == Organisation.id, public()).exists()
    looks = select(ResearchNotice.id).where(ResearchNotice.organisation_id == Organisation.id, _open()).exists()
    return or_(offers, looks)


def _open() -> ColumnElement[bool]:
    found = ResearchNotice.status == OPEN
    return found if settings().demo_data else found & ResearchNotice.demo.is_(False)
