"""The pages, and what the room's face needs of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from accounts.rules import AGENCY_APPROVERS
from core.access import Principal
from core.extensions import db
from core.registry import Holding, Waiting
from scenario_catalog.drafting import (
    document_views,
    draft_views,
    merging_views,
    operations,
    preview_views,
    queries,
    team_views,
)
from scenario_catalog.drafting.routes import blueprint

__all__ = ["HOLDING", "PAGES", "blueprint", "personal", "waiting"]

# Named, so that importing this module registers all of them.
PAGES = (draft_views, merging_views, document_views, preview_views, team_views)


def waiting(who: Principal) -> Sequence[Waiting]:
    """Return what members asked an approver to submit, the longest asked first."""
    if who.role not in AGENCY_APPROVERS or not who.organisation:
        return []
    found = db.session.scalars(queries.requested(who.organisation)).unique()
    return [_asked(one.id, one.title, one.approval_requested_at or one.updated_at) for one in found]


def personal(session: Session, person: int) -> Mapping[str, Any]:
    """Return what a person typed and looks after, for the person's own export."""
    typed = session.execute(queries.typed_by(person)).unique()
    return {
        "drafts": [
            {"scenario": need.number or need.title, "version": version.number, "saved_at": version.saved_at.isoformat()}
            for version, need in typed
        ],
        "responsible_for": [need.number or need.title for need in session.scalars(queries.looked_after_by(person))],
    }


def _asked(scenario_id: int, title: str, since: Any) -> Waiting:
    url = url_for("drafting.edit", scenario_id=scenario_id)
    return Waiting(_("请您提交审核"), title or _("未命名需求"), url, since)


def _count(session: Session, organisation: int, person: int) -> int:
    return session.scalar(queries.count_held(organisation, person)) or 0


HOLDING = Holding("负责的场景需求", _count, operations.reassign)
