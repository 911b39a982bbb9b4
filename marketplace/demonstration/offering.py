"""Bids as an opening left them, and what goes into them."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from accounts.models import Organisation
from core import clock
from marketplace.bids import content, vault
from marketplace.bids.content import Draft, Kept, Sealed
from marketplace.bids.models import Bid, BidPartner, BidReceipt
from marketplace.bids.operations import NONCE
from marketplace.bids.queries import newest_material
from marketplace.bids.rules import DECLARATIONS
from marketplace.calls.queries import terms_of
from marketplace.demonstration import people, queries, story
from marketplace.demonstration.story import Told
from marketplace.sealing import boxes
from marketplace.sealing.models import Seal
from marketplace.solutions.models import Solution
from marketplace.solutions.rules import Facts, facts_of
from scenario_catalog.models import Scenario

SUMMARY = "方案指标与案例摘要.txt"


@dataclass(frozen=True)
class Offered:
    """An opened bid, what was told of it, and the exact bytes that were sealed."""

    bid: Bid
    told: Told
    made: Sealed


def draft_of(session: Session, scenario: Scenario, lead: Organisation, told: Told, place: int) -> Draft:
    """Return what a bidder writes; the attachment comes later."""
    offered = solution_of(session, lead, told)
    facts = facts_of(offered.content) if offered else Facts()
    return Draft(
        sections=story.texts(terms_of(session, scenario), told, scenario.indicators, facts, place),
        solution_id=offered.id if offered else None,
        team=told["team"],
        price=told["price"],
        price_note=told.get("note", ""),
        declarations=tuple(DECLARATIONS),
    )


def solution_of(session: Session, lead: Organisation, told: Told) -> Solution | None:
    """Return the bidder's solution that the bid offers, if it names one."""
    name = story.names_of_solutions().get(told.get("key", ""), "")
    return queries.solution(session, lead.id, name) if name else None


def summary_of(solution: Solution) -> FileStorage:
    """Return the attachment: the solution's indicators and cases as a text file."""
    facts = facts_of(solution.content)
    lines = [f"{facts.name}（演示数据）", "", *facts.indicators, *(f"{one.client}：{one.text}" for one in facts.cases)]
    return FileStorage(BytesIO("\n".join(lines).encode()), SUMMARY)


def offer(session: Session, seal: Seal, told: Told, alias: str, place: int) -> Offered:
    """Write down a bid of a scenario that was opened: received now."""
    scenario, lead, now = seal.scenario, people.bidder(session, told["by"]), clock.now()
    bid = Bid(token=secrets.token_urlsafe(16), scenario=scenario, organisation=lead, status="unsealed", demo=True)
    bid.created_at = bid.saved_at = bid.submitted_at = now
    bid.alias, bid.confirmed = alias, newest_material(session, scenario.id)
    bid.partners = _joined(session, told)
    session.add(bid)
    session.flush()
    made = _sealed(session, bid, told, place)
    bid.content, bid.price_sealed = json.loads(made.content), boxes.seal_text(made.price, seal.price_key or b"")
    receipt = BidReceipt(scenario=scenario, digest=made.digest, price_digest=made.price_digest, received_at=now)
    bid.receipts = [receipt]
    session.flush()
    return Offered(bid, told, made)


def _sealed(session: Session, bid: Bid, told: Told, place: int) -> Sealed:
    offered = solution_of(session, bid.organisation, told)
    draft = draft_of(session, bid.scenario, bid.organisation, told, place)
    kept: Sequence[Kept] = [vault.keep(session, bid.id, summary_of(offered))] if offered else []
    whole = Draft(**{**vars(draft), "files": tuple(kept)})
    return content.sealed(whole, _facts(bid, offered), (secrets.token_hex(NONCE), secrets.token_hex(NONCE)))


def _facts(bid: Bid, offered: Solution | None) -> dict[str, Any]:
    """Return what a sealed content says beside the draft."""
    named = {"id": offered.id, "name": offered.name, "version": offered.revision} if offered else None
    return {
        "format": "city-ai-bid/1",
        "scenario": bid.scenario.number or "",
        "bid": bid.token,
        "lead": bid.organisation.name,
        "partners": [{"name": one.organisation.name, "part": one.part} for one in bid.partners],
        "solution": {**named, "summary": offered.summary} if named and offered else None,
    }


def _joined(session: Session, told: Told) -> list[BidPartner]:
    now = clock.now()
    return [
        BidPartner(
            organisation=people.bidder(session, one["by"]),
            part=one["part"],
            status="accepted",
            invited_at=now,
            decided_at=now,
        )
        for one in told.get("partners", ())
    ]
