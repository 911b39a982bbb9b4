"""The bidders' pages, as people go through them: the code, writing, partners, sending, receipts."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from accounts.models import Organisation
from core import clock
from core.access import Principal
from core.audit import AuditEvent
from core.extensions import db
from core.settings import settings
from marketplace.bids import operations, views
from marketplace.bids.models import Bid, BidFile, BidPartner, BidReceipt
from marketplace.bids.rules import DECLARATIONS
from marketplace.calls.queries import terms_of
from scenario_catalog.models import Corrigendum, Scenario
from tests.bidding import Call, called, opened
from tests.factories import OrganisationFactory, ScenarioFactory, SolutionFactory, member, published
from tests.pages import PageClient, visible

MARKER = "独一无二的句子甲乙丙"
PRICE = "4321.98"


@pytest.fixture
def enterprise(app: Flask) -> Organisation:
    return OrganisationFactory(kind="enterprise", name="临海测漏有限公司", verification="verified")


@pytest.fixture
def as_role(app: Flask, enterprise: Organisation) -> Callable[..., PageClient]:
    return lambda role, of=None: PageClient(app).sign_in(member("enterprise", role, of or enterprise))


@pytest.fixture
def owner(as_role: Callable[..., PageClient]) -> PageClient:
    return as_role("owner")


@pytest.fixture
def call(app: Flask) -> Call:
    return called()


def shown_code(client: PageClient, place: str) -> str:
    found = re.search(r'id="bid-code"[^>]*>(.*?)</p>', client.get(f"{place}/code").get_data(as_text=True))
    assert found
    return re.sub(r"<[^>]+>", "", found[1]).strip()


def start(client: PageClient, scenario: Scenario) -> tuple[str, str]:
    """Begin a bid and confirm its code; returns the bid's address and the code."""
    place = str(client.post("/desk/bids", {"scenario": scenario.number}, status=303).location).removesuffix("/code")
    code = shown_code(client, place)
    client.post(f"{place}/code", {"group": code[-4:]}, status=303)
    return place, code


def typed(scenario: Scenario, revision: int, **changes: Any) -> dict[str, Any]:
    sections = {f"section-{one.key}": f"{MARKER}{one.title}" for one in terms_of(db.session(), scenario).sections}
    rest = {"team": "三人团队", "price": PRICE, "price_note": "", "declarations": list(DECLARATIONS), "solution": ""}
    return {"revision": revision, **sections, **rest, **changes}


def the_bid() -> Bid:
    db.session.expire_all()
    return db.session.scalars(select(Bid)).one()


def written(client: PageClient, scenario: Scenario) -> tuple[str, str]:
    """Begin a bid that lacks nothing."""
    place, code = start(client, scenario)
    client.post(place, typed(scenario, 0), status=303)
    return place, code


def submitted(client: PageClient, scenario: Scenario) -> tuple[str, str]:
    place, code = written(client, scenario)
    client.post(f"{place}/submit", {"sure": "y"}, status=303)
    assert the_bid().status == "submitted"
    return place, code


def corrected(scenario: Scenario) -> None:
    """Make a material corrigendum."""
    numbers = select(func.count()).where(Corrigendum.scenario_id == scenario.id)
    number = (db.session.scalar(numbers) or 0) + 1
    made = Corrigendum(scenario_id=scenario.id, number=number, at=clock.now(), reason="指标有误", material=True)
    made.changes = []
    db.session.add(made)
    db.session.commit()


def test_a_code_is_shown_until_it_was_written_down_and_never_again(owner: PageClient, call: Call) -> None:
    answer = owner.post("/desk/bids", {"scenario": call.scenario.number}, status=303)
    place = str(answer.location).removesuffix("/code")
    cookie = answer.headers["Set-Cookie"]
    for words in ("HttpOnly", "SameSite=Strict", f"Path={place}"):
        assert words in cookie
    assert "Expires" not in cookie
    assert owner.get(place, status=303).location == f"{place}/code"  # nothing before it is confirmed
    code = shown_code(owner, place)
    assert shown_code(owner, place) == code
    assert "不一致" in visible(owner.post(f"{place}/code", {"group": "XXXX"}, status=422))
    assert "请输入口令的最后一组" in visible(owner.post(f"{place}/code", {}, status=422))
    owner.post(f"{place}/code", {"group": code[-4:].lower()}, status=303)
    assert owner.get(f"{place}/code", status=303).location == place
    assert code not in owner.get(place).get_data(as_text=True)
    events = db.session.scalars(select(AuditEvent)).all()
    assert not any(code in str(vars(event)) for event in events)


def test_the_cookie_is_secure_where_the_site_is(app: Flask, owner: PageClient, call: Call) -> None:
    app.config["SESSION_COOKIE_SECURE"] = True
    answer = owner.post("/desk/bids", {"scenario": call.scenario.number}, status=303)
    assert "Secure" in answer.headers["Set-Cookie"]


def test_another_browser_needs_the_code(owner: PageClient, as_role: Callable[..., PageClient], call: Call) -> None:
    place, code = written(owner, call.scenario)
    colleague = as_role("member")
    assert colleague.get(place, status=303).location == f"{place}/unlock"
    for wrong, words in (("", "请输入方案口令"), ("ABCD", "口令不对"), (code[:-1] + "*", "口令不对")):
        assert words in visible(colleague.post(f"{place}/unlock", {"code": wrong}, status=422))
    answer = colleague.post(f"{place}/unlock", {"code": code.lower().replace("-", " ")}, status=303)
    assert f"bid-code={code};" in answer.headers["Set-Cookie"]
    assert MARKER in colleague.get(place).get_data(as_text=True)
    colleague.post(f"{place}/forget", status=303)
    assert colleague.get(place, status=303).location == f"{place}/unlock"


def test_a_reader_of_the_enterprise_reads_and_does_not_write(
    owner: PageClient, as_role: Callable[..., PageClient], call: Call
) -> None:
    place, code = written(owner, call.scenario)
    reader = as_role("reader")
    reader.post(f"{place}/unlock", {"code": code}, status=303)
    page = reader.get(place).get_data(as_text=True)
    assert MARKER in page
    assert "<textarea" not in page
    for below in ("", "/files", "/partners", "/submit", "/withdraw", "/delete"):
        reader.post(place + below, {}, status=403)
    as_role("member").post(f"{place}/submit", {}, status=403)


def test_a_bid_is_begun_once_and_only_where_bids_are_taken(app: Flask, owner: PageClient, call: Call) -> None:
    place, _code = start(owner, call.scenario)
    assert owner.post("/desk/bids", {"scenario": call.scenario.number}, status=303).location == place
    owner.post("/desk/bids", {"scenario": "SZ-1999-0001"}, status=404)
    bought = ScenarioFactory(mode="procurement")
    published(bought)
    owner.post("/desk/bids", {"scenario": bought.number}, status=303)
    assert "按采购公告办理" in visible(owner.get("/desk/bids"))
    unverified = PageClient(app).sign_in(member("enterprise", "owner", verified=False))
    unverified.post("/desk/bids", {"scenario": call.scenario.number}, status=403)
    assert "认证后才能揭榜" in visible(unverified.get("/desk/bids"))
    assert len(db.session.scalars(select(Bid)).all()) == 1


def test_what_is_typed_is_kept_encrypted_and_told_how_far_it_is(owner: PageClient, call: Call) -> None:
    place, code = start(owner, call.scenario)
    assert "还差" in visible(owner.get(place))
    first = terms_of(db.session(), call.scenario).sections[0]
    half = typed(call.scenario, 0, **{f"section-{first.key}": "", "price": "很贵", "declarations": []})
    owner.post(place, half, status=303)
    page = visible(owner.get(place))
    for words in (f"请填写“{first.title}”", "单位万元", "请逐项确认全部声明"):
        assert words in page
    owner.post(place, typed(call.scenario, 1), status=303)
    assert "内容已齐，可以递交" in visible(owner.get(place))
    bid = the_bid()
    draft = operations.read_draft(bid, code)
    assert (draft.price, draft.team, draft.declarations) == (PRICE, "三人团队", tuple(DECLARATIONS))
    raw = (settings().instance / "test.db").read_bytes()
    for secret in (MARKER.encode(), PRICE.encode(), code.encode(), code.replace("-", "").encode()):
        assert secret not in raw


def test_too_long_texts_are_told_and_kept(owner: PageClient, call: Call) -> None:
    place, _code = start(owner, call.scenario)
    first = terms_of(db.session(), call.scenario).sections[0]
    long = {f"section-{first.key}": "长" * (first.longest + 1), "team": "队" * 3001}
    owner.post(place, typed(call.scenario, 0, **long), status=303)
    page = visible(owner.get(place))
    assert f"最多 {first.longest} 字，现在 {first.longest + 1} 字" in page
    assert "最多 3000 字，现在 3001 字" in page
    owner.post(place, typed(call.scenario, 1, team="队" * 3001), status=303)
    owner.post(f"{place}/submit", {"sure": "y"}, status=303)
    assert "最多 3000 字" in visible(owner.get(place))
    assert the_bid().status == "draft"


def htmx_save(client: PageClient, place: str, data: dict[str, Any]) -> str:
    answer = client.raw.post(place, data=data, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_it_is_saved_while_one_types(owner: PageClient, call: Call) -> None:
    place, code = start(owner, call.scenario)
    said = htmx_save(owner, place, typed(call.scenario, 0))
    assert "已加密保存" in said
    assert 'name="revision" form="draft" value="1"' in said
    assert "内容已齐，可以递交" in said
    before = db.session.scalar(select(func.count()).select_from(AuditEvent))
    assert 'value="1"' in htmx_save(owner, place, typed(call.scenario, 1))  # nothing was changed, nothing is recorded
    assert db.session.scalar(select(func.count()).select_from(AuditEvent)) == before
    stale = htmx_save(owner, place, typed(call.scenario, 0, team="又一队"))
    assert "别处刚刚也保存了" in stale
    assert 'value="0"' in stale  # it goes on being one
    owner.post(f"{place}/forget", status=303)
    assert "没有口令了" in htmx_save(owner, place, typed(call.scenario, 1, team="丢不了的队伍"))
    assert operations.read_draft(the_bid(), code).team == "三人团队"


def test_two_people_at_one_bid_lose_nothing(owner: PageClient, as_role: Callable[..., PageClient], call: Call) -> None:
    place, code = start(owner, call.scenario)
    colleague = as_role("member")
    colleague.post(f"{place}/unlock", {"code": code}, status=303)
    colleague.post(place, typed(call.scenario, 0, team="同事写的团队"), status=303)
    answer = owner.post(place, typed(call.scenario, 0, team="我写的团队"), status=409)
    html, said = answer.get_data(as_text=True), visible(answer)
    for words in ("同事写的团队", "我写的团队"):
        assert words in html
    assert "已在别处保存过" in said
    assert 'value="1"' in html
    owner.post(place, typed(call.scenario, 1, team="并好的团队"), status=303)
    assert operations.read_draft(the_bid(), code).team == "并好的团队"


def test_what_was_typed_outlives_a_forgotten_code(owner: PageClient, call: Call) -> None:
    place, code = start(owner, call.scenario)
    owner.post(f"{place}/forget", status=303)
    answer = owner.post(place, typed(call.scenario, 0, team="丢不了的队伍"), status=422)
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', answer.get_data(as_text=True)))
    assert hidden["team"] == "丢不了的队伍"
    sent = {**typed(call.scenario, 0), **hidden, "declarations": list(DECLARATIONS)}
    assert "口令不对" in visible(owner.post(place, {**sent, "code": "0000"}, status=422))
    owner.post(place, {**sent, "code": code}, status=303)
    assert operations.read_draft(the_bid(), code).team == "丢不了的队伍"
    owner.get(place)  # the code is kept again


def test_a_solution_of_another_enterprise_cannot_be_named(
    owner: PageClient, enterprise: Organisation, call: Call
) -> None:
    mine, other = SolutionFactory(organisation=enterprise), SolutionFactory()
    db.session.commit()
    place, _code = start(owner, call.scenario)
    page = owner.get(place).get_data(as_text=True)
    assert mine.name in page
    assert other.name not in page
    owner.post(place, typed(call.scenario, 0, solution=str(other.id)), status=303)
    assert other.name not in owner.get(f"{place}/submit").get_data(as_text=True)
    owner.post(place, typed(call.scenario, 1, solution=str(mine.id)), status=303)
    assert mine.name in visible(owner.get(f"{place}/submit"))


def upload(client: PageClient, place: str, name: str = "检测报告.txt", data: bytes = MARKER.encode()) -> None:
    client.post(f"{place}/files", {"file": (BytesIO(data), name)}, status=303, content_type="multipart/form-data")


def test_files_are_encrypted_listed_sent_back_and_removed(owner: PageClient, call: Call) -> None:
    place, code = start(owner, call.scenario)
    upload(owner, place)
    page = owner.get(place)
    assert "检测报告.txt" in visible(page)
    kept = operations.read_draft(the_bid(), code).files[0]
    answer = owner.get(f"{place}/files/{kept.token}")
    assert answer.data == MARKER.encode()
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    for path in settings().instance.rglob("*"):
        assert not path.is_file() or MARKER.encode() not in path.read_bytes(), path
    upload(owner, place, "工具.exe", b"MZ" + bytes(200))
    upload(owner, place, "空.txt", b"")
    owner.post(f"{place}/files", {}, status=303, content_type="multipart/form-data")
    said = visible(owner.get(place))
    assert "请选择文件" in said
    assert len(operations.read_draft(the_bid(), code).files) == 1
    owner.get(f"{place}/files/unknown", status=404)
    owner.post(f"{place}/files/{kept.token}/remove", status=303)
    assert "还没有附件" in visible(owner.get(place))
    assert db.session.scalars(select(BidFile)).all() == []


def test_a_damaged_file_is_told(owner: PageClient, call: Call) -> None:
    place, code = start(owner, call.scenario)
    upload(owner, place)
    kept = operations.read_draft(the_bid(), code).files[0]
    path = next((settings().instance / "bids").glob(f"*/{kept.token}"))
    path.write_bytes(path.read_bytes()[:-1])
    owner.get(f"{place}/files/{kept.token}", status=303)
    assert "已损坏" in visible(owner.get(place))


@pytest.fixture
def partner(app: Flask) -> Organisation:
    return OrganisationFactory(kind="enterprise", name="滨江传感器厂", code="sensor", verification="verified")


def ask(client: PageClient, place: str, words: str, status: int = 303, **more: Any) -> Any:
    return client.post(f"{place}/partners", {"words": words, "part": "传感器供货", **more}, status=status)


def test_partners_are_found_asked_and_answer_themselves(
    owner: PageClient, as_role: Callable[..., PageClient], partner: Organisation, call: Call
) -> None:
    OrganisationFactory(kind="enterprise", name="滨江传感器二厂", verification="verified")
    OrganisationFactory(kind="enterprise", name="滨江传感器三厂", verification="unverified")
    db.session.commit()
    place, _code = written(owner, call.scenario)
    found = visible(ask(owner, place, "滨江传感器", 200))
    assert "滨江传感器厂" in found
    assert "滨江传感器二厂" in found
    assert "三厂" not in found
    assert "请选择是哪一家" not in found
    assert "请选择是哪一家" in visible(ask(owner, place, "滨江传感器", 422, seen="滨江传感器"))
    assert "请选择" not in visible(ask(owner, place, "传感器", 200, seen="滨江传感器"))
    for words, message in (("没有的企业", "没有找到"), ("滨", "至少 2 个字")):
        assert message in visible(ask(owner, place, words, 422))
    assert "请写明由对方承担什么" in visible(owner.post(f"{place}/partners", {"words": "sensor"}, status=422))
    ask(owner, place, "滨江传感器", organisation=str(partner.id))
    assert "还有联合单位没有答复" in visible(owner.get(place))
    owner.post(f"{place}/submit", {"sure": "y"}, status=303)
    assert the_bid().status == "draft"
    theirs = as_role("approver", partner)
    said = visible(theirs.get("/desk/bids"))
    for words in ("受邀联合揭榜", "临海测漏有限公司", "传感器供货", call.scenario.title):
        assert words in said
    theirs.get(place, status=404)  # a partner never sees the content
    row = db.session.scalars(select(BidPartner)).one()
    as_role("member", partner).post(f"/desk/bids/partners/{row.id}/accept", status=403)
    owner.post(f"/desk/bids/partners/{row.id}/accept", status=404)
    theirs.post(f"/desk/bids/partners/{row.id}/accept", status=303)
    assert "已加入" in visible(owner.get(place))
    owner.post(f"{place}/submit", {"sure": "y"}, status=303)
    assert the_bid().status == "submitted"
    theirs.post(f"/desk/bids/partners/{row.id}/leave", status=303)
    assert "不能修改" in visible(theirs.get("/desk/bids"))


def test_a_partner_is_named_by_code_declines_and_is_removed(
    owner: PageClient, as_role: Callable[..., PageClient], partner: Organisation, call: Call
) -> None:
    db.session.commit()
    place, _code = start(owner, call.scenario)
    ask(owner, place, "SENSOR")
    row = db.session.scalars(select(BidPartner)).one()
    as_role("owner", partner).post(f"/desk/bids/partners/{row.id}/decline", status=303)
    assert "已谢绝" in visible(owner.get(place))
    ask(owner, place, "滨江传感器厂")
    owner.post(f"{place}/partners/remove", {"partner": str(row.id)}, status=303)
    db.session.expire_all()
    assert row.status == "removed"
    owner.post(f"{place}/partners/remove", {"partner": "999"}, status=404)
    ask(owner, place, "临海测漏有限公司", 422)


def test_what_is_sent_is_shown_first_and_the_receipt_verifies(owner: PageClient, call: Call) -> None:
    place, _code = written(owner, call.scenario)
    shown = visible(owner.get(f"{place}/submit"))
    for words in (MARKER, f"{PRICE} 万元", "三人团队", *DECLARATIONS.values()):
        assert words in shown
    assert "请先确认声明" in visible(owner.post(f"{place}/submit", {}, status=422))
    owner.post(f"{place}/submit", {"sure": "y"}, status=303)
    page = visible(owner.get(place))
    receipt = db.session.scalars(select(BidReceipt)).one()
    for words in ("已递交", "有效", receipt.digest, "sha256sum content.json", "撤回方案"):
        assert words in page
    content, price = owner.get(f"{place}/content.json").data, owner.get(f"{place}/price.json").data
    assert sha256(content).hexdigest() == receipt.digest
    assert json.loads(content)["price_digest"] == sha256(price).hexdigest() == receipt.price_digest
    assert PRICE.encode() not in content
    text = owner.get(f"{place}/receipt.txt").get_data(as_text=True)
    for words in (receipt.digest, call.scenario.number or "", "/receipts"):
        assert words in text
    for below in ("", "/content.json", "/receipt.txt", "/preview"):
        assert owner.get(place + below).headers["Cache-Control"] == "no-store"
    assert owner.get(f"{place}/submit", status=303).location == place
    assert "没有保存" in htmx_save(owner, place, typed(call.scenario, 1, team="事后改"))


def test_a_bid_is_taken_back_and_sent_again(app: Flask, owner: PageClient, call: Call) -> None:
    place, _code = submitted(owner, call.scenario)
    first = db.session.scalars(select(BidReceipt.digest)).one()
    owner.post(f"{place}/withdraw", status=303)
    assert check(app, first) == "已撤回"
    assert the_bid().content_sealed is None
    owner.post(place, typed(call.scenario, the_bid().revision, team="另一队"), status=303)
    owner.post(f"{place}/submit", {"sure": "y"}, status=303)
    assert check(app, first) == "已由后一次递交取代"
    second = db.session.scalars(select(BidReceipt.digest).where(BidReceipt.withdrawn_at.is_(None))).one()
    assert check(app, second) == "有效"
    owner.post(f"{place}/delete", status=303)
    assert "请先撤回" in visible(owner.get(place))
    owner.post(f"{place}/withdraw", status=303)
    owner.post(f"{place}/delete", status=303)
    assert db.session.scalars(select(Bid)).all() == []
    assert db.session.scalars(select(BidReceipt.bid_id)).all() == [None, None]
    for digest in (first, second):
        assert check(app, digest) == "回执有效；方案已由揭榜方撤回，现已删除"


def check(app: Flask, digest: str) -> str:
    """Return what the public page says of a digest, as nobody; "" for an unknown one."""
    page = visible(PageClient(app).post("/receipts", {"digest": digest}))
    found = re.search(r"状态 (\S+) 内容摘要", page)
    assert found or "没有这个摘要的回执" in page
    return found[1] if found else ""


def test_the_public_page_answers_digests_and_nothing_else(app: Flask, owner: PageClient, call: Call) -> None:
    submitted(owner, call.scenario)
    digest = db.session.scalars(select(BidReceipt.digest)).one()
    nobody = PageClient(app)
    page = visible(nobody.get("/receipts"))
    assert (call.scenario.number or "") not in page
    answer = visible(nobody.post("/receipts", {"digest": f" {digest.upper()} "}))
    assert (call.scenario.number or "") in answer
    assert "临海测漏" not in answer
    for odd in ("", "abc", digest[:-1], digest[:-1] + "g", "'; DROP TABLE bid; --"):
        assert "64 个十六进制字符" in visible(nobody.post("/receipts", {"digest": odd}, status=422))
    assert check(app, "0" * 64) == ""


@pytest.mark.parametrize(
    ("status", "said"), [("lapsed", "更正后未再次确认，已失效"), ("returned_unopened", "未开启退回")]
)
def test_the_receipt_of_what_was_never_opened_is_not_called_valid(
    app: Flask, owner: PageClient, call: Call, status: str, said: str
) -> None:
    place, _code = submitted(owner, call.scenario)
    digest = db.session.scalars(select(BidReceipt.digest)).one()
    the_bid().status = status
    db.session.commit()
    assert check(app, digest) == said
    assert said in visible(owner.get(place))


def test_what_comes_late_is_refused_with_the_draft_kept(
    owner: PageClient, enterprise: Organisation, call: Call
) -> None:
    place, code = written(owner, call.scenario)
    with clock.frozen(clock.end_of_day(call.scenario.deadline)):
        owner.sign_in(member("enterprise", "owner", enterprise))
        owner.post(f"{place}/submit", {"sure": "y"}, status=303)
        page = visible(owner.get(place))
        assert "已过截止时间" in page
        assert "截止前没有递交" in page
        assert MARKER in visible(owner.get(f"{place}/preview"))
        owner.post(place, typed(call.scenario, 1, team="截止后还在写"), status=303)
        owner.post("/desk/bids", {"scenario": call.scenario.number}, status=303)
    assert operations.read_draft(the_bid(), code).team == "截止后还在写"
    assert db.session.scalars(select(BidReceipt)).all() == []


def test_the_last_second_counts(owner: PageClient, enterprise: Organisation, call: Call) -> None:
    place, _code = written(owner, call.scenario)
    with clock.frozen(clock.end_of_day(call.scenario.deadline) - timedelta(seconds=1)):
        owner.sign_in(member("enterprise", "owner", enterprise))
        assert "不到一天" in visible(owner.get(place))
        owner.post(f"{place}/submit", {"sure": "y"}, status=303)
    assert the_bid().status == "submitted"


def test_a_clock_set_back_is_told(owner: PageClient, call: Call) -> None:
    place, _code = written(owner, call.scenario)
    with clock.frozen(clock.now() - timedelta(hours=1)):
        owner.post(f"{place}/submit", {"sure": "y"}, status=303)
        assert "服务器时钟异常" in visible(owner.get(place))
    assert the_bid().status == "draft"


def test_without_keys_nothing_is_sent(owner: PageClient) -> None:
    scenario = ScenarioFactory()
    published(scenario)
    place, _code = written(owner, scenario)
    assert "三方密钥还在办理" in visible(owner.get(place))
    assert "密封并递交" not in visible(owner.get(f"{place}/submit"))
    owner.post(f"{place}/submit", {"sure": "y"}, status=303)
    assert "密钥尚未就绪" in visible(owner.get(place))


@pytest.fixture
def waiting(app: Flask, enterprise: Organisation, partner: Organisation) -> Callable[..., list[str]]:
    """Return what waits for an owner of an enterprise, or for whoever is meant."""

    def found(of: Organisation = enterprise, role: str = "enterprise-owner") -> list[str]:
        who = Principal("p", 1, role=role, organisation=of.id, verified=True)
        with app.test_request_context():
            return [one.label for one in views.waiting(who)]

    return found


def test_a_material_corrigendum_is_confirmed(
    owner: PageClient, as_role: Callable[..., PageClient], waiting: Callable[..., list[str]], call: Call
) -> None:
    place, _code = submitted(owner, call.scenario)
    owner.post(f"{place}/reconfirm", status=303)
    assert "没有需要确认的更正" in visible(owner.get(place))
    corrected(call.scenario)
    assert "须再次确认" in visible(owner.get("/desk/bids"))
    assert "按更正后的要求确认" in visible(owner.get(place))
    assert waiting() == ["方案须再次确认"]
    as_role("member").post(f"{place}/reconfirm", status=403)
    owner.post(f"{place}/reconfirm", status=303)
    assert the_bid().confirmed == 1
    assert waiting() == []


def test_what_waits_is_the_bidders_and_ends_with_the_deadline(
    owner: PageClient, partner: Organisation, waiting: Callable[..., list[str]], call: Call
) -> None:
    db.session.commit()
    place, _code = start(owner, call.scenario)
    ask(owner, place, "sensor")
    assert waiting() == []  # the deadline is far
    assert waiting(partner) == ["邀请联合揭榜"]
    assert waiting(partner, "enterprise-reader") == []
    for role in ("agency-owner", "operator-owner", "auditor-owner"):
        assert waiting(call.scenario.agency, role) == []
    end = clock.end_of_day(call.scenario.deadline)
    with clock.frozen(end - timedelta(days=2)):
        assert waiting() == ["方案还没有递交"]
    with clock.frozen(end):
        assert waiting() == waiting(partner) == []


def test_nobody_else_is_told_that_there_is_a_bid(app: Flask, owner: PageClient, call: Call) -> None:
    place, _code = submitted(owner, call.scenario)
    rival = PageClient(app).sign_in(member("enterprise", "owner"))
    for below in ("", "/unlock", "/submit", "/preview", "/receipt.txt", "/content.json"):
        rival.get(place + below, status=404)
    assert "还没有揭榜" in visible(rival.get("/desk/bids"))
    for kind in ("agency", "operator", "auditor"):
        client = PageClient(app).sign_in(member(kind, "owner", call.scenario.agency if kind == "agency" else None))
        for path in (place, f"{place}/receipt.txt", "/desk/bids"):
            client.get(path, status=403)
    PageClient(app).get(place, status=303)  # to the sign-in page


def test_after_the_opening_the_bidder_sees_how_it_stands(
    owner: PageClient, enterprise: Organisation, call: Call
) -> None:
    place, _code = submitted(owner, call.scenario)
    opened(call)
    with clock.frozen(clock.end_of_day(call.scenario.deadline)):
        owner.sign_in(member("enterprise", "owner", enterprise))
        page = visible(owner.get(place))
    assert "评审中" in page
    assert "撤回方案" not in page


def test_no_address_and_no_event_names_scenario_or_code(owner: PageClient, call: Call) -> None:
    place, code = submitted(owner, call.scenario)
    addresses = re.findall(r'(?:href|action|hx-post)="(/desk/bids[^"]*)"', owner.get(place).get_data(as_text=True))
    assert len(addresses) > 3
    assert not any((call.scenario.number or "") in one or code in one for one in addresses)
    events = db.session.scalars(select(AuditEvent).where(AuditEvent.subject_type == "bid")).all()
    assert {event.verb for event in events} == {"start", "save", "submit"}
    assert all(event.subject_id == the_bid().token and event.actor.startswith("~") for event in events)
    assert all(event.organisation.startswith("~") for event in events)
