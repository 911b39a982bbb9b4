"""Batches at the desk: composing, checking, previewing, publishing, scheduling; and who may."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from core import clock
from core.audit import SYSTEM, AuditEvent
from core.extensions import db
from core.settings import settings
from scenario_catalog import operations as catalog
from scenario_catalog.models import Batch, BatchEntry, Scenario
from scenario_catalog.publishing import operations
from scenario_catalog.publishing.views import waiting
from scenario_catalog.rules import Ground
from tests.factories import OrganisationFactory, ScenarioFactory, approve, member, published
from tests.pages import PageClient, visible

# What a preview shows as the public page does, but where nothing can be pressed or opened yet; and the instant.
LIVE = (
    r'<p class="form-text"><a href="/account/sign-in.*?</p>',
    r"<button [^>]*disabled>.*?</button>",
    r"</?a\b[^>]*>",
    r"(?<=</summary>).*?(?=</details>)",
    r'datetime="[^"]*"',
)


@pytest.fixture
def session(app: Flask) -> Session:
    return db.session()


@pytest.fixture
def operator(client: PageClient) -> PageClient:
    return client.sign_in(member("operator", "approver"))


def need(**values: object) -> Scenario:
    return approve(ScenarioFactory(agency=OrganisationFactory(verification="verified"), **values))


def composed(*scenarios: Scenario, title: str = "第一批清单") -> Batch:
    batch = catalog.create_batch(db.session(), SYSTEM, title)
    operations.add_scenarios(db.session(), SYSTEM, batch, [scenario.id for scenario in scenarios])
    db.session.commit()
    return batch


def local(at: object) -> str:
    return clock.local(at).strftime("%Y-%m-%dT%H:%M")  # type: ignore[arg-type]


def test_from_an_empty_desk_to_a_published_batch(session: Session, operator: PageClient) -> None:
    first, second, third = need(title="影像初筛"), need(title="病历质控"), need(title="导诊")
    ids = [scenario.id for scenario in (first, second, third)]
    session.commit()
    operator.get("/desk/batches")
    made = operator.post("/desk/batches", {"title": "  2026 年\n第一批 ", "summary": "首批。"}, status=303)
    address = made.headers["Location"]
    page = visible(operator.get(address))
    assert page.index("影像初筛") < page.index("病历质控") < page.index("导诊"), "the longest approved come first"
    operator.post(f"{address}/scenarios", {"scenario": [*map(str, ids), "x", "99999999999"]}, status=303)
    operator.post(f"{address}/scenarios/{ids[1]}/drop", status=303)
    page = visible(operator.get(address))
    assert "本批的场景（2 个）" in page
    assert "待编入的场景（1 个" in page
    confirmation = visible(operator.get(f"{address}/publish"))
    assert "对所有人公开" in confirmation
    assert "请核对" in visible(operator.post(f"{address}/publish", {"count": "3"}, status=422))
    operator.post(f"{address}/publish", {"count": "2"}, status=303)
    batch = session.scalars(select(Batch)).one()
    assert (batch.status, batch.title, batch.number) == ("published", "2026 年 第一批", 1)
    assert len(session.scalars(select(BatchEntry)).all()) == 2
    assert session.get_one(Scenario, ids[1]).status == "approved"
    public = visible(operator.sign_out().get("/batches/1"))
    assert "影像初筛" in public
    assert "病历质控" not in public
    assert [*(settings().instance / "backups").glob("*-batch-*.db")], "backed up before"


def test_the_number_that_a_batch_gets_is_said_before_it_is_published(session: Session, operator: PageClient) -> None:
    published(ScenarioFactory())
    batch = composed(need())
    assert "作为第 2 批" in visible(operator.get(f"/desk/batches/{batch.id}/publish"))


def test_every_page_of_a_batch_can_be_read_in_each_of_its_states(session: Session, operator: PageClient) -> None:
    batch = composed(need(), need(mode="procurement"))
    base = f"/desk/batches/{batch.id}"
    pages = [base, f"{base}/preview", f"{base}/similar", f"{base}/publish", "/desk/batches"]
    for path in pages:
        operator.get(path)
    operations.drop_scenario(session, SYSTEM, batch, batch.scenarios[1])
    operations.schedule(session, SYSTEM, batch, clock.now() + timedelta(days=1))
    session.commit()
    for path in pages:
        operator.get(path)
    with clock.frozen(clock.now() + timedelta(days=2)):
        operations.return_batch(session, batch, "理由一\n理由二")
        session.commit()
        assert "理由二" in visible(operator.get(base))
        operations.publish(session, SYSTEM, batch)
        session.commit()
        for path in pages:
            operator.get(path)
    assert not batch.note


def test_the_preview_is_the_public_page_to_the_letter(app: Flask, session: Session, operator: PageClient) -> None:
    scenario = need(title="<b>影像</b>初筛", background="第一句。\n\n<script>alert(1)</script>")
    batch = composed(scenario)
    base = f"/desk/batches/{batch.id}"
    shown = operator.get(f"{base}/preview/{scenario.id}").get_data(as_text=True)
    listed = operator.get(f"{base}/preview").get_data(as_text=True)
    assert f"{base}/preview/{scenario.id}" in listed, "rows lead to previews"
    operator.post(f"{base}/publish", {"count": "1"}, status=303)
    public = PageClient(app).get(f"/scenarios/{scenario.number}").get_data(as_text=True)

    def article(html: str) -> str:
        found = re.search(r'<div class="scenario-body">.*?</aside>', html, re.DOTALL)
        assert found
        return re.sub(r"\s+", "", re.sub("|".join(LIVE), "", found[0], flags=re.DOTALL))

    assert article(shown) == article(public)
    assert f"/scenarios/{scenario.number}" not in shown, "it has its address once it is published"
    assert '"/batches/' not in shown
    assert "<script>alert" not in public


def test_a_preview_is_of_the_batch_and_for_the_operator_only(session: Session, client: PageClient) -> None:
    inside, outside = need(), need()
    batch = composed(inside)
    path = f"/desk/batches/{batch.id}/preview/{inside.id}"
    client.get(path, status=303)
    client.sign_in(member("agency", "owner")).get(path, status=403)
    client.sign_in(member("operator", "reader")).get(path)
    client.get(f"/desk/batches/{batch.id}/preview/{outside.id}", status=404)
    client.get("/desk/batches/99/preview", status=404)


def test_what_blocks_is_told_with_a_way_to_mend_it_and_one_to_drop_it(session: Session, operator: PageClient) -> None:
    late = need(title="太近", deadline=clock.today() + timedelta(days=9))
    notice = need(title="无公告", mode="procurement")
    empty = need(title="空白", scope="")
    agency = OrganisationFactory(verification="unverified", name="未认证的局")
    twins = [approve(ScenarioFactory(title="同名", agency=agency)) for _ in range(2)]
    moved = need(title="被退回")
    batch = composed(late, notice, empty, *twins, moved, need(title="没问题", background="电话13800138000"))
    catalog.move(session, SYSTEM, moved, "return", Ground(words="指标不清"))
    session.commit()
    page = operator.get(f"/desk/batches/{batch.id}")
    text = visible(page)
    for told in (
        "太近：",
        "没有采购公告链接",
        "没有填写：建设内容",
        "“未认证的局”尚未认证",
        "同名的场景",
        "不再是待发布",
        "手机号",
    ):
        assert told in text, told
    html = page.get_data(as_text=True)
    assert f"/desk/review/{empty.id}" in html
    assert f"/desk/batches/{batch.id}/scenarios/{late.id}/drop" in html
    refused = visible(operator.post(f"/desk/batches/{batch.id}/publish", {"count": "7"}, status=422))
    assert "“被退回”" in refused
    assert session.get_one(Batch, batch.id).status == "draft"
    for scenario in (late, notice, empty, *twins, moved):
        operator.post(f"/desk/batches/{batch.id}/scenarios/{scenario.id}/drop", status=303)
    operator.post(f"/desk/batches/{batch.id}/publish", {"count": "1"}, status=303)
    assert moved.status == "returned"


def test_a_batch_is_scheduled_in_local_time_and_unscheduled(session: Session, operator: PageClient) -> None:
    batch = composed(need())
    base = f"/desk/batches/{batch.id}"
    soon = (clock.now() + timedelta(minutes=2)).replace(second=0, microsecond=0)
    for typed, told in (
        (local(clock.now() - timedelta(minutes=1)), "已经过去"),
        ("明天", "有效的日期"),
        ("", "请选择日期和时间"),
    ):
        text = visible(operator.post(f"{base}/schedule", {"at": typed}, status=422))
        assert told in text, text
    operator.post(f"{base}/schedule", {"at": local(soon)}, status=303)
    session.expire_all()
    assert (batch.status, batch.scheduled_for) == ("scheduled", soon)
    assert f"{clock.local(soon):%H:%M}" in visible(operator.get(base))
    operator.post(f"{base}/scenarios", {"scenario": "1"}, status=303)
    assert "不能修改" in visible(operator.get(base)), "a scheduled batch is not changed"
    operator.post(f"{base}/unschedule", status=303)
    session.expire_all()
    assert (batch.status, batch.scheduled_for) == ("draft", None)
    operator.post(f"{base}/unschedule", status=303)
    assert "不能执行" in visible(operator.get(base)), "a second press says why nothing was done"


def test_a_second_press_publishes_nothing_twice(session: Session, operator: PageClient) -> None:
    batch = composed(need())
    operator.post(f"/desk/batches/{batch.id}/publish", {"count": "1"}, status=303)
    assert "已经发布" in visible(operator.post(f"/desk/batches/{batch.id}/publish", {"count": "1"}, status=422))
    published_once = select(AuditEvent).where(AuditEvent.verb == "publish", AuditEvent.subject_type == "batch")
    assert len(session.scalars(published_once).all()) == 1


def test_a_scenario_is_in_one_batch_only(session: Session, operator: PageClient) -> None:
    scenario = need()
    first, second = composed(scenario), composed(title="第二批")
    operator.post(f"/desk/batches/{second.id}/scenarios", {"scenario": str(scenario.id)}, status=303)
    assert "选入了 0 个" in visible(operator.get(f"/desk/batches/{second.id}"))
    session.expire_all()
    assert scenario.batch_id == first.id


def test_a_backup_that_fails_stops_the_publication(session: Session, operator: PageClient) -> None:
    batch = composed(need())
    (settings().instance / "backups").write_text("no folder")
    page = visible(operator.post(f"/desk/batches/{batch.id}/publish", {"count": "1"}, status=422))
    assert "备份没有成功，因此没有发布" in page
    session.expire_all()
    assert batch.status == "draft"


def test_titles_are_asked_for_and_kept_short(session: Session, operator: PageClient) -> None:
    assert "请填写批次标题" in visible(operator.post("/desk/batches", {"title": "  "}, status=422))
    page = visible(operator.post("/desk/batches", {"title": "长" * 121, "summary": "留下的说明"}, status=422))
    assert "留下的说明" in page
    batch = composed()
    assert "请填写" in visible(operator.post(f"/desk/batches/{batch.id}", {"title": ""}, status=422))
    operator.post(f"/desk/batches/{batch.id}", {"title": "新标题", "summary": ""}, status=303)
    session.expire_all()
    assert batch.title == "新标题"


def test_what_waits_for_the_operator(session: Session, app: Flask, client: PageClient) -> None:
    client.sign_in(member("operator", "member"))
    kept = need(title="等着的")
    batch = composed(need())
    operations.schedule(session, SYSTEM, batch, clock.now() + timedelta(hours=1))
    operations.return_batch(session, batch, "没有成")
    session.commit()
    desk = visible(client.get("/desk"))
    assert "批次未能按时发布" in desk
    assert kept.title in desk
    with app.test_request_context():
        from core.access import NOBODY

        assert not waiting(NOBODY)


def test_a_member_composes_and_an_approver_publishes(session: Session, client: PageClient) -> None:
    batch = composed(need())
    base = f"/desk/batches/{batch.id}"
    client.sign_in(member("operator", "member"))
    client.post(base, {"title": "改过的"}, status=303)
    for path in (f"{base}/publish", f"{base}/schedule", f"{base}/unschedule"):
        client.post(path, {"count": "1", "at": "2099-01-01T00:00"}, status=403)
    client.sign_in(member("operator", "reader"))
    client.get(base)
    client.post(base, {"title": "再改"}, status=403)


def test_demonstration_needs_are_not_published_with_real_ones(session: Session, operator: PageClient) -> None:
    batch = composed(need(demo=True), need())
    assert "不能同批发布" in visible(operator.get(f"/desk/batches/{batch.id}"))
    assert published(ScenarioFactory()).status == "published"
