"""Writing, sealing and submitting bids. Callers own the transaction.

What the audit log knows of a bid before its opening is its random token, and ids that tell no names.
"""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from accounts.models import Organisation
from core import audit, clock
from core.audit import Actor
from core.errors import InvalidInputError
from core.lifecycle import LifecycleError
from core.statuses import change_status
from marketplace.bids import content, queries, vault
from marketplace.bids.content import Draft, Kept, Sealed
from marketplace.bids.models import Bid, BidPartner, BidReceipt
from marketplace.bids.rules import BID, BID_PARTNER, MOST_FILES, MOST_PARTNERS, is_stale, turned_back
from marketplace.calls import queries as calls
from marketplace.sealing import boxes, codes
from marketplace.sealing import queries as seals
from marketplace.sealing.models import Seal
from marketplace.solutions.models import Solution
from scenario_catalog.models import Scenario
from scenario_catalog.rules import is_open

SUBJECT, PARTNER = "bid", "bid_partner"
EDITABLE = ("draft", "withdrawn")
NONCE = 32


class LateError(InvalidInputError):
    """It came after the deadline; the draft stays as it was saved."""


class StaleError(InvalidInputError):
    """The draft was saved from elsewhere since."""


def entry(session: Session) -> datetime:
    """Return the instant of a request that is bound to a deadline: taken once, before anything waits for a lock.

    Raises LifecycleError where the clock was set back behind what is already in the audit log.
    """
    received = clock.now()
    if turned_back(received, queries.last_event(session)):
        raise LifecycleError(_("服务器时钟异常，暂不能递交或开标；草稿已保留，请联系运营方"))
    return received


def start(
    session: Session, actor: Actor, scenario: Scenario, lead: Organisation, *, demo: bool = False
) -> tuple[Bid, str]:
    """Begin a bid; returns it with the code that its members must keep: without it the draft cannot be read by anybody."""
    audit.take_turn(session)
    session.refresh(scenario)
    _refuse_closed(scenario, clock.now())
    _refuse_engaged(session, scenario, lead.id)
    code, token = codes.new_code(), secrets.token_urlsafe(16)
    bid = Bid(token=token, scenario=scenario, organisation=lead, status="draft", demo=demo)
    bid.created_at = bid.saved_at = clock.now()
    bid.draft = _locked(bid, code, Draft())
    session.add(bid)
    session.flush()
    _record(session, actor, "start", bid)
    return bid, code


def read_draft(bid: Bid, code: str) -> Draft:
    """Return the draft. Raises InvalidInputError for a code that does not open it."""
    if bid.draft is None:
        raise InvalidInputError(_("草稿已按保存期限清除"))
    try:
        return content.loaded(boxes.unlock_text(bid.draft, _key(bid, code)))
    except boxes.WrongKeyError:
        raise InvalidInputError(_("口令不对，草稿打不开")) from None


def save(  # noqa: PLR0913, PLR0917 - what is saved, where, by whom, from which revision and under which code
    session: Session, actor: Actor, bid: Bid, code: str, draft: Draft, revision: int
) -> None:
    """Store what was typed; files and the bidder's copy stay as they are. Raises StaleError, LifecycleError."""
    old = read_draft(bid, code)
    if bid.revision != revision:
        raise StaleError(_("草稿已在别处保存过，请先核对再保存；您的内容仍在下面"))
    _store(session, bid, code, replace(draft, files=old.files, copy=old.copy))
    _record(session, actor, "save", bid)


def attach(session: Session, actor: Actor, bid: Bid, code: str, upload: FileStorage) -> Kept:
    """Add a file, encrypted before it is written. Raises InvalidInputError."""
    old = read_draft(bid, code)
    _refuse_sent(bid)
    if len(old.files) >= MOST_FILES:
        raise InvalidInputError(_("附件最多 %(n)s 个", n=MOST_FILES))
    kept = vault.keep(session, bid.id, upload)
    _store(session, bid, code, replace(old, files=(*old.files, kept)))
    _record(session, actor, "attach", bid)
    return kept


def detach(session: Session, actor: Actor, bid: Bid, code: str, token: str) -> None:
    """Take a file away."""
    old = read_draft(bid, code)
    _store(session, bid, code, replace(old, files=tuple(one for one in old.files if one.token != token)))
    vault.drop(session, [row for row in bid.files if row.token == token])
    session.expire(bid, ["files"])
    _record(session, actor, "detach", bid)


def problems(session: Session, bid: Bid, draft: Draft) -> dict[str, str]:
    """Return what keeps a bid from being submitted, by field."""
    terms = calls.terms_of(session, bid.scenario)
    found = content.missing(draft, terms.sections, priced=terms.price is not None)
    if any(one.status == "invited" for one in bid.partners):
        found["partners"] = _("还有联合单位没有答复，请等待答复或移除")
    return found


def submit(session: Session, actor: Actor, bid: Bid, code: str, received: datetime) -> BidReceipt:
    """Seal the draft and hand it in, as received at `received`.

    Raises LateError after the deadline, InvalidInputError naming what is missing, LifecycleError where it was sent already.
    """
    audit.take_turn(session)
    session.refresh(bid)
    session.refresh(bid.scenario)
    draft = read_draft(bid, code)
    _refuse_closed(bid.scenario, received)
    if missing := problems(session, bid, draft):
        raise InvalidInputError(missing.values())
    seal = _ready(session, bid.scenario)
    made = content.sealed(draft, _facts(session, bid, draft), (secrets.token_hex(NONCE), secrets.token_hex(NONCE)))
    step(session, bid, "submit", actor.role)
    _fill(session, bid, seal, made, received)
    bid.draft = _locked(bid, code, content.with_copy(draft, made))
    receipt = BidReceipt(
        bid_id=bid.id,
        scenario_id=bid.scenario_id,
        digest=made.digest,
        price_digest=made.price_digest,
        received_at=received,
    )
    session.add(receipt)
    session.flush()
    _record(session, actor, "submit", bid, digest=made.digest)
    return receipt


def withdraw(session: Session, actor: Actor, bid: Bid, received: datetime) -> None:
    """Take a bid back while bids are taken: what was sealed is destroyed, the draft can be sent again."""
    audit.take_turn(session)
    session.refresh(bid)
    session.refresh(bid.scenario)
    _refuse_closed(bid.scenario, received)
    step(session, bid, "withdraw", actor.role)
    bid.content_sealed = bid.price_sealed = bid.submitted_at = None
    session.execute(
        update(BidReceipt)
        .where(BidReceipt.bid_id == bid.id, BidReceipt.withdrawn_at.is_(None))
        .values(withdrawn_at=received)
    )
    session.flush()
    _record(session, actor, "withdraw", bid)


def reconfirm(session: Session, actor: Actor, bid: Bid, received: datetime) -> None:
    """Stand by a bid under terms that a material corrigendum changed; what is not reconfirmed lapses at the opening."""
    audit.take_turn(session)
    session.refresh(bid)
    session.refresh(bid.scenario)
    _refuse_closed(bid.scenario, received)
    newest = queries.newest_material(session, bid.scenario_id)
    if not is_stale(bid.confirmed, newest):
        raise LifecycleError(_("没有需要确认的更正"))
    step(session, bid, "reconfirm", actor.role)
    bid.confirmed = newest
    session.flush()
    _record(session, actor, "reconfirm", bid)


def delete(session: Session, actor: Actor, bid: Bid) -> None:
    """Remove a bid that was never sent, or was taken back, with its files; its receipts stay, without whose they are."""
    _refuse_sent(bid)
    _record(session, actor, "delete", bid)
    vault.drop(session, bid.files)
    session.expire(bid, ["files"])
    session.delete(bid)
    session.flush()


def clear(session: Session, actor: Actor, bid: Bid) -> None:
    """Remove what a bid said, with its files; that there was one, its receipts and what was decided stay."""
    bid.draft = bid.content = bid.price = None
    vault.drop(session, bid.files)
    session.expire(bid, ["files"])
    _record(session, actor, "clear", bid)


def ask_partner(session: Session, actor: Actor, bid: Bid, other: Organisation, part: str) -> BidPartner:
    """Ask an enterprise to bid together. Raises InvalidInputError; whether it bids elsewhere, nobody but itself is told."""
    _refuse_sent(bid)
    if other.id == bid.organisation_id:
        raise InvalidInputError(_("不能邀请本单位"))
    if other.kind != "enterprise" or not other.verified:
        raise InvalidInputError(_("只能邀请已认证的企业"))
    row = next((one for one in bid.partners if one.organisation_id == other.id), None)
    if row is None:
        row = BidPartner(organisation=other, status="declined", invited_at=clock.now())
        bid.partners.append(row)
    if sum(one.status in queries.JOINED for one in bid.partners) >= MOST_PARTNERS:
        raise InvalidInputError(_("联合单位最多 %(n)s 家", n=MOST_PARTNERS))
    row.status = BID_PARTNER.check(row.status, "ask", actor.role)
    row.part, row.invited_at, row.decided_at = part, clock.now(), None
    session.flush()
    _record(session, actor, "ask_partner", bid)
    return row


def decide_partner(session: Session, actor: Actor, partner: BidPartner, verb: str) -> None:
    """Accept, decline, leave or remove. Raises LifecycleError, InvalidInputError where the enterprise is in another bid."""
    audit.take_turn(session)
    session.refresh(partner)
    bid = partner.bid
    session.refresh(bid)
    if verb == "accept":
        _refuse_closed(bid.scenario, clock.now())
        if not partner.organisation.verified:
            raise InvalidInputError(_("本单位通过认证后才能联合揭榜"))
        _refuse_engaged(session, bid.scenario, partner.organisation_id)
    if verb in {"accept", "leave", "remove"}:
        _refuse_sent(bid)
    partner.status = BID_PARTNER.check(partner.status, verb, actor.role)
    partner.decided_at = clock.now()
    session.flush()
    _record(session, actor, f"partner_{verb}", bid)


def move(session: Session, actor: Actor, bid: Bid, verb: str) -> None:
    """Make a move that follows from a decision on an opened bid: see the lifecycle. Raises LifecycleError."""
    step(session, bid, verb, actor.role)
    audit.record(session, actor, verb, SUBJECT, bid.token, after={"status": bid.status})


def step(session: Session, bid: Bid, verb: str, role: str) -> None:
    """Make a move of the lifecycle, unrecorded. Raises LifecycleError."""
    change_status(session, bid, BID.check(bid.status, verb, role))


def _store(session: Session, bid: Bid, code: str, draft: Draft) -> None:
    _refuse_sent(bid)
    changed = (
        update(Bid)
        .where(Bid.id == bid.id, Bid.revision == bid.revision, Bid.status.in_(EDITABLE))
        .values(draft=_locked(bid, code, draft), revision=bid.revision + 1, saved_at=clock.now())
    )
    if session.execute(changed.execution_options(synchronize_session=False)).rowcount != 1:  # type: ignore[attr-defined]  # an UPDATE's result counts rows
        raise StaleError(_("草稿刚刚在别处保存过，请刷新后再试"))
    session.refresh(bid)


def _fill(session: Session, bid: Bid, seal: Seal, made: Sealed, received: datetime) -> None:
    bid.content_sealed = boxes.seal_text(made.content, seal.content_key or b"")
    bid.price_sealed = boxes.seal_text(made.price, seal.price_key or b"")
    bid.submitted_at, bid.confirmed = received, queries.newest_material(session, bid.scenario_id)


def _facts(session: Session, bid: Bid, draft: Draft) -> dict[str, Any]:
    """Return what a sealed content says beside the draft."""
    joined = [{"name": one.organisation.name, "part": one.part} for one in bid.partners if one.status == "accepted"]
    return {
        "format": "city-ai-bid/1",
        "scenario": bid.scenario.number or "",
        "bid": bid.token,
        "lead": bid.organisation.name,
        "partners": joined,
        "solution": _solution(session, bid, draft.solution_id),
    }


def _solution(session: Session, bid: Bid, solution_id: int | None) -> Mapping[str, Any] | None:
    found = session.get(Solution, solution_id) if solution_id else None
    if found is None or found.organisation_id != bid.organisation_id:
        return None
    return {"id": found.id, "name": found.name, "version": found.revision, "summary": found.summary}


def _ready(session: Session, scenario: Scenario) -> Seal:
    seal = seals.seal_of(session, scenario.id)
    if seal is None or seal.status != "ready":
        raise LifecycleError(_("本场景的密钥尚未就绪，暂不能递交；草稿已保留"))
    return seal


def _refuse_closed(scenario: Scenario, at: datetime) -> None:
    if scenario.mode == "procurement":
        raise LifecycleError(_("政府采购项目不在本平台递交方案，请按采购公告办理"))
    if not is_open(scenario, at):
        raise LateError(_("已过截止时间或场景已不在报名中，不再接收；草稿已保留"))


def _refuse_engaged(session: Session, scenario: Scenario, organisation: int) -> None:
    if queries.engaged(session, scenario.id, organisation):
        raise InvalidInputError(_("本单位已在该场景的一份方案中，同一场景只能参加一份；要换一份，请先退出或删除那一份"))


def _refuse_sent(bid: Bid) -> None:
    if bid.status not in EDITABLE:
        raise LifecycleError(_("“%(state)s”的方案不能修改，请先撤回", state=BID.states[bid.status]))


def _record(session: Session, actor: Actor, verb: str, bid: Bid, digest: str = "") -> None:
    """Record an event of a bid that is not open: see `core.audit.concealed`."""
    after = {"status": bid.status, "revision": bid.revision, "digest": digest}
    audit.record(session, audit.concealed(actor, f"{SUBJECT}:{bid.token}"), verb, SUBJECT, bid.token, after=after)


def _key(bid: Bid, code: str) -> bytes:
    return boxes.derived(codes.read(code), f"bid {bid.token}")


def _locked(bid: Bid, code: str, draft: Draft) -> bytes:
    return boxes.lock_text(content.dumped(draft), _key(bid, code))
