"""Every SELECT of the drafts."""

from sqlalchemy import select

from core.extensions import db
from policies.drafts.models import PolicyDraft
from policies.drafts.rules import DRAFTED
from policies.models import PolicyDocument


def draft(draft_id: int) -> PolicyDraft | None:
    return db.session.get(PolicyDraft, draft_id)


def unfinished() -> list[PolicyDraft]:
    """Return the drafts that are neither published nor discarded, the oldest first."""
    return list(db.session.scalars(select(PolicyDraft).where(PolicyDraft.status == DRAFTED).order_by(PolicyDraft.id)))


def identifiers() -> list[str]:
    """Return the ids that policies, and drafts of new ones, have already."""
    return [*db.session.scalars(select(PolicyDocument.id)), *(str(one.about.get("id", "")) for one in unfinished())]
