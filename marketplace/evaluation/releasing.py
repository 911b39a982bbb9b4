"""Letting go a member who owes scores or signatures past the day: why, and what becomes of the panel's work.

What the member handed in counts as a whole or not at all. Callers own the transaction.
"""

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from core import audit, clock
from core.audit import Actor
from core.city import city
from core.errors import InvalidInputError
from core.lifecycle import LifecycleError
from core.statuses import change_status
from marketplace.evaluation import operations, queries, rules, scoring, signing
from marketplace.evaluation.models import Consensus, Evaluation, PanelMember
from marketplace.evaluation.rules import EVALUATION, PANEL_MEMBER


def release(session: Session, actor: Actor, member: PanelMember, words: str) -> None:
    """Take an overdue member off the panel, with a reason that is public once it is decided.

    While the scores are given, none of the member's sheets counts; after that all of them do, for they were all in. Where
    fewer than the smallest panel are left then, the scoring begins again, for somebody to be named in the member's place.
    Raises LifecycleError for who is not overdue, InvalidInputError for too many words.
    """
    audit.take_turn(session)
    evaluation, now = member.evaluation, clock.now()
    session.refresh(member)
    session.refresh(evaluation)
    session.refresh(evaluation.scenario, ["status"])
    if evaluation.scenario.status != "evaluating":
        raise LifecycleError(_("场景已不在评审阶段"))
    if len(words) > rules.LONGEST_STATEMENT:
        raise InvalidInputError(_("说明最多 %(n)s 字", n=rules.LONGEST_STATEMENT))
    facts = {"words": words, "late": member.id in overdue(session, evaluation, now)}
    target = PANEL_MEMBER.check(member.status, "release", actor.role, **facts)
    with audit.change(session, actor, "release", operations.MEMBER, member):
        change_status(session, member, target)
        member.statement, member.released_at, member.chairs = words.strip(), now, False
    if evaluation.status == "consensus" and len(queries.active(session, evaluation)) < city().judging.smallest_panel:
        _reopen(session, actor, evaluation)


def overdue(session: Session, evaluation: Evaluation, now: datetime) -> set[int]:
    """Return the active members (row ids) who owe sheets after the day they were due, or signatures that are due."""
    if evaluation.status == "scoring":
        late = evaluation.due is not None and now >= evaluation.due
        return {id_ for id_, number in scoring.owed(session, evaluation).items() if number} if late else set()
    return {id_ for id_, found in unsigned(session, evaluation).items() if any(_is_due(one, now) for one in found)}


def unsigned(session: Session, evaluation: Evaluation) -> dict[int, list[Consensus]]:
    """Return what each member who can sign has not signed yet, by the member's row id; nobody outside of the consensus."""
    if evaluation.status != "consensus":
        return {}
    written = {one: signing.read(one.signatures) for one in queries.consensuses(session, evaluation.scenario)}
    members = [one.id for one in queries.signatories(session, evaluation)]
    return {id_: [one for one, signed in written.items() if signing.owing(signed, [id_])] for id_ in members}


def _is_due(written: Consensus, now: datetime) -> bool:
    return now >= rules.signing_ends(written.agreed_at, city().judging.signing_days)


def _reopen(session: Session, actor: Actor, evaluation: Evaluation) -> None:
    """Let the scoring begin again; what was agreed on without the new member is void."""
    members, smallest = len(queries.active(session, evaluation)), city().judging.smallest_panel
    target = EVALUATION.check(evaluation.status, "reopen", actor.role, members=members, smallest=smallest)
    for one in queries.consensuses(session, evaluation.scenario):
        number, before = one.id, audit.state(one)
        session.delete(one)
        session.flush()
        audit.record(session, actor, "drop", "consensus", number, before=before)
    with audit.change(session, actor, "reopen", operations.SUBJECT, evaluation):
        change_status(session, evaluation, target)
        evaluation.due = evaluation.scored_at = None
