"""Every SELECT of bids. What is not yet opened is asked for by its bidder alone: see `own` and `partnered`."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Select, exists, func, or_, select
from sqlalchemy.orm import Session

from accounts.models import Organisation
from core.audit import AuditEvent, AuditHead
from core.extensions import db
from marketplace.bids.models import Bid, BidPartner, BidReceipt
from marketplace.bids.rules import OPENED
from marketplace.solutions.models import EnterpriseProfile
from scenario_catalog.models import Corrigendum, Scenario

JOINED = ("invited", "accepted")


def bid(token: str) -> Bid | None:
    return with_token(db.session(), token)


def with_token(session: Session, token: str) -> Bid | None:
    return session.scalar(select(Bid).where(Bid.token == token))


def owner_of(token: str, **_values: object) -> int | None:
    """Return the lead of a bid: for the authorisation table."""
    return db.session.scalar(select(Bid.organisation_id).where(Bid.token == token))


def partner_of(partner_id: int, **_values: object) -> int | None:
    """Return who was asked to join: for the authorisation table."""
    return db.session.scalar(select(BidPartner.organisation_id).where(BidPartner.id == partner_id))


def partner(partner_id: int) -> BidPartner | None:
    return db.session.get(BidPartner, partner_id)


def own(organisation: int) -> Select[Bid]:
    """Select the bids that an enterprise leads, the newest first."""
    return select(Bid).where(Bid.organisation_id == organisation).order_by(Bid.id.desc())


def partnered(organisation: int) -> Select[BidPartner]:
    """Select where an enterprise was asked to join or has joined, the newest first."""
    mine = (BidPartner.organisation_id == organisation, BidPartner.status.in_(JOINED))
    return select(BidPartner).where(*mine).order_by(BidPartner.id.desc())


def engaged(session: Session, scenario: int, organisation: int) -> Bid | None:
    """Return the bid of a scenario in which an enterprise is: as its lead, or as a partner who has accepted."""
    joined = exists().where(
        BidPartner.bid_id == Bid.id, BidPartner.organisation_id == organisation, BidPartner.status == "accepted"
    )
    mine = or_(Bid.organisation_id == organisation, joined)
    return session.scalar(select(Bid).where(Bid.scenario_id == scenario, mine))


def submitted(session: Session, scenario: int) -> Sequence[str]:
    """Return the tokens of the bids to open, in an order that tells nothing."""
    found = select(Bid.token).where(Bid.scenario_id == scenario, Bid.status == "submitted")
    return session.scalars(found.order_by(Bid.token)).all()


def unopened(session: Session, scenario: int) -> Sequence[Bid]:
    """Return every bid of a scenario that was never opened, drafts too."""
    found = select(Bid).where(Bid.scenario_id == scenario, Bid.status.in_(("draft", "submitted", "withdrawn")))
    return session.scalars(found).all()


def opened(session: Session, scenario: int) -> Sequence[Bid]:
    """Return the bids of a scenario that the opening read, by their alias; none before it."""
    found = select(Bid).where(Bid.scenario_id == scenario, Bid.status.in_(OPENED)).order_by(Bid.alias, Bid.id)
    return session.scalars(found).all()


def ever_opened() -> Select[int]:
    """Select the row ids of the scenarios whose bids an opening read."""
    return select(Bid.scenario_id).where(Bid.content.is_not(None)).distinct()


def newest_material(session: Session, scenario: int) -> int:
    """Return the number of a scenario's newest material corrigendum, 0 if there is none."""
    found = select(func.max(Corrigendum.number)).where(
        Corrigendum.scenario_id == scenario, Corrigendum.material.is_(True)
    )
    return session.scalar(found) or 0


def last_receipt(session: Session, bid_id: int) -> BidReceipt | None:
    return session.scalar(select(BidReceipt).where(BidReceipt.bid_id == bid_id).order_by(BidReceipt.id.desc()).limit(1))


def receipt(session: Session, digest: str) -> BidReceipt | None:
    """Return the receipt of a digest; its bid may have been deleted."""
    return session.scalar(select(BidReceipt).where(BidReceipt.digest == digest))


def last_event(session: Session) -> datetime | None:
    """Return the instant of the newest event of the audit log."""
    return session.scalar(select(AuditEvent.at).join(AuditHead, AuditHead.count == AuditEvent.id))


def enterprises(words: str) -> Select[Organisation]:
    """Select the verified enterprises whose name has these words."""
    found = select(Organisation).where(Organisation.kind == "enterprise", Organisation.verification == "verified")
    return found.where(Organisation.name.contains(words, autoescape=True)).order_by(Organisation.name)


def taking_bids() -> Select[Scenario]:
    """Select the scenarios whose bids are still sealed."""
    return select(Scenario).where(Scenario.status == "open", Scenario.mode != "procurement")


def left_drafts(oldest: date) -> Select[Bid]:
    """Select the bids that were not sent when their scenario closed, before `oldest`."""
    left = (Bid.status.in_(("draft", "withdrawn")), Scenario.deadline < oldest, Scenario.status != "open")
    return select(Bid).join(Scenario).where(*left)


def shared_representatives(session: Session, scenario: int) -> dict[str, list[str]]:
    """Return the legal representatives whom more than one bid of a scenario shares, with the bids' aliases.

    Looked at once the bids were opened; whoever left the field empty is not compared.
    """
    bids = {one.id: one for one in opened(session, scenario)}
    parties = [(one.id, one.organisation_id) for one in bids.values()]
    parties += [
        (one.id, each.organisation_id) for one in bids.values() for each in one.partners if each.status == "accepted"
    ]
    known = {
        row.organisation_id: row.representative
        for row in session.execute(
            select(EnterpriseProfile.organisation_id, EnterpriseProfile.representative).where(
                EnterpriseProfile.organisation_id.in_({party for _bid, party in parties}),
                EnterpriseProfile.representative != "",
            )
        )
    }
    found: dict[str, set[str]] = {}
    for bid_id, party in parties:
        if party in known:
            found.setdefault(known[party], set()).add(bids[bid_id].alias)
    return {name: sorted(aliases) for name, aliases in found.items() if len(aliases) > 1}


def with_texts(states: Sequence[str], oldest: date) -> Select[Bid]:
    """Select the bids in these states that still hold what they said, of scenarios that closed before `oldest`."""
    held = or_(Bid.content.is_not(None), Bid.draft.is_not(None), Bid.price.is_not(None))
    return select(Bid).join(Scenario).where(Bid.status.in_(states), Scenario.deadline < oldest, held)
