"""The pages of an evaluation: the agency's desk, the evaluator's desk, and what each reader is not shown."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from accounts.access.models import Person
from core import clock
from core.audit import SYSTEM
from core.extensions import db
from core.files import write_private
from marketplace.bids import vault
from marketplace.calls.queries import terms_of
from marketplace.evaluation import queries, scoring, views
from marketplace.evaluation.models import PanelMember
from marketplace.sealing import boxes
from marketplace.solutions.operations import Profile, describe
from tests.factories import MembershipFactory, member
from tests.marketplace.judging import JUDGE, Court, membership, opened, panelled, ranked, scored, scores
from tests.pages import PageClient, visible

MARKER = "只有我知道的评语"


@pytest.fixture
def court(app: Flask) -> Court:
    return opened()


def as_(app: Flask, person: Person) -> PageClient:
    return PageClient(app).sign_in(person)


def agency(app: Flask, court: Court, role: str = "approver") -> PageClient:
    return as_(app, member("agency", role, court.scenario.agency))


def desk(court: Court, below: str = "") -> str:
    return f"/desk/evaluations/{court.scenario.id}{below}"


def seat_of(court: Court, place: int = 0) -> PanelMember:
    return court.members[place]


def sheet_page(court: Court, place: int = 0, bid: int = 0, below: str = "") -> str:
    return f"/desk/panel/{seat_of(court, place).id}/bids/{court.bids[bid].token}{below}"


def form(court: Court, points: str = "80", comment: str = "可行", **changes: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in terms_of(db.session(), court.scenario).technical:
        found |= {f"points-{one.key}": points, f"comment-{one.key}": comment}
    return {**found, **changes}


def first_key(court: Court) -> str:
    return terms_of(db.session(), court.scenario).technical[0].key


def test_an_agency_names_a_panel_that_declares_and_begins(app: Flask, court: Court) -> None:
    client = agency(app, court)
    assert "尚未组建评审组" in visible(client.get("/desk/evaluations"))
    client.post(desk(court, "/panel"), {}, status=303)
    assert "请选择要指定的评审专家" in visible(client.get(desk(court)))
    chosen = {"membership": [str(membership(one).id) for one in court.judges]}
    client.post(desk(court, "/panel"), chosen, status=303)
    client.post(desk(court, "/due"), {"due": (clock.today() - timedelta(days=1)).isoformat()}, status=422)
    client.post(desk(court, "/due"), {"due": clock.today().isoformat()}, status=303)
    assert "等待申报" in visible(client.get(desk(court)))
    client.post(desk(court, "/begin"), status=303)
    assert "评审组至少 3 人" in visible(client.get(desk(court)))
    for place, judge in enumerate(court.judges):
        mine = as_(app, judge)
        seat = court.evaluation.panel[place]
        before = mine.get(f"/desk/panel/{seat.id}").get_data(as_text=True)
        assert court.bids[0].alias not in before
        mine.get(f"/desk/panel/{seat.id}/bids/{court.bids[0].token}", status=404)
        mine.post(f"/desk/panel/{seat.id}/declare", {}, status=422)
        mine.post(f"/desk/panel/{seat.id}/declare", {"choice": "free"}, status=303)
    client.post(desk(court, "/begin"), status=303)
    db.session.expire_all()
    assert court.evaluation.status == "scoring"


def test_a_conflict_without_words_is_refused_and_with_words_recuses(app: Flask, court: Court) -> None:
    agency(app, court).post(desk(court, "/panel"), {"membership": str(membership(court.judges[0]).id)}, status=303)
    seat = court.evaluation.panel[0]
    client = as_(app, court.judges[0])
    response = client.post(f"/desk/panel/{seat.id}/declare", {"choice": "conflict", "statement": " "}, status=422)
    assert "请写明理由" in visible(response)
    client.post(f"/desk/panel/{seat.id}/declare", {"choice": "conflict", "statement": "亲属任职"}, status=303)
    page = visible(client.get(f"/desk/panel/{seat.id}"))
    assert "已回避" in page
    assert all(bid.alias not in page for bid in court.bids)


def test_a_member_of_a_bidder_is_recused_without_being_told_whose(app: Flask, court: Court) -> None:
    agency(app, court).post(desk(court, "/panel"), {"membership": str(membership(court.judges[0]).id)}, status=303)
    MembershipFactory(organisation=court.bids[1].organisation, person=court.judges[0])
    db.session.commit()
    seat = court.evaluation.panel[0]
    client = PageClient(app).sign_in(court.judges[0], seat.organisation)
    client.post(f"/desk/panel/{seat.id}/declare", {"choice": "free"}, status=303)
    page = visible(client.get(f"/desk/panel/{seat.id}"))
    assert "依规回避" in page
    assert page.count(court.bids[1].organisation.name) == 1, "the person's own list of organisations, and nothing else"
    assert court.bids[1].alias not in page


def test_the_start_recuses_for_good_even_where_it_is_refused(app: Flask, court: Court) -> None:
    client = agency(app, court)
    chosen = {"membership": [str(membership(one).id) for one in court.judges]}
    client.post(desk(court, "/panel"), chosen, status=303)
    for seat, judge in zip(court.evaluation.panel, court.judges, strict=True):
        as_(app, judge).post(f"/desk/panel/{seat.id}/declare", {"choice": "free"}, status=303)
    MembershipFactory(organisation=court.bids[0].organisation, person=court.judges[0])
    db.session.commit()
    client.post(desk(court, "/begin"), status=303)
    assert "现在已申报无冲突的有 2 人" in visible(client.get(desk(court)))
    db.session.expire_all()
    assert [one.status for one in court.evaluation.panel] == ["recused", "declared", "declared"]


def test_bids_are_shown_without_names_times_and_prices(app: Flask, court: Court) -> None:
    panelled(court)
    client = as_(app, court.judges[0])
    names = [bid.organisation.name for bid in court.bids]
    for address in (f"/desk/panel/{seat_of(court).id}", *(sheet_page(court, bid=place) for place in range(3))):
        page = client.get(address)
        assert "no-store" in page.headers["Cache-Control"]
        text = page.get_data(as_text=True)
        assert not [name for name in names if name in text]
        assert "price_digest" not in text
    page = visible(client.get(sheet_page(court)))
    assert "【单位名称】" in page
    assert all(level.text in page for level in terms_of(db.session(), court.scenario).technical[0].rubric)


def test_each_member_keeps_an_order_of_its_own(app: Flask, court: Court) -> None:
    panelled(court)
    seats = {one.id: one for one in court.members}
    for place, seat in enumerate(seats.values()):
        seat.order_seed = place
    db.session.commit()
    orders = set()
    for seat, judge in zip(court.members, court.judges, strict=True):
        client, address = as_(app, judge), f"/desk/panel/{seat.id}"
        found = [re.findall(r"方案 \d\d", visible(client.get(address))) for _time in range(2)]
        assert found[0] == found[1]
        orders.add(tuple(found[0]))
    assert len(orders) > 1


def test_scores_are_saved_while_one_types_and_handed_in(app: Flask, court: Court) -> None:
    panelled(court)
    client, address = as_(app, court.judges[0]), sheet_page(court)
    half = {f"points-{first_key(court)}": "85.5"}
    saved = client.raw.post(address, data=half, headers={"HX-Request": "true"})
    assert (saved.status_code, "已保存" in saved.get_data(as_text=True)) == (200, True)
    assert 'value="85.5"' in client.get(address).get_data(as_text=True)
    response = client.post(f"{address}/submit", half, status=422)
    assert "还没有打分" in visible(response)
    assert 'value="85.5"' in response.get_data(as_text=True)
    client.post(address, form(court), status=303)
    client.post(f"{address}/submit", form(court, "90"), status=303)
    sheet = queries.sheet(db.session(), seat_of(court), court.bids[0])
    assert sheet is not None
    assert (sheet.status, sheet.scores[first_key(court)]["points"]) == ("submitted", 90)
    page = visible(client.post(address, form(court, "10"), status=422))
    assert "已经提交" in page
    assert "可以复制" in page


@pytest.mark.parametrize("typed", ["101", "-5", "九十", "88.88", "1e2"])
def test_points_out_of_range_are_told_beside_the_field_with_everything_kept(
    app: Flask, court: Court, typed: str
) -> None:
    panelled(court)
    client, address = as_(app, court.judges[0]), sheet_page(court)
    wrong = form(court, comment=MARKER, **{f"points-{first_key(court)}": typed})
    for below in ("", "/submit"):
        response = client.post(address + below, wrong, status=422)
        page = response.get_data(as_text=True)
        assert "0–100 之间的分数" in page
        assert f'value="{typed}"' in page
        assert MARKER in page
    saved = client.raw.post(address, data=wrong, headers={"HX-Request": "true"})
    assert (saved.status_code, "没有保存" in saved.get_data(as_text=True)) == (422, True)
    assert queries.sheet(db.session(), seat_of(court), court.bids[0]) is None


def test_a_seat_is_its_person_s_own(app: Flask, court: Court) -> None:
    panelled(court)
    colleague = member("operator", "evaluator", court.members[0].organisation)
    for client in (as_(app, court.judges[1]), as_(app, colleague)):
        for below in ("", f"/bids/{court.bids[0].token}"):
            client.get(f"/desk/panel/{seat_of(court).id}{below}", status=404)
        client.post(sheet_page(court), form(court), status=404)
    agency(app, court).get(f"/desk/panel/{seat_of(court).id}", status=403)


def hidden_from(app: Flask, court: Court) -> dict[str, tuple[PageClient, list[str]]]:
    """Return every reader who must not see the first member's scores before the closing, with the pages there are."""
    others = [f"/desk/panel/{court.members[1].id}", sheet_page(court, 1), sheet_page(court, 1, below="/consensus")]
    pages = ["/desk/evaluations", desk(court), f"/desk/awards/{court.scenario.id}", "/desk"]
    return {
        "another member": (as_(app, court.judges[1]), [*others, "/desk/panel"]),
        "agency": (agency(app, court), [*pages, desk(court, f"/bids/{court.bids[0].token}")]),
        "operator": (as_(app, member("operator", "owner")), [*pages, "/audit"]),
        "auditor": (as_(app, member("auditor", "member")), [*pages, "/audit"]),
        "bidder": (
            as_(app, member("enterprise", "owner", court.bids[0].organisation)),
            [f"/desk/bids/{court.bids[0].token}/result", f"/scenarios/{court.scenario.number}/award"],
        ),
        "nobody": (PageClient(app), [f"/scenarios/{court.scenario.number}/award", "/scenarios/overdue"]),
    }


def test_nobody_sees_anothers_scores_before_all_are_in(app: Flask, court: Court) -> None:
    panelled(court)
    given = {key: {"points": 73.7, "comment": MARKER} for key in scores(court, 1)}
    for bid in court.bids:
        scoring.save_sheet(db.session(), JUDGE, seat_of(court), bid, given)
        scoring.submit_sheet(db.session(), JUDGE, seat_of(court), bid)
    db.session.commit()
    for who, (client, pages) in hidden_from(app, court).items():
        for address in pages:
            text = client.raw.get(address).get_data(as_text=True)
            assert MARKER not in text, (who, address)
            assert "73.7" not in text, (who, address)
    assert "还欠 3 份" in visible(agency(app, court).get(desk(court)))


def test_who_is_late_is_marked_for_the_agency_and_waits_at_the_desk(app: Flask, court: Court) -> None:
    panelled(court)
    court.evaluation.due = clock.now() - timedelta(days=1)
    db.session.commit()
    assert "已逾期" in visible(agency(app, court).get(desk(court)))
    assert "待评分 3 份（已逾期）" in visible(as_(app, court.judges[0]).get("/desk"))


def test_members_agree_in_words(app: Flask, court: Court) -> None:
    scored(panelled(court))
    client, address = as_(app, court.judges[0]), sheet_page(court, below="/consensus")
    page = client.get(address).get_data(as_text=True)
    assert 'value="90"' in page, "the means stand ready"
    assert "合议意见" in visible(client.post(address, form(court, "88"), status=422))
    response = client.post(address, form(court, "101", reason=MARKER), status=422)
    assert MARKER in response.get_data(as_text=True)
    client.post(address, form(court, "88", reason="一致"), status=303)
    late = client.post(address, form(court, "70", reason=MARKER), status=422)
    assert "刚刚改过" in visible(late)
    assert MARKER in late.get_data(as_text=True)
    seen = re.search(r'name="seen" value="([^"]+)"', client.get(address).get_data(as_text=True))
    assert seen
    client.post(address, form(court, "70", reason="再议", seen=seen[1]), status=303)
    found = queries.consensus_of(db.session(), court.bids[0])
    assert found is not None
    assert found.reason == "再议"


def test_after_the_closing_members_and_agency_read_all_and_others_after_the_award(app: Flask, court: Court) -> None:
    scored(panelled(court))
    table, name = 'class="score-table"', court.judges[1].name
    assert table in as_(app, court.judges[0]).get(sheet_page(court, below="/consensus")).get_data(as_text=True)
    page = agency(app, court).get(desk(court)).get_data(as_text=True)
    assert table in page
    assert name in page
    others = [as_(app, member(kind, "member")) for kind in ("operator", "auditor")]
    for client in others:
        page = client.get(desk(court)).get_data(as_text=True)
        assert "授标之后可以查看得分" in page
        assert table not in page
        assert name not in page, "who judges is told after the award"
    court.scenario.status = "awarded"
    db.session.commit()
    for client in others:
        page = client.get(desk(court)).get_data(as_text=True)
        assert table in page
        assert name in page


def test_an_auditor_reads_opened_bids_and_an_operator_does_not(app: Flask, court: Court) -> None:
    address, name = desk(court, f"/bids/{court.bids[0].token}"), court.bids[0].organisation.name
    assert name in visible(as_(app, member("auditor", "member")).get(address))
    as_(app, member("auditor", "evaluator")).get(address, status=403)
    operator = as_(app, member("operator", "owner"))
    operator.get(address, status=403)
    assert name not in visible(operator.get(desk(court)))
    agency(app, court, "reader").get(address)
    as_(app, member("agency", "owner")).get(address, status=404)


def test_a_bid_of_another_scenario_or_before_the_opening_is_not_found(app: Flask, court: Court) -> None:
    other = opened(1, 0)
    client = agency(app, court)
    client.get(desk(court, f"/bids/{other.bids[0].token}"), status=404)
    court.bids[0].status = "submitted"
    db.session.commit()
    client.get(desk(court, f"/bids/{court.bids[0].token}"), status=404)
    assert court.bids[0].organisation.name not in visible(client.get(desk(court)))


def test_a_disqualification_is_told_with_what_was_typed(app: Flask, court: Court) -> None:
    client, address = agency(app, court), desk(court, f"/bids/{court.bids[0].token}/disqualify")
    response = client.post(address, {"code": "", "article": "第三条", "words": MARKER}, status=422)
    assert "请选择原因" in visible(response)
    assert MARKER in response.get_data(as_text=True)
    given = {"code": "not_eligible", "article": "公告第三条", "words": "没有所列资质"}
    client.post(address, given, status=303)
    client.post(address, given, status=409)
    page = visible(client.get(desk(court, f"/bids/{court.bids[0].token}")))
    assert all(words in page for words in ("已取消资格", "公告第三条", "没有所列资质"))
    bidder = as_(app, member("enterprise", "reader", court.bids[0].organisation))
    assert "没有所列资质" in visible(bidder.get(f"/desk/bids/{court.bids[0].token}/result"))
    agency(app, court, "member").post(address, given, status=403)


def lay(court: Court, data: bytes, name: str) -> None:
    """Put an encrypted file where the vault keeps the first bid's."""
    key, token = boxes.new_key(), "a" * 32
    write_private(vault._path(token), boxes.lock(data, key))
    digest = vault.sha256(data).hexdigest()
    file: dict[str, Any] = {"token": token, "key": key.hex(), "name": name, "media_type": "application/pdf"}
    court.bids[0].content = {**(court.bids[0].content or {}), "files": [{**file, "size": len(data), "digest": digest}]}
    db.session.commit()


def test_files_are_decrypted_for_their_readers_under_a_covered_name(app: Flask, court: Court) -> None:
    panelled(court)
    lay(court, b"%PDF-1.4 secret plan", "云影公司方案.PDF")
    address = sheet_page(court, below="/files/1")
    client = as_(app, court.judges[0])
    assert "云影公司" not in client.get(sheet_page(court)).get_data(as_text=True)
    answer = client.get(address)
    assert answer.data == b"%PDF-1.4 secret plan"
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert "%E4%BA%91%E5%BD%B1" not in answer.headers["Content-Disposition"]
    assert "no-store" in answer.headers["Cache-Control"]
    client.get(sheet_page(court, below="/files/2"), status=404)
    client.get(sheet_page(court, bid=1, below="/files/1"), status=404)
    named = agency(app, court).get(desk(court, f"/bids/{court.bids[0].token}/files/1"))
    assert "%E4%BA%91%E5%BD%B1" in named.headers["Content-Disposition"]
    for path in (Path(app.instance_path) / "bids").glob("*/*"):
        assert b"secret plan" not in path.read_bytes()
        path.write_bytes(b"damaged")
    client.get(address, status=404)


def test_a_member_is_removed_with_a_reason(app: Flask, court: Court) -> None:
    panelled(court)
    client, address = agency(app, court), desk(court, f"/panel/{seat_of(court).id}/remove")
    assert "请写明理由" in visible(client.post(address, {"words": ""}, status=422))
    client.post(address, {"words": "长期联系不上"}, status=303)
    assert "长期联系不上" in visible(client.get(desk(court)))
    as_(app, court.judges[0]).get(sheet_page(court), status=404)
    client.post(desk(court, "/panel/999/remove"), {"words": "x"}, status=404)


def test_a_whole_evaluation_shows_its_ranking(app: Flask) -> None:
    court = ranked()
    page = visible(agency(app, court).get(desk(court)))
    assert court.bids[0].organisation.name in page
    assert "去入围与授标" in page
    assert "名次" in page
    as_(app, court.judges[0]).get(sheet_page(court, below="/consensus"))
    as_(app, court.judges[0]).get(sheet_page(court))


def test_a_person_s_export_tells_the_panels_and_what_was_declared(app: Flask, court: Court) -> None:
    panelled(court)
    (panel,) = views.personal(db.session(), court.judges[0].id)["panels"]
    assert (panel["scenario"], panel["status"]) == (court.scenario.number, "declared")
    assert views.personal(db.session(), 999) == {"panels": []}


def test_lists_answer_on_an_empty_database_and_unknown_scenarios_are_not_found(app: Flask) -> None:
    client = as_(app, member("agency", "owner"))
    client.get("/desk/evaluations")
    client.get("/desk/evaluations/999", status=404)
    as_(app, member("auditor", "evaluator")).get("/desk/panel")


def test_a_legal_representative_that_bidders_share_is_told_to_the_agency_alone(app: Flask, court: Court) -> None:
    for bid in court.bids[:2]:
        describe(db.session(), SYSTEM, bid.organisation, Profile(representative="周启明"))
    db.session.commit()
    assert "由同一人（周启明）担任法定代表人" in visible(agency(app, court).get(desk(court)))
    auditor = as_(app, member("auditor", "evaluator"))
    assert "周启明" not in auditor.raw.get(desk(court)).get_data(as_text=True)
