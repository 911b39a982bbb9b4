"""The pages, and what the room's face needs of them."""

from collections.abc import Sequence
from datetime import datetime

from flask import url_for
from flask_babel import gettext as _

from accounts.rules import AGENCY_DRAFTERS, OPERATOR_APPROVERS
from core import clock
from core.access import Principal
from core.extensions import db
from core.registry import Waiting
from scenario_catalog.landing import (
    bundle_views,
    desk_views,
    milestone_views,
    procurement_views,
    public_views,
    queries,
    rules,
)
from scenario_catalog.landing.models import Landing
from scenario_catalog.landing.routes import blueprint

__all__ = ["PAGES", "blueprint", "waiting"]

# Named, so that importing this module registers all of them.
PAGES = (desk_views, milestone_views, procurement_views, public_views, bundle_views)


def waiting(who: Principal) -> Sequence[Waiting]:
    """Return the milestones that an agency should have decided; what an operator is to verify or to record."""
    found: list[Waiting] = []
    if who.role in AGENCY_DRAFTERS and who.organisation:
        found += [*_late(who.organisation), *_sent_back(who.organisation)]
    if who.role in OPERATOR_APPROVERS:
        found += [*_to_verify(), *_to_record()]
    return found


def _late(agency: int) -> Sequence[Waiting]:
    rows = db.session.execute(queries.due_by(clock.today(), agency)).unique()
    return [
        Waiting(
            _("节点到期，待登记结论"),
            f"{scenario.number} {step.title}",
            url_for("landing.milestone", number=scenario.number, milestone_id=step.id),
            clock.end_of_day(step.due),
        )
        for step, scenario in rows
    ]


def _sent_back(agency: int) -> Sequence[Waiting]:
    return [
        Waiting(
            _("退回补充材料，待再次提交"),
            f"{one.scenario.number} {one.scenario.title}",
            url_for("landing.one", number=one.scenario.number),
            one.returned_at or one.created_at,
        )
        for one in db.session.scalars(queries.sent_back(agency)).unique()
    ]


def _to_verify() -> Sequence[Waiting]:
    landings = db.session.scalars(queries.to_verify()).unique()
    ready = [one for one in landings if not rules.lacking_for_landing(one.milestones, one.results)]
    return [
        Waiting(_("待核验落地"), one.scenario.title, url_for("landing.one", number=one.scenario.number), _since(one))
        for one in ready
    ]


def _to_record() -> Sequence[Waiting]:
    rows = db.session.scalars(queries.unrecorded_procurements(clock.today())).unique()
    return [
        Waiting(
            _("待登记采购结果"),
            one.title,
            url_for("landing.procurement", number=one.number),
            clock.end_of_day(one.deadline),
        )
        for one in rows
    ]


def _since(landing: Landing) -> datetime:
    """Return when the last milestone was decided, or the landing handed in again: since then it waits for the operator."""
    moments = [landing.resubmitted_at, *(step.decided_at for step in landing.milestones)]
    return max((one for one in moments if one), default=landing.created_at)
