"""The agency desk through its pages: writing, saving, submitting, two people at one need."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from accounts.access.models import Person
from accounts.models import Organisation
from core import clock
from core.audit import SYSTEM, AuditEvent
from core.extensions import db
from scenario_catalog import operations as catalog
from scenario_catalog.drafting import operations, presenting, queries
from scenario_catalog.drafting import views as drafting
from scenario_catalog.drafting.content import blank
from scenario_catalog.models import ReviewComment, Scenario, ScenarioVersion
from scenario_catalog.rules import Ground
from tests.conftest import make_app, opened
from tests.factories import OrganisationFactory, ScenarioFactory, member, published
from tests.pages import PageClient, problems, visible
from tests.scenario_catalog.test_drafting_rules import FULL

HTMX = {"HX-Request": "true"}
SCRIPT = "<script>alert('x')</script>"


@pytest.fixture
def agency(app: Flask) -> Organisation:
    return OrganisationFactory(verification="verified")


@pytest.fixture
def person(client: PageClient, agency: Organisation) -> Person:
    found = member(role="member", organisation=agency)
    client.sign_in(found)
    return found


@pytest.fixture
def as_another(app: Flask, agency: Organisation) -> Callable[[str], PageClient]:
    return lambda role: PageClient(app).sign_in(member(role=role, organisation=agency))


def full(**changes: Any) -> dict[str, Any]:
    return {**FULL, "articles": [], "deadline": (clock.today() + timedelta(days=30)).isoformat(), **changes}


def begin(client: PageClient) -> Scenario:
    client.post("/desk/scenarios", status=303)
    return reload(db.session.scalars(select(Scenario.id).order_by(Scenario.id.desc())).first())


def reload(scenario_id: int | None) -> Scenario:
    db.session.expire_all()
    return db.session.get_one(Scenario, scenario_id)


def put(client: PageClient, scenario: Scenario, revision: int, **changes: Any) -> None:
    client.post(f"/desk/scenarios/{scenario.id}", form(revision, **changes), status=303)


def form(revision: int, **changes: Any) -> dict[str, Any]:
    return {key: value for key, value in full(**changes).items() if value != []} | {"revision": str(revision)}


def saves() -> int:
    found = select(func.count()).where(AuditEvent.verb == "save", AuditEvent.subject_type == "scenario")
    return db.session.scalar(found) or 0


def test_a_new_need_is_opened_once_until_something_is_written(client: PageClient, person: Person) -> None:
    first = begin(client)
    assert begin(client).id == first.id
    assert (first.responsible_id, first.status, first.revision) == (person.id, "draft", 0)
    put(client, first, 0)
    assert begin(client).id != first.id


def test_the_form_shows_guidance_and_what_is_missing(client: PageClient, person: Person) -> None:
    scenario = begin(client)
    text = visible(client.get(f"/desk/scenarios/{scenario.id}"))
    for words in ("供水管网漏损声学识别与派单", "查准率≥85%", "还差", "请审批人提交", "历次版本", "上传附件"):
        assert words in text
    assert "提交审核" not in text  # a member does not submit


def test_what_was_typed_is_what_is_stored_and_shown(client: PageClient, person: Person) -> None:
    scenario = begin(client)
    typed = {
        "deadline": "下月底",
        "budget_max": "两百来万",
        "title": "长" * 200,
        "scope": f" 一\r\n\r\n二 {SCRIPT}\r\n",
    }
    put(client, scenario, 0, **typed)
    version = queries.head(scenario.id)
    assert version is not None
    assert version.content["deadline"] == "下月底"
    assert version.content["scope"] == f" 一\n\n二 {SCRIPT}\n"
    html = client.get(f"/desk/scenarios/{scenario.id}").get_data(as_text=True)
    for words in ('value="下月底"', "不是日期", 'value="两百来万"', "看不懂", "最多 120 字"):
        assert words in html
    assert SCRIPT not in html
    assert "&lt;script&gt;" in html
    found = reload(scenario.id)
    assert found.scope.startswith("一")
    assert found.background == FULL["background"]
    assert found.title == ""


def test_html_in_every_field_is_shown_as_text(client: PageClient, person: Person) -> None:
    scenario = begin(client)
    every = {field: SCRIPT for field, value in blank().items() if value == ""}
    client.post(f"/desk/scenarios/{scenario.id}", {**every, "tags": SCRIPT, "revision": "0"}, status=303)
    for path in ("", "/preview", "/versions", "/similar", "/links"):
        assert SCRIPT not in client.get(f"/desk/scenarios/{scenario.id}{path}").get_data(as_text=True)
    assert SCRIPT not in client.get("/desk/scenarios").get_data(as_text=True)


def test_very_long_input_gets_a_message_and_stays(client: PageClient, person: Person) -> None:
    scenario = begin(client)
    put(client, scenario, 0, background="字" * 20_001)
    html = client.get(f"/desk/scenarios/{scenario.id}").get_data(as_text=True)
    assert "最多 20000 字，现在是 20001 字" in html
    assert "字" * 20_001 in html
    every = dict.fromkeys(["background", "scope", "indicators", "conditions", "resources", "acceptance"], "文" * 20_000)
    put(client, scenario, 1, **every, title="长" * 20_000)
    assert reload(scenario.id).acceptance == every["acceptance"]


def test_an_automatic_save_answers_with_its_state_only(client: PageClient, person: Person) -> None:
    scenario = begin(client)
    path = f"/desk/scenarios/{scenario.id}"
    answer = client.raw.post(path, data=form(0), headers=HTMX)
    html = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "已保存" in html
    assert 'name="revision" form="draft" value="1"' in html
    assert 'id="note-deadline" hx-swap-oob="true"' in html
    assert "读作" in html
    assert answer.headers["HX-Trigger-After-Settle"] == "draft-text-changed"
    assert "<html" not in html
    assert not [line for line in problems(html, fragment=True) if "points nowhere" not in line]
    again = client.raw.post(path, data=form(1, conditions="不同"), headers=HTMX)
    assert "HX-Trigger-After-Settle" not in again.headers


def test_saving_the_same_twice_is_one_event_and_one_sitting_one_version(client: PageClient, person: Person) -> None:
    scenario = begin(client)
    put(client, scenario, 0)
    put(client, scenario, 0)  # the same form sent twice
    assert (saves(), reload(scenario.id).revision) == (1, 1)
    put(client, scenario, 1, title="另一个名称")
    assert (saves(), len(queries.versions(scenario.id))) == (2, 1)
    with clock.frozen(clock.now() + timedelta(hours=3)):
        put(client, scenario, 2, title="又一个名称")
    assert [version.content["title"] for version in queries.versions(scenario.id)] == ["又一个名称", "另一个名称"]


def test_another_person_begins_the_next_version(
    client: PageClient, person: Person, as_another: Callable[[str], PageClient]
) -> None:
    scenario = begin(client)
    put(client, scenario, 0)
    put(as_another("approver"), scenario, 1, title="审批人改过")
    assert [version.number for version in queries.versions(scenario.id)] == [2, 1]
    assert reload(scenario.id).title == "审批人改过"


def test_two_people_at_one_draft_lose_nothing(
    client: PageClient, person: Person, as_another: Callable[[str], PageClient]
) -> None:
    scenario = begin(client)
    put(client, scenario, 0)
    other = as_another("owner")
    put(other, scenario, 1, scope="对方写的建设内容，已经保存。", conditions="对方的条件")
    path = f"/desk/scenarios/{scenario.id}"
    answer = client.raw.post(path, data=form(1, scope="我写的建设内容。", title="我的名称"), headers=HTMX)
    assert "别人刚刚也改了" in answer.get_data(as_text=True)
    assert 'value="1"' in answer.get_data(as_text=True)
    assert reload(scenario.id).scope == "对方写的建设内容，已经保存。"
    assert client.post(path, form(1, scope="我写的建设内容。改", title="我的名称"), status=303).location.endswith(
        "conflict"
    )
    html = client.get(f"{path}/conflict").get_data(as_text=True)
    html = html.replace("<del>", "").replace("</del>", "").replace("<ins>", "").replace("</ins>", "")
    for words in ("对方写的建设内容，已经保存。", "我写的建设内容。改", "我的名称", "对方的条件"):
        assert words in html
    assert "背景与痛点</legend>" not in html
    assert sum(version.aside for version in queries.versions(scenario.id)) == 1
    picks = {
        "pick-scope": "merged",
        "text-scope": "两人的建设内容。",
        "pick-conditions": "theirs",
        "pick-title": "mine",
    }
    client.post(f"{path}/conflict", {"revision": "2", **picks}, status=303)
    found = reload(scenario.id)
    assert (found.scope, found.conditions, found.title) == ("两人的建设内容。", "对方的条件", "我的名称")
    assert client.get(f"{path}/conflict", status=303).location.endswith(path)
    kept = [version.content["scope"] for version in queries.versions(scenario.id)]
    assert {"对方写的建设内容，已经保存。", "我写的建设内容。改", "两人的建设内容。"} <= set(kept)
    client.get(f"{path}/versions?since=3")


def test_somebody_saves_again_while_two_texts_are_being_merged(
    client: PageClient, person: Person, as_another: Callable[[str], PageClient]
) -> None:
    scenario = begin(client)
    put(client, scenario, 0)
    other = as_another("owner")
    put(other, scenario, 1, title="对方一")
    put(client, scenario, 1, title="我的")
    put(other, scenario, 2, title="对方二")
    page = client.post(f"/desk/scenarios/{scenario.id}/conflict", {"revision": "2", "pick-title": "mine"}, status=409)
    assert "对方二" in visible(page)
    assert reload(scenario.id).title == "对方二"
    client.post(f"/desk/scenarios/{scenario.id}/conflict", {"revision": "3", "pick-title": "theirs"}, status=303)
    assert reload(scenario.id).title == "对方二"
    assert queries.set_aside(scenario.id, person.id) is None


def restored(client: PageClient, scenario: Scenario, number: int, revision: int) -> str:
    path = f"/desk/scenarios/{scenario.id}/versions/{number}/restore"
    return client.post(path, {"revision": str(revision)}, status=303).location


def test_a_restored_version_is_a_new_one_and_nothing_is_lost(client: PageClient, person: Person) -> None:
    scenario = begin(client)
    put(client, scenario, 0, scope="最初的建设内容，写得很完整。", deadline="下月底")
    with clock.frozen(clock.now() + timedelta(hours=3)):
        put(client, scenario, 1, scope="改坏了的建设内容。", title="改坏了的名称")
        page = client.get(f"/desk/scenarios/{scenario.id}/versions?since=1").get_data(as_text=True)
        assert "恢复此版本" in page
        assert 'name="revision" value="2"' in page
        assert restored(client, scenario, 1, 2) == f"/desk/scenarios/{scenario.id}"
        assert "已恢复第 1 稿" in visible(client.get(f"/desk/scenarios/{scenario.id}"))
    found = reload(scenario.id)
    assert (found.scope, found.title, found.revision) == ("最初的建设内容，写得很完整。", FULL["title"], 3)
    kept = {version.number: version.content for version in queries.versions(scenario.id)}
    assert [kept[number]["scope"] for number in sorted(kept)] == [
        "最初的建设内容，写得很完整。",
        "改坏了的建设内容。",
        "最初的建设内容，写得很完整。",
    ]
    assert kept[3] == kept[1]
    event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert event is not None
    assert (event.verb, event.subject_type, event.subject_id) == ("restore", "scenario", str(scenario.id))
    assert event.actor == person.pseudonym
    assert event.before != event.after


def test_a_version_is_not_restored_twice_nor_over_what_was_saved_meanwhile(
    client: PageClient, person: Person, as_another: Callable[[str], PageClient]
) -> None:
    scenario = begin(client)
    put(client, scenario, 0, title="一")
    put(as_another("approver"), scenario, 1, title="二")
    put(client, scenario, 2, title="三")
    assert "since=1" in restored(client, scenario, 1, 2)
    assert "别人刚刚改了这份需求" in visible(client.get(f"/desk/scenarios/{scenario.id}/versions?since=1"))
    assert reload(scenario.id).title == "三"
    restored(client, scenario, 1, 3)
    assert "since=1" in restored(client, scenario, 1, 3)  # sent twice
    page = visible(client.get(f"/desk/scenarios/{scenario.id}/versions?since=1"))
    assert "完全一样" in page
    assert "恢复此版本" not in page
    assert [version.content["title"] for version in queries.versions(scenario.id)] == ["一", "三", "二", "一"]
    client.post(f"/desk/scenarios/{scenario.id}/versions/9/restore", {"revision": "4"}, status=404)


def test_a_submitted_need_is_not_restored_and_a_reader_restores_nothing(
    client: PageClient, agency: Organisation, as_another: Callable[[str], PageClient]
) -> None:
    client.sign_in(member(role="approver", organisation=agency))
    scenario = begin(client)
    put(client, scenario, 0, title="提交前的名称")
    with clock.frozen(clock.now() + timedelta(hours=3)):
        client.post(f"/desk/scenarios/{scenario.id}/submit", form(1), status=303)
    path = f"/desk/scenarios/{scenario.id}/versions"
    assert "恢复此版本" not in visible(client.get(f"{path}?since=1"))
    restored(client, scenario, 1, 2)
    assert "现在不能恢复" in visible(client.get(f"{path}?since=1"))
    assert (reload(scenario.id).title, len(queries.versions(scenario.id))) == (FULL["title"], 2)
    client.post(f"/desk/scenarios/{scenario.id}/recall", status=303)
    assert "恢复此版本" in visible(client.get(f"{path}?since=1"))
    reader = as_another("reader")
    assert "恢复此版本" not in visible(reader.get(f"{path}?since=1"))
    reader.post(f"{path}/1/restore", {"revision": "2"}, status=403)


def test_a_save_that_slips_in_between_reading_and_writing_is_not_overwritten(app: Flask, agency: Organisation) -> None:
    scenario, author = ScenarioFactory(agency=agency), member(organisation=agency)
    db.session.commit()
    assert scenario.revision == 0
    with db.engine.begin() as other:
        other.execute(update(Scenario).where(Scenario.id == scenario.id).values(revision=1, title="抢先的"))
    entry = operations.Entry(author.id, 0, full(title="我的"))
    outcome = operations.save(db.session(), SYSTEM, scenario, entry, presenting.terms())
    db.session.commit()
    assert outcome is operations.Outcome.CONFLICT
    assert reload(scenario.id).title == "抢先的"
    kept = queries.set_aside(scenario.id, author.id)
    assert kept is not None
    assert kept.content["title"] == "我的"


@pytest.mark.parametrize("revision", ["", "x", "-1", "9" * 30, "²"])
def test_a_revision_that_is_none_is_a_conflict_and_no_error(client: PageClient, person: Person, revision: str) -> None:
    scenario = begin(client)
    data = {**form(0), "revision": revision}
    assert "conflict" in client.post(f"/desk/scenarios/{scenario.id}", data, status=303).location
    assert queries.set_aside(scenario.id, person.id) is not None


def test_an_approver_submits_what_is_complete(client: PageClient, agency: Organisation) -> None:
    client.sign_in(member(role="approver", organisation=agency))
    scenario = begin(client)
    path = f"/desk/scenarios/{scenario.id}"
    page = client.post(f"{path}/submit", form(0, indicators="", deadline="下月底"), status=422)
    assert "考核指标：还没有填写" in visible(page)
    assert 'value="下月底"' in page.get_data(as_text=True)
    assert reload(scenario.id).status == "draft"
    client.post(f"{path}/submit", form(1), status=303)
    found = reload(scenario.id)
    assert (found.status, [version.sealed for version in queries.versions(scenario.id)]) == ("in_review", [True])
    assert found.indicators == ["查准率≥85%", "定位误差≤3 米"]
    client.post(f"{path}/submit", form(1), status=303)  # sent twice
    assert "已经提交" in visible(client.get(path))
    assert sum(move.verb == "submit" for move in reload(scenario.id).moves) == 1


def test_a_form_that_comes_after_the_submission_is_kept_aside(client: PageClient, agency: Organisation) -> None:
    client.sign_in(member(role="approver", organisation=agency))
    scenario = begin(client)
    path = f"/desk/scenarios/{scenario.id}"
    client.post(f"{path}/submit", form(0), status=303)
    put(client, scenario, 1, title="迟到的名称")
    assert "没有写入" in visible(client.get(path))
    answer = client.raw.post(path, data=form(1, title="更迟的名称"), headers=HTMX)
    assert "已经提交或状态已变" in answer.get_data(as_text=True)
    assert reload(scenario.id).title == FULL["title"]
    assert "更迟的名称" in {version.content["title"] for version in queries.versions(scenario.id) if version.aside}
    client.post(f"{path}/recall", status=303)
    assert reload(scenario.id).status == "draft"
    client.post(f"{path}/recall", status=303)
    assert "不能执行" in visible(client.get(path))


def test_an_agency_that_is_not_verified_submits_and_is_told(client: PageClient, app: Flask) -> None:
    agency = OrganisationFactory()
    client.sign_in(member(role="owner", organisation=agency))
    scenario = begin(client)
    client.post(f"/desk/scenarios/{scenario.id}/submit", form(0), status=303)
    assert "认证后才能发布" in visible(client.get(f"/desk/scenarios/{scenario.id}"))
    assert reload(scenario.id).status == "in_review"


def test_a_member_asks_and_it_waits_for_the_approver(
    client: PageClient, person: Person, as_another: Callable[[str], PageClient]
) -> None:
    scenario = begin(client)
    put(client, scenario, 0)
    client.post(f"/desk/scenarios/{scenario.id}/submit", form(1), status=403)
    client.post(f"/desk/scenarios/{scenario.id}/request", status=303)
    client.post(f"/desk/scenarios/{scenario.id}/request", status=303)
    approver = as_another("approver")
    assert "请您提交审核" in visible(approver.get("/desk"))
    assert "请您提交审核" not in visible(client.get("/desk"))
    assert "已请审批人提交" in visible(client.get(f"/desk/scenarios/{scenario.id}"))
    approver.post(f"/desk/scenarios/{scenario.id}/submit", form(1), status=303)
    assert "请您提交审核" not in visible(approver.get("/desk"))


def test_a_returned_need_shows_the_words_the_comments_and_what_changed(
    client: PageClient, agency: Organisation
) -> None:
    client.sign_in(member(role="approver", organisation=agency))
    scenario = begin(client)
    path = f"/desk/scenarios/{scenario.id}"
    client.post(f"{path}/submit", form(0), status=303)
    comment = ReviewComment(
        scenario_id=scenario.id, version=1, field="scope", text="请写明边界", written_at=clock.now()
    )
    db.session.add(comment)
    db.session.commit()
    assert "请写明边界" not in visible(client.get(path))
    catalog.move(db.session(), SYSTEM, reload(scenario.id), "return", Ground(words="请补充验收办法"))
    late = ReviewComment(scenario_id=scenario.id, version=1, field="title", text="还没有发出")
    late.written_at = clock.now() + timedelta(seconds=1)
    db.session.add(late)
    db.session.commit()
    text = visible(client.get(path))
    assert "请补充验收办法" in text
    assert "请写明边界" in text
    assert "还没有发出" not in text
    assert "提交以后还没有改动" in text
    put(client, scenario, 1, scope="按意见写明了边界的建设内容，共三条。")
    assert "提交以后改动了：建设内容" in visible(client.get(path))
    client.post(f"{path}/comments/{comment.id}", {"done": "1"}, status=303)
    assert reload(scenario.id) is not None
    assert comment.resolved_at is not None
    client.post(f"{path}/comments/{late.id}", {"done": "1"}, status=404)
    client.post(f"{path}/submit", form(2, scope="再改一次的建设内容，共四条。"), status=303)
    assert [version.sealed for version in queries.versions(scenario.id)] == [True, True]


def test_a_need_that_came_with_a_list_can_be_written_on(client: PageClient, agency: Organisation) -> None:
    scenario = ScenarioFactory(agency=agency)
    client.sign_in(member(role="owner", organisation=agency))
    path = f"/desk/scenarios/{scenario.id}"
    assert scenario.scope in client.get(path).get_data(as_text=True)
    client.post(f"{path}/submit", status=303)
    version = queries.head(scenario.id)
    assert version is not None
    assert version.sealed
    assert version.content["scope"] == reload(scenario.id).scope


@pytest.mark.parametrize("role", ["reader"])
def test_a_reader_sees_and_does_not_write(
    client: PageClient, person: Person, as_another: Callable[[str], PageClient], role: str
) -> None:
    scenario = begin(client)
    reader = as_another(role)
    path = f"/desk/scenarios/{scenario.id}"
    assert "上传附件" not in visible(reader.get(path))
    reader.get(f"{path}/preview")
    assert "新建场景需求" not in visible(reader.get("/desk/scenarios"))
    for post in ("", "/submit", "/request", "/links", "/attachments", "/responsible", "/conflict"):
        reader.post(f"{path}{post}", form(0), status=403)


def test_others_find_nothing(client: PageClient, person: Person, app: Flask) -> None:
    scenario = begin(client)
    stranger = PageClient(app).sign_in(member(role="owner"))
    enterprise = PageClient(app).sign_in(member("enterprise", "owner"))
    for path in ("", "/preview", "/versions", "/similar", "/links", "/conflict"):
        stranger.get(f"/desk/scenarios/{scenario.id}{path}", status=404)
        enterprise.get(f"/desk/scenarios/{scenario.id}{path}", status=403)
    stranger.post(f"/desk/scenarios/{scenario.id}", form(0), status=404)
    client.get("/desk/scenarios/999999999", status=404)
    client.get("/desk/scenarios/99999999999999999999", status=404)
    assert "未命名需求" not in visible(stranger.get("/desk/scenarios"))


def test_the_list_shows_what_was_returned_first(client: PageClient, person: Person, agency: Organisation) -> None:
    published(ScenarioFactory(agency=agency, title="已公开的"))
    for title, status in (
        ("草稿的", "draft"),
        ("退回的", "returned"),
        ("审核的", "in_review"),
        ("取消的", "cancelled"),
    ):
        ScenarioFactory(agency=agency, title=title, status=status)
    db.session.commit()
    text = visible(client.get("/desk/scenarios"))
    places = [text.index(title) for title in ("退回的", "草稿的", "审核的", "已公开的", "取消的")]
    assert places == sorted(places)
    only = visible(client.get("/desk/scenarios?group=returned"))
    assert "退回的" in only
    assert "草稿的" not in only
    client.get("/desk/scenarios?group=magic")
    client.fragment("/desk/scenarios?group=draft")


def test_who_looks_after_a_need_is_a_member_and_an_owner_passes_on(
    client: PageClient, person: Person, agency: Organisation
) -> None:
    scenario, successor, stranger = begin(client), member(organisation=agency), member()
    client.post(f"/desk/scenarios/{scenario.id}/responsible", {"person": str(stranger.id)}, status=303)
    client.post(f"/desk/scenarios/{scenario.id}/responsible", {"person": "x"}, status=303)
    assert reload(scenario.id).responsible_id == person.id
    assert drafting.HOLDING.count(db.session(), agency.id, person.id) == 1
    assert drafting.HOLDING.reassign(db.session(), SYSTEM, agency.id, person.id, successor.id) == 1
    db.session.commit()
    assert reload(scenario.id).responsible_id == successor.id
    assert drafting.HOLDING.count(db.session(), agency.id, person.id) == 0
    assert [found["version"] for found in drafting.personal(db.session(), person.id)["drafts"]] == [1]


def test_a_suggested_article_is_added_with_the_form_and_without(client: PageClient, person: Person) -> None:
    scenario = begin(client)
    client.post(f"/desk/scenarios/{scenario.id}", {**form(0), "add_article": "12"}, status=303)
    head = queries.head(scenario.id)
    assert head is not None
    assert head.content["articles"] == ["12"]
    client.post(f"/desk/scenarios/{scenario.id}/articles", {"article": "99"}, status=303)
    assert db.session.scalar(select(func.count()).select_from(ScenarioVersion)) == 1
    assert "没有这一条" in visible(client.get(f"/desk/scenarios/{scenario.id}"))


def test_drafting_leaves_the_public_list_alone(client: PageClient, person: Person) -> None:
    before = catalog_event()
    scenario = begin(client)
    put(client, scenario, 0)
    assert not catalog_has_event(before)


def catalog_event() -> int:
    from scenario_catalog.queries import last_event

    return last_event()


def catalog_has_event(after: int) -> bool:
    from scenario_catalog.queries import has_catalog_event

    return has_catalog_event(after)


def test_nothing_is_said_of_similar_scenarios_before_the_model_is_loaded(tmp_path: Path) -> None:
    with opened(make_app(tmp_path, embedding_model=str(tmp_path / "not-loaded"))) as app:
        agency = OrganisationFactory(verification="verified")
        client = PageClient(app).sign_in(member(role="member", organisation=agency))
        scenario = begin(client)
        put(client, scenario, 0)
        path = f"/desk/scenarios/{scenario.id}/similar"
        assert "语义比较正在启动" in visible(client.get(path))
        panel = client.raw.get(path, headers=HTMX).get_data(as_text=True)
        assert f'hx-get="{path}" hx-trigger="load delay:3s"' in panel
        assert "没有发现相近的" not in panel


def test_what_saves_by_itself_is_no_form(client: PageClient, person: Person) -> None:
    """Of a form, htmx would take the address of the button that has the focus: a save could become a submission."""
    html = client.get(f"/desk/scenarios/{begin(client).id}").get_data(as_text=True)
    (form_tag,) = re.findall(r'<form id="draft"[^>]*>', html)
    assert "hx-" not in form_tag
    assert 'id="autosave" hx-disinherit="*" hx-post=' in html
