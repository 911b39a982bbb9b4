"""The panel of an evaluation: naming it, declarations, recusal, and the start. Callers own the transaction."""

import secrets
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import update
from sqlalchemy.orm import InstrumentedAttribute, Session

from accounts.models import Membership
from core import audit, clock
from core.audit import SYSTEM, Actor
from core.city import city
from core.errors import InvalidInputError
from core.lifecycle import LifecycleError
from core.statuses import change_status
from marketplace.evaluation import queries, rules, signing
from marketplace.evaluation.models import Consensus, Evaluation, PanelMember
from marketplace.evaluation.rules import EVALUATION, PANEL_MEMBER
from scenario_catalog.models import Scenario

SUBJECT, MEMBER = "evaluation", "panel_member"
SEEDS = 2**31

# Where a person is named in what stays when the person goes.
NAMED: tuple[InstrumentedAttribute[int | None], ...] = (PanelMember.person_id, Consensus.person_id)


@dataclass(frozen=True)
class Declaration:
    """What a member declares: `free` of conflict, or not, with words."""

    free: bool
    statement: str = ""


class ConflictOfInterestError(InvalidInputError):
    """The person may not judge here; the message does not say whose bid bars it."""


def appoint(session: Session, actor: Actor, scenario: Scenario, person: Membership) -> PanelMember:
    """Name someone to the panel; the first naming begins the evaluation.

    Before the opening nobody's ties are looked at: a refusal would tell who bids. `begin` looks at them.
    Raises InvalidInputError: not an evaluator, named already, or, after the opening, a member of a bidder.
    """
    audit.take_turn(session)
    evaluation = _manned(session, actor, scenario)
    if queries.candidate(session, person.id) is None:
        raise InvalidInputError(_("只能从具有评审专家身份的成员中指定"))
    if any(one.person_id == person.person_id and one.status != "removed" for one in evaluation.panel):
        raise InvalidInputError(_("%(name)s已在评审组中，或已回避", name=person.person.name))
    if is_opened(scenario) and has_ties(session, scenario, person.person_id):
        raise ConflictOfInterestError(_("%(name)s与本场景的评审存在利益冲突，不能指定", name=person.person.name))
    return _seat(session, actor, evaluation, person)


def set_due(session: Session, actor: Actor, evaluation: Evaluation, day: date) -> None:
    """Say by the end of which day the scores are due. Raises InvalidInputError for a day that is over."""
    audit.take_turn(session)
    if evaluation.status not in rules.MANNING:
        raise LifecycleError(_("评分已经结束，不能再改截止时间"))
    if day < clock.today():
        raise InvalidInputError(_("评分截止日不能早于今天"))
    with audit.change(session, actor, "set_due", SUBJECT, evaluation):
        evaluation.due = clock.end_of_day(day)


def declare(session: Session, actor: Actor, member: PanelMember, said: Declaration) -> None:
    """Take a member's declaration: who has a conflict, or is found to have one after the opening, is recused."""
    _refuse_over(member.evaluation)
    tied = is_opened(member.evaluation.scenario) and has_ties(session, member.evaluation.scenario, member.person_id)
    if not said.free:
        recuse(session, actor, member, said.statement)
    elif tied:
        recuse(session, actor, member, said_of_ties())
    else:
        member.statement, member.declared_at = said.statement, clock.now()
        move_member(session, actor, member, "declare")


def recuse(session: Session, actor: Actor, member: PanelMember, words: str) -> None:
    """Let a member step back; what the member scored counts no more. Raises LifecycleError once scores are shown."""
    _refuse_over(member.evaluation)
    move_member(session, actor, member, "recuse", words)
    member.statement = words


def remove(session: Session, actor: Actor, member: PanelMember, words: str) -> None:
    """Take a member off the panel, with a reason: who does not answer, or left the organisation."""
    _refuse_over(member.evaluation)
    move_member(session, actor, member, "remove", words)
    member.statement = words


def chair(session: Session, actor: Actor, member: PanelMember) -> None:
    """Make a member the panel's head in the place of any other; a second time changes nothing.

    Raises LifecycleError for who is not on the panel, once a head's ruling stands, and once the technical scores are final.
    """
    audit.take_turn(session)
    evaluation = member.evaluation
    session.refresh(member)
    session.refresh(evaluation, ["status"])
    session.refresh(evaluation.scenario, ["status"])
    if problem := unchairable(session, evaluation):
        raise LifecycleError(problem)
    if member.status not in rules.SEATED:
        raise LifecycleError(_("不在评审组中的人不能担任组长"))
    if member.chairs:
        return
    _unchair(session, evaluation)
    with audit.change(session, actor, "chair", MEMBER, member):
        member.chairs = True


def unchairable(session: Session, evaluation: Evaluation) -> str | None:
    """Return why the head of a panel cannot be picked any more, or None."""
    written = queries.consensuses(session, evaluation.scenario)
    ruled = any(signing.read(one.signatures).ruling for one in written)
    return rules.unchairable(evaluation.status, evaluation.scenario.status, ruled=ruled)


def begin(session: Session, actor: Actor, evaluation: Evaluation) -> None:
    """Start the scoring once the bids are opened: members of a bidder are recused first, whoever they declared for."""
    audit.take_turn(session)
    session.refresh(evaluation)
    if is_opened(evaluation.scenario):
        recuse_tied(session, evaluation)
    move(session, actor, evaluation, "begin", **facts_to_begin(session, evaluation))


def facts_to_begin(session: Session, evaluation: Evaluation) -> dict[str, int]:
    """Return what the lifecycle asks before the scoring begins."""
    judged, members = queries.bids(session, evaluation.scenario), queries.active(session, evaluation)
    found = {"opened": is_opened(evaluation.scenario), "bids": len(judged), "members": len(members)}
    return {**found, "unreadable": sum(not bid.content for bid in judged), "smallest": city().judging.smallest_panel}


def recuse_tied(session: Session, evaluation: Evaluation) -> int:
    """Recuse the active members who belong or lately belonged to a bidder; returns how many."""
    scenario = evaluation.scenario
    tied = [one for one in queries.active(session, evaluation) if has_ties(session, scenario, one.person_id)]
    for member in tied:
        move_member(session, SYSTEM, member, "recuse", said_of_ties())
        member.statement = said_of_ties()
    session.flush()
    return len(tied)


def has_ties(session: Session, scenario: Scenario, person: int | None) -> bool:
    """Tell whether a person belongs or lately belonged to an organisation behind an opened bid."""
    ended = queries.memberships_ended(session, person, queries.bidders(session, scenario))
    return rules.in_conflict(ended, clock.now())


def is_opened(scenario: Scenario) -> bool:
    return scenario.status in queries.JUDGED


def said_of_ties() -> str:
    return str(_("系统核验：与揭榜方存在任职关系，依规回避"))


def move(session: Session, actor: Actor, evaluation: Evaluation, verb: str, **facts: Any) -> None:
    """Make a move of the evaluation. Raises LifecycleError with a readable reason."""
    session.refresh(evaluation.scenario, ["status"])
    if evaluation.scenario.status not in {"open", "evaluating"}:
        raise LifecycleError(_("场景已不在评审阶段"))
    target = EVALUATION.check(evaluation.status, verb, actor.role, **facts)
    before = audit.state(evaluation)
    change_status(session, evaluation, target)
    column = {"consensus": "scored_at", "agreed": "agreed_at", "ranked": "ranked_at"}.get(target)
    if column:
        setattr(evaluation, column, clock.now())
    session.flush()
    audit.record(session, actor, verb, SUBJECT, evaluation.id, before=before, after=audit.state(evaluation))


def move_member(session: Session, actor: Actor, member: PanelMember, verb: str, words: str = "") -> None:
    """Make a move of a panel's member. Raises LifecycleError with a readable reason."""
    if len(words) > rules.LONGEST_STATEMENT:
        raise InvalidInputError(_("说明最多 %(n)s 字", n=rules.LONGEST_STATEMENT))
    target = PANEL_MEMBER.check(member.status, verb, actor.role, words=words)
    before = audit.state(member)
    change_status(session, member, target)
    member.chairs = member.chairs and target in rules.SEATED
    session.flush()
    audit.record(session, actor, verb, MEMBER, member.id, before=before, after=audit.state(member))


def forget(session: Session, person: int) -> None:
    """Name a person no more in what stays: part of the account's erasure, which records the event."""
    for column in NAMED:
        session.execute(update(column.class_).where(column == person).values({column: None}))


def _manned(session: Session, actor: Actor, scenario: Scenario) -> Evaluation:
    """Return the evaluation while its panel may change, begun where there is none."""
    session.refresh(scenario, ["status"])
    if scenario.mode == "procurement" or scenario.status not in {"open", "evaluating"}:
        raise LifecycleError(_("只有报名中或评审中的场景可以组建评审组"))
    found = queries.evaluation_of(session, scenario)
    if found is None:
        found = Evaluation(scenario=scenario, status="preparing", created_at=clock.now())
        session.add(found)
        session.flush()
        audit.record(session, actor, "create", SUBJECT, found.id, after=audit.state(found))
    _refuse_over(found)
    return found


def _seat(session: Session, actor: Actor, evaluation: Evaluation, person: Membership) -> PanelMember:
    """Give a seat; who was removed before gets the old one back, to be declared for anew."""
    made = next((one for one in evaluation.panel if one.person_id == person.person_id), None)
    if made:
        made.statement, made.declared_at = "", None
        move_member(session, actor, made, "appoint")
        return made
    made = PanelMember(person_id=person.person_id, organisation_id=person.organisation_id, status="invited")
    made.order_seed, made.invited_at = secrets.randbelow(SEEDS), clock.now()
    evaluation.panel.append(made)
    session.flush()
    audit.record(session, actor, "appoint", MEMBER, made.id, after=audit.state(made))
    return made


def _unchair(session: Session, evaluation: Evaluation) -> None:
    for one in evaluation.panel:
        one.chairs = False
    session.flush()


def _refuse_over(evaluation: Evaluation) -> None:
    if evaluation.status not in rules.MANNING:
        raise LifecycleError(_("评分已经结束，评审组不能再变动"))
