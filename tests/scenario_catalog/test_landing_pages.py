"""The tracker's pages: who sees and does what, what was typed stays, and what anyone may read."""

from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select

from accounts.access.models import Person
from core import clock
from core.access import Principal
from core.audit import SYSTEM
from core.extensions import db
from scenario_catalog import operations as moves
from scenario_catalog.landing import operations, presenting, queries, rules, views
from scenario_catalog.landing.models import Landing, MilestoneEvidence, Replication
from scenario_catalog.rules import Ground
from tests.factories import OrganisationFactory, ScenarioFactory, member, published
from tests.pages import PageClient, visible
from tests.scenario_catalog.landing_world import (
    RESULTS,
    TEXT,
    WINNER,
    World,
    again,
    awarded,
    landed,
    met,
    milestone,
    piloting,
)


@pytest.fixture
def world(app: Flask) -> World:
    return awarded(title="影像初筛")


def principal_of(person: Person, role: str, organisation: int) -> Principal:
    return Principal(person.fs_uniquifier, person.id, role=role, organisation=organisation, verified=True)


def hand_in(client: PageClient, world: World, step: int, *, status: int = 303, **values: object) -> None:
    data = {"evidence-file": (BytesIO(TEXT), "验收报告.txt"), "evidence-kind": "acceptance", **values}
    client.post(f"{world.desk}/milestones/{step}/evidence", data, status=status)


def test_landing_agency_goes_from_the_contract_to_a_verified_landing(client: PageClient, world: World) -> None:
    contract = milestone(world, "contract").id
    client.sign_in(world.agency)
    assert "影像初筛" in visible(client.get("/desk/landings"))
    said = {"contract-title": "影像初筛系统合同", "contract-signed_on": "2026-01-05", "contract-amount": "218.65"}
    client.post(f"{world.desk}/contract", said, status=303)
    assert again(world).amount == 2_186_500
    hand_in(client, world, contract)
    client.post(f"{world.desk}/milestones/{contract}/decision", {"decide-verb": "meet"}, status=303)
    client.post(f"{world.desk}/pilot", status=303)
    client.post(
        f"{world.desk}/milestones",
        {"plan-kind": "acceptance", "plan-title": "系统验收", "plan-due": "2026-12-01"},
        status=303,
    )
    acceptance = next(step.id for step in again(world).milestones if step.kind == "acceptance")
    hand_in(client, world, acceptance, **{"evidence-public": "y", "evidence-title": "验收意见"})
    client.post(f"{world.desk}/milestones/{acceptance}/decision", {"decide-verb": "meet"}, status=303)
    client.post(f"{world.desk}/results", {"report-results": RESULTS, "report-conditions": "有影像一万张"}, status=303)
    client.post(f"{world.desk}/verify", status=403)
    client.sign_in(world.operator)
    assert "核验落地" in visible(client.get(world.desk))
    client.post(f"{world.desk}/verify", status=303)
    assert again(world).scenario.status == "landed"
    page = visible(client.sign_out().get(f"/landings/{world.number}"))
    for text in (RESULTS, "有影像一万张", WINNER, "验收意见", "218.65万元"):
        assert text in page


def test_landing_every_desk_page_is_well_made_at_each_stage(client: PageClient, world: World) -> None:
    for stage in (lambda found: found, piloting, lambda found: found):
        stage(world)
        for person in (world.agency, world.enterprise, world.operator):
            client.sign_in(person)
            client.get("/desk/landings?state=under-way")
            client.get(world.desk)
            client.get(f"{world.desk}/milestones/{milestone(world, 'contract').id}")


def test_landing_what_cannot_be_read_is_told_and_kept(client: PageClient, world: World) -> None:
    client.sign_in(world.agency)
    sent = {"contract-title": "", "contract-signed_on": "2999-01-01", "contract-amount": "二百万"}
    page = client.post(f"{world.desk}/contract", sent, status=422)
    assert "请填写合同名称" in visible(page)
    assert "二百万" in page.get_data(as_text=True)
    page = client.post(f"{world.desk}/milestones", {"plan-title": "试运行", "plan-kind": "pilot"}, status=422)
    assert "请填写约定日期" in visible(page)
    assert "试运行" in page.get_data(as_text=True)
    long = client.post(f"{world.desk}/results", {"report-results": "长" * 4001}, status=422)
    assert "最多 4000 字" in visible(long)
    assert "请选择文件" in visible(
        client.post(f"{world.desk}/milestones/{milestone(world, 'contract').id}/evidence", {}, status=422)
    )


def test_landing_what_is_refused_is_told_on_the_page(client: PageClient, world: World) -> None:
    client.sign_in(world.agency)
    step = milestone(world, "contract").id
    page = client.post(f"{world.desk}/milestones/{step}/decision", {"decide-verb": "miss"}, status=409)
    assert "先上传能证明的材料" in visible(page)
    assert "合同签订" in visible(client.post(f"{world.desk}/pilot", status=409))
    page = client.post(f"{world.desk}/fail", {"fail-words": "理由"}, status=422)
    assert "请勾选确认" in visible(page)
    assert again(world).scenario.status == "awarded"


def test_landing_a_file_that_lies_is_refused(client: PageClient, world: World) -> None:
    client.sign_in(world.agency)
    step = milestone(world, "contract").id
    hand_in(client, world, step, status=409, **{"evidence-file": (BytesIO(b"MZ program"), "报告.pdf")})
    assert again(world).milestones[0].evidence == []


def test_landing_parties_hand_in_and_see_but_do_not_decide(client: PageClient, world: World) -> None:
    step = milestone(world, "contract").id
    client.sign_in(world.enterprise)
    assert "影像初筛" in visible(client.get("/desk/landings"))
    hand_in(client, world, step)
    found = again(world).milestones[0].evidence[0]
    assert found.file.organisation_id == world.winner.id
    with client.get(f"{world.desk}/evidence/{found.id}") as answer:
        assert answer.get_data() == TEXT
    client.post(f"{world.desk}/milestones/{step}/decision", {"decide-verb": "meet"}, status=403)
    client.post(f"{world.desk}/contract", {"contract-title": "x"}, status=403)
    client.post(f"{world.desk}/verify", status=403)
    client.post(f"{world.desk}/evidence/{found.id}", {"do": "show"}, status=303)
    assert again(world).milestones[0].evidence[0].public
    client.post(f"{world.desk}/evidence/{found.id}", {"do": "nothing"}, status=409)
    client.post(f"{world.desk}/evidence/{found.id}", {"do": "remove"}, status=303)
    assert again(world).milestones[0].evidence == []


@pytest.mark.parametrize(("kind", "role"), [("enterprise", "owner"), ("agency", "owner"), ("enterprise", "evaluator")])
def test_landing_is_not_there_for_other_organisations(client: PageClient, world: World, kind: str, role: str) -> None:
    met(world, "contract")
    found = db.session.scalars(select(MilestoneEvidence)).one()
    step = milestone(world, "contract").id
    client.sign_in(member(kind, role))
    refused = 403 if role == "evaluator" else 404
    for path in ("", f"/milestones/{step}", f"/evidence/{found.id}", "/bundle.zip"):
        client.get(f"{world.desk}{path}", status=refused)
    hand_in(client, world, step, status=refused)
    client.post(f"{world.desk}/evidence/{found.id}", {"do": "show"}, status=refused)
    if role != "evaluator":
        assert "影像初筛" not in visible(client.get("/desk/landings"))


def test_landing_a_milestone_is_found_under_its_own_landing_only(client: PageClient, world: World) -> None:
    met(world, "contract")
    other = ScenarioFactory(agency=world.scenario.agency)
    published(other, title="第二批")
    second = operations.begin(db.session(), SYSTEM, other, [operations.Party(None, "别家公司")])
    db.session.commit()
    client.sign_in(world.agency)
    step = milestone(world, "contract").id
    client.get(f"/desk/landings/{other.number}/milestones/{step}", status=404)
    client.get(f"/desk/landings/{other.number}/milestones/{second.milestones[0].id}")
    found = db.session.scalars(select(MilestoneEvidence)).one()
    client.get(f"/desk/landings/{other.number}/evidence/{found.id}", status=404)


def test_landing_replan_drop_and_failure(client: PageClient, world: World) -> None:
    client.sign_in(world.agency)
    step = milestone(world, "contract").id
    changed = {"plan-kind": "contract", "plan-title": "签订补充合同", "plan-due": "2026-12-01"}
    client.post(f"{world.desk}/milestones/{step}", changed, status=303)
    assert again(world).milestones[0].title == "签订补充合同"
    client.post(f"{world.desk}/milestones/{step}", {**changed, "plan-title": ""}, status=422)
    client.post(f"{world.desk}/milestones/{step}/remove", status=303)
    assert again(world).milestones == []
    client.post(f"{world.desk}/fail", {"fail-words": "双方没有签成合同", "fail-confirmed": "y"}, status=303)
    assert again(world).scenario.status == "failed"
    assert "已经终止" in visible(client.post(f"{world.desk}/contract", {"contract-title": "x"}, status=409))
    for person in (world.agency, world.enterprise, world.operator):
        assert "原因：验收未通过。理由：双方没有签成合同" in visible(client.sign_in(person).get(world.desk))
    assert "没有签成" not in visible(client.sign_out().get(f"/scenarios/{world.number}"))
    client.sign_out().get(f"/landings/{world.number}", status=404)


def test_landing_replications_are_written_down_and_taken_out(client: PageClient, world: World) -> None:
    landed(world)
    client.sign_in(world.agency)
    client.post(f"{world.desk}/replications", {"copy-place": "", "copy-since": "x"}, status=422)
    said = {"copy-place": "龙华区第二医院", "copy-since": "2026-01-05", "copy-note": "只用初筛"}
    client.post(f"{world.desk}/replications", said, status=303)
    assert "登记过" in visible(client.post(f"{world.desk}/replications", said, status=409))
    assert "龙华区第二医院" in visible(client.get(f"/landings/{world.number}"))
    found = db.session.scalars(select(Replication)).one()
    client.post(f"{world.desk}/replications/{found.id}/remove", status=303)
    assert "龙华区第二医院" not in visible(client.get(f"/landings/{world.number}"))


def test_landing_results_stay_once_verified_and_conditions_do_not(client: PageClient, world: World) -> None:
    landed(world)
    client.sign_in(world.agency)
    assert "不能再改" in visible(client.get(world.desk))
    client.post(f"{world.desk}/results", {"report-results": RESULTS, "report-conditions": "新条件"}, status=303)
    page = client.post(f"{world.desk}/results", {"report-results": "更好", "report-conditions": "x"}, status=409)
    assert "成效已经核验" in visible(page)
    assert (again(world).results, again(world).conditions) == (RESULTS, "新条件")


def test_landing_public_pages_show_public_files_only(client: PageClient, world: World) -> None:
    piloting(world)
    page = visible(client.get("/landings?state=under-way"))
    assert "影像初筛" in page
    assert "还没有落地" in visible(client.get("/landings"))
    assert "不计入" in visible(client.get(f"/landings/{world.number}"))
    secret = db.session.scalars(select(MilestoneEvidence)).one()
    client.get(f"/landings/{world.number}/evidence/{secret.file.token}", status=404)
    assert "contract证明" not in visible(client.get(f"/landings/{world.number}"))
    met(world, "acceptance", public=True)
    shown = next(one for one in db.session.scalars(select(MilestoneEvidence)) if one.public)
    with client.get(f"/landings/{world.number}/evidence/{shown.file.token}") as answer:
        assert answer.get_data() == b"acceptance evidence"
        assert answer.headers["Content-Disposition"].startswith("attachment")


def test_landing_results_are_not_public_before_they_are_verified(client: PageClient, world: World) -> None:
    operations.report(db.session(), SYSTEM, world.landing, RESULTS, "条件")
    db.session.commit()
    assert RESULTS not in client.get(f"/landings/{world.number}").get_data(as_text=True)
    assert RESULTS not in client.get("/landings?state=under-way").get_data(as_text=True)


def test_landing_demo_is_hidden_where_demonstration_data_is(client: PageClient, world: World) -> None:
    world.scenario.demo = True
    db.session.commit()
    client.get(f"/landings/{world.number}", status=404)
    assert "影像初筛" not in visible(client.get("/landings?state=under-way"))


def test_landing_list_is_paged_and_searched_by_state(client: PageClient, world: World) -> None:
    landed(world)
    assert "影像初筛" in client.fragment("/landings").get_data(as_text=True)
    assert "影像初筛" not in client.fragment("/landings?state=under-way").get_data(as_text=True)
    assert "影像初筛" in client.fragment("/landings?state=unknown").get_data(as_text=True)


def test_landing_operator_records_a_procurement(client: PageClient, world: World) -> None:
    bought = ScenarioFactory(mode="procurement", title="语音转写采购", notice_url="https://example.org/notice")
    published(bought, title="第二批")
    address = f"/desk/landings/{bought.number}/procurement"
    client.sign_in(world.operator)
    assert "语音转写采购" not in visible(client.get("/desk/landings"))
    assert "已经截止" in visible(client.get(address))
    bought.deadline = clock.today().replace(year=2020)
    db.session.commit()
    assert "语音转写采购" in visible(client.get("/desk/landings"))
    said = {"winner": WINNER, "decided_on": "2026-01-05", "amount": "138", "url": "example.org"}
    page = client.post(address, said, status=422)
    assert "完整网址" in visible(page)
    client.post(address, {**said, "url": "https://example.org/result"}, status=303)
    assert "能看到它" in visible(client.get(f"/desk/landings/{bought.number}"))
    found = db.session.scalars(select(Landing).where(Landing.scenario_id == bought.id)).one()
    assert [party.organisation_id for party in found.parties] == [world.winner.id]
    client.post(address, {**said, "url": "https://example.org/result"}, status=409)
    client.sign_in(world.agency)
    client.get(address, status=403)


def test_landing_a_winner_who_is_not_known_here_is_told_to_be_a_mere_name(client: PageClient, world: World) -> None:
    bought = ScenarioFactory(mode="procurement", notice_url="https://example.org/notice")
    published(bought, title="第二批")
    bought.deadline = clock.today().replace(year=2020)
    db.session.commit()
    client.sign_in(world.operator)
    said = {"winner": f"{WINNER}分公司", "decided_on": "2026-01-05", "url": "https://example.org/result"}
    client.post(f"/desk/landings/{bought.number}/procurement", said, status=303)
    assert "没有同名的企业" in visible(client.get(f"/desk/landings/{bought.number}"))


def test_landing_something_else_that_ended_it_keeps_its_words_from_the_parties(app: Flask, world: World) -> None:
    operations.end(db.session(), SYSTEM, world.landing)
    moves.move(db.session(), SYSTEM, world.scenario, "fail", Ground("winner_defaulted", "逾期不签"))
    db.session.commit()
    assert presenting.failure(again(world)) is None


def test_landing_a_milestone_offers_the_kind_of_file_that_is_likely(client: PageClient, world: World) -> None:
    client.sign_in(world.agency)
    for kind, likely in rules.LIKELY_EVIDENCE.items():
        step = milestone(world, kind)
        db.session.commit()
        page = client.get(f"{world.desk}/milestones/{step.id}").get_data(as_text=True)
        assert f'<option selected value="{likely}">' in page


def test_landing_waiting_tells_the_agency_and_the_operator(app: Flask, world: World) -> None:
    agency = principal_of(world.agency, "agency-approver", world.scenario.agency_id)
    operator = principal_of(world.operator, "operator-owner", 0)
    with app.test_request_context():
        assert views.waiting(agency) == []
        world.landing.milestones[0].due = clock.today().replace(year=2020)
        db.session.commit()
        (late,) = views.waiting(agency)
        assert late.title.endswith("签订合同")
        assert views.waiting(principal_of(world.agency, "agency-reader", world.scenario.agency_id)) == []
        piloting(world)
        met(world, "acceptance")
        assert views.waiting(operator) == []
        operations.report(db.session(), SYSTEM, world.landing, RESULTS, "")
        db.session.commit()
        assert [one.title for one in views.waiting(operator)] == ["影像初筛"]
        operations.verify(db.session(), SYSTEM, world.landing)
        db.session.commit()
        assert views.waiting(operator) == []


def test_landing_overdue_milestones_show_in_public(client: PageClient, world: World) -> None:
    world.landing.milestones[0].due = clock.today().replace(year=2020)
    db.session.commit()
    assert "已逾期" in visible(client.get(f"/landings/{world.number}"))
    assert "已逾期" in visible(client.get("/landings?state=under-way"))


def test_landing_of_a_scenario_is_none_before_its_award(app: Flask, world: World) -> None:
    other = ScenarioFactory(agency=OrganisationFactory())
    assert queries.landing_of(other) is None
    assert queries.landing_of(world.scenario) == world.landing
