"""Freezing a ranking so that it can be audited, and inviting from it. Callers own the transaction."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from hashlib import sha256
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import update
from sqlalchemy.orm import Session

from core import audit, clock
from core.audit import Actor
from core.errors import InvalidInputError
from marketplace.matching import queries, rules, vectors
from marketplace.matching.eligibility import Check
from marketplace.matching.matcher import Ranking
from marketplace.matching.models import BidInvitation, Shortlist, ShortlistEntry
from marketplace.matching.rules import Match
from marketplace.solutions.models import Solution
from retrieval.embedder import present_model
from scenario_catalog.models import Scenario
from scenario_catalog.rules import is_open

Row = tuple[Match, Solution, Sequence[Check]]


def freeze(  # noqa: PLR0913 - what is frozen, by whom, has this many parts
    session: Session, actor: Actor, scenario: Scenario, person: int, *, ranking: Ranking, rows: Sequence[Row]
) -> Shortlist:
    """Write a ranking down with its date, model, index, field, rule, and every score. Raises InvalidInputError for none."""
    if not rows:
        raise InvalidInputError(_("现在没有可以固定的结果"))
    entries = [_entry(place, *row) for place, row in enumerate(rows, 1)]
    made = Shortlist(
        scenario_id=scenario.id,
        person_id=person,
        made_at=clock.now(),
        model=present_model(),
        index_version=f"{vectors.heads()} field {ranking.field}"[:200],
        rule_version=rules.VERSION,
        compared=ranking.compared,
        digest=digest(entries),
        entries=entries,
    )
    session.add(made)
    session.flush()
    audit.record(session, actor, "freeze", "shortlist", made.id, after=audit.state(made))
    return made


def digest(entries: Sequence[ShortlistEntry]) -> str:
    """Return the SHA-256 of all that was frozen: who reads it later can tell that nothing was changed."""
    said = [
        [one.position, one.solution_id, one.revision, one.score, one.fits, one.pairs, one.eligibility]
        for one in entries
    ]
    return sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def invite(session: Session, actor: Actor, scenario: Scenario, person: int, solution: Solution) -> BidInvitation:
    """Ask an enterprise to look at a scenario, once. Raises InvalidInputError if it was asked, or bids are closed."""
    if not is_open(scenario, clock.now()):
        raise InvalidInputError(_("这个场景已不在报名中，不能再邀请"))
    if solution.status != "published":
        raise InvalidInputError(_("这个方案已不再公开"))
    audit.take_turn(session)
    if session.scalar(queries.invitation(scenario.id, solution.organisation_id)) is not None:
        raise InvalidInputError(_("已经邀请过“%(name)s”", name=solution.organisation.name))
    made = BidInvitation(
        scenario=scenario,
        organisation_id=solution.organisation_id,
        solution=solution,
        person_id=person,
        invited_at=clock.now(),
    )
    session.add(made)
    session.flush()
    audit.record(session, actor, "invite", "bid_invitation", made.id, after=audit.state(made))
    return made


def forget(session: Session, person: int) -> None:
    """Name a person no more in what stays: part of the account's erasure, which records the event."""
    for table in (Shortlist, BidInvitation):
        session.execute(update(table).where(table.person_id == person).values(person_id=None))


def _entry(position: int, match: Match, solution: Solution, checks: Sequence[Check]) -> ShortlistEntry:
    pairs: list[dict[str, Any]] = [asdict(pair) for pair in match.pairs]
    return ShortlistEntry(
        position=position,
        solution_id=solution.id,
        revision=solution.revision,
        score=round(match.score, 6),
        fits=match.fits,
        pairs=[{**pair, "score": round(pair["score"], 6)} for pair in pairs],
        eligibility=[{"label": one.label, "state": one.state, "detail": one.detail} for one in checks],
    )
