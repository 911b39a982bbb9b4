"""The pages of awards: the agency's desk, what the public reads, objections, and what a bidder learns."""

import re
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select

from accounts.access.models import Person
from accounts.models import Notice, Organisation
from core import clock
from core.audit import AuditEvent
from core.extensions import db
from marketplace.awards import telling
from marketplace.awards.models import Award, Objection
from marketplace.awards.rules import FAILURES
from marketplace.bids.models import BidPartner
from scenario_catalog import operations as catalog
from scenario_catalog.models import ScenarioMove
from scenario_catalog.rules import Ground
from tests.factories import OrganisationFactory, member
from tests.marketplace.judging import AGENCY, Court, membership, opened, panelled, ranked
from tests.pages import PageClient, visible

TEXT = "中选方的业绩证明与公开信息不符，请核实其验收报告。"
REASON = "综合得分第一，试用三十天无故障"


@pytest.fixture
def court(app: Flask) -> Court:
    return ranked(4)


def as_(app: Flask, person: Person) -> PageClient:
    return PageClient(app).sign_in(person)


@pytest.fixture
def agency(app: Flask, court: Court) -> PageClient:
    return as_(app, member("agency", "approver", court.scenario.agency))


def desk(court: Court, below: str = "") -> str:
    return f"/desk/awards/{court.scenario.id}{below}"


def public(court: Court, below: str = "") -> str:
    return f"/scenarios/{court.scenario.number}/award{below}"


def names(court: Court) -> list[str]:
    return [bid.organisation.name for bid in court.bids]


def tokens(court: Court, *places: int) -> list[str]:
    return [court.bids[place].token for place in places]


def noticed(agency: PageClient, court: Court) -> Award:
    agency.post(desk(court, "/shortlist"), {"bid": tokens(court, 0, 1)}, status=303)
    agency.post(desk(court, "/notice"), {"bid": tokens(court, 0), "notice-words": REASON}, status=303)
    return db.session.scalars(select(Award)).one()


def awarded(agency: PageClient, court: Court) -> Award:
    found = noticed(agency, court)
    with clock.frozen(found.notice_ends):
        agency.post(desk(court, "/award"), status=303)
    return found


def test_from_the_ranking_to_the_award(agency: PageClient, court: Court) -> None:
    page = visible(agency.get(desk(court)))
    assert "确定入围" in page
    response = agency.post(desk(court, "/shortlist"), {"bid": tokens(court, 2), "shortlist-words": ""}, status=409)
    assert "请写明理由" in visible(response)
    found = noticed(agency, court)
    assert "公示期到" in visible(agency.get(desk(court)))
    assert "公示期未满" in visible(agency.post(desk(court, "/award"), status=409))
    with clock.frozen(found.notice_ends):
        assert "授标后中选方进入落地跟踪" in visible(agency.get(desk(court)))
        agency.post(desk(court, "/award"), status=303)
    db.session.expire_all()
    assert (court.scenario.status, found.status) == ("awarded", "awarded")


def test_a_trial_is_recorded_with_its_report(app: Flask, agency: PageClient, court: Court) -> None:
    agency.post(desk(court, "/shortlist"), {"bid": tokens(court, 0, 1)}, status=303)
    said = {"trial-bid": tokens(court, 0)[0], "trial-kind": "pilot", "trial-tester": "区数据局", "trial-passed": "yes"}
    response = agency.post(desk(court, "/trials"), {**said, "trial-result": ""}, status=422)
    assert "区数据局" in response.get_data(as_text=True)
    upload = {"trial-file": (BytesIO(b"%PDF-1.4 report"), "试用报告.pdf")}
    agency.post(desk(court, "/trials"), {**said, "trial-result": "可用率 99.6%", **upload}, status=303)
    page = agency.get(desk(court)).get_data(as_text=True)
    assert "可用率 99.6%" in page
    with agency.get(desk(court, "/trials/1")) as sent:
        assert sent.data == b"%PDF-1.4 report"
    as_(app, member("operator", "owner")).get(desk(court, "/trials/1"), status=404)
    agency.get(desk(court, "/trials/2"), status=404)
    agency.post(desk(court, "/trials"), {**said, "trial-bid": "nobody", "trial-result": "好"}, status=422)


def test_the_public_reads_winners_and_nothing_of_the_others(app: Flask, agency: PageClient, court: Court) -> None:
    partner = OrganisationFactory(kind="enterprise", name="联合研究院")
    joined = BidPartner(bid_id=court.bids[0].id, organisation_id=partner.id, status="accepted", invited_at=clock.now())
    db.session.add(joined)
    db.session.commit()
    reader, name = PageClient(app), names(court)
    before = visible(reader.get(public(court)))
    assert not [one for one in name if one in before]
    assert "还没有结果" in before
    awarded(agency, court)
    page = visible(reader.get(public(court)))
    for words in (name[0], "联合研究院", REASON, "92.00", "另有 3 份方案未中选", "没有收到异议"):
        assert words in page
    assert not [one for one in name[1:] if one in page]
    assert court.bids[1].alias not in page
    assert name[0] in visible(reader.fragment(public(court)))
    reader.get("/scenarios/SZ-2099-0001/award", status=404)


def test_finalists_are_public_by_name(app: Flask, agency: PageClient, court: Court) -> None:
    agency.post(desk(court, "/shortlist"), {"bid": tokens(court, 0, 1)}, status=303)
    page, name = visible(PageClient(app).get(public(court))), names(court)
    assert all(one in page for one in name[:2])
    assert not [one for one in name[2:] if one in page]


def objector(app: Flask, role: str = "member", *, verified: bool = True) -> PageClient:
    return as_(app, member("enterprise", role, verified=verified))


def test_a_verified_enterprise_objects_in_public_without_its_name(app: Flask, agency: PageClient, court: Court) -> None:
    noticed(agency, court)
    client = objector(app)
    own = db.session.scalars(select(Organisation).order_by(Organisation.id.desc())).first()
    assert own is not None
    assert "提出异议" in visible(client.get(public(court)))
    client.get(public(court, "/objections/new"))
    response = client.post(public(court, "/objections"), {"text": "太短了"}, status=422)
    assert "太短了" in response.get_data(as_text=True)
    client.post(public(court, "/objections"), {"text": TEXT}, status=303)
    client.post(public(court, "/objections"), {"text": TEXT}, status=422)
    page = visible(PageClient(app).get(public(court)))
    assert TEXT in page
    assert own.name not in page
    assert own.name in visible(agency.get(desk(court))), "the agency answers someone it knows"
    assert "待答复异议" in visible(agency.get("/desk"))


def test_who_may_not_object_does_not(app: Flask, agency: PageClient, court: Court) -> None:
    noticed(agency, court)
    for client in (agency, objector(app, "reader"), objector(app, verified=False)):
        client.post(public(court, "/objections"), {"text": TEXT}, status=403)
    PageClient(app).post(public(court, "/objections"), {"text": TEXT}, status=401)
    assert db.session.scalar(select(Objection)) is None


def test_a_late_objection_is_refused_and_its_text_kept(app: Flask, agency: PageClient, court: Court) -> None:
    found, client = noticed(agency, court), objector(app)
    with clock.frozen(found.notice_ends):
        response = client.post(public(court, "/objections"), {"text": TEXT}, status=422)
    assert "截止" in visible(response)
    assert TEXT in response.get_data(as_text=True)
    agency.post(desk(court, "/withdraw"), {"withdraw-words": "材料存疑"}, status=303)
    response = client.post(public(court, "/objections"), {"text": TEXT}, status=422)
    assert TEXT in response.get_data(as_text=True)
    assert db.session.scalar(select(Objection)) is None


def test_before_any_notice_there_is_nothing_to_object_to(app: Flask, court: Court) -> None:
    client = objector(app)
    client.get(public(court, "/objections/new"), status=404)
    client.post(public(court, "/objections"), {"text": TEXT}, status=404)


def test_an_upheld_objection_is_answered_in_public(app: Flask, agency: PageClient, court: Court) -> None:
    noticed(agency, court)
    objector(app).post(public(court, "/objections"), {"text": TEXT}, status=303)
    found = db.session.scalars(select(Objection)).one()
    address = f"/desk/objections/{found.id}/answer"
    response = agency.post(address, {"words": "查过了", "verdict": ""}, status=422)
    assert "查过了" in response.get_data(as_text=True)
    as_(app, member("agency", "owner")).post(address, {"words": "查过了", "verdict": "uphold"}, status=404)
    agency.post(address, {"words": "报告确有出入", "verdict": "uphold"}, status=303)
    agency.post(address, {"words": "再答一次", "verdict": "reject"}, status=409)
    page = visible(PageClient(app).get(public(court)))
    assert "报告确有出入" in page
    assert "第 1 次公示，已撤销" in page
    db.session.expire_all()
    assert court.scenario.status == "finalists"


def test_a_bidder_reads_its_own_scores_after_the_award_only(app: Flask, agency: PageClient, court: Court) -> None:
    loser = court.bids[1]
    client = as_(app, member("enterprise", "reader", loser.organisation))
    address = f"/desk/bids/{loser.token}/result"
    assert "授标之后" in visible(client.get(address))
    noticed(agency, court)
    assert "技术分" not in visible(client.get(address))
    with clock.frozen(db.session.scalars(select(Award)).one().notice_ends):
        agency.post(desk(court, "/award"), status=303)
    page = visible(client.get(address))
    for words in ("第 2 名，共 4 份合格方案", "入围后未中选", "评审1", "评语", "80.00"):
        assert words in page
    assert not [judge.name for judge in court.judges if judge.name in page]
    assert not [name for name in names(court) if name in page and name != loser.organisation.name]
    assert "第 2 名" in visible(client.fragment(address))
    assert "no-store" in client.get(address).headers["Cache-Control"]


def test_a_result_is_its_bidder_s_and_partner_s_own(app: Flask, court: Court) -> None:
    address = f"/desk/bids/{court.bids[0].token}/result"
    partner, asked = (OrganisationFactory(kind="enterprise", verification="verified") for _place in range(2))
    for house, status in ((partner, "accepted"), (asked, "invited")):
        joined = BidPartner(bid_id=court.bids[0].id, organisation_id=house.id, status=status, invited_at=clock.now())
        db.session.add(joined)
    db.session.commit()
    shown = as_(app, member("enterprise", "member", partner)).get(address).get_data(as_text=True)
    assert f'href="/desk/bids/{court.bids[0].token}"' not in shown, "a partner reads the result, not the bid"
    as_(app, member("enterprise", "member", asked)).get(address, status=404)
    objector(app).get(address, status=404)
    as_(app, member("agency", "owner", court.scenario.agency)).get(address, status=403)
    court.bids[0].status = "submitted"
    db.session.commit()
    as_(app, member("enterprise", "member", partner)).get(address, status=404)


def test_an_unaward_is_public_with_its_reason(app: Flask, agency: PageClient, court: Court) -> None:
    awarded(agency, court)
    response = agency.post(desk(court, "/unaward"), {"unaward-words": "逾期不签合同"}, status=409)
    assert "逾期不签合同" in response.get_data(as_text=True)
    response = agency.post(desk(court, "/unaward"), {"bid": tokens(court, 0), "unaward-words": ""}, status=422)
    assert re.search(rf'value="{tokens(court, 0)[0]}" checked', response.get_data(as_text=True)), "the choice is kept"
    agency.post(desk(court, "/unaward"), {"bid": tokens(court, 0), "unaward-words": "逾期不签合同"}, status=303)
    page = visible(PageClient(app).get(public(court)))
    assert "逾期不签合同" in page
    assert names(court)[1] in page
    assert "提出中选方并公示" in visible(agency.get(desk(court)))


def test_after_an_unaward_results_stay_readable_and_say_what_changed(
    app: Flask, agency: PageClient, court: Court
) -> None:
    awarded(agency, court)
    winner, other = court.bids[:2]
    agency.post(desk(court, "/unaward"), {"bid": tokens(court, 0), "unaward-words": "逾期不签合同"}, status=303)
    page = visible(as_(app, member("enterprise", "reader", other.organisation)).get(f"/desk/bids/{other.token}/result"))
    for words in ("原授标已于", "撤销", "第 2 名，共 4 份合格方案", "已入围", "得分与评语"):
        assert words in page
    page = visible(
        as_(app, member("enterprise", "member", winner.organisation)).get(f"/desk/bids/{winner.token}/result")
    )
    assert "逾期不签合同" in page
    for kind in ("operator", "auditor"):
        client = as_(app, member(kind, "member"))
        assert "得分" in visible(client.get(f"/desk/evaluations/{court.scenario.id}"))
    agency.post(desk(court, "/notice"), {"bid": tokens(court, 1), "notice-words": "次优方案"}, status=303)
    again = as_(app, member("enterprise", "reader", other.organisation)).get(f"/desk/bids/{other.token}/result")
    assert "第 2 名" in visible(again)


def test_a_failure_takes_code_and_words_and_is_public(agency: PageClient, court: Court, app: Flask) -> None:
    response = agency.post(desk(court, "/fail"), {"fail-code": "", "fail-words": "都不合格"}, status=422)
    assert "都不合格" in response.get_data(as_text=True)
    agency.post(desk(court, "/fail"), {"fail-code": "none_passed", "fail-words": "都不合格"}, status=303)
    db.session.expire_all()
    assert (court.scenario.status, court.scenario.reason) == ("failed", "none_passed")
    agency.post(desk(court, "/fail"), {"fail-code": "none_passed", "fail-words": "都不合格"}, status=409)
    page = visible(PageClient(app).get(public(court)))
    assert f"{FAILURES['none_passed']}。都不合格" in page
    agency.post(desk(court, "/award"), status=404)


def test_others_read_names_and_scores_after_the_award(app: Flask, agency: PageClient, court: Court) -> None:
    readers = {kind: as_(app, member(kind, "member")) for kind in ("operator", "auditor")}
    hidden = names(court)[3]
    assert hidden not in visible(readers["operator"].get(desk(court)))
    assert hidden not in visible(readers["auditor"].get(desk(court))), "the ranking is hidden until the award"
    awarded(agency, court)
    for client in readers.values():
        assert hidden in visible(client.get(desk(court)))
    for client in readers.values():
        client.post(desk(court, "/unaward"), {}, status=403)
    as_(app, member("agency", "owner")).get(desk(court), status=404)
    clerk = as_(app, member("agency", "member", court.scenario.agency))
    clerk.get(desk(court))
    clerk.post(desk(court, "/unaward"), {}, status=403)


def test_an_overdue_decision_is_public(app: Flask) -> None:
    court = panelled(opened())
    client, late = PageClient(app), clock.now() + timedelta(days=40)
    assert "没有逾期未决的场景" in visible(client.get("/scenarios/overdue"))
    with clock.frozen(late):
        page = visible(client.get("/scenarios/overdue"))
        assert court.scenario.number in page
        assert "10 天" in page
        assert "逾期未决" in visible(client.get(public(court)))
        assert not [name for name in names(court) if name in page]
    catalog.move(db.session(), AGENCY, court.scenario, "cancel", Ground("need_changed"))
    db.session.commit()
    with clock.frozen(late):
        assert court.scenario.number not in visible(client.get("/scenarios/overdue"))


def test_a_scenario_that_nobody_opens_is_overdue_too(app: Flask) -> None:
    court = opened(0, 0)
    court.scenario.status = "open"
    db.session.execute(ScenarioMove.__table__.delete().where(ScenarioMove.status == "evaluating"))
    db.session.commit()
    with clock.frozen(clock.start_of_day(court.scenario.deadline) + timedelta(days=12)):
        page = visible(PageClient(app).get("/scenarios/overdue"))
        assert court.scenario.number in page
        assert "2 天" in page


def told(app: Flask, person: Person) -> list[str]:
    """Return what a person was told, having every event read."""
    with app.test_request_context():
        telling.tell(db.session(), db.session.scalars(select(AuditEvent).order_by(AuditEvent.id)).all())
        db.session.commit()
    return [*db.session.scalars(select(Notice.title).where(Notice.person_id == person.id).order_by(Notice.id))]


def test_everybody_is_told_what_concerns_them_once(app: Flask, agency: PageClient, court: Court) -> None:
    loser, clerk = (member("enterprise", "member", court.bids[place].organisation) for place in (1, 3))
    rival = as_(app, loser)
    noticed(agency, court)
    rival.post(public(court, "/objections"), {"text": TEXT}, status=303)
    found = db.session.scalars(select(Objection)).one()
    agency.post(f"/desk/objections/{found.id}/answer", {"words": "经核实属实", "verdict": "reject"}, status=303)
    with clock.frozen(found.award.notice_ends):
        agency.post(desk(court, "/award"), status=303)
    for _time in range(2):
        titles = told(app, loser)
    assert ["异议已答复" in titles[0], "得分与评语" in titles[1]] == [True, True]
    assert len(titles) == 2
    (title,) = told(app, clerk)
    assert not [name for name in names(court) if name in title]
    urls = [*db.session.scalars(select(Notice.url).where(Notice.person_id == clerk.id))]
    assert urls == [f"/desk/bids/{court.bids[3].token}/result"]
    agency.post(desk(court, "/unaward"), {"bid": tokens(court, 0), "unaward-words": "逾期不签合同"}, status=303)
    assert "授标已撤销" in told(app, clerk)[-1]


def test_who_is_named_and_whose_bid_is_struck_are_told(app: Flask) -> None:
    court = opened()
    client = as_(app, member("agency", "approver", court.scenario.agency))
    bidder = member("enterprise", "member", court.bids[0].organisation)
    chosen = {"membership": str(membership(court.judges[0]).id)}
    client.post(f"/desk/evaluations/{court.scenario.id}/panel", chosen, status=303)
    given = {"code": "collusion", "article": "第八条", "words": "两份方案雷同"}
    address = f"/desk/evaluations/{court.scenario.id}/bids/{court.bids[0].token}/disqualify"
    client.post(address, given, status=303)
    assert "请您参加评审" in told(app, court.judges[0])[0]
    assert "被取消资格" in told(app, bidder)[0]
