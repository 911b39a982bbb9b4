"""The bidders' pages, and what the room's face needs of them."""

from collections.abc import Sequence
from datetime import timedelta

from flask import url_for
from flask_babel import gettext as _

from accounts.rules import ENTERPRISE_APPROVERS, ENTERPRISE_READERS
from core import clock
from core.access import Principal
from core.city import city
from core.extensions import db
from core.registry import Waiting
from marketplace.bids import (
    code_views,
    draft_views,
    file_views,
    index_views,
    partner_views,
    presenting,
    queries,
    receipt_views,
    sending_views,
)
from marketplace.bids.models import Bid, BidPartner
from marketplace.bids.operations import EDITABLE
from marketplace.bids.routes import blueprint
from scenario_catalog.rules import is_open

__all__ = ["BLUEPRINTS", "PAGES", "waiting"]

# Named, so that importing this module registers all of them.
PAGES = (index_views, code_views, draft_views, file_views, partner_views, sending_views)
BLUEPRINTS = (blueprint, receipt_views.blueprint)


def waiting(who: Principal) -> Sequence[Waiting]:
    """Return what an enterprise has to do for its own bids; nobody else is told that there are any."""
    if who.role not in ENTERPRISE_READERS or not who.organisation:
        return []
    own = db.session.scalars(queries.own(who.organisation)).unique()
    asked = db.session.scalars(queries.partnered(who.organisation)).unique()
    found = [*map(_unsent, own), *(_unanswered(one) for one in asked if who.role in ENTERPRISE_APPROVERS)]
    return [one for one in found if one is not None]


def _unsent(bid: Bid) -> Waiting | None:
    """Return what waits of a bid while it can still be sent: a confirmation, or the sending itself when the end is near."""
    if not is_open(bid.scenario, clock.now()):
        return None
    url = url_for("bids_desk.edit", token=bid.token)
    if presenting.needs_confirming(bid):
        return Waiting(_("方案须再次确认"), bid.scenario.title, url, bid.submitted_at or bid.saved_at)
    near = presenting.closes(bid.scenario) - clock.now() <= timedelta(days=city().rules.reminder)
    return (
        Waiting(_("方案还没有递交"), bid.scenario.title, url, bid.saved_at) if near and bid.status in EDITABLE else None
    )


def _unanswered(partner: BidPartner) -> Waiting | None:
    if partner.status != "invited" or not is_open(partner.bid.scenario, clock.now()):
        return None
    title = _("%(lead)s：%(title)s", lead=partner.bid.organisation.name, title=partner.bid.scenario.title)
    return Waiting(_("邀请联合揭榜"), title, url_for("bids_desk.index", _anchor="partnered"), partner.invited_at)
