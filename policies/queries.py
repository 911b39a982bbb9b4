"""Every SELECT of the room."""

from datetime import date

from sqlalchemy import Select, case, func, select

from core.extensions import db
from policies.models import Article, PolicyDocument, PolicyVersion
from policies.rules import SUPERSEDED, WITHDRAWN


def documents() -> Select[PolicyVersion]:
    """Select the current version of every document, newest policy first."""
    newest = (
        select(PolicyVersion.document_id, func.max(PolicyVersion.number).label("number"))
        .group_by(PolicyVersion.document_id)
        .subquery()
    )
    current = (PolicyVersion.document_id == newest.c.document_id) & (PolicyVersion.number == newest.c.number)
    return select(PolicyVersion).join(newest, current).order_by(PolicyVersion.issued.desc(), PolicyVersion.document_id)


def answerable() -> Select[PolicyVersion]:
    """Select the current version of every document that has not been withdrawn, as `documents` orders them."""
    kept = PolicyDocument.status != WITHDRAWN
    return documents().join(PolicyDocument, PolicyDocument.id == PolicyVersion.document_id).where(kept)


def listed(today: date) -> Select[PolicyVersion]:
    """Select what `answerable` does, for a list: what is in force on the day first, within that as `documents` orders."""
    ended = PolicyDocument.ended_on
    superseded = (PolicyDocument.status == SUPERSEDED) & (ended.is_(None) | (ended <= today))
    later, over = PolicyVersion.effective > today, PolicyVersion.expires < today
    place = case((superseded | later.is_(True) | over.is_(True), 1), else_=0)
    return answerable().order_by(None).order_by(place, PolicyVersion.issued.desc(), PolicyVersion.document_id)


def document(policy_id: str) -> PolicyDocument | None:
    return db.session.get(PolicyDocument, policy_id)


def current_version(policy_id: str) -> PolicyVersion | None:
    """Return the newest version of a document, or None if there is no such document."""
    return db.session.scalar(_versions(policy_id).limit(1))


def answerable_version(policy_id: str) -> PolicyVersion | None:
    """Return the newest version of a document that has not been withdrawn, else None."""
    found = current_version(policy_id)
    return found if found and found.document.status != WITHDRAWN else None


def successors(policy_id: str) -> list[PolicyVersion]:
    """Return the documents, by their current versions, that may take the place of this one."""
    return [one for one in db.session.scalars(answerable()) if one.document_id != policy_id]


def version(policy_id: str, number: int) -> PolicyVersion | None:
    return db.session.scalar(_versions(policy_id).where(PolicyVersion.number == number))


def versions(policy_id: str) -> list[PolicyVersion]:
    """Return all versions of a document, newest first."""
    return list(db.session.scalars(_versions(policy_id)))


def has_text(policy_id: str, digest: str) -> bool:
    """Tell whether any version of the document, current or not, has this digest."""
    return any(version.digest == digest for version in versions(policy_id))


def article(version: PolicyVersion, ordinal: int) -> Article | None:
    return db.session.scalar(select(Article).where(Article.version_id == version.id, Article.ordinal == ordinal))


def _versions(policy_id: str) -> Select[PolicyVersion]:
    return select(PolicyVersion).where(PolicyVersion.document_id == policy_id).order_by(PolicyVersion.number.desc())
