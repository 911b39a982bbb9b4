"""Every SELECT of the facts."""

from collections.abc import Sequence

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from policies import queries as policies
from policies.facts.extraction import proposals
from policies.facts.models import PolicyFact
from policies.facts.rules import CONFIRMED, PROPOSED, REJECTED, Fact, overlaps
from policies.models import PolicyDocument, PolicyVersion


def rows(version_id: int) -> Select[PolicyFact]:
    """Select the facts of a version, in the order of the text."""
    found = select(PolicyFact).where(PolicyFact.version_id == version_id)
    return found.order_by(PolicyFact.article, PolicyFact.at, PolicyFact.id)


def confirmed(version_id: int) -> Select[PolicyFact]:
    return rows(version_id).where(PolicyFact.status == CONFIRMED)


def count(version_id: int, status: str) -> Select[int]:
    """Select how many facts of a version have a status."""
    found = select(func.count()).select_from(PolicyFact)
    return found.where(PolicyFact.version_id == version_id, PolicyFact.status == status)


def stamps(session: Session, versions: Sequence[int]) -> dict[int, str]:
    """Return for each version, by row id, a mark that changes whenever its facts, or the standing of its document, do."""
    statuses = [func.count(case((PolicyFact.status == status, 1))) for status in (PROPOSED, CONFIRMED, REJECTED)]
    standing = (PolicyDocument.status, PolicyDocument.replaced_by, PolicyDocument.ended_on)
    found = (
        select(PolicyVersion.id, *standing, *statuses, func.max(PolicyFact.decided_at), func.max(PolicyFact.id))
        .join(PolicyDocument, PolicyDocument.id == PolicyVersion.document_id)
        .outerjoin(PolicyFact, PolicyFact.version_id == PolicyVersion.id)
        .where(PolicyVersion.id.in_(versions))
        .group_by(PolicyVersion.id, PolicyDocument.id)
    )
    return {row[0]: "/".join(map(str, row[1:])) for row in session.execute(found)}


def documents(of: Select[PolicyVersion] | None = None) -> Select[PolicyVersion, int, int]:
    """Select the current version of every document, or of those in `of`, with how many proposed and confirmed facts it has."""
    of_status = [func.count(case((PolicyFact.status == status, 1))) for status in (PROPOSED, CONFIRMED)]
    found = (policies.documents() if of is None else of).outerjoin(
        PolicyFact, PolicyFact.version_id == PolicyVersion.id
    )
    return found.add_columns(*of_status).group_by(PolicyVersion.id)


def facts_of(session: Session, version: PolicyVersion) -> list[Fact]:
    """Return what is known of a version's figures, in the order of the text.

    That is confirmed facts, and proposals for places that nobody has decided on yet: `reviewed` tells them apart. A
    version without rows is read afresh.
    """
    known = list(session.scalars(rows(version.id)))
    if not known:
        return proposals(version.articles)
    return usable(known)


def confirmed_facts(session: Session, version: PolicyVersion) -> list[Fact]:
    """Return the facts of a version that a person has confirmed, in the order of the text."""
    return [row.fact for row in session.scalars(confirmed(version.id))]


def usable(known: Sequence[PolicyFact]) -> list[Fact]:
    """Return the confirmed facts, and the proposals that overlap none."""
    decided = [row.fact for row in known if row.status in {CONFIRMED, REJECTED}]
    taken = [
        row.fact for row in known if row.status == PROPOSED and not any(overlaps(row.fact, one) for one in decided)
    ]
    kept = [one for one in decided if one.reviewed] + taken
    return sorted(kept, key=lambda one: (one.article, one.at))


def fact(session: Session, version_id: int, fact_id: int) -> PolicyFact | None:
    """Return a fact if it is one of this version's."""
    return session.scalar(rows(version_id).where(PolicyFact.id == fact_id))
