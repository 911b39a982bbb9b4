"""Telling an enterprise that it was invited: a consumer of committed events. And what is named of a person here."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from accounts.inbox.operations import notify
from core.audit import AuditEvent
from core.formats import day
from marketplace.matching import queries
from marketplace.matching.models import BidInvitation
from scenario_catalog.following.queries import members


def tell(session: Session, events: Sequence[AuditEvent]) -> None:
    """Tell the members of an enterprise that was invited, each once: what anybody may read of the scenario, no more."""
    for event in events:
        if (event.subject_type, event.verb) == ("bid_invitation", "invite"):
            found = session.get(BidInvitation, int(event.subject_id))
            if found is not None:
                _tell(session, event, found)


def _tell(session: Session, event: AuditEvent, found: BidInvitation) -> None:
    scenario = found.scenario
    facts = {"agency": scenario.agency.name, "number": scenario.number, "title": scenario.title}
    title = _("“%(agency)s”邀请贵企业了解场景 %(number)s %(title)s", **facts)
    text = _("报名截止：%(day)s（当天仍可报名）", day=day(scenario.deadline))
    people = session.scalars(members(found.organisation_id, event.at)).all()
    url = url_for("catalog.scenario", number=scenario.number)
    notify(session, people, key=f"bid_invitation-{found.id}", title=title, text=text, url=url)


def personal(session: Session, person: int) -> Mapping[str, Any]:
    """Return which shortlists a person froze and whom the person invited, for the person's own export."""
    shortlists = session.execute(queries.frozen_by(person))
    invited = session.execute(queries.invited_by(person))
    return {
        "shortlists": [{"scenario": number, "made_at": at.isoformat()} for number, at in shortlists],
        "invitations_sent": [
            {"scenario": number, "enterprise": name, "invited_at": at.isoformat()} for number, name, at in invited
        ],
    }
