"""Every SELECT of the targets board."""

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from policies.targets.models import TargetEntry


def entries(document_id: str) -> Select[TargetEntry]:
    """Select what is published about a document's targets, the newest state first."""
    found = select(TargetEntry).where(TargetEntry.document_id == document_id, TargetEntry.withdrawn_at.is_(None))
    return found.order_by(TargetEntry.as_of.desc(), TargetEntry.id.desc())


def entry(session: Session, document_id: str, target: str, entry_id: int) -> TargetEntry | None:
    """Return an entry that is shown, if it is about this target."""
    found = entries(document_id).where(TargetEntry.target == target, TargetEntry.id == entry_id)
    return session.scalar(found)
