"""The enterprise desk and the public pages of solutions, as people go through them."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from accounts.models import Organisation
from core.audit import SYSTEM
from core.extensions import db
from marketplace.room import ROOM
from marketplace.solutions import operations, presenting, rules
from marketplace.solutions.models import EnterpriseProfile, ResearchNotice, Solution
from marketplace.solutions.rules import Facts
from retrieval import jobs
from tests.factories import OrganisationFactory, SolutionFactory, member, offered
from tests.pages import PageClient, visible

SCRIPT = "<script>alert('x')</script>"
SUMMARY = "给供水企业做夜间测漏：消火栓上装拾振器，凌晨自动采集，模型分辨漏点、用水与车流，定位到一米。"


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
def solution(enterprise: Organisation) -> Solution:
    found = SolutionFactory(organisation=enterprise)
    db.session.commit()
    return found


@pytest.fixture
def fills(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Count the times that vectors were asked for."""
    asked: list[int] = []
    monkeypatch.setattr(jobs, "schedule_fill", lambda: asked.append(1))
    return asked


def desk(solution: Solution, below: str = "") -> str:
    return f"/desk/solutions/{solution.id}{below}"


def typed(revision: int, **changes: Any) -> dict[str, Any]:
    found = {"revision": revision, "name": "管道测漏", "summary": SUMMARY, "capabilities": "不停水定位\n夜间自动采集"}
    return {**found, "domains": ["smart-city"], "trl": "8", **changes}


def reload(solution: Solution) -> Solution:
    db.session.expire_all()
    return db.session.get_one(Solution, solution.id)


def test_a_solution_begins_with_a_name_and_opens_its_form(owner: PageClient, enterprise: Organisation) -> None:
    assert "请先填写方案名称" in visible(owner.post("/desk/solutions", {"name": " "}, status=422))
    assert "超出 1 字" in visible(owner.post("/desk/solutions", {"name": "长" * 61}, status=422))
    place = owner.post("/desk/solutions", {"name": "管道测漏"}, status=303).location
    page = visible(owner.get(place))
    for words in ("还差 4 项才能公开", "示例", "地下压力管道声学测漏", "保存并公开", "历次版本", "案例 2"):
        assert words in page
    again = owner.post("/desk/solutions", {"name": "管道测漏"}, status=422)
    assert "本企业已登记过名为“管道测漏”的方案" in visible(again)
    made = db.session.scalars(select(Solution)).one()
    assert (made.status, made.organisation_id, made.demo) == ("draft", enterprise.id, False)


def test_what_is_typed_is_kept_shown_and_stays_a_draft(owner: PageClient, solution: Solution) -> None:
    cases = {"cases-0-text": "找到 83 处", "cases-0-year": "2025", "cases-4-text": "第二家", "cases-4-client": "某县"}
    owner.post(desk(solution), typed(1, summary=SUMMARY + "\r\n第二段。", deployment=["edge"], **cases), status=303)
    found = rules.facts_of(reload(solution).content)
    assert (found.summary, found.capabilities) == (SUMMARY + "\n第二段。", ("不停水定位", "夜间自动采集"))
    assert [(case.client, case.year, case.text) for case in found.cases] == [
        ("", 2025, "找到 83 处"),
        ("某县", None, "第二家"),
    ]
    page = owner.get(desk(solution)).get_data(as_text=True)
    assert "第 2 版" in page
    assert page.count('class="solution-case"') == 4  # two cases, and two rows that stand ready


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": ""}, "请填写方案名称，才能保存"),
        ({"summary": "字" * 20_000}, "最多 5000 字，现在 20000 字，超出 15000 字"),
        ({"summary": SCRIPT}, "请写纯文字，去掉网页代码"),
        ({"capabilities": "能力\n" * 21}, "最多 20 条，现在 21 条"),
        ({"domains": ["magic"]}, "“magic”不在可选范围内"),
        ({"deployment": ["moon"]}, "“moon”不在可选范围内"),
        ({"trl": "12"}, "“12”不是成熟度等级"),
        ({"cases-1-text": "好", "cases-1-year": "去年"}, "“去年”不是年份"),
        ({"cases-0-client": "某局" * 50, "cases-0-text": "好"}, "最多 80 字"),
    ],
)
def test_bad_input_is_told_beside_the_field_with_everything_kept(
    owner: PageClient, solution: Solution, changes: dict[str, Any], message: str
) -> None:
    response = owner.post(desk(solution), typed(1, price_model="独此一家的价", **changes), status=422)
    page, said = response.get_data(as_text=True), visible(response)
    assert message in said
    assert "请检查以下内容" in said
    assert "独此一家的价" in page
    assert SCRIPT not in page
    kept = [value for value in changes.values() if isinstance(value, str) and value and "\n" not in value]
    assert all(value in page or SCRIPT in value for value in kept)
    assert reload(solution).revision == 1


def test_two_people_at_one_solution_lose_nothing(
    owner: PageClient, as_role: Callable[..., PageClient], solution: Solution
) -> None:
    as_role("member").post(desk(solution), typed(1, price_model="面议"), status=303)
    mine = typed(1, price_model="按测点年费", data_needs="我写的一句独特的话")
    response = owner.post(desk(solution), mine, status=409)
    page, said = response.get_data(as_text=True), visible(response)
    assert "其他人保存过这个方案" in said
    assert "别人保存的最新一版" in said
    assert "<del>" in page  # the newer version stands beside what was typed
    assert "我写的一句独特的话" in page
    assert re.search(r'name="revision" value="2"', page)
    assert rules.facts_of(reload(solution).content).price_model == "面议"
    owner.post(desk(solution), {**mine, "revision": 2}, status=303)
    assert (reload(solution).revision, rules.facts_of(solution.content).data_needs) == (3, "我写的一句独特的话")


@pytest.mark.parametrize("revision", ["", "x", "-1", "9" * 40])
def test_a_form_with_an_odd_revision_overwrites_nothing(owner: PageClient, solution: Solution, revision: str) -> None:
    owner.post(desk(solution), {**typed(1), "revision": revision}, status=409)
    assert reload(solution).revision == 1


def test_publishing_saves_first_and_says_what_is_missing(
    owner: PageClient, solution: Solution, fills: list[int]
) -> None:
    response = owner.post(desk(solution, "/publish"), typed(1, trl="", summary="太短"), status=422)
    assert "请至少写 30 个字" in visible(response)
    assert "请选择技术成熟度" in visible(response)
    assert (reload(solution).status, solution.revision, len(fills)) == ("draft", 2, 0)
    owner.post(desk(solution, "/publish"), typed(2), status=303)
    assert (reload(solution).status, solution.name, len(fills)) == ("published", "管道测漏", 1)
    assert "不停水定位" in visible(PageClient(owner.raw.application).get(f"/solutions/{solution.id}"))


def test_what_is_public_is_public_as_saved_and_may_not_say_too_little(
    owner: PageClient, solution: Solution, fills: list[int]
) -> None:
    offered(solution)
    assert "请至少写一条核心能力" in visible(owner.post(desk(solution), typed(1, capabilities=""), status=422))
    owner.post(desk(solution), typed(1, price_model="全新价格"), status=303)
    assert "全新价格" in visible(owner.get(f"/solutions/{solution.id}"))
    assert len(fills) == 1


def test_what_is_archived_vanishes_at_once_and_comes_back_as_a_draft(owner: PageClient, solution: Solution) -> None:
    offered(solution)
    for path in (f"/solutions/{solution.id}", f"/enterprises/{solution.organisation.code}"):
        owner.get(path)
    owner.post(desk(solution, "/archive"), status=303)
    for path in (f"/solutions/{solution.id}", f"/enterprises/{solution.organisation.code}"):
        owner.get(path, status=404)
    assert solution.name not in visible(owner.get("/solutions"))
    page = owner.get(desk(solution))
    assert "恢复为草稿" in visible(page)
    assert 'id="draft"' not in page.get_data(as_text=True)
    owner.post(desk(solution, "/restore"), status=303)
    assert reload(solution).status == "draft"


def test_an_unverified_enterprise_keeps_its_draft_and_is_told(as_role: Callable[..., PageClient]) -> None:
    newcomer = OrganisationFactory(kind="enterprise", name="新来的有限公司")
    solution, client = SolutionFactory(organisation=newcomer), as_role("owner", newcomer)
    assert "认证后才能公开" in visible(client.get("/desk/solutions"))
    client.post(desk(solution, "/publish"), typed(1), status=303)
    assert "企业尚未认证，不能公开方案" in visible(client.get(desk(solution)))
    assert (reload(solution).status, solution.name) == ("draft", "管道测漏")


def test_each_role_sees_what_it_may_do(as_role: Callable[..., PageClient], solution: Solution) -> None:
    reader, writer = as_role("reader"), as_role("member")
    assert 'id="draft"' not in reader.get(desk(solution)).get_data(as_text=True)
    reader.post(desk(solution), typed(1), status=403)
    assert "保存并公开" not in visible(writer.get(desk(solution)))
    writer.post(desk(solution, "/publish"), typed(1), status=403)
    offered(reload(solution))
    writer.post(desk(solution, "/archive"), status=303)
    assert "当前身份不能执行“归档”" in visible(writer.get(desk(solution)))
    assert reload(solution).status == "published"


def test_another_enterprise_reaches_nothing(app: Flask, as_role: Callable[..., PageClient], solution: Solution) -> None:
    stranger = as_role("owner", OrganisationFactory(kind="enterprise", verification="verified"))
    for below in ("", "/preview", "/versions"):
        stranger.get(desk(solution, below), status=404)
    for below in ("", "/publish", "/archive", "/restore", "/attachments"):
        stranger.post(desk(solution, below), typed(1), status=404)
    PageClient(app).get(desk(solution), status=303)


def test_the_preview_is_the_public_page(owner: PageClient, solution: Solution) -> None:
    before = visible(owner.get(desk(solution, "/preview")))
    assert "这个方案没有公开" in before
    offered(solution)
    after = visible(owner.get(f"/solutions/{solution.id}"))
    for words in (
        solution.name,
        "四个月找到 83 处漏点",
        "证明材料：验收报告",
        "TRL 8",
        "政务云、专有云 / 边缘端",
        "已认证",
    ):
        assert words in before
        assert words in after


def test_versions_are_set_side_by_side(owner: PageClient, solution: Solution) -> None:
    assert "没有可比较的版本" in visible(owner.get(desk(solution, "/versions")))
    owner.post(desk(solution), typed(1, price_model="面议", **{"cases-0-text": "新案例"}), status=303)
    page = owner.get(desk(solution, "/versions"))
    assert "第 1 版与第 2 版" in visible(page)
    assert "面议" in visible(page)
    assert "新案例" in visible(owner.get(desk(solution, "/versions?old=1&new=2")))
    owner.get(desk(solution, "/versions?old=9"), status=404)
    owner.get(desk(solution, "/versions?new=x"), status=404)


def upload(name: str = "报告.pdf", data: bytes = b"%PDF-1.4 report") -> dict[str, Any]:
    return {"file": (BytesIO(data), name), "title": "检测报告"}


def sent(client: PageClient, path: str) -> bytes:
    response = client.get(path)
    data = response.data
    response.close()
    return data


def test_documents_are_public_only_with_their_solution(app: Flask, owner: PageClient, solution: Solution) -> None:
    owner.post(desk(solution, "/attachments"), upload(), status=303)
    one = reload(solution).attachments[0]
    public, anyone = f"/solutions/{solution.id}/attachments/{one.file.token}", PageClient(app)
    anyone.get(public, status=404)
    assert sent(owner, desk(solution, f"/attachments/{one.id}")).startswith(b"%PDF")
    offered(solution)
    assert sent(anyone, public).startswith(b"%PDF")
    assert public in anyone.get(f"/solutions/{solution.id}").get_data(as_text=True)
    anyone.get(f"/solutions/{solution.id}/attachments/x", status=404)
    owner.post(desk(solution, "/archive"), status=303)
    anyone.get(public, status=404)


def test_a_bad_document_is_refused_and_a_good_one_removed(owner: PageClient, solution: Solution) -> None:
    owner.post(desk(solution, "/attachments"), {"title": "空"}, status=303)
    assert "请选择文件" in visible(owner.get(desk(solution)))
    owner.post(desk(solution, "/attachments"), upload("a.exe", b"MZ"), status=303)
    assert reload(solution).attachments == []
    owner.post(desk(solution, "/attachments"), upload(), status=303)
    one = reload(solution).attachments[0].id
    owner.post(desk(solution, f"/attachments/{one}/remove"), status=303)
    assert reload(solution).attachments == []
    owner.post(desk(solution, f"/attachments/{one}/remove"), status=404)


PROFILE = {
    "summary": "做测漏。",
    "district": "南山区",
    "website": "https://leak.example",
    "size": "small",
    "founded": "2016",
    "representative": "周启明",
    "qualifications": "高新技术企业\n\n专精特新中小企业",
    "certifications": "ISO 27001",
    "model_filing": "Guangdong-X-1",
    "algorithm_filing": "",
}


def test_the_profile_is_shown_beside_what_the_enterprise_offers(owner: PageClient, solution: Solution) -> None:
    offered(solution)
    owner.post("/desk/enterprise", PROFILE, status=303)
    for path in (f"/solutions/{solution.id}", f"/enterprises/{solution.organisation.code}"):
        page = visible(owner.get(path))
        for words in (
            "南山区",
            "小型企业",
            "2016 年",
            "高新技术企业、专精特新中小企业",
            "Guangdong-X-1",
            "算法备案 未填写",
        ):
            assert words in page
    assert "https://leak.example" in visible(owner.get(f"/enterprises/{solution.organisation.code}"))
    assert "专精特新中小企业" in owner.get("/desk/enterprise").get_data(as_text=True)
    owner.post("/desk/enterprise", {**PROFILE, "district": ""}, status=303)
    assert "市外" in visible(owner.get(f"/solutions/{solution.id}"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"website": "javascript:alert(1)"}, "以 https:// 或 http:// 开头"),
        ({"website": "https://"}, "以 https:// 或 http:// 开头"),
        ({"founded": "去年"}, "“去年”不是年份"),
        ({"founded": "2999"}, "不是年份"),
        ({"qualifications": "长" * 61}, "第 1 条最多 60 字"),
        ({"certifications": "一\n" * 21}, "最多 20 条"),
        ({"model_filing": "9" * 81}, "超出 1 字"),
        ({"summary": "字" * 2001}, "超出 1 字"),
        ({"size": "gigantic"}, "“gigantic”不在可选范围内"),
        ({"district": "月球"}, "“月球”不在可选范围内"),
    ],
)
def test_a_bad_profile_is_told_and_kept(owner: PageClient, changes: dict[str, str], message: str) -> None:
    response = owner.post("/desk/enterprise", {**PROFILE, "algorithm_filing": "独一号", **changes}, status=422)
    assert message in visible(response)
    assert "独一号" in response.get_data(as_text=True)
    assert db.session.scalars(select(EnterpriseProfile)).all() == []


def test_a_notice_goes_from_draft_to_public_to_closed(app: Flask, as_role: Callable[..., PageClient]) -> None:
    writer, approver, anyone = as_role("member"), as_role("approver"), PageClient(app)
    assert "请填写标题" in visible(writer.post("/desk/notices", {"text": "共建模型"}, status=422))
    writer.post("/desk/notices", {"title": "寻求联合研发：漏损模型", "text": SCRIPT}, status=422)
    writer.post("/desk/notices", {"title": "寻求联合研发：漏损模型", "text": "我们出数据，找算法团队。"}, status=303)
    notice = db.session.scalars(select(ResearchNotice)).one()
    place = f"/desk/notices/{notice.id}"
    assert "超出 1 字" in visible(writer.post(place, {"title": "长" * 81, "text": "x"}, status=422))
    writer.post(place, {"title": notice.title, "text": "我们出数据和现场，找算法团队。"}, status=303)
    writer.post(f"{place}/publish", status=403)
    assert "找算法团队" not in visible(anyone.get("/notices"))
    approver.post(f"{place}/publish", status=303)
    page = visible(anyone.get("/notices"))
    assert "我们出数据和现场，找算法团队。" in page
    assert "临海测漏有限公司" in page
    assert "找算法团队" in visible(anyone.get(f"/enterprises/{notice.organisation.code}"))
    assert "已发布的征集不能修改" in visible(writer.post(place, {"title": "改", "text": "改"}, status=422))
    writer.get(place, status=303)
    writer.post(f"{place}/close", status=303)
    assert "找算法团队" not in visible(anyone.get("/notices"))
    assert "已结束" in visible(writer.get("/desk/notices"))


def test_a_notice_is_its_enterprise_s(as_role: Callable[..., PageClient], enterprise: Organisation) -> None:
    notice = operations.write_notice(db.session(), SYSTEM, enterprise, "寻求", "共建")
    stranger = as_role("owner", OrganisationFactory(kind="enterprise", verification="verified"))
    stranger.get(f"/desk/notices/{notice.id}", status=404)
    for below in ("", "/publish", "/close"):
        stranger.post(f"/desk/notices/{notice.id}{below}", {"title": "改", "text": "改"}, status=404)


def test_what_demo_accounts_register_is_demonstration(app: Flask) -> None:
    invented = OrganisationFactory(kind="enterprise", verification="verified", demo=True)
    client = PageClient(app).sign_in(member("enterprise", "owner", invented))
    client.post("/desk/solutions", {"name": "试一试"}, status=303)
    client.post("/desk/notices", {"title": "试一试", "text": "试一试"}, status=303)
    assert db.session.scalars(select(Solution)).one().demo
    assert db.session.scalars(select(ResearchNotice)).one().demo


def test_the_fragment_of_fitting_scenarios_is_there_once_somebody_serves_it(
    app: Flask, client: PageClient, solution: Solution, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered(solution)
    monkeypatch.setitem(app.view_functions, presenting.MATCHES, lambda **_values: "")
    monkeypatch.setattr(presenting, "url_for", lambda _endpoint, solution_id: f"/solutions/{solution_id}/scenarios")
    page = client.get(f"/solutions/{solution.id}").get_data(as_text=True)
    assert f'hx-get="/solutions/{solution.id}/scenarios"' in page
    monkeypatch.setattr(presenting, "MATCHES", "nobody.serves_this")
    assert "适合的开放场景" not in visible(client.get(f"/solutions/{solution.id}"))


def test_the_export_tells_what_a_person_saved(as_role: Callable[..., PageClient], enterprise: Organisation) -> None:
    person = member("enterprise", "owner", enterprise)
    operations.create(db.session(), SYSTEM, enterprise, person.id, Facts(name="管道测漏"))
    assert ROOM.personal
    assert ROOM.forget
    found = ROOM.personal(db.session(), person.id)["solutions"]
    assert [(one["solution"], one["version"]) for one in found] == [("管道测漏", 1)]
    ROOM.forget(db.session(), person.id)
    assert ROOM.personal(db.session(), person.id)["solutions"] == []


def test_the_list_of_the_desk_goes_by_state(owner: PageClient, enterprise: Organisation) -> None:
    assert "还没有登记方案" in visible(owner.get("/desk/solutions"))
    shown, hidden = SolutionFactory(organisation=enterprise), SolutionFactory(organisation=enterprise)
    offered(shown)
    page = visible(owner.get("/desk/solutions?status=published"))
    assert shown.name in page
    assert hidden.name not in page
    assert "这一类没有方案" in visible(owner.get("/desk/solutions?status=archived"))
    assert hidden.name in visible(owner.get("/desk/solutions?status=nonsense"))
    fragment = visible(owner.fragment("/desk/solutions?status=draft"))
    assert hidden.name in fragment
