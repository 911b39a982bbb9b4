"""What is done with a landing, from the award to the verified result. Callers own the transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from core import audit, clock
from core.audit import Actor
from core.errors import InvalidInputError
from scenario_catalog import operations as catalog
from scenario_catalog.landing import queries, rules
from scenario_catalog.landing.models import Landing, LandingParty, Milestone, Replication
from scenario_catalog.models import Scenario
from scenario_catalog.rules import MODES, Ground


@dataclass(frozen=True)
class Party:
    """By whom: an enterprise by its row id where it is known here, and the name it is shown under."""

    organisation_id: int | None
    name: str
    lead: bool = True


@dataclass(frozen=True)
class Contract:
    """What was signed; the amount in 元."""

    title: str
    signed_on: date | None
    amount: int | None


@dataclass(frozen=True)
class Plan:
    """A milestone that was agreed on; `kind` is one of `rules.MILESTONE_KINDS`."""

    kind: str
    title: str
    due: date


@dataclass(frozen=True)
class Notice:
    """The official result of a procurement: the winner's name, the day, the amount in 元, and where it stands."""

    winner: str
    decided_on: date
    amount: int | None
    url: str


def begin(
    session: Session, actor: Actor, scenario: Scenario, parties: Sequence[Party], *, demo: bool = False
) -> Landing:
    """Begin the way from the award: by whom, and the contract as the first milestone.

    Raises InvalidInputError where nobody is named, or another landing of the scenario has not ended.
    """
    catalog.hold(session, scenario)
    if not parties:
        raise InvalidInputError(_("落地跟踪至少要有一家承建单位"))
    if queries.landing_of(scenario):
        raise InvalidInputError(_("这个场景的落地跟踪已经开始"))
    made = Landing(scenario_id=scenario.id, created_at=clock.now(), demo=demo)
    made.parties = [LandingParty(organisation_id=one.organisation_id, name=one.name, lead=one.lead) for one in parties]
    due = clock.today() + timedelta(days=rules.CONTRACT_DAYS)
    made.milestones = [_step(Plan(rules.CONTRACT, _("签订合同"), due))]
    session.add(made)
    session.flush()
    audit.record(session, actor, "begin", "landing", made.id, after=audit.state(made))
    return made


def end(session: Session, actor: Actor, landing: Landing) -> None:
    """End a landing whose award was taken back: it stays as it was, and the next award begins another."""
    hold(session, landing)
    with audit.change(session, actor, "end", "landing", landing):
        landing.ended_at = clock.now()


def describe(session: Session, actor: Actor, landing: Landing, contract: Contract) -> None:
    """Write down what was signed."""
    hold(session, landing, verified=False)
    with audit.change(session, actor, "describe", "landing", landing):
        landing.contract, landing.contract_date = contract.title, contract.signed_on
        landing.amount = contract.amount


def report(session: Session, actor: Actor, landing: Landing, results: str, conditions: str) -> None:
    """Write down what was reached and what it takes to copy it; once verified, the results stay as they were."""
    hold(session, landing)
    if landing.verified_at and results != landing.results:
        raise InvalidInputError(_("成效已经核验，不能再改"))
    with audit.change(session, actor, "report", "landing", landing):
        landing.results, landing.conditions = results, conditions


def plan(session: Session, actor: Actor, landing: Landing, wanted: Plan) -> Milestone:
    """Add a milestone."""
    hold(session, landing, verified=False)
    if len(landing.milestones) >= rules.MOST_MILESTONES:
        raise InvalidInputError(_("最多 %(n)s 个节点", n=rules.MOST_MILESTONES))
    made = _step(wanted)
    landing.milestones.append(made)
    session.flush()
    audit.record(session, actor, "plan", "milestone", made.id, after=audit.state(made))
    return made


def replan(session: Session, actor: Actor, milestone: Milestone, wanted: Plan) -> None:
    """Change what was agreed on a milestone that nobody has decided yet."""
    hold(session, milestone.landing, verified=False)
    _refuse_decided(session, milestone)
    with audit.change(session, actor, "replan", "milestone", milestone):
        milestone.kind, milestone.title, milestone.due = wanted.kind, wanted.title, wanted.due


def drop(session: Session, actor: Actor, milestone: Milestone) -> None:
    """Take a milestone out that nobody has decided and nothing was handed in for."""
    landing = milestone.landing
    hold(session, landing, verified=False)
    _refuse_decided(session, milestone)
    if milestone.evidence:
        raise InvalidInputError(_("这个节点已有证明材料，请先移除材料"))
    number, before = milestone.id, audit.state(milestone)
    landing.milestones.remove(milestone)
    session.flush()
    audit.record(session, actor, "drop", "milestone", number, before=before)


def decide(session: Session, actor: Actor, milestone: Milestone, verb: str, words: str) -> None:
    """Say whether a milestone was met. Raises LifecycleError: no evidence, no words, not this role's."""
    hold(session, milestone.landing, verified=False)
    session.refresh(milestone)
    if len(words) > rules.LONGEST_NOTE:
        raise InvalidInputError(_("说明最多 %(n)s 字", n=rules.LONGEST_NOTE))
    decided = milestone.decided_at
    newer = [one for one in milestone.proofs if decided and one.added_at > decided]
    facts = {"proofs": milestone.proofs, "new_proofs": newer, "words": words.strip()}
    target = rules.MILESTONE.check(milestone.status, verb, actor.role, **facts)
    with audit.change(session, actor, verb, "milestone", milestone):
        milestone.status, milestone.note, milestone.decided_at = target, words, clock.now()


def start_pilot(session: Session, actor: Actor, landing: Landing) -> None:
    """Move the scenario on to its pilot, once the contract was signed."""
    hold(session, landing)
    if problem := rules.lacking_for_pilot(landing.milestones):
        raise InvalidInputError(problem)
    catalog.move(session, actor, landing.scenario, "pilot")


def fail(session: Session, actor: Actor, landing: Landing, words: str) -> None:
    """Give up: the scenario did not pass its acceptance. Raises InvalidInputError without words."""
    hold(session, landing, verified=False)
    if not words.strip():
        raise InvalidInputError(_("宣告未成功必须写明理由"))
    catalog.move(session, actor, landing.scenario, "fail", Ground("acceptance_failed", words))
    with audit.change(session, actor, "end", "landing", landing):
        landing.ended_at = clock.now()


def verify(session: Session, actor: Actor, landing: Landing) -> None:
    """Say that the scenario has landed: from now on it counts, and its results stay as they are.

    Raises InvalidInputError with what is missing or while it was sent back, LifecycleError where it is not this role's or
    not in pilot.
    """
    hold(session, landing, verified=False)
    if landing.status == rules.RETURNED:
        raise InvalidInputError(_("已退回补充材料，等需求单位再次提交后才能核验"))
    missing = rules.lacking_for_landing(landing.milestones, landing.results)
    if missing:
        raise InvalidInputError(missing)
    catalog.land(session, actor, landing.scenario)
    catalog.record_result(session, actor, landing.scenario, landing.results)
    confirm(session, actor, landing)


def confirm(session: Session, actor: Actor, landing: Landing) -> None:
    """Mark a landing as verified; the scenario's own move is the caller's."""
    with audit.change(session, actor, "verify", "landing", landing):
        landing.verified_at = clock.now()


def replicate(session: Session, actor: Actor, landing: Landing, copy: Replication) -> Replication:
    """Write down where a landed scenario was taken over; each place once."""
    hold(session, landing)
    if not landing.verified_at:
        raise InvalidInputError(_("核验落地后才能登记复制推广"))
    if any(one.place == copy.place for one in landing.replications):
        raise InvalidInputError(_("“%(place)s”已经登记过", place=copy.place))
    landing.replications.append(copy)
    session.flush()
    audit.record(session, actor, "add", "replication", copy.id, after=audit.state(copy))
    return copy


def forget_replication(session: Session, actor: Actor, landing: Landing, copy: Replication) -> None:
    """Take out a place that was written down by mistake."""
    hold(session, landing)
    number, before = copy.id, audit.state(copy)
    landing.replications.remove(copy)
    session.flush()
    audit.record(session, actor, "remove", "replication", number, before=before)


def record_procurement(session: Session, actor: Actor, scenario: Scenario, notice: Notice) -> Landing:
    """Record what was decided by the official procedure, and begin the landing.

    Raises InvalidInputError for a scenario of another mode, LifecycleError before its closing day or for another role.
    """
    catalog.hold(session, scenario)
    if scenario.mode != "procurement":
        raise InvalidInputError(_("只有“%(mode)s”的场景这样登记", mode=MODES["procurement"]))
    catalog.move(session, actor, scenario, "record", Ground(words=notice.url))
    party = Party(queries.enterprise_named(notice.winner), notice.winner)
    made = begin(session, actor, scenario, [party], demo=scenario.demo)
    with audit.change(session, actor, "record", "landing", made):
        made.decided_on, made.amount, made.notice_url = notice.decided_on, notice.amount, notice.url
    return made


def hold(session: Session, landing: Landing, *, verified: bool = True) -> None:
    """Keep other writers out until the commit, and read the landing anew.

    Raises InvalidInputError for one that has ended and, unless `verified` ones may be changed too, for a verified one.
    """
    catalog.hold(session, landing.scenario)
    session.expire(landing)
    if landing.ended_at:
        raise InvalidInputError(_("这次落地已经终止，不能再改"))
    if landing.verified_at and not verified:
        raise InvalidInputError(_("已经核验落地，不能再改"))


def _refuse_decided(session: Session, milestone: Milestone) -> None:
    session.refresh(milestone)
    if milestone.status != rules.SCHEDULED:
        raise InvalidInputError(_("这个节点已有结论，不能再改"))


def _step(wanted: Plan) -> Milestone:
    return Milestone(kind=wanted.kind, title=wanted.title, due=wanted.due, status=rules.SCHEDULED, note="")
