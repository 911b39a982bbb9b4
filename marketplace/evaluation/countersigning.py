"""The other members agree to a consensus or object; its head may overrule. Callers own the transaction."""

from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from core import audit
from core.audit import Actor
from core.errors import InvalidInputError
from core.lifecycle import LifecycleError
from marketplace.bids.models import Bid
from marketplace.evaluation import queries, rules, signing
from marketplace.evaluation.agreeing import SUBJECT, StaleError, refuse_unless_agreeing
from marketplace.evaluation.models import Consensus, PanelMember
from marketplace.evaluation.signing import Signed


@dataclass(frozen=True)
class Said:
    """Why a member objects or overrules, and when the consensus was written that the member has read."""

    words: str
    seen: datetime | None


def agree_to(session: Session, actor: Actor, member: PanelMember, bid: Bid, seen: datetime | None) -> None:
    """Put a member's name to a consensus; a second time changes nothing. Raises StaleError where it was written anew since `seen`."""
    found = _written(session, member, bid, seen)
    signed = signing.read(found.signatures)
    if member.id not in signed.agreed:
        _keep(session, actor, "confirm", found, signing.agree(signed, member.id))


def object_to(session: Session, actor: Actor, member: PanelMember, bid: Bid, said: Said) -> None:
    """Record that a member does not agree, and why. Raises InvalidInputError for lacking words, StaleError as above."""
    found = _written(session, member, bid, said.seen)
    _check(said.words)
    signed = signing.object_(signing.read(found.signatures), member.id, said.words.strip())
    _keep(session, actor, "refuse", found, signed)


def overrule(session: Session, actor: Actor, member: PanelMember, bid: Bid, said: Said) -> None:
    """Record why the head lets a consensus stand against others' objections.

    Raises LifecycleError for who is not the head or objects too, and where there is no objection.
    """
    found = _written(session, member, bid, said.seen)
    signed, head = signing.read(found.signatures), queries.head(session, member.evaluation)
    if head is None or head.id != member.id:
        raise LifecycleError(_("只有组长可以裁定异议"))
    if not signing.is_open(signed):
        raise LifecycleError(_("没有待裁定的异议"))
    if member.id in signed.objected:
        raise LifecycleError(_("您本人对这份合议意见有异议，不能裁定；请修改合议意见，或改为同意"))
    _check(said.words)
    _keep(session, actor, "settle", found, signing.overrule(signed, said.words.strip()))


def _written(session: Session, member: PanelMember, bid: Bid, seen: datetime | None) -> Consensus:
    """Return the consensus that the member has read."""
    audit.take_turn(session)
    refuse_unless_agreeing(session, member, bid)
    found = queries.consensus_of(session, bid)
    if found is None:
        raise LifecycleError(_("这份方案还没有合议意见"))
    session.refresh(found)
    if found.agreed_at != seen:
        raise StaleError(_("合议意见刚刚被改过，请看最新内容后再表态"))
    return found


def _keep(session: Session, actor: Actor, verb: str, found: Consensus, signed: Signed) -> None:
    with audit.change(session, actor, verb, SUBJECT, found):
        found.signatures = signing.kept(signed)


def _check(words: str) -> None:
    if not 0 < len(words.strip()) <= rules.LONGEST_COMMENT:
        raise InvalidInputError(_("请写明理由，最多 %(n)s 字", n=rules.LONGEST_COMMENT))
