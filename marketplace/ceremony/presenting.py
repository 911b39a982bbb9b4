"""What the pages say of keys and shares."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from accounts.models import Membership
from core import clock
from core.access import Principal
from core.extensions import db
from core.lifecycle import LifecycleError
from core.registry import Waiting
from marketplace.ceremony.table import HOLDERS
from marketplace.sealing import operations, queries
from marketplace.sealing.models import Seal, SealHolder
from marketplace.sealing.rules import DUE, LINES, PARTS, SEAL, Appointed
from scenario_catalog.models import Scenario


@dataclass(frozen=True)
class Keys:
    """A scenario of the agency with its keys, if holders were named; `lacking` are the holders without a share."""

    scenario: Scenario
    seal: Seal | None
    label: str
    lacking: Sequence[SealHolder]


def keys(session: Session, scenarios: Sequence[Scenario]) -> list[Keys]:
    """Return the keys of scenarios."""
    return [_keys(one, queries.seal_of(session, one.id)) for one in scenarios]


def candidates(session: Session, scenario: Scenario) -> Mapping[str, Mapping[str, str]]:
    """Return who can be named for each line: membership id → name and organisation."""
    return {
        line: {
            str(one.id): f"{one.person.name or one.person.email} · {one.organisation.name}"
            for one in session.scalars(queries.candidates(line, scenario.agency_id)).unique()
        }
        for line in LINES
    }


def chosen(session: Session, seal: Seal | None) -> Mapping[str, str]:
    """Return the membership that stands for each line's holder now."""
    found = {}
    for one in seal.holders if seal else ():
        for each in session.scalars(queries.present_membership(one.person_id, one.organisation_id)):
            found[one.line] = str(each.id)
    return found


def appointed(line: str, one: Membership) -> Appointed:
    return Appointed(line, one.person_id, one.organisation_id, one.organisation.kind)


def refusal(seal: Seal) -> str:
    """Return why nothing can be opened now, "" if something can."""
    try:
        operations.due(seal)
    except LifecycleError as error:
        return str(error)
    return ""


def due_label(seal: Seal) -> str:
    """Return what is opened next, as people call it."""
    return PARTS.get(DUE.get(seal.status, ""), "")


def waiting(who: Principal) -> list[Waiting]:
    """Return the shares to take and the openings that wait for a holder."""
    if who.role not in HOLDERS or who.person is None:
        return []
    session = db.session()
    return [found for one in session.scalars(queries.held_by(who.person)).unique() if (found := _waits(session, one))]


def _keys(scenario: Scenario, seal: Seal | None) -> Keys:
    lacking = [one for one in seal.holders if not one.public_key] if seal else []
    return Keys(scenario, seal, SEAL.states[seal.status] if seal else _("未指定持有人"), lacking)


def _waits(session: Session, holder: SealHolder) -> Waiting | None:
    seal, url = holder.seal, url_for("ceremony.share", holder_id=holder.id)
    if seal.status == "preparing" and not holder.public_key:
        return Waiting(_("请领取密钥分片"), seal.scenario.title, url, seal.created_at)
    if refusal(seal) or holder.position in operations.presented(session, seal):
        return None
    since = clock.end_of_day(seal.scenario.deadline) if seal.status == "ready" else seal.opened_at or seal.created_at
    return Waiting(_("请出示分片，开启%(part)s", part=due_label(seal)), seal.scenario.title, url, since)
