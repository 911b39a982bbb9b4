"""The panel, individual scores, consensus, prices and the ranking, on a database."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from core import clock
from core.audit import AuditEvent
from core.city import city
from core.errors import InvalidInputError
from core.extensions import db
from core.lifecycle import LifecycleError
from marketplace.bids.models import BidPartner
from marketplace.calls.queries import terms_of
from marketplace.evaluation import agreeing, jobs, operations, queries, scoring
from marketplace.evaluation.agreeing import Agreement, Cause, StaleError
from marketplace.evaluation.models import Consensus, PanelMember, ScoreSheet
from marketplace.evaluation.operations import ConflictOfInterestError, Declaration
from scenario_catalog import operations as catalog
from scenario_catalog.rules import Ground
from tests.factories import MembershipFactory, OrganisationFactory, ScenarioFactory, member, published
from tests.marketplace.judging import (
    AGENCY,
    JUDGE,
    agreed,
    membership,
    opened,
    panelled,
    priced,
    ranked,
    scored,
    scores,
)

CAUSE = Cause("false_material", "公告第六条", "业绩证明系伪造")


@pytest.fixture(autouse=True)
def _site(app: Flask) -> None:
    """Give every test here its database."""


def verbs(kind: str) -> list[str]:
    return [*db.session.scalars(select(AuditEvent.verb).where(AuditEvent.subject_type == kind).order_by(AuditEvent.id))]


def refused(
    work: Callable[..., Any], *values: Any, error: type[InvalidInputError] = LifecycleError, **named: Any
) -> str:
    with pytest.raises(error) as told:
        work(db.session(), *values, **named)
    db.session.rollback()
    return str(told.value)


def test_a_panel_is_named_from_evaluators_only() -> None:
    court = opened()
    clerk = member("agency", "member", court.scenario.agency)
    assert "评审专家" in refused(operations.appoint, AGENCY, court.scenario, membership(clerk), error=InvalidInputError)
    outsider = member("enterprise", "evaluator")
    assert "评审专家" in refused(
        operations.appoint, AGENCY, court.scenario, membership(outsider), error=InvalidInputError
    )
    operations.appoint(db.session(), AGENCY, court.scenario, membership(court.judges[0]))
    assert "已在评审组中" in refused(
        operations.appoint, AGENCY, court.scenario, membership(court.judges[0]), error=InvalidInputError
    )


def test_who_belongs_to_a_bidder_or_its_partner_is_refused_after_the_opening() -> None:
    court = opened()
    partner = OrganisationFactory(kind="enterprise")
    joined = BidPartner(bid_id=court.bids[1].id, organisation_id=partner.id, status="accepted", invited_at=clock.now())
    db.session.add(joined)
    MembershipFactory(organisation=court.bids[0].organisation, person=court.judges[0])
    MembershipFactory(organisation=partner, person=court.judges[1], ended_at=clock.now() - timedelta(days=30))
    MembershipFactory(organisation=partner, person=court.judges[2], ended_at=clock.now() - timedelta(days=2000))
    db.session.commit()
    for judge in court.judges[:2]:
        said = refused(operations.appoint, AGENCY, court.scenario, _acting(judge), error=ConflictOfInterestError)
        assert partner.name not in said
        assert court.bids[0].organisation.name not in said
    assert operations.appoint(db.session(), AGENCY, court.scenario, _acting(court.judges[2])).status == "invited"


def _acting(judge: Any) -> Any:
    return db.session.scalar(queries.candidates().where(operations.Membership.person_id == judge.id))


def test_before_the_opening_nothing_tells_who_bids() -> None:
    """Naming and declaring go the same way whether the person's enterprise bids or not; `begin` recuses."""
    scenario = ScenarioFactory(agency=OrganisationFactory(verification="verified"))
    published(scenario)
    judge = member("operator", "evaluator")
    court = opened()
    court.bids[0].scenario = scenario
    MembershipFactory(organisation=court.bids[0].organisation, person=judge)
    db.session.commit()
    seat = operations.appoint(db.session(), AGENCY, scenario, _acting(judge))
    operations.declare(db.session(), JUDGE, seat, Declaration(free=True))
    assert seat.status == "declared"
    assert "尚未开标" in refused(operations.begin, AGENCY, seat.evaluation)


def test_a_declared_conflict_recuses_and_needs_words() -> None:
    court = opened()
    seat = operations.appoint(db.session(), AGENCY, court.scenario, membership(court.judges[0]))
    db.session.commit()
    assert "请写明理由" in refused(operations.declare, JUDGE, seat, Declaration(free=False))
    operations.declare(db.session(), JUDGE, seat, Declaration(free=False, statement="配偶任职于某揭榜企业"))
    assert (seat.status, seat.statement) == ("recused", "配偶任职于某揭榜企业")
    db.session.commit()
    assert "状态下不能执行" in refused(operations.declare, JUDGE, seat, Declaration(free=True))


def test_who_is_tied_is_recused_at_the_declaration() -> None:
    court = opened()
    seat = operations.appoint(db.session(), AGENCY, court.scenario, membership(court.judges[0]))
    MembershipFactory(organisation=court.bids[0].organisation, person=court.judges[0])
    operations.declare(db.session(), JUDGE, seat, Declaration(free=True))
    assert seat.status == "recused"
    assert court.bids[0].organisation.name not in seat.statement


def test_who_joined_a_bidder_meanwhile_is_recused_at_the_start_and_cannot_submit() -> None:
    court = opened(judges=4)
    session = db.session()
    for judge in court.judges:
        seat = operations.appoint(session, AGENCY, court.scenario, membership(judge))
        operations.declare(session, JUDGE, seat, Declaration(free=True))
    first, second = court.evaluation.panel[:2]
    MembershipFactory(organisation=court.bids[0].organisation, person=court.judges[0])
    operations.begin(session, AGENCY, court.evaluation)
    assert first.status == "recused"
    MembershipFactory(organisation=court.bids[2].organisation, person=court.judges[1])
    scoring.save_sheet(session, JUDGE, second, court.bids[0], scores(court, 80))
    session.commit()
    assert "须回避" in refused(scoring.submit_sheet, JUDGE, second, court.bids[0], error=ConflictOfInterestError)


def test_scoring_begins_with_three_declared_members_and_readable_bids() -> None:
    court = opened(judges=2)
    for judge in court.judges:
        seat = operations.appoint(db.session(), AGENCY, court.scenario, membership(judge))
        operations.declare(db.session(), JUDGE, seat, Declaration(free=True))
    court.bids[0].content = {}
    db.session.commit()
    assert "无法解封" in refused(operations.begin, AGENCY, court.evaluation)
    agreeing.disqualify(db.session(), AGENCY, court.bids[0], Cause("unreadable", "公告第九条", "密文损坏"))
    db.session.commit()
    assert "现在已申报无冲突的有 2 人" in refused(operations.begin, AGENCY, court.evaluation)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"points": 100.1}, "0–100"),
        ({"points": -1}, "0–100"),
        ({"points": 55.55}, "0–100"),
        ({"points": 50, "comment": "长" * 1001}, "评语最多"),
    ],
)
def test_scores_out_of_range_are_refused(given: dict[str, Any], said: str) -> None:
    court = panelled(opened())
    key = terms_of(db.session(), court.scenario).technical[0].key
    wrong = {key: {"comment": "", **given}}
    assert said in refused(scoring.save_sheet, JUDGE, court.members[0], court.bids[0], wrong, error=InvalidInputError)
    assert db.session.scalar(select(ScoreSheet)) is None
    assert "没有这项" in refused(
        scoring.save_sheet, JUDGE, court.members[0], court.bids[0], {"price": given}, error=InvalidInputError
    )


def test_a_sheet_is_handed_in_once_and_whole() -> None:
    court = panelled(opened())
    seat, bid = court.members[0], court.bids[0]
    half = dict([*scores(court, 80).items()][:1])
    scoring.save_sheet(db.session(), JUDGE, seat, bid, half)
    scoring.save_sheet(db.session(), JUDGE, seat, bid, half)
    db.session.commit()
    assert verbs("score_sheet") == ["save"], "what did not change is no event"
    assert "还没有打分" in refused(scoring.submit_sheet, JUDGE, seat, bid, error=InvalidInputError)
    scoring.save_sheet(db.session(), JUDGE, seat, bid, scores(court, 80))
    scoring.submit_sheet(db.session(), JUDGE, seat, bid)
    db.session.commit()
    assert "已经提交" in refused(scoring.save_sheet, JUDGE, seat, bid, half)
    refused(scoring.submit_sheet, JUDGE, seat, bid)


def test_scoring_closes_only_when_everybody_handed_in_everything() -> None:
    court = panelled(opened())
    late = court.members[2]
    for seat in court.members:
        for bid in court.bids[: 2 if seat is late else 3]:
            scoring.save_sheet(db.session(), JUDGE, seat, bid, scores(court, 80))
            scoring.submit_sheet(db.session(), JUDGE, seat, bid)
    db.session.commit()
    assert scoring.owed(db.session(), court.evaluation) == {court.members[0].id: 0, court.members[1].id: 0, late.id: 1}
    assert "还有 1 份" in refused(scoring.close_scores, AGENCY, court.evaluation)
    operations.remove(db.session(), AGENCY, late, "出差不归")
    db.session.commit()
    assert "至少 3 人" in refused(scoring.close_scores, AGENCY, court.evaluation)
    operations.appoint(db.session(), AGENCY, court.scenario, membership(court.judges[2]))
    operations.declare(db.session(), JUDGE, late, Declaration(free=True))
    scoring.save_sheet(db.session(), JUDGE, late, court.bids[2], scores(court, 80))
    scoring.submit_sheet(db.session(), JUDGE, late, court.bids[2])
    scoring.close_scores(db.session(), AGENCY, court.evaluation)
    assert court.evaluation.status == "consensus"
    assert len(queries.sheets(db.session(), court.evaluation)) == 9
    db.session.commit()
    assert "不能再变动" in refused(operations.recuse, JUDGE, late, "想起一件事")


def test_a_disqualified_bid_is_owed_no_score_and_gets_no_rank() -> None:
    court = panelled(opened())
    agreeing.disqualify(db.session(), AGENCY, court.bids[1], CAUSE)
    court = priced(agreed(scored(court)))
    assert [one.bid.alias for one in queries.ranked(db.session(), court.scenario)] == ["方案 01", "方案 03"]
    bid = court.bids[1]
    assert (bid.status, bid.reason, bid.article, bid.words) == ("disqualified", *vars(CAUSE).values())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"code": "no reason"}, "原因"),
        ({"article": " "}, "条款"),
        ({"words": ""}, "事实"),
        ({"article": "条" * 121}, "条款"),
    ],
)
def test_a_disqualification_has_code_article_and_words(changes: dict[str, str], said: str) -> None:
    court = opened()
    cause = Cause(**{**vars(CAUSE), **changes})
    assert said in refused(agreeing.disqualify, AGENCY, court.bids[0], cause, error=InvalidInputError)


def test_a_wide_spread_needs_its_own_reason() -> None:
    court = panelled(opened(1))
    key = terms_of(db.session(), court.scenario).technical[0].key
    for place, seat in enumerate(court.members):
        given = scores(court, 80, **{key: 60 + 10 * place})
        scoring.save_sheet(db.session(), JUDGE, seat, court.bids[0], given)
        scoring.submit_sheet(db.session(), JUDGE, seat, court.bids[0])
    scoring.close_scores(db.session(), AGENCY, court.evaluation)
    db.session.commit()
    said = scores(court, 75)
    said[key]["comment"] = " "
    values = (JUDGE, court.members[0], court.bids[0])
    assert "分差较大" in refused(agreeing.settle, *values, Agreement(said, "一致"), error=InvalidInputError)
    assert "合议意见" in refused(agreeing.settle, *values, Agreement(scores(court, 75), " "), error=InvalidInputError)
    assert "还没有打分" in refused(agreeing.settle, *values, Agreement({}, "一致"), error=InvalidInputError)


def test_two_members_do_not_overwrite_each_other_s_consensus() -> None:
    court = scored(panelled(opened()))
    bid = court.bids[0]
    first = agreeing.settle(db.session(), JUDGE, court.members[0], bid, Agreement(scores(court, 80), "一致"))
    db.session.commit()
    refused(agreeing.settle, JUDGE, court.members[1], bid, Agreement(scores(court, 70), "一致"), error=StaleError)
    said = Agreement(scores(court, 70), "再议后一致", seen=first.agreed_at)
    assert agreeing.settle(db.session(), JUDGE, court.members[1], bid, said).technical == 56.0


def test_the_price_is_asked_for_only_when_technical_scores_are_final() -> None:
    court = scored(panelled(opened()))
    assert court.seal.status == "opened"
    assert "没有形成合议意见" in refused(agreeing.agree, AGENCY, court.evaluation)
    court = agreed(court)
    assert court.seal.status == "price_due"
    assert all(bid.price is None for bid in court.bids)
    assert "报价尚未开启" in refused(agreeing.rank, AGENCY, court.evaluation)
    said = Agreement(scores(court, 10), "改主意")
    assert "不是合议阶段" in refused(agreeing.settle, JUDGE, court.members[0], court.bids[0], said)


def test_a_price_that_cannot_be_read_holds_the_ranking_up() -> None:
    court = agreed(scored(panelled(opened())))
    court.seal.status = "priced"
    for bid in court.bids[:2]:
        bid.price = {"amount": "100"}
    db.session.commit()
    assert "有 1 份" in refused(agreeing.rank, AGENCY, court.evaluation)
    agreeing.disqualify(db.session(), AGENCY, court.bids[2], CAUSE)
    agreeing.rank(db.session(), AGENCY, court.evaluation)
    assert [one.rank for one in queries.ranked(db.session(), court.scenario)] == [1, 2]


def test_totals_are_technical_and_price_together() -> None:
    court = ranked()
    weight = terms_of(db.session(), court.scenario).price
    assert weight is not None
    found = queries.ranked(db.session(), court.scenario)
    assert [one.bid.alias for one in found] == ["方案 01", "方案 02", "方案 03"]
    assert [one.technical for one in found] == [0.9 * (100 - weight.weight), 0.8 * (100 - weight.weight), 56.0]
    assert [one.price_points for one in found] == [weight.weight, weight.weight * 0.8, weight.weight * 0.625]
    assert [one.total for one in found] == [one.technical + (one.price_points or 0) for one in found]


def test_without_a_price_among_the_criteria_the_ranking_follows_at_once() -> None:
    court = opened(mode="pilot")
    assert terms_of(db.session(), court.scenario).price is None
    court = agreed(scored(panelled(court)))
    assert court.evaluation.status == "ranked"
    assert court.seal.status == "opened", "no price is ever opened"
    assert [one.price_points for one in queries.ranked(db.session(), court.scenario)] == [None] * 3


def test_what_is_below_a_minimum_gets_no_rank() -> None:
    court = priced(agreed(scored(panelled(opened())), given=(90, 20, 70)))
    found = queries.ranked(db.session(), court.scenario)
    assert [(one.bid.alias, one.rank, one.passed) for one in found] == [
        ("方案 01", 1, True),
        ("方案 03", 2, True),
        ("方案 02", None, False),
    ]


def test_a_cancelled_scenario_is_judged_no_more() -> None:
    court = panelled(opened())
    catalog.move(db.session(), AGENCY, court.scenario, "cancel", Ground("need_changed"))
    db.session.commit()
    assert "不是评分阶段" in refused(scoring.save_sheet, JUDGE, court.members[0], court.bids[0], scores(court, 1))
    assert "不在评审阶段" in refused(scoring.close_scores, AGENCY, court.evaluation)


def test_scores_are_due_on_a_day_to_come() -> None:
    court = panelled(opened())
    today = clock.today()
    assert "不能早于今天" in refused(
        operations.set_due, AGENCY, court.evaluation, today - timedelta(days=1), error=InvalidInputError
    )
    operations.set_due(db.session(), AGENCY, court.evaluation, today)
    assert court.evaluation.due == clock.end_of_day(today)


def test_every_step_is_in_the_log() -> None:
    ranked()
    assert verbs("evaluation") == ["create", "begin", "close_scores", "agree", "rank"]
    assert verbs("panel_member") == ["appoint"] * 3 + ["declare"] * 3
    assert verbs("score_sheet") == ["save", "submit"] * 9
    assert verbs("consensus") == ["conclude", "confirm", "confirm"] * 3


def test_an_erased_person_is_named_no_more() -> None:
    court = ranked()
    person = court.judges[0].id
    operations.forget(db.session(), person)
    db.session.expire_all()
    assert db.session.scalar(select(PanelMember).where(PanelMember.person_id == person)) is None
    assert all(one.person_id != person for one in queries.ranked(db.session(), court.scenario))


def test_score_sheets_are_kept_as_long_as_the_city_says(app: Flask) -> None:
    court = ranked()
    held = db.session.scalar(select(func.count()).select_from(ScoreSheet))
    days, closed = city().retention.score_sheets, clock.start_of_day(court.scenario.deadline)
    for later, count in ((0, held), (1, 0)):
        with clock.frozen(closed + timedelta(days=days + later)):
            jobs.clear()
        assert db.session.scalar(select(func.count()).select_from(ScoreSheet)) == count
    assert db.session.scalar(select(func.count()).select_from(Consensus))
