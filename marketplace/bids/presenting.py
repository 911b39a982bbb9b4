"""What the bidders' pages show: plain rows and facts, of their own bids only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import current_app, url_for
from flask_babel import gettext as _

from core import clock
from core.extensions import db
from marketplace.bids import operations, queries
from marketplace.bids.content import LONGEST, Draft, amount_of
from marketplace.bids.forms import name_of
from marketplace.bids.models import Bid, BidPartner, BidReceipt
from marketplace.bids.operations import EDITABLE
from marketplace.bids.rules import BID, BID_PARTNER, DECLARATIONS, MOST_PARTNERS, OPENED, UNOPENED, is_stale
from marketplace.calls import queries as calls
from marketplace.calls.rules import Terms
from marketplace.sealing import queries as seals
from marketplace.solutions import queries as solutions
from marketplace.solutions.models import Solution
from scenario_catalog.models import Scenario
from scenario_catalog.rules import is_open

# Built in marketplace/awards, above this part: named, not imported.
RESULT = "/desk/bids/<token>/result"

VALID, WITHDRAWN, SUPERSEDED, DELETED = "valid", "withdrawn", "superseded", "deleted"
RECEIPTS: Mapping[str, str] = {
    VALID: "有效",
    WITHDRAWN: "已撤回",
    SUPERSEDED: "已由后一次递交取代",
    DELETED: "回执有效；方案已由揭榜方撤回，现已删除",
    "lapsed": "更正后未再次确认，已失效",
    "returned_unopened": "未开启退回",
}


@dataclass(frozen=True)
class Row:
    """A bid in the list: `todo` is what its bidder has to do, in words."""

    bid: Bid
    label: str
    is_open: bool
    closes: datetime
    todo: Sequence[str]


@dataclass(frozen=True)
class Joining:
    """A bid that another enterprise leads."""

    partner: BidPartner
    label: str
    is_open: bool
    closes: datetime
    verbs: Sequence[str]
    result_url: str


@dataclass(frozen=True)
class Progress:
    """How far a draft is: each field that must be there, what it is called, and what is missing ("": done)."""

    checks: Sequence[tuple[str, str, str]]

    @property
    def blockers(self) -> list[tuple[str, str, str]]:
        return [check for check in self.checks if check[2]]

    @property
    def done(self) -> int:
        return len(self.checks) - len(self.blockers)

    @property
    def problems(self) -> dict[str, str]:
        return {field: why for field, _label, why in self.blockers}


def closes(scenario: Scenario) -> datetime:
    """Return the first instant at which bids are late."""
    return clock.end_of_day(scenario.deadline)


def times(scenario: Scenario) -> dict[str, Any]:
    """Return what the countdown is drawn from."""
    now = clock.now()
    return {"now": now, "closes": closes(scenario), "is_open": is_open(scenario, now)}


def row(bid: Bid) -> Row:
    scenario = bid.scenario
    return Row(bid, BID.states[bid.status], is_open(scenario, clock.now()), closes(scenario), todo(bid))


def todo(bid: Bid) -> list[str]:
    """Return what the bidder has to do now, in words."""
    if not is_open(bid.scenario, clock.now()):
        return [_("截止前没有递交，不能再递交")] if bid.status in EDITABLE else []
    found = []
    if needs_confirming(bid):
        found.append(_("场景有实质性更正：须再次确认，否则开标时失效"))
    waiting = sum(one.status == "invited" for one in bid.partners)
    if waiting:
        found.append(_("%(n)s 家联合单位还没有答复", n=waiting))
    if bid.status in EDITABLE:
        found.append(_("还没有递交"))
    return found


def needs_confirming(bid: Bid) -> bool:
    return bid.status == "submitted" and is_stale(bid.confirmed, queries.newest_material(db.session(), bid.scenario_id))


def joining(partner: BidPartner, role: str) -> Joining:
    bid = partner.bid
    may_leave = bid.status in EDITABLE
    verbs = [
        move.verb
        for move in BID_PARTNER.moves_from(partner.status, role)
        if move.verb in {"accept", "decline"} or (move.verb == "leave" and may_leave)
    ]
    label = BID_PARTNER.states[partner.status]
    takes = is_open(bid.scenario, clock.now())
    return Joining(partner, label, takes, closes(bid.scenario), verbs, result_url(bid))


def own_solutions(bid: Bid) -> Sequence[Solution]:
    """Return the solutions of the lead that a bid may name."""
    found = db.session.scalars(solutions.own(bid.organisation_id)).unique().all()
    return [one for one in found if one.status != "archived"]


def terms(bid: Bid) -> Terms:
    return calls.terms_of(db.session(), bid.scenario)


def progress(bid: Bid, draft: Draft) -> Progress:
    """Return every thing that must be there before a bid is sent, and what is missing of it."""
    missing = operations.problems(db.session(), bid, draft)
    asked = terms(bid)
    labels = {name_of(one.key): one.title for one in asked.sections if one.required or name_of(one.key) in missing}
    if asked.price is not None:
        labels["price"] = _("报价")
    labels |= {name: _(word) for name, word in (("team", "项目团队"), ("price_note", "报价说明")) if name in missing}
    labels |= {"declarations": _("声明"), "partners": _("联合单位")}
    return Progress([(field, label, missing.get(field, "")) for field, label in labels.items()])


def lengths(bid: Bid, draft: Draft) -> dict[str, tuple[int, int]]:
    """Return (characters typed, most) of each text."""
    found = {name_of(one.key): (len(draft.sections.get(one.key, "")), one.longest) for one in terms(bid).sections}
    return {**found, **{name: (len(getattr(draft, name)), most) for name, most in LONGEST.items()}}


def is_keyed(bid: Bid) -> bool:
    """Tell whether the scenario's keys are made: before that nothing can be sealed."""
    seal = seals.seal_of(db.session(), bid.scenario_id)
    return seal is not None and seal.status == "ready"


def summary(bid: Bid, draft: Draft) -> dict[str, Any]:
    """Return exactly what is sealed, as people read it."""
    said = terms(bid)
    chosen = next((one for one in own_solutions(bid) if one.id == draft.solution_id), None)
    return {
        "sections": [(one.title, draft.sections.get(one.key, "")) for one in said.sections],
        "solution": chosen,
        "team": draft.team,
        "price": amount_of(draft.price),
        "priced": said.price is not None,
        "price_note": draft.price_note,
        "declarations": [DECLARATIONS[one] for one in draft.declarations],
        "files": draft.files,
        "partners": [one for one in bid.partners if one.status == "accepted"],
    }


def partners(bid: Bid) -> dict[str, Any]:
    """Return the partners of a bid that count, and whether more may be asked."""
    present = [one for one in bid.partners if one.status in queries.JOINED]
    gone = [one for one in bid.partners if one.status in {"declined", "left"}]
    shown = {"rows": present, "gone": gone, "states": BID_PARTNER.states, "most": MOST_PARTNERS}
    return {**shown, "has_room": len(present) < MOST_PARTNERS}


def receipt_state(bid: Bid, receipt: BidReceipt, last: BidReceipt | None) -> str:
    """Return one of RECEIPTS: what became of a content, which what became of its bid decides."""
    if receipt.withdrawn_at is None:
        return bid.status if bid.status in UNOPENED else VALID
    return SUPERSEDED if last is not None and last.id != receipt.id else WITHDRAWN


def receipts(bid: Bid) -> list[tuple[BidReceipt, str]]:
    """Return the receipts of a bid with what became of each, the newest first."""
    last = bid.receipts[-1] if bid.receipts else None
    return [(one, RECEIPTS[receipt_state(bid, one, last)]) for one in reversed(bid.receipts)]


def result_url(bid: Bid) -> str:
    """Return where an opened bid's scores are shown to its bidder, "" where nothing shows them."""
    rule = next((one for one in current_app.url_map.iter_rules() if one.rule == RESULT), None)
    return url_for(rule.endpoint, token=bid.token) if rule and bid.status in OPENED else ""
