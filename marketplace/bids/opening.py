"""Opening what two holders gave the key for, and returning unopened what is not to be opened. Callers own the transaction."""

import json
import secrets
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from core import audit
from core.audit import SYSTEM, Actor, AuditEvent
from core.extensions import db
from marketplace.bids import queries, vault
from marketplace.bids.models import Bid
from marketplace.bids.operations import SUBJECT, step
from marketplace.bids.rules import aliases, is_stale
from marketplace.sealing import boxes
from marketplace.sealing import operations as sealing
from marketplace.sealing import queries as seals
from marketplace.sealing.models import Seal
from scenario_catalog import operations as catalog
from scenario_catalog.rules import Ground

DAMAGED_FILE = "附件损坏或缺失：{}"
UNREADABLE = "方案无法用本场景的密钥开启"
CHANGED = "内容与回执摘要不符"
LEFT_OPEN = ("preparing", "ready", "opened", "price_due")


def damaged(scenario: int, private: bytes) -> dict[str, str]:
    """Read every file of the bids to be opened, one at a time, and return what is wrong by bid token.

    Nothing is written and nothing is kept: it may take long, and comes before the opening takes the lock.
    """
    found = {}
    with Session(db.engine) as apart:
        for token in queries.submitted(apart, scenario):
            if fault := _fault(apart, token, private):
                found[token] = fault
            apart.rollback()
            apart.expunge_all()
    return found


def open_bids(session: Session, actor: Actor, seal: Seal, private: bytes, faults: Mapping[str, str]) -> int:
    """Open the contents of a scenario's bids, all of them or none; returns how many there are.

    Bids that a material corrigendum overtook lapse. With none left the scenario has failed (流标). Raises LifecycleError
    before the deadline, or while questions are unanswered.
    """
    audit.take_turn(session)
    session.refresh(seal)
    session.refresh(seal.scenario)
    sealing.due(seal)
    catalog.move(session, SYSTEM, seal.scenario, "evaluate")
    tokens = _lapsed(session, seal)
    names = [*aliases(len(tokens))]
    secrets.SystemRandom().shuffle(names)
    for token, name in zip(tokens, names, strict=True):
        _open_one(session, token, name, private, faults.get(token, ""))
    sealing.move(session, actor, seal, "open")
    if not tokens:
        catalog.move(session, SYSTEM, seal.scenario, "fail", Ground("no_bids"))
        sealing.move(session, SYSTEM, seal, "destroy")
    return len(tokens)


def open_prices(session: Session, actor: Actor, seal: Seal, private: bytes) -> int:
    """Open the prices of the bids that are still judged, all of them or none; returns how many. Raises LifecycleError."""
    audit.take_turn(session)
    session.refresh(seal)
    sealing.due(seal)
    found = [bid for bid in queries.opened(session, seal.scenario_id) if bid.status != "disqualified"]
    for bid in found:
        bid.price, fault = _price(bid, private)
        bid.fault = bid.fault or fault
        bid.price_sealed = None
        session.flush()
        audit.record(session, SYSTEM, "open_price", SUBJECT, bid.token)
    sealing.move(session, actor, seal, "open_prices")
    return len(found)


def follow(session: Session, events: Sequence[AuditEvent]) -> None:
    """Return bids unopened and destroy the keys when a scenario was cancelled or has failed: a consumer of events."""
    for entry in events:
        if entry.subject_type == "scenario" and entry.verb in {"cancel", "fail"}:
            return_unopened(session, int(entry.subject_id))


def return_unopened(session: Session, scenario: int) -> int:
    """Give back what was never opened, and destroy what could open it; returns how many submitted bids there were."""
    audit.take_turn(session)
    seal = seals.seal_of(session, scenario)
    if seal is not None and seal.status in LEFT_OPEN:
        sealing.move(session, SYSTEM, seal, "destroy")
    found = [bid for bid in queries.unopened(session, scenario) if bid.status == "submitted"]
    for bid in found:
        step(session, bid, "return", SYSTEM.role)
        bid.content_sealed = bid.price_sealed = None
        vault.drop(session, bid.files)
        session.expire(bid, ["files"])
        audit.record(session, SYSTEM, "return", SUBJECT, bid.token, after={"status": bid.status})
    return len(found)


def _fault(session: Session, token: str, private: bytes) -> str:
    bid = queries.with_token(session, token)
    said, fault = _content(session, bid, private) if bid else ({}, "")
    for file in said.get("files", ()):
        try:
            vault.read(file)
        except vault.DamagedError as error:
            fault = DAMAGED_FILE.format(error)
    return fault


def _lapsed(session: Session, seal: Seal) -> list[str]:
    """Let the bids lapse that nobody reconfirmed; returns the tokens of the others."""
    newest = queries.newest_material(session, seal.scenario_id)
    kept = []
    for token in queries.submitted(session, seal.scenario_id):
        bid = queries.with_token(session, token)
        if bid is not None and is_stale(bid.confirmed, newest):
            step(session, bid, "lapse", SYSTEM.role)
            bid.content_sealed = bid.price_sealed = None
            audit.record(session, SYSTEM, "lapse", SUBJECT, bid.token, after={"status": bid.status})
        elif bid is not None:
            kept.append(token)
    return kept


def _open_one(session: Session, token: str, name: str, private: bytes, fault: str) -> None:
    """Open one bid and let go of it: the memory of an opening is that of one bid."""
    bid = queries.with_token(session, token)
    if bid is None:
        return
    said, wrong = _content(session, bid, private)
    step(session, bid, "unseal", SYSTEM.role)
    bid.content, bid.fault, bid.alias = said, fault or wrong, name
    bid.content_sealed = None
    session.flush()
    audit.record(session, SYSTEM, "unseal", SUBJECT, token, after={"status": bid.status, "digest": _digest(said)})
    session.expunge(bid)


def _content(session: Session, bid: Bid, private: bytes) -> tuple[dict[str, Any], str]:
    """Return what a sealed content says, and what is wrong with it."""
    receipt = queries.last_receipt(session, bid.id)
    try:
        data = boxes.unseal_text(bid.content_sealed or b"", private)
    except (boxes.WrongKeyError, ValueError):
        return {}, UNREADABLE
    if receipt is None or sha256(data).hexdigest() != receipt.digest:
        return {}, CHANGED
    said: dict[str, Any] = json.loads(data)
    return (said, "") if said["bid"] == bid.token else ({}, CHANGED)


def _price(bid: Bid, private: bytes) -> tuple[dict[str, Any], str]:
    try:
        data = boxes.unseal_text(bid.price_sealed or b"", private)
    except (boxes.WrongKeyError, ValueError):
        return {}, UNREADABLE
    if sha256(data).hexdigest() != (bid.content or {}).get("price_digest"):
        return {}, CHANGED
    said: dict[str, Any] = json.loads(data)
    return said, ""


def _digest(said: Mapping[str, Any]) -> str:
    return str(said.get("price_digest", ""))
