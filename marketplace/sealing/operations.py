"""Holders, shares and keys. Callers own the transaction.

No share and no private key is ever stored: of a share its public key, of a private key what is wrapped for two holders.
"""

from collections.abc import Sequence
from itertools import permutations

from flask_babel import gettext as _
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from core import audit, clock
from core.audit import Actor
from core.errors import InvalidInputError
from core.lifecycle import LifecycleError
from core.statuses import change_status
from marketplace.sealing import boxes, codes, queries
from marketplace.sealing.models import Seal, SealHolder, SealWrap
from marketplace.sealing.rules import CONTENT, DUE, PARTS, PRICE, SEAL, Appointed, problems
from scenario_catalog.models import Scenario
from scenario_catalog.rules import is_open

SUBJECT = "seal"


def appoint(session: Session, actor: Actor, scenario: Scenario, holders: Sequence[Appointed]) -> Seal:
    """Name the three holders; before the keys are made they can be named anew, and who stays keeps a share taken.

    Raises InvalidInputError where one may not hold, LifecycleError where the keys are made or no bids are taken.
    """
    audit.take_turn(session)
    session.refresh(scenario)
    if scenario.mode == "procurement" or scenario.status not in queries.TAKES_BIDS:
        raise LifecycleError(_("该场景不接收揭榜方案，不需要密钥"))
    if found := problems(holders, scenario.agency_id):
        raise InvalidInputError(found)
    seal = queries.seal_of(session, scenario.id) or _begin(session, scenario)
    if seal.status != "preparing":
        raise LifecycleError(_("密钥已经生成，持有人不能再更换"))
    _name(session, seal, holders)
    audit.record(session, actor, "appoint", SUBJECT, seal.id)
    return seal


def take_share(session: Session, actor: Actor, holder: SealHolder) -> str:
    """Return a new share, to be shown once; with the last of the three the keys are made. Raises LifecycleError."""
    audit.take_turn(session)
    session.refresh(holder)
    seal = holder.seal
    session.refresh(seal, ["status", "holders"])
    if seal.status != "preparing" or holder.public_key:
        raise LifecycleError(_("分片已经领取，只显示一次；遗失请联系需求单位重新指定持有人"))
    share = codes.new_code()
    _private, holder.public_key = boxes.pair_of(codes.read(share), _context(seal))
    holder.taken_at = clock.now()
    session.flush()
    audit.record(session, actor, "take_share", SUBJECT, seal.id)
    if all(one.public_key for one in seal.holders):
        _make_keys(session, actor, seal)
    return share


def present(session: Session, actor: Actor, holder: SealHolder, share: str) -> bytes | None:
    """Present a share for the part that is due.

    Returns the private key once two holders have presented, else None. Nothing is written then: whoever opens records it.
    Raises InvalidInputError for a wrong share, LifecycleError before the deadline or where nothing is due.
    """
    seal = holder.seal
    part = due(seal)
    if not queries.is_member(session, holder.person_id, holder.organisation_id):
        raise LifecycleError(_("您已不是该单位成员，不能再出示分片；其余两位持有人仍可开启"))
    private = _checked(seal, holder, share)
    wraps = queries.wraps(session, seal.id, part)
    ready = next((one.peeled for one in wraps if one.inner == holder.position and one.peeled), None)
    if ready:
        return boxes.unseal(ready, private)
    for one in wraps:
        if one.outer == holder.position:
            one.peeled = boxes.unseal(one.wrapped, private)
    session.flush()
    audit.record(session, actor, "present", SUBJECT, seal.id)
    return None


def due(seal: Seal) -> str:
    """Return the part that can be opened now. Raises LifecycleError that says why none can."""
    part = DUE.get(seal.status)
    if part is None:
        raise LifecycleError(_("“%(state)s”，现在没有待开启的内容", state=SEAL.states[seal.status]))
    if part == CONTENT and is_open(seal.scenario, clock.now()):
        raise LifecycleError(_("报名尚未截止，任何人都不能开启"))
    if part == CONTENT and seal.scenario.status != "open":
        raise LifecycleError(_("场景已不在待开标状态"))
    return part


def move(session: Session, actor: Actor, seal: Seal, verb: str) -> None:
    """Make a move of the keys' lifecycle; what is opened or destroyed needs its wrapped keys no more."""
    target = SEAL.check(seal.status, verb, actor.role)
    change_status(session, seal, target)
    _drop(session, seal, verb)
    session.flush()
    audit.record(session, actor, verb, SUBJECT, seal.id)


def presented(session: Session, seal: Seal) -> list[int]:
    """Return the positions of the holders who have presented their share for what is due."""
    part = DUE.get(seal.status, "")
    return sorted({one.outer for one in queries.wraps(session, seal.id, part) if one.peeled})


def forget(session: Session, person: int) -> None:
    """Name a person no more: part of the account's erasure, which records the event. The share opens nothing then."""
    session.execute(update(SealHolder).where(SealHolder.person_id == person).values(person_id=None))


def _begin(session: Session, scenario: Scenario) -> Seal:
    seal = Seal(scenario=scenario, status="preparing", created_at=clock.now())
    session.add(seal)
    session.flush()
    return seal


def _name(session: Session, seal: Seal, holders: Sequence[Appointed]) -> None:
    kept = {one.person_id: one for one in seal.holders}
    named = []
    for position, one in enumerate(holders, 1):
        row = kept.get(one.person)
        if row is None or row.line != one.line:
            row = SealHolder(line=one.line, person_id=one.person, organisation_id=one.organisation)
        named.append((position, row))
    seal.holders = []
    session.flush()
    for position, row in named:
        # A row that was let go is made anew: positions are unique, and are swapped by no update.
        fresh = SealHolder(line=row.line, person_id=row.person_id, organisation_id=row.organisation_id)
        fresh.position, fresh.public_key, fresh.taken_at = position, row.public_key, row.taken_at
        seal.holders.append(fresh)
    session.flush()


def _make_keys(session: Session, actor: Actor, seal: Seal) -> None:
    for part in PARTS:
        private, public = boxes.new_pair()
        setattr(seal, "content_key" if part == CONTENT else "price_key", public)
        for outer, inner in permutations(seal.holders, 2):
            wrapped = boxes.wrap(private, outer.public_key or b"", inner.public_key or b"")
            session.add(
                SealWrap(seal_id=seal.id, part=part, outer=outer.position, inner=inner.position, wrapped=wrapped)
            )
    seal.ready_at = clock.now()
    session.flush()
    move(session, actor, seal, "complete")


def _checked(seal: Seal, holder: SealHolder, share: str) -> bytes:
    private, public = boxes.pair_of(codes.read(share), _context(seal))
    if public != holder.public_key:
        raise InvalidInputError(_("这不是您在本场景领取的分片"))
    return private


def _drop(session: Session, seal: Seal, verb: str) -> None:
    now = clock.now()
    parts = {"open": (CONTENT,), "open_prices": (PRICE,), "destroy": (CONTENT, PRICE)}.get(verb, ())
    if parts:
        session.execute(delete(SealWrap).where(SealWrap.seal_id == seal.id, SealWrap.part.in_(parts)))
    if verb == "open":
        seal.opened_at = now
    elif verb == "open_prices":
        seal.priced_at = now
    elif verb == "destroy":
        seal.destroyed_at = now


def _context(seal: Seal) -> str:
    return f"seal {seal.id}"
