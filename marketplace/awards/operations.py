"""From finalists to the award, and back where a winner defaults. Callers own the transaction."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import update
from sqlalchemy.orm import InstrumentedAttribute, Session
from werkzeug.datastructures import FileStorage

from core import audit, clock, files
from core.audit import SYSTEM, Actor, AuditEvent
from core.errors import InvalidInputError
from core.lifecycle import LifecycleError
from core.statuses import change_status
from marketplace.awards import queries, rules
from marketplace.awards.models import Award, AwardWinner, FinalistTrial, Objection
from marketplace.awards.rules import AWARD, ENDED, NOT_AWARDED, NOT_SHORTLISTED
from marketplace.bids.models import Bid
from marketplace.calls.queries import terms_of
from marketplace.evaluation.agreeing import Cause, move_bid
from marketplace.evaluation.queries import evaluation_of, ranked
from scenario_catalog import operations as catalog
from scenario_catalog.landing import operations as landings
from scenario_catalog.landing.operations import Party
from scenario_catalog.landing.queries import landing_of
from scenario_catalog.models import Scenario
from scenario_catalog.rules import Ground

SUBJECT = "award"

# Where a person is named in what stays when the person goes.
NAMED: tuple[InstrumentedAttribute[int | None], ...] = (Objection.person_id,)


@dataclass(frozen=True)
class Trial:
    """A test or pilot of a finalist: its kind, who tested, what came of it, and whether it was passed."""

    kind: str
    tester: str
    result: str
    passed: bool


def shortlist(session: Session, actor: Actor, scenario: Scenario, chosen: Collection[int], words: str = "") -> None:
    """Make the chosen bids (row ids) finalists and let the others go, once all are ranked.

    Raises InvalidInputError: none, too many, or, without a reason in `words`, one that did not pass or better ones left out.
    """
    catalog.hold(session, scenario)
    evaluation = evaluation_of(session, scenario)
    if evaluation is None or evaluation.status != "ranked":
        raise LifecycleError(_("评审尚未完成排名，不能确定入围"))
    found = ranked(session, scenario)
    taken = [one for one in found if one.bid_id in chosen]
    _check_number(chosen, [one.bid_id for one in taken], terms_of(session, scenario).most_finalists)
    _check_words(words, needed=any(not one.passed for one in taken) or _skips(found, chosen))
    catalog.move(session, actor, scenario, "shortlist", Ground(words=words))
    for one in found:
        if one.bid_id in chosen:
            move_bid(session, actor, one.bid, "shortlist")
        else:
            move_bid(session, actor, one.bid, "reject", Cause(NOT_SHORTLISTED, "", ""))


def record_trial(
    session: Session, actor: Actor, bid: Bid, trial: Trial, upload: FileStorage | None = None
) -> FinalistTrial:
    """Write down what a finalist's test or pilot showed, before winners are named; with the report, if there is one."""
    catalog.hold(session, bid.scenario)
    session.refresh(bid, ["status"])
    if bid.scenario.status != "finalists" or bid.status != "finalist":
        raise LifecycleError(_("只能登记入围方案的测试或试用结果"))
    _check_trial(trial)
    made = FinalistTrial(bid_id=bid.id, kind=trial.kind, tester=trial.tester, result=trial.result, passed=trial.passed)
    made.recorded_at = clock.now()
    if upload:
        made.file = files.accept(session, upload, purpose="trial", organisation_id=bid.scenario.agency_id)
    session.add(made)
    session.flush()
    audit.record(session, actor, "record", "finalist_trial", made.id, after=audit.state(made))
    return made


def notice(session: Session, actor: Actor, scenario: Scenario, chosen: Collection[int], reason: str) -> Award:
    """Name winners among the finalists (row ids) in public; objections are taken until the end of the notice."""
    catalog.hold(session, scenario)
    winners = [bid for bid in queries.bids_in(session, scenario, "finalist") if bid.id in chosen]
    if not chosen or len(winners) < len({*chosen}):
        raise InvalidInputError(_("请从入围方案中选择中选方"))
    _check_words(reason, needed=True)
    catalog.move(session, actor, scenario, "notice")
    now = clock.now()
    made = Award(scenario_id=scenario.id, status="noticed", reason=reason.strip(), noticed_at=now, demo=scenario.demo)
    made.number = queries.highest_number(session, scenario) + 1
    made.notice_ends = rules.notice_ends(now, terms_of(session, scenario).standstill_days)
    made.winners = [AwardWinner(bid_id=bid.id) for bid in winners]
    session.add(made)
    session.flush()
    audit.record(session, actor, "notice", SUBJECT, made.id, after=audit.state(made))
    return made


def award(session: Session, actor: Actor, found: Award) -> None:
    """Make the award once the notice has ended and no objection is open: the landing begins with the winners.

    Raises LifecycleError with a readable reason, also where a winner was disqualified meanwhile.
    """
    scenario = found.scenario
    catalog.hold(session, scenario)
    session.refresh(found)
    facts = {"ended": clock.now() >= found.notice_ends, "open": queries.open_objections(session, found)}
    move(session, actor, found, "award", **facts)
    catalog.move(session, actor, scenario, "award")
    winners = [one.bid for one in found.winners]
    for bid in winners:
        move_bid(session, actor, bid, "select")
    for bid in queries.bids_in(session, scenario, "finalist"):
        move_bid(session, actor, bid, "reject", Cause(NOT_AWARDED, "", ""))
    landings.begin(session, actor, scenario, [*_parties(winners)], demo=found.demo)


def withdraw(session: Session, actor: Actor, found: Award, words: str) -> None:
    """Take a notice back, with a reason: the finalists are weighed anew."""
    catalog.hold(session, found.scenario)
    session.refresh(found)
    _check_words(words, needed=True)
    move(session, actor, found, "withdraw", words=words)
    catalog.move(session, actor, found.scenario, "reopen", Ground(words=words))


def unaward(session: Session, actor: Actor, found: Award, defaulted: Collection[int], words: str) -> None:
    """Take an award back because winners (row ids of bids) defaulted: the other finalists are finalists again.

    Raises InvalidInputError where none of the winners is named, or no reason given.
    """
    scenario = found.scenario
    catalog.hold(session, scenario)
    session.refresh(found)
    winners = [one.bid for one in found.winners]
    if not defaulted or not {*defaulted} <= {bid.id for bid in winners}:
        raise InvalidInputError(_("请选择未履约的中选方"))
    _check_words(words, needed=True)
    move(session, actor, found, "unaward", words=words)
    catalog.move(session, actor, scenario, "unaward", Ground(words=words))
    for bid in winners:
        late = bid.id in defaulted
        move_bid(
            session, actor, bid, "default" if late else "reinstate", Cause("defaulted", "", words) if late else None
        )
    for bid in queries.had_been_finalists(session, scenario, NOT_AWARDED):
        move_bid(session, actor, bid, "reinstate", Cause("", "", ""))
    landing = landing_of(scenario)
    if landing:
        landings.end(session, actor, landing)


def fail(session: Session, actor: Actor, scenario: Scenario, ground: Ground) -> None:
    """Declare a scenario failed before its award, with a coded reason and words; its bids are let go."""
    catalog.hold(session, scenario)
    if scenario.status not in {"evaluating", "finalists", "noticed"}:
        raise LifecycleError(_("现在不能在这里宣告未成功"))
    _check_words(ground.words, needed=True)
    catalog.move(session, actor, scenario, "fail", ground)
    let_go(session, actor, scenario, ground.words)


def let_go(session: Session, actor: Actor, scenario: Scenario, words: str) -> None:
    """Close what an ended scenario leaves open: its noticed award and the bids that were still judged."""
    found = queries.current(session, scenario)
    if found and found.status == "noticed":
        move(session, actor, found, "withdraw", words=words or _("场景已结束"))
    for bid in queries.bids_in(session, scenario, "unsealed", "finalist"):
        move_bid(session, actor, bid, "reject", Cause(ENDED, "", ""))


def follow(session: Session, events: Sequence[AuditEvent]) -> None:
    """Close what scenarios leave open that were cancelled or declared failed elsewhere: a consumer of committed events."""
    for event in events:
        if event.subject_type == "scenario" and event.verb in {"cancel", "fail"}:
            scenario = session.get(Scenario, int(event.subject_id))
            if scenario and scenario.status in {"cancelled", "failed"}:
                let_go(session, SYSTEM, scenario, "")


def move(session: Session, actor: Actor, found: Award, verb: str, **facts: Any) -> None:
    """Make a move of an award. Raises LifecycleError with a readable reason."""
    target = AWARD.check(found.status, verb, actor.role, **facts)
    before, now = audit.state(found), clock.now()
    change_status(session, found, target)
    if target == "awarded":
        found.awarded_at = now
    else:
        found.withdrawn_at, found.withdrawal = now, str(facts.get("words", "")).strip()
    session.flush()
    audit.record(session, actor, verb, SUBJECT, found.id, before=before, after=audit.state(found))


def forget(session: Session, person: int) -> None:
    """Name a person no more in what stays: part of the account's erasure, which records the event."""
    for column in NAMED:
        session.execute(update(column.class_).where(column == person).values({column: None}))


def _parties(winners: Iterable[Bid]) -> Iterable[Party]:
    """Yield who builds: of each winner the lead, and the partners who have joined."""
    for bid in winners:
        yield Party(bid.organisation_id, bid.organisation.name)
        for one in bid.partners:
            if one.status == "accepted":
                yield Party(one.organisation_id, one.organisation.name, lead=False)


def _check_number(chosen: Collection[int], known: Sequence[int], most: int) -> None:
    if not chosen or len({*chosen}) != len(known):
        raise InvalidInputError(_("请从参加评审的方案中选择入围方案"))
    if len(known) > most:
        raise InvalidInputError(_("最多 %(n)s 个方案入围，现在选了 %(m)s 个", n=most, m=len(known)))


def _skips(found: Sequence[Any], chosen: Collection[int]) -> bool:
    """Tell whether a bid that was left out stands before one that was chosen."""
    worst = max((one.rank for one in found if one.bid_id in chosen and one.rank), default=0)
    return any(one.rank and one.rank < worst and one.bid_id not in chosen for one in found)


def _check_words(words: str, *, needed: bool) -> None:
    if needed and not words.strip():
        raise InvalidInputError(_("请写明理由"))
    if len(words) > rules.LONGEST_REASON:
        raise InvalidInputError(_("理由最多 %(n)s 字", n=rules.LONGEST_REASON))


def _check_trial(trial: Trial) -> None:
    problems = [] if trial.kind in rules.TRIALS else [_("请选择测试方式")]
    if not 0 < len(trial.tester.strip()) <= rules.LONGEST_TESTER:
        problems.append(_("请写明由谁测试，最多 %(n)s 字", n=rules.LONGEST_TESTER))
    if not 0 < len(trial.result.strip()) <= rules.LONGEST_REASON:
        problems.append(_("请写明结果，最多 %(n)s 字", n=rules.LONGEST_REASON))
    if problems:
        raise InvalidInputError(problems)
