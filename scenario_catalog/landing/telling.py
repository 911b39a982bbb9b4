"""What an agency and the enterprises are told of a landing that came back to them: a consumer of committed events."""

from collections.abc import Sequence

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from accounts.inbox.operations import notify
from core.audit import AuditEvent
from scenario_catalog.following.queries import members
from scenario_catalog.landing.models import Landing


def tell(session: Session, events: Sequence[AuditEvent]) -> None:
    """Tell the members of the agency and of the parties, each once, that a landing was sent back."""
    for event in events:
        if (event.subject_type, event.verb) == ("landing", "send_back"):
            _tell(session, event)


def _tell(session: Session, event: AuditEvent) -> None:
    found = session.get(Landing, int(event.subject_id))
    if found is None:
        return
    scenario = found.scenario
    houses = [scenario.agency_id, *(one.organisation_id for one in found.parties if one.organisation_id)]
    people = {person for house in houses for person in session.scalars(members(house, event.at))}
    title = _("%(what)s的落地材料被退回，请补充", what=f"{scenario.number} {scenario.title}")[:200]
    address = url_for("landing.one", number=scenario.number)
    notify(session, sorted(people), key=f"landing-send_back-{event.id}", title=title, text=found.wanted, url=address)
