"""Who owes scores or signatures past the day can be let go; what was handed in counts as a whole or not at all."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from core import clock
from core.audit import AuditEvent
from core.city import city
from core.errors import InvalidInputError
from core.extensions import db
from core.lifecycle import LifecycleError
from marketplace.evaluation import agreeing, operations, presenting, queries, releasing, scoring
from marketplace.evaluation.agreeing import Agreement
from marketplace.evaluation.models import Consensus
from marketplace.evaluation.operations import Declaration
from tests.factories import member
from tests.marketplace.judging import (
    AGENCY,
    JUDGE,
    Court,
    countersigned,
    membership,
    opened,
    panelled,
    scored,
    scores,
    settled,
)
from tests.pages import PageClient, visible

WORDS = "两次书面催办后仍未会签。"


def due() -> datetime:
    """Return when signatures to what is written now are due."""
    return clock.end_of_day(clock.today() + timedelta(days=city().judging.signing_days))


def written(judges: int) -> Court:
    """Return a panel whose last member alone has signed nothing."""
    court = scored(panelled(opened(judges=judges)))
    last = court.members.pop()
    for bid in court.bids:
        settled(court, bid)
        countersigned(court, bid)
    court.members.append(last)
    db.session.commit()
    return court


def handed_in(court: Court, place: int, bids: int) -> None:
    for bid in court.bids[:bids]:
        scoring.save_sheet(db.session(), JUDGE, court.members[place], bid, scores(court, 80))
        scoring.submit_sheet(db.session(), JUDGE, court.members[place], bid)


def events(subject: str) -> list[str]:
    found = select(AuditEvent.verb).where(AuditEvent.subject_type == subject)
    return [*db.session.scalars(found.order_by(AuditEvent.id))]


def test_a_signature_is_due_at_the_end_of_a_day(app: Flask) -> None:
    court = written(4)
    last, ends = court.members[3], due()
    for moment, expected in ((ends - timedelta(seconds=1), set()), (ends, {last.id})):
        assert releasing.overdue(db.session(), court.evaluation, moment) == expected
    with clock.frozen(ends - timedelta(seconds=1)), pytest.raises(LifecycleError, match="已经逾期"):
        releasing.release(db.session(), AGENCY, last, WORDS)
    with clock.frozen(ends):
        for words, found in ((" ", "请写明理由"), ("长" * 1001, "最多 1000 字")):
            with pytest.raises(InvalidInputError, match=found):
                releasing.release(db.session(), AGENCY, last, words)
        with pytest.raises(LifecycleError, match="已经逾期"):
            releasing.release(db.session(), AGENCY, court.members[0], WORDS)
        with pytest.raises(LifecycleError, match="当前身份"):
            releasing.release(db.session(), JUDGE, last, WORDS)


def test_without_a_mute_member_the_technical_scores_become_final(app: Flask) -> None:
    court = written(4)
    with clock.frozen(due()):
        releasing.release(db.session(), AGENCY, court.members[3], WORDS)
        sheets = queries.sheets(db.session(), court.evaluation)
        assert len(sheets) == 4 * len(court.bids), "all scores were in before: none is taken out by waiting"
        shown = presenting.scores(court.evaluation)[0]
        assert [*shown.judges] == ["评审1", "评审2", "评审3", "评审4"]
        assert all(len(line.given) == 4 for line in shown.lines)
        agreeing.agree(db.session(), AGENCY, court.evaluation)
    assert court.evaluation.status == "agreed"
    assert events("panel_member")[-1] == "release"


def test_a_panel_that_is_too_small_scores_again_with_somebody_new(app: Flask) -> None:
    court = written(3)
    house = court.judges[0]
    someone = member("operator", "evaluator", membership(house).organisation)
    session = db.session()
    with clock.frozen(due()):
        releasing.release(session, AGENCY, court.members[2], WORDS)
        assert (court.evaluation.status, court.evaluation.due) == ("scoring", None)
        assert session.scalar(select(func.count()).select_from(Consensus)) == 0
        assert events("consensus")[-3:] == ["drop"] * 3
        with pytest.raises(LifecycleError, match="至少 3 人"):
            scoring.close_scores(session, AGENCY, court.evaluation)
        with pytest.raises(InvalidInputError, match="已在评审组中"):
            operations.appoint(session, AGENCY, court.scenario, membership(court.judges[2]))
        new = operations.appoint(session, AGENCY, court.scenario, membership(someone))
        operations.declare(session, JUDGE, new, Declaration(free=True))
        court.members[2] = new
        handed_in(court, 2, 3)
        scoring.close_scores(session, AGENCY, court.evaluation)
        judged = {sheet.member_id for sheet in queries.sheets(session, court.evaluation)}
        assert judged == {one.id for one in court.members}, "in the place of who was let go"
        for bid in court.bids:
            agreeing.settle(session, JUDGE, new, bid, Agreement(scores(court, 80), "一致"))
    assert agreeing.facts_to_agree(session, court.evaluation) == {"unsettled": 0, "unsigned": 3}


def test_of_who_did_not_hand_in_all_scores_none_count(app: Flask) -> None:
    court = panelled(opened(judges=4))
    for place, number in enumerate((3, 3, 3, 2)):
        handed_in(court, place, number)
    last, session = court.members[3], db.session()
    operations.set_due(session, AGENCY, court.evaluation, clock.today())
    operations.chair(session, AGENCY, last)
    with pytest.raises(LifecycleError, match="已经逾期"):
        releasing.release(session, AGENCY, last, WORDS)
    with clock.frozen(clock.end_of_day(clock.today())):
        releasing.release(session, AGENCY, last, WORDS)
        assert (last.status, last.statement, last.chairs) == ("released", WORDS, False)
        scoring.close_scores(session, AGENCY, court.evaluation)
    assert {sheet.member_id for sheet in queries.sheets(session, court.evaluation)} == {
        one.id for one in court.members[:3]
    }


# Pages.


def test_the_agency_is_told_who_is_overdue_and_lets_go(app: Flask) -> None:
    court = written(4)
    desk = f"/desk/evaluations/{court.scenario.id}"
    with clock.frozen(due()):
        client = PageClient(app).sign_in(member("agency", "approver", court.scenario.agency))
        assert "1 位评审已逾期" in visible(client.get("/desk"))
        page = visible(client.get(desk))
        assert "还有 3 份合议意见未会签 已逾期" in page
        last = court.members[3].id
        client.post(f"{desk}/panel/{last}/release", {"words": ""}, status=422)
        client.post(f"{desk}/panel/{court.members[0].id}/release", {"words": WORDS}, status=422)
        client.post(f"{desk}/panel/{last}/release", {"words": WORDS}, status=303)
        page = visible(client.get(desk))
        assert "已解除，其余评审继续" in page
        assert f"因逾期解除 {WORDS}" in page
        assert "下一步：确认技术分" in page
        judge = PageClient(app).sign_in(court.judges[3])
        assert f"因逾期解除：{WORDS}" in visible(judge.get(f"/desk/panel/{last}"))
        judge.get(f"/desk/panel/{last}/bids/{court.bids[0].token}", status=404)


def test_why_a_member_was_let_go_is_public_once_it_is_decided(app: Flask, client: PageClient) -> None:
    court, address = written(4), ""
    with clock.frozen(due()):
        releasing.release(db.session(), AGENCY, court.members[3], WORDS)
        db.session.commit()
        address = f"/scenarios/{court.scenario.number}/award"
        assert WORDS not in visible(client.get(address))
        court.scenario.status = "awarded"
        db.session.commit()
        page = visible(client.get(address))
    assert WORDS in page
    assert court.judges[3].name not in page
