"""What evaluators, bidders and objectors are told of committed events after the opening: a consumer of events."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from accounts.inbox.operations import notify
from core.audit import AuditEvent
from marketplace.awards.models import Award, Objection
from marketplace.bids.models import Bid
from marketplace.bids.queries import opened
from marketplace.evaluation.models import PanelMember
from marketplace.evaluation.queries import opened_bid
from scenario_catalog.following.queries import members
from scenario_catalog.models import Scenario


@dataclass(frozen=True)
class Told:
    """What is said, and to whom: row ids of people."""

    people: Sequence[int]
    title: str
    url: str


Tell = Callable[[Session, AuditEvent], Iterator[Told]]


def tell(session: Session, events: Sequence[AuditEvent]) -> None:
    """Tell those concerned, each once for each event: what their own pages say, no more."""
    for event in events:
        telling = TELLINGS.get((event.subject_type, event.verb))
        for place, told in enumerate(telling(session, event) if telling else ()):
            key = f"{event.subject_type}-{event.verb}-{event.id}-{place}"
            notify(session, told.people, key=key, title=told.title, text="", url=told.url)


def _named(session: Session, event: AuditEvent) -> Iterator[Told]:
    """Tell a person who was named to a panel, and still sits on it."""
    seat = session.get(PanelMember, int(event.subject_id))
    if seat and seat.person_id and seat.status == "invited":
        title = _("请您参加评审：%(what)s，先申报利益冲突", what=_called(seat.evaluation.scenario))
        yield Told([seat.person_id], title, url_for("evaluation.seat", member_id=seat.id))


def _released(session: Session, event: AuditEvent) -> Iterator[Told]:
    """Tell a member of a panel who was let go, overdue."""
    seat = session.get(PanelMember, int(event.subject_id))
    if seat and seat.person_id and seat.status == "released":
        title = _("%(what)s：您因逾期被解除评审，请看理由", what=_called(seat.evaluation.scenario))
        yield Told([seat.person_id], title, url_for("evaluation.seat", member_id=seat.id))


def _awarded(session: Session, event: AuditEvent) -> Iterator[Told]:
    """Tell every bidder that its scores and comments can be read."""
    found = session.get(Award, int(event.subject_id))
    for bid in opened(session, found.scenario_id) if found else ():
        title = _("%(what)s已授标，可以查看本企业方案的得分与评语", what=_called(bid.scenario))
        yield _to_bidder(session, event, bid, title)


def _unawarded(session: Session, event: AuditEvent) -> Iterator[Told]:
    """Tell every bidder that the award was taken back, and where its own bid stands now."""
    found = session.get(Award, int(event.subject_id))
    for bid in opened(session, found.scenario_id) if found else ():
        yield _to_bidder(
            session, event, bid, _("%(what)s的授标已撤销，请看本企业方案现在的结果", what=_called(bid.scenario))
        )


def _disqualified(session: Session, event: AuditEvent) -> Iterator[Told]:
    bid = opened_bid(event.subject_id)
    if bid:
        title = _("%(what)s：本企业方案被取消资格，请看原因和依据", what=_called(bid.scenario))
        yield _to_bidder(session, event, bid, title)


def _answered(session: Session, event: AuditEvent) -> Iterator[Told]:
    found = session.get(Objection, int(event.subject_id))
    if found:
        scenario = found.award.scenario
        title = _("%(what)s：本企业提出的异议已答复", what=_called(scenario))
        people = session.scalars(members(found.organisation_id, event.at)).all()
        yield Told(people, title, url_for("awards.award", number=scenario.number))


def _to_bidder(session: Session, event: AuditEvent, bid: Bid, title: str) -> Told:
    """Address the members of a bid's lead and partners."""
    houses = [bid.organisation_id, *(one.organisation_id for one in bid.partners if one.status == "accepted")]
    people = {person for house in houses for person in session.scalars(members(house, event.at))}
    return Told(sorted(people), title, url_for("awards.result", token=bid.token))


def _called(scenario: Scenario) -> str:
    return f"{scenario.number} {scenario.title}"


TELLINGS: Mapping[tuple[str, str], Tell] = {
    ("panel_member", "appoint"): _named,
    ("panel_member", "release"): _released,
    ("award", "award"): _awarded,
    ("award", "unaward"): _unawarded,
    ("bid", "disqualify"): _disqualified,
    ("objection", "reject"): _answered,
    ("objection", "uphold"): _answered,
}
