"""Finalists, trials, the notice with its objections, the award, and the way back, on a database."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import FileStorage

from accounts.models import Organisation
from core import clock
from core.audit import Actor, AuditEvent
from core.city import DecisionDays
from core.errors import InvalidInputError
from core.extensions import db
from core.lifecycle import LifecycleError
from marketplace.awards import objecting, operations, rules
from marketplace.awards.models import Award
from marketplace.awards.objecting import LateError, Objector
from marketplace.awards.operations import Trial
from marketplace.bids.models import Bid, BidPartner
from marketplace.evaluation import agreeing
from marketplace.evaluation.agreeing import Cause
from scenario_catalog import operations as catalog
from scenario_catalog.landing.queries import landing_of
from scenario_catalog.rules import Ground
from tests.factories import OrganisationFactory, member
from tests.marketplace.judging import AGENCY, Court, agreed, opened, panelled, priced, ranked, scored

ENTERPRISE = Actor("an objector", "enterprise-member", "9")
TEXT = "中选方的业绩证明与公开信息不符，请核实其验收报告。"


@pytest.fixture(autouse=True)
def _site(app: Flask) -> None:
    """Give every test here its database."""


def refused(
    work: Callable[..., Any], *values: Any, error: type[InvalidInputError] = LifecycleError, **named: Any
) -> str:
    with pytest.raises(error) as told:
        work(db.session(), *values, **named)
    db.session.rollback()
    return str(told.value)


def ids(*bids: Bid) -> set[int]:
    return {bid.id for bid in bids}


def states(bids: Sequence[Bid]) -> list[str]:
    db.session.expire_all()
    return [bid.status for bid in bids]


def listed(court: Court, number: int = 2) -> Court:
    operations.shortlist(db.session(), AGENCY, court.scenario, ids(*court.bids[:number]))
    db.session.commit()
    return court


def noticed(court: Court) -> Award:
    found = operations.notice(db.session(), AGENCY, court.scenario, ids(court.bids[0]), "综合得分第一，试用通过")
    db.session.commit()
    return found


def awarded(court: Court) -> Award:
    found = noticed(court)
    with clock.frozen(found.notice_ends):
        operations.award(db.session(), AGENCY, found)
    db.session.commit()
    return found


def objector() -> Objector:
    person = member("enterprise", "member")
    house = db.session.scalars(select(Organisation).order_by(Organisation.id.desc())).first()
    assert house is not None
    return Objector(person.id, house)


def test_nobody_is_a_finalist_before_the_ranking() -> None:
    court = panelled(opened())
    assert "尚未完成排名" in refused(operations.shortlist, AGENCY, court.scenario, ids(court.bids[0]))


def test_finalists_are_chosen_and_the_others_let_go() -> None:
    court = listed(ranked(4))
    assert court.scenario.status == "finalists"
    assert states(court.bids) == ["finalist", "finalist", "not_selected", "not_selected"]
    assert court.bids[2].reason == "not_shortlisted"


def test_too_many_none_and_strangers_are_refused() -> None:
    court, values = ranked(5), (AGENCY,)
    stranger = opened(1, 0)
    for chosen, said in ((set(), "请从"), (ids(*court.bids), "最多"), (ids(stranger.bids[0]), "请从")):
        assert said in refused(operations.shortlist, *values, court.scenario, chosen, error=InvalidInputError)


def test_who_did_not_pass_or_stands_behind_takes_a_reason() -> None:
    court = priced(agreed(scored(panelled(opened())), given=(90, 20, 70)))
    for chosen in (ids(court.bids[0], court.bids[1]), ids(court.bids[2])):
        assert "请写明理由" in refused(operations.shortlist, AGENCY, court.scenario, chosen, error=InvalidInputError)
        operations.shortlist(db.session(), AGENCY, court.scenario, chosen, "唯一覆盖夜间场景")
        db.session.rollback()


def test_a_trial_is_of_a_finalist_and_carries_its_report() -> None:
    court = listed(ranked())
    upload = FileStorage(BytesIO(b"%PDF-1.4 report"), "报告.pdf")
    trial = Trial("third_party", "市软件评测中心", "三十天可用率 99.6%", passed=True)
    made = operations.record_trial(db.session(), AGENCY, court.bids[0], trial, upload)
    assert made.file
    assert made.file.purpose == "trial"
    assert "入围方案" in refused(operations.record_trial, AGENCY, court.bids[2], trial)
    wrong = Trial("guess", " ", "", passed=True)
    said = refused(operations.record_trial, AGENCY, court.bids[0], wrong, error=InvalidInputError)
    assert all(words in said for words in ("测试方式", "由谁测试", "写明结果"))


def test_the_notice_lasts_whole_days() -> None:
    court = listed(ranked())
    with clock.frozen(datetime(2026, 12, 30, 16, 30, tzinfo=UTC)):  # half past midnight of the 31st, here
        found = noticed(court)
    assert found.notice_ends == datetime(2027, 1, 5, 16, tzinfo=UTC)
    assert (found.number, found.status, court.scenario.status) == (1, "noticed", "noticed")


def test_winners_are_finalists_and_have_a_reason() -> None:
    court = listed(ranked())
    for chosen, reason in ((set(), "好"), (ids(court.bids[2]), "好"), (ids(court.bids[0]), " ")):
        refused(operations.notice, AGENCY, court.scenario, chosen, reason, error=InvalidInputError)


def test_the_award_waits_for_the_end_of_the_notice() -> None:
    court = listed(ranked())
    partner = OrganisationFactory(kind="enterprise", name="联合研究院")
    joined = BidPartner(bid_id=court.bids[0].id, organisation_id=partner.id, status="accepted", invited_at=clock.now())
    asked = BidPartner(bid_id=court.bids[0].id, organisation_id=court.bids[2].organisation_id, status="declined")
    asked.invited_at = clock.now()
    db.session.add_all([joined, asked])
    found = noticed(court)
    with clock.frozen(found.notice_ends - timedelta(microseconds=1)):
        assert "公示期未满" in refused(operations.award, AGENCY, found)
    with clock.frozen(found.notice_ends):
        operations.award(db.session(), AGENCY, found)
    assert states(court.bids) == ["selected", "not_selected", "not_selected"]
    assert court.bids[1].reason == "not_awarded"
    landing = landing_of(court.scenario)
    assert landing is not None
    assert [(one.name, one.lead) for one in landing.parties] == [
        (court.bids[0].organisation.name, True),
        ("联合研究院", False),
    ]
    assert court.scenario.status == "awarded"


def test_objections_are_taken_within_the_period_only() -> None:
    found, who = noticed(listed(ranked())), objector()
    db.session.commit()
    with clock.frozen(found.notice_ends):
        said = refused(objecting.raise_objection, ENTERPRISE, found, who, TEXT, error=LateError)
        assert "截止" in said
    with clock.frozen(found.notice_ends - timedelta(seconds=1)):
        made = objecting.raise_objection(db.session(), ENTERPRISE, found, who, TEXT)
        db.session.commit()
        assert "不必重复" in refused(objecting.raise_objection, ENTERPRISE, found, who, TEXT, error=InvalidInputError)
    assert (made.number, made.status) == (1, "raised")
    with clock.frozen(found.notice_ends):
        assert "还有 1 件异议" in refused(operations.award, AGENCY, found)
        objecting.answer(db.session(), AGENCY, made, "reject", "经核实，验收报告属实")
        operations.award(db.session(), AGENCY, found)
    assert found.status == "awarded"


@pytest.mark.parametrize("text", ["", "太短了", "长" * 5001])
def test_an_objection_says_something(text: str) -> None:
    found, who = noticed(listed(ranked())), objector()
    db.session.commit()
    refused(objecting.raise_objection, ENTERPRISE, found, who, text, error=InvalidInputError)


def test_who_is_no_verified_enterprise_does_not_object() -> None:
    found, who = noticed(listed(ranked())), objector()
    who.organisation.verification = "unverified"
    db.session.commit()
    assert "已认证" in refused(objecting.raise_objection, ENTERPRISE, found, who, TEXT)
    who.organisation.verification = "verified"
    db.session.commit()
    assert "已认证" in refused(objecting.raise_objection, AGENCY, found, who, TEXT)


def test_an_upheld_objection_takes_the_notice_back_and_the_finalists_stay() -> None:
    court = listed(ranked())
    found, who = noticed(court), objector()
    made = objecting.raise_objection(db.session(), ENTERPRISE, found, who, TEXT)
    other = objecting.raise_objection(db.session(), ENTERPRISE, found, who, TEXT + "另有一处。")
    db.session.commit()
    assert "请写明理由" in refused(objecting.answer, AGENCY, made, "uphold", " ")
    objecting.answer(db.session(), AGENCY, made, "uphold", "报告确有出入")
    assert (found.status, court.scenario.status) == ("withdrawn", "finalists")
    assert "第 1 件异议成立" in found.withdrawal
    assert states(court.bids)[:2] == ["finalist", "finalist"]
    objecting.answer(db.session(), AGENCY, other, "uphold", "同上")  # answered all the same, and nothing more happens
    assert court.scenario.status == "finalists"
    again = operations.notice(db.session(), AGENCY, court.scenario, ids(court.bids[1]), "递补")
    assert again.number == 2


def test_an_agency_takes_its_notice_back_with_a_reason() -> None:
    court = listed(ranked())
    found = noticed(court)
    assert "请写明理由" in refused(operations.withdraw, AGENCY, found, " ", error=InvalidInputError)
    assert "先撤回公示" in refused(agreeing.disqualify, AGENCY, court.bids[0], Cause("collusion", "第八条", "串通"))
    operations.withdraw(db.session(), AGENCY, found, "发现中选方材料存疑")
    agreeing.disqualify(db.session(), AGENCY, court.bids[0], Cause("collusion", "第八条", "串通"))
    assert states(court.bids)[:2] == ["disqualified", "finalist"]


def test_a_winner_s_default_brings_the_other_finalists_back() -> None:
    court = listed(ranked(4))
    found = awarded(court)
    for chosen in (set(), ids(court.bids[1])):
        assert "未履约的中选方" in refused(
            operations.unaward, AGENCY, found, chosen, "逾期不签", error=InvalidInputError
        )
    assert "请写明理由" in refused(operations.unaward, AGENCY, found, ids(court.bids[0]), "", error=InvalidInputError)
    operations.unaward(db.session(), AGENCY, found, ids(court.bids[0]), "逾期不签合同")
    assert states(court.bids) == ["defaulted", "finalist", "not_selected", "not_selected"]
    assert (found.status, court.scenario.status, landing_of(court.scenario)) == ("withdrawn", "finalists", None)
    again = operations.notice(db.session(), AGENCY, court.scenario, ids(court.bids[1]), "递补")
    with clock.frozen(again.notice_ends):
        operations.award(db.session(), AGENCY, again)
    assert landing_of(court.scenario) is not None
    assert states(court.bids) == ["defaulted", "selected", "not_selected", "not_selected"]


def test_of_two_winners_only_one_may_default() -> None:
    court = listed(ranked())
    found = operations.notice(db.session(), AGENCY, court.scenario, ids(*court.bids[:2]), "各建一段")
    with clock.frozen(found.notice_ends):
        operations.award(db.session(), AGENCY, found)
    operations.unaward(db.session(), AGENCY, found, ids(court.bids[1]), "破产")
    assert states(court.bids)[:2] == ["finalist", "defaulted"]


def test_a_failure_has_code_and_words_and_leaves_nothing_open() -> None:
    court = listed(ranked())
    found = noticed(court)
    assert "请选择原因" in refused(operations.fail, AGENCY, court.scenario, Ground("guess", "说明"))
    assert "请写明理由" in refused(
        operations.fail, AGENCY, court.scenario, Ground("objection_upheld"), error=InvalidInputError
    )
    operations.fail(db.session(), AGENCY, court.scenario, Ground("objection_upheld", "异议成立，无可递补"))
    assert (court.scenario.status, found.status) == ("failed", "withdrawn")
    assert states(court.bids) == ["not_selected"] * 3


def test_what_was_cancelled_elsewhere_is_closed_by_the_consumer_once() -> None:
    court = listed(ranked())
    found = noticed(court)
    catalog.move(db.session(), AGENCY, court.scenario, "cancel", Ground("need_changed"))
    events = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all()
    for _time in range(2):
        operations.follow(db.session(), events)
    assert found.status == "withdrawn"
    assert states(court.bids) == ["not_selected"] * 3
    verbs = db.session.scalars(select(AuditEvent.verb).where(AuditEvent.subject_type == "award"))
    assert [*verbs] == ["notice", "withdraw"]


@pytest.mark.parametrize(
    ("status", "days", "late"),
    [("evaluating", 30, None), ("evaluating", 31, 1), ("closed", 11, 1), ("noticed", 25, 5), ("landed", 999, None)],
)
def test_a_decision_is_overdue_after_its_limit(status: str, days: int, late: int | None) -> None:
    since = datetime(2026, 3, 1, 2, tzinfo=UTC)
    found = rules.overdue(status, since, since + timedelta(days=days), DecisionDays().model_dump())
    assert (found.days if found else None) == late


def test_an_overdue_decision_says_what_and_until_when() -> None:
    since = datetime(2026, 3, 1, 17, tzinfo=UTC)  # the second of March, here
    found = rules.overdue("finalists", since, since + timedelta(days=50), {"finalists": 45})
    assert found == rules.Overdue("提出中选方并公示", datetime(2026, 4, 16, tzinfo=UTC).date(), 5)
