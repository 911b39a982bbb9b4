"""Attachments, preview links, and the archive of a published scenario."""

import io
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from accounts.models import Organisation
from core import clock
from core.extensions import db
from scenario_catalog import operations as catalog
from scenario_catalog import queries as catalog_queries
from scenario_catalog.models import Corrigendum, PreviewLink, Question, Scenario
from tests.conftest import make_app, opened
from tests.core.clamd import EICAR, stand_in
from tests.factories import OrganisationFactory, ScenarioFactory, member, published
from tests.pages import PageClient, visible

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


@pytest.fixture
def agency(app: Flask) -> Organisation:
    return OrganisationFactory(verification="verified")


@pytest.fixture
def scenario(client: PageClient, agency: Organisation) -> Scenario:
    client.sign_in(member(role="owner", organisation=agency))
    found = ScenarioFactory(agency=agency)
    db.session.commit()
    return found


def attach(
    client: PageClient, scenario: Scenario, name: str = "需求书.pdf", data: bytes = PDF, title: str = ""
) -> None:
    upload = {"file": (io.BytesIO(data), name), "title": title}
    client.post(f"/desk/scenarios/{scenario.id}/attachments", upload, status=303, content_type="multipart/form-data")


def fetched(client: PageClient, path: str) -> bytes:
    response = client.get(path)
    data = response.data
    response.close()
    return bytes(data)


def act(client: PageClient, scenario: Scenario, one: Any, do: str, **more: str) -> None:
    client.post(f"/desk/scenarios/{scenario.id}/attachments/{one.id}", {"do": do, **more}, status=303)


def titles(scenario: Scenario) -> list[str]:
    db.session.expire_all()
    return [one.title for one in catalog_queries.attachments(scenario)]


def test_documents_are_uploaded_renamed_moved_and_removed(client: PageClient, scenario: Scenario) -> None:
    attach(client, scenario)
    attach(client, scenario, "规范.pdf", PDF + b"2", "技术规范")
    assert titles(scenario) == ["需求书.pdf", "技术规范"]
    first, second = catalog_queries.attachments(scenario)
    act(client, scenario, second, "up")
    act(client, scenario, second, "up")
    assert titles(scenario) == ["技术规范", "需求书.pdf"]
    act(client, scenario, first, "retitle", title=" 需求  书 ")
    act(client, scenario, first, "retitle", title="")
    assert titles(scenario) == ["技术规范", "需求 书"]
    assert "不能为空" in visible(client.get(f"/desk/scenarios/{scenario.id}"))
    assert fetched(client, f"/desk/scenarios/{scenario.id}/attachments/{first.id}") == PDF
    act(client, scenario, first, "remove")
    assert titles(scenario) == ["技术规范"]
    client.get(f"/desk/scenarios/{scenario.id}/attachments/{first.id}", status=404)
    act(client, scenario, second, "nonsense")


@pytest.mark.parametrize(
    ("name", "data"),
    [("病毒.pdf", b"MZ\x90\x00 not a pdf"), ("程序.exe", b"MZ"), ("空.pdf", b""), ("", PDF)],
)
def test_files_that_lie_are_refused_with_a_reason(
    client: PageClient, scenario: Scenario, name: str, data: bytes
) -> None:
    attach(client, scenario, name, data)
    assert titles(scenario) == []
    assert "desk-message-error" in client.get(f"/desk/scenarios/{scenario.id}").get_data(as_text=True)


def test_the_same_file_twice_is_told(client: PageClient, scenario: Scenario) -> None:
    attach(client, scenario)
    attach(client, scenario, "另一个名字.pdf")
    assert len(titles(scenario)) == 1
    assert "已经传过" in visible(client.get(f"/desk/scenarios/{scenario.id}"))


def test_after_submission_documents_stay_as_they_are(client: PageClient, scenario: Scenario) -> None:
    attach(client, scenario)
    client.post(f"/desk/scenarios/{scenario.id}/submit", status=303)
    attach(client, scenario, "晚到.pdf", PDF + b"3")
    (one,) = catalog_queries.attachments(scenario)
    act(client, scenario, one, "remove")
    assert titles(scenario) == ["需求书.pdf"]


def test_who_may_download_a_document_before_publication(client: PageClient, scenario: Scenario, app: Flask) -> None:
    attach(client, scenario)
    (one,) = catalog_queries.attachments(scenario)
    path = f"/desk/scenarios/{scenario.id}/attachments/{one.id}"
    operator = PageClient(app).sign_in(member("operator", "member"))
    operator.get(path, status=404)
    PageClient(app).sign_in(member(role="owner")).get(path, status=404)
    PageClient(app).get(path, status=303)
    PageClient(app).get(f"/scenarios/SZ-2026-0001/attachments/{one.file.token}", status=404)
    client.post(f"/desk/scenarios/{scenario.id}/submit", status=303)
    assert fetched(operator, path) == PDF


def test_a_document_that_is_quarantined_says_so_and_blocks_submission(client: PageClient, scenario: Scenario) -> None:
    attach(client, scenario)
    (one,) = catalog_queries.attachments(scenario)
    one.file.state = "quarantined"
    db.session.commit()
    assert "正在检查" in visible(client.get(f"/desk/scenarios/{scenario.id}"))
    assert "还在检查" in visible(client.post(f"/desk/scenarios/{scenario.id}/submit", status=422))
    client.get(f"/desk/scenarios/{scenario.id}/attachments/{one.id}", status=404)


def test_a_virus_is_told_at_the_desk_and_goes_nowhere(tmp_path: Path) -> None:
    with stand_in() as addresses, opened(make_app(tmp_path, clamav=addresses["tcp"])) as app:
        client, agency = PageClient(app), OrganisationFactory(verification="verified")
        client.sign_in(member(role="owner", organisation=agency))
        found = ScenarioFactory(agency=agency)
        db.session.commit()
        attach(client, found, "说明.txt", EICAR)
        (one,) = catalog_queries.attachments(found)
        desk = f"/desk/scenarios/{found.id}"
        assert "“说明.txt”未通过检查" in visible(client.get(desk))
        assert "“说明.txt”未通过检查" in visible(client.post(f"{desk}/submit", status=422))
        client.get(f"{desk}/attachments/{one.id}", status=404)
        act(client, found, one, "remove")
        assert "未通过检查" not in visible(client.get(desk))


def test_public_documents_and_the_archive(client: PageClient, scenario: Scenario, app: Flask) -> None:
    attach(client, scenario, title="../../需求:书")
    attach(client, scenario, "坏.pdf", PDF + b"4")
    (one, bad) = catalog_queries.attachments(scenario)
    published(scenario)
    public = PageClient(app)
    page = public.get(f"/scenarios/{scenario.number}")
    bad.file.state = "refused"
    asker = OrganisationFactory(kind="enterprise")
    question = Question(scenario_id=scenario.id, number=1, organisation_id=asker.id, text="数据怎么给？")
    question.asked_at = question.decided_at = clock.now()
    question.status, question.answer = "answered", "现场提供。"
    change = {"field": "deadline", "before": "2026-12-01", "after": "2026-12-20"}
    db.session.add_all(
        [question, Corrigendum(scenario_id=scenario.id, number=1, at=clock.now(), reason="顺延", changes=[change])]
    )
    db.session.commit()
    assert "documents.zip" in page.get_data(as_text=True)
    sent = public.get(f"/scenarios/{scenario.number}/attachments/{one.file.token}")
    assert sent.data == PDF
    assert "attachment" in sent.headers["Content-Disposition"]
    sent.close()
    public.get(f"/scenarios/{scenario.number}/attachments/{bad.file.token}", status=404)
    archive = fetched(public, f"/scenarios/{scenario.number}/documents.zip")
    found = zipfile.ZipFile(io.BytesIO(archive))
    names = found.namelist()
    assert names == [f"00 需求书 {scenario.number}.html", names[1], "问答.txt", "更正.txt"]
    assert names[1].startswith("附件/01 ")
    assert not any(".." in part or ":" in part for name in names for part in name.split("/"))
    assert found.read(names[1]) == PDF
    assert "现场提供" in found.read("问答.txt").decode()
    assert asker.name not in found.read("问答.txt").decode()
    assert "报名截止" in found.read("更正.txt").decode()
    html = found.read(names[0]).decode()
    assert scenario.scope in html
    assert scenario.indicators[0] in html
    assert fetched(public, f"/scenarios/{scenario.number}/documents.zip") == archive
    public.get("/scenarios/SZ-2026-9999/documents.zip", status=404)


def test_the_preview_is_the_public_page_and_says_that_it_is_none(client: PageClient, scenario: Scenario) -> None:
    attach(client, scenario, title="随附需求书")
    response = client.get(f"/desk/scenarios/{scenario.id}/preview")
    text, html = visible(response), response.get_data(as_text=True)
    assert "/scenarios/SZ-" not in html, "nothing leads to where the need is not yet"
    assert "noindex" in response.headers["X-Robots-Tag"]
    for words in ("预览", scenario.title, scenario.scope, "考核指标", "报名中", "随附需求书", scenario.agency.name):
        assert words in text
    published(scenario)
    assert client.get(f"/desk/scenarios/{scenario.id}/preview", status=303).location.endswith(scenario.number or "?")
    public = visible(client.get(f"/scenarios/{scenario.number}"))
    for words in ("背景与痛点", scenario.background, "验收标准", "附件", "揭榜要求与评分标准", "还没有问答"):
        assert words in public
        assert words in text


def test_an_empty_draft_has_a_preview_too(client: PageClient, agency: Organisation) -> None:
    client.sign_in(member(role="member", organisation=agency))
    path = client.post("/desk/scenarios", status=303).location
    assert "尚未填写或读不出：场景名称、报名截止" in visible(client.get(f"{path}/preview"))


def shared(client: PageClient, scenario: Scenario) -> str:
    client.post(f"/desk/scenarios/{scenario.id}/links", status=303)
    html = client.get(f"/desk/scenarios/{scenario.id}/links").get_data(as_text=True)
    return html.split("/previews/")[1].split('"')[0]


def test_a_link_shows_the_need_until_it_expires(client: PageClient, scenario: Scenario, app: Flask) -> None:
    token = shared(client, scenario)
    assert token not in client.get(f"/desk/scenarios/{scenario.id}/links").get_data(as_text=True)  # shown once
    (link,) = db.session.query(PreviewLink)
    assert token not in link.digest
    public = PageClient(app)
    response = public.get(f"/previews/{token}")
    assert scenario.title in visible(response)
    assert "noindex" in response.headers["X-Robots-Tag"]
    assert response.headers["Referrer-Policy"] == "no-referrer"
    with clock.frozen(clock.now() + timedelta(days=7) - timedelta(minutes=1)):
        public.get(f"/previews/{token}")
    with clock.frozen(clock.now() + timedelta(days=7)):
        assert "失效" in visible(public.get(f"/previews/{token}", status=410))
    assert "没有这个预览" in visible(public.get(f"/previews/{token}x", status=404))


def test_a_revoked_link_and_one_to_what_was_published(client: PageClient, scenario: Scenario, app: Flask) -> None:
    token, other = shared(client, scenario), shared(client, scenario)
    link = db.session.query(PreviewLink).order_by(PreviewLink.id).first()
    assert link is not None
    client.post(f"/desk/scenarios/{scenario.id}/links/{link.id}/revoke", status=303)
    public = PageClient(app)
    public.get(f"/previews/{token}", status=410)
    published(scenario)
    assert public.get(f"/previews/{other}", status=303).location.endswith(f"/scenarios/{scenario.number}")
    client.post(f"/desk/scenarios/{scenario.id}/links", status=303)
    assert db.session.query(PreviewLink).count() == 2


def test_a_link_to_a_cancelled_need_is_gone(client: PageClient, scenario: Scenario, app: Flask) -> None:
    from core.audit import SYSTEM
    from scenario_catalog.rules import Ground

    token = shared(client, scenario)
    catalog.move(db.session(), SYSTEM, scenario, "cancel", Ground("need_changed"))
    db.session.commit()
    PageClient(app).get(f"/previews/{token}", status=410)


def test_live_links_are_few(client: PageClient, scenario: Scenario) -> None:
    for _ in range(11):
        client.post(f"/desk/scenarios/{scenario.id}/links", status=303)
    assert db.session.query(PreviewLink).count() == 10
