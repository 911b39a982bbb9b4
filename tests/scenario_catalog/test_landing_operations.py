"""The way from the award to a verified landing, and what is refused on it."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from core import clock, files
from core.audit import SYSTEM, Actor, AuditEvent
from core.city import city
from core.errors import InvalidInputError
from core.extensions import db
from core.files import StoredFile
from core.lifecycle import LifecycleError
from scenario_catalog import operations as moves
from scenario_catalog import queries as catalog
from scenario_catalog.landing import evidence, jobs, operations, queries, rules
from scenario_catalog.landing.evidence import Label
from scenario_catalog.landing.models import Landing, Replication
from scenario_catalog.landing.operations import Contract, Notice, Party, Plan
from tests.factories import OrganisationFactory, ScenarioFactory, published
from tests.scenario_catalog.landing_world import (
    RESULTS,
    TEXT,
    again,
    awarded,
    landed,
    met,
    milestone,
    piloting,
    upload,
)

AGENCY = Actor("someone", "agency-approver", "1")
OPERATOR = Actor("someone", "operator-owner", "2")
NOTICE = Notice("中标科技有限公司", date(2026, 1, 5), 1_386_000, "https://example.org/result")


def verbs(kind: str) -> list[str]:
    return [*db.session.scalars(select(AuditEvent.verb).where(AuditEvent.subject_type == kind).order_by(AuditEvent.id))]


def test_landing_begins_with_the_contract_due_in_thirty_days(app: Flask) -> None:
    world = awarded()
    (step,) = world.landing.milestones
    assert (step.kind, step.status) == ("contract", "scheduled")
    assert step.due == clock.today() + timedelta(days=30)
    assert [party.name for party in world.landing.parties] == [world.winner.name]


def test_landing_of_a_scenario_is_one_at_a_time(app: Flask) -> None:
    world = awarded()
    with pytest.raises(InvalidInputError, match="已经开始"):
        operations.begin(db.session(), SYSTEM, world.scenario, [Party(None, "甲公司")])
    db.session.add(Landing(scenario_id=world.scenario.id, created_at=clock.now()))
    with pytest.raises(IntegrityError):
        db.session.flush()
    db.session.rollback()


def test_landing_needs_somebody_who_does_the_work(app: Flask) -> None:
    scenario = ScenarioFactory()
    published(scenario)
    with pytest.raises(InvalidInputError, match="承建"):
        operations.begin(db.session(), SYSTEM, scenario, [])


def test_landing_all_the_way_moves_the_counter_once_it_is_verified(app: Flask) -> None:
    world = piloting(awarded())
    met(world, "acceptance")
    operations.report(db.session(), AGENCY, world.landing, RESULTS, "条件")
    db.session.commit()
    assert catalog.landed() == (0, 0)
    operations.verify(db.session(), OPERATOR, world.landing)
    db.session.commit()
    found = again(world)
    assert (found.scenario.status, found.scenario.result) == ("landed", RESULTS)
    assert found.verified_at is not None
    assert catalog.landed() == (1, 0)
    assert verbs("landing") == ["begin", "report", "verify"]
    assert verbs("milestone") == ["meet", "plan", "meet"]


def test_landing_verification_says_all_that_is_missing(app: Flask) -> None:
    world = piloting(awarded())
    with pytest.raises(InvalidInputError) as refused:
        operations.verify(db.session(), OPERATOR, world.landing)
    assert refused.value.problems == ["还没有“项目验收”节点", "还没有填写落地成效"]
    db.session.rollback()
    assert again(world).scenario.status == "piloting"


def test_landing_is_verified_by_the_operator_alone_and_only_from_the_pilot(app: Flask) -> None:
    world = awarded()
    met(world, "acceptance")
    operations.report(db.session(), AGENCY, world.landing, RESULTS, "")
    db.session.commit()
    with pytest.raises(LifecycleError):
        operations.verify(db.session(), OPERATOR, world.landing)
    db.session.rollback()
    piloting(world)
    with pytest.raises(LifecycleError, match="身份"):
        operations.verify(db.session(), AGENCY, world.landing)


def test_landing_is_not_reached_by_the_bare_move(app: Flask) -> None:
    world = piloting(awarded())
    for actor in (OPERATOR, AGENCY):
        with pytest.raises(LifecycleError, match="核验"):
            moves.move(db.session(), actor, world.scenario, "land")
    db.session.rollback()
    found = again(world)
    assert (found.scenario.status, catalog.landed()) == ("piloting", (0, 0))


def test_landing_pilot_waits_for_the_signed_contract(app: Flask) -> None:
    world = awarded()
    with pytest.raises(InvalidInputError, match="合同"):
        operations.start_pilot(db.session(), AGENCY, world.landing)
    met(world, "contract")
    operations.start_pilot(db.session(), AGENCY, world.landing)
    assert world.scenario.status == "piloting"


def test_landing_what_was_verified_stays_as_it_was(app: Flask) -> None:
    world = landed(awarded())
    step, session = world.landing.milestones[0], db.session()
    for act in (
        lambda: operations.describe(session, AGENCY, world.landing, Contract("别的合同", None, 1)),
        lambda: operations.report(session, AGENCY, world.landing, "更好的成效", ""),
        lambda: operations.plan(session, AGENCY, world.landing, Plan("other", "补一个", clock.today())),
        lambda: operations.replan(session, AGENCY, step, Plan("other", "改一个", clock.today())),
        lambda: operations.drop(session, AGENCY, step),
        lambda: operations.decide(session, AGENCY, step, "miss", "后悔"),
        lambda: operations.fail(session, AGENCY, world.landing, "后悔"),
        lambda: operations.verify(session, OPERATOR, world.landing),
        lambda: evidence.remove(session, AGENCY, step.evidence[0], world.scenario.agency_id),
    ):
        with pytest.raises(InvalidInputError):
            act()
        session.rollback()
    operations.report(session, AGENCY, world.landing, RESULTS, "补充的条件")
    assert world.landing.conditions == "补充的条件"


def test_landing_decision_needs_evidence_that_passed_the_scan(app: Flask) -> None:
    world = awarded()
    step = milestone(world, "contract")
    with pytest.raises(LifecycleError, match="材料"):
        operations.decide(db.session(), AGENCY, step, "meet", "")
    made = evidence.attach(db.session(), AGENCY, step, upload(), Label("contract"))
    made.file.state = "quarantined"
    db.session.flush()
    with pytest.raises(LifecycleError, match="材料"):
        operations.decide(db.session(), AGENCY, step, "meet", "")
    made.file.state = "clean"
    db.session.flush()
    operations.decide(db.session(), AGENCY, step, "meet", "")
    assert (step.status, bool(step.decided_at)) == ("met", True)


def test_landing_what_was_missed_is_met_by_newer_evidence(app: Flask) -> None:
    world = awarded()
    step = milestone(world, "pilot", "试运行六十天")
    evidence.attach(db.session(), AGENCY, step, upload(), Label("test_report"))
    operations.decide(db.session(), AGENCY, step, "miss", "只运行了四十天")
    db.session.commit()
    with pytest.raises(LifecycleError, match="补充"):
        operations.decide(db.session(), AGENCY, step, "meet", "")
    db.session.rollback()
    evidence.attach(db.session(), AGENCY, step, upload(b"sixty days now"), Label("test_report"))
    operations.decide(db.session(), AGENCY, step, "meet", "")
    assert (step.status, step.note) == ("met", "")


def test_landing_milestones_are_dropped_only_while_nothing_rests_on_them(app: Flask) -> None:
    world = awarded()
    step = milestone(world, "pilot", "试运行")
    made = evidence.attach(db.session(), AGENCY, step, upload(), Label("other", "", True, world.scenario.agency_id))
    with pytest.raises(InvalidInputError, match="材料"):
        operations.drop(db.session(), AGENCY, step)
    evidence.remove(db.session(), AGENCY, made, world.scenario.agency_id)
    operations.drop(db.session(), AGENCY, step)
    db.session.commit()
    assert [one.kind for one in again(world).milestones] == ["contract"]
    assert db.session.scalars(select(StoredFile.state)).all() == ["erased"]


def test_landing_the_same_file_is_not_taken_twice(app: Flask) -> None:
    step = milestone(awarded(), "contract")
    evidence.attach(db.session(), AGENCY, step, upload(), Label("contract"))
    with pytest.raises(InvalidInputError, match="传过"):
        evidence.attach(db.session(), AGENCY, step, upload(name="另一个名字.txt"), Label("contract"))


def test_landing_a_file_is_offered_to_all_by_whose_it_is_alone(app: Flask) -> None:
    world = awarded()
    step, agency = milestone(world, "contract"), world.scenario.agency_id
    theirs = evidence.attach(db.session(), AGENCY, step, upload(), Label("contract", "", False, world.winner.id))
    with pytest.raises(InvalidInputError, match="上传材料的单位"):
        evidence.show(db.session(), AGENCY, theirs, agency)
    evidence.show(db.session(), AGENCY, theirs, world.winner.id)
    assert queries.public_evidence(world.landing) == [theirs]
    evidence.hide(db.session(), AGENCY, theirs)
    assert queries.public_evidence(world.landing) == []
    assert files.read(theirs.file) == TEXT


def test_landing_files_are_removed_by_whose_they_are_or_the_agency(app: Flask) -> None:
    world = awarded()
    step, agency = milestone(world, "contract"), world.scenario.agency_id
    ours = evidence.attach(db.session(), AGENCY, step, upload(), Label("contract", "", False, agency))
    with pytest.raises(InvalidInputError, match="本单位"):
        evidence.remove(db.session(), AGENCY, ours, world.winner.id)
    evidence.remove(db.session(), AGENCY, ours, agency)
    assert step.evidence == []


def test_landing_failure_needs_words_and_ends_it(app: Flask) -> None:
    world = piloting(awarded())
    with pytest.raises(InvalidInputError, match="理由"):
        operations.fail(db.session(), AGENCY, world.landing, "  ")
    db.session.rollback()
    operations.fail(db.session(), AGENCY, world.landing, "误报率 9%，未到约定的 3%")
    db.session.commit()
    found = again(world)
    assert (found.scenario.status, found.scenario.reason) == ("failed", "acceptance_failed")
    assert found.ended_at is not None
    assert queries.landing_of(found.scenario) is None


def test_landing_of_an_award_that_was_taken_back_stays_and_the_next_begins_anew(app: Flask) -> None:
    world = awarded()
    met(world, "contract")
    operations.end(db.session(), SYSTEM, world.landing)
    with pytest.raises(InvalidInputError, match="终止"):
        operations.describe(db.session(), AGENCY, world.landing, Contract("合同", None, None))
    second = operations.begin(db.session(), SYSTEM, world.scenario, [Party(None, "候补科技有限公司")])
    db.session.commit()
    found = again(world)
    assert found.id == second.id
    assert [step.status for step in found.milestones] == ["scheduled"]
    (before,) = queries.earlier(found)
    assert [step.status for step in before.milestones] == ["met"]
    assert [one.file.state for step in before.milestones for one in step.evidence] == ["clean"]


def test_landing_replications_come_after_the_landing_and_each_place_once(app: Flask) -> None:
    world = awarded()

    def copy(place: str = "龙华区第二医院") -> Replication:
        return Replication(place=place, since=clock.today(), note="")

    with pytest.raises(InvalidInputError, match="核验"):
        operations.replicate(db.session(), AGENCY, world.landing, copy())
    db.session.rollback()
    landed(world)
    made = operations.replicate(db.session(), AGENCY, world.landing, copy())
    with pytest.raises(InvalidInputError, match="登记过"):
        operations.replicate(db.session(), AGENCY, world.landing, copy())
    operations.forget_replication(db.session(), AGENCY, world.landing, made)
    assert world.landing.replications == []
    assert verbs("replication") == ["add", "remove"]


def test_landing_of_a_procurement_begins_with_its_official_result(app: Flask) -> None:
    scenario = ScenarioFactory(mode="procurement", notice_url="https://example.org/notice")
    winner = OrganisationFactory(kind="enterprise", name=NOTICE.winner, code="winner")
    published(scenario)
    with pytest.raises(LifecycleError):
        operations.record_procurement(db.session(), OPERATOR, scenario, NOTICE)
    db.session.rollback()
    with clock.frozen(clock.end_of_day(scenario.deadline)):
        with pytest.raises(LifecycleError, match="身份"):
            operations.record_procurement(db.session(), AGENCY, scenario, NOTICE)
        db.session.rollback()
        made = operations.record_procurement(db.session(), OPERATOR, scenario, NOTICE)
    db.session.commit()
    assert scenario.status == "awarded"
    assert (made.amount, made.notice_url, made.decided_on) == (NOTICE.amount, NOTICE.url, NOTICE.decided_on)
    assert [(party.name, party.organisation_id) for party in made.parties] == [(NOTICE.winner, winner.id)]


def test_landing_of_another_mode_is_not_recorded_as_a_procurement(app: Flask) -> None:
    scenario = ScenarioFactory(mode="pilot")
    published(scenario)
    with pytest.raises(InvalidInputError, match="采购"):
        operations.record_procurement(db.session(), OPERATOR, scenario, NOTICE)


def test_landing_an_agency_of_the_winner_s_name_is_no_party(app: Flask) -> None:
    OrganisationFactory(kind="agency", name=NOTICE.winner)
    assert queries.enterprise_named(NOTICE.winner) is None


def test_landing_every_change_is_in_the_log(app: Flask) -> None:
    world = awarded()
    before = db.session.scalar(select(AuditEvent.id).order_by(AuditEvent.id.desc()).limit(1)) or 0
    step = milestone(world, "other", "培训")
    operations.describe(db.session(), AGENCY, world.landing, Contract("合同", clock.today(), 1))
    operations.replan(db.session(), AGENCY, step, Plan("other", "培训两次", clock.today()))
    made = evidence.attach(db.session(), AGENCY, step, upload(), Label("other", "签到表", False, None))
    evidence.show(db.session(), AGENCY, made, None)
    evidence.hide(db.session(), AGENCY, made)
    rows = db.session.execute(select(AuditEvent.subject_type, AuditEvent.verb).where(AuditEvent.id > before))
    assert [tuple(row) for row in rows] == [
        ("milestone", "plan"),
        ("landing", "describe"),
        ("milestone", "replan"),
        ("milestone_evidence", "attach"),
        ("milestone_evidence", "show"),
        ("milestone_evidence", "hide"),
    ]


def test_landing_has_so_many_milestones_and_no_more(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    world = awarded()
    monkeypatch.setattr(rules, "MOST_MILESTONES", 1)
    with pytest.raises(InvalidInputError, match="最多"):
        milestone(world, "pilot", "试点")


def test_evidence_is_kept_as_long_as_the_city_says(app: Flask) -> None:
    step = milestone(awarded(), "acceptance")
    made = evidence.attach(db.session(), AGENCY, step, upload(), Label("acceptance"))
    db.session.commit()
    for later, state in ((-1, "clean"), (1, "erased")):
        with clock.frozen(made.added_at + timedelta(days=city().retention.evidence + later)):
            jobs.clear()
        db.session.refresh(made.file)
        assert made.file.state == state
    assert made.title
