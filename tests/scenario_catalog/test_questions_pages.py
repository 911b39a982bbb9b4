"""Asking without a name, answering in public."""

import json
import logging
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile, is_zipfile

import pytest
from flask import Flask
from sqlalchemy import select

from accounts.access.models import Person
from accounts.models import Membership, Notice, Organisation
from core import clock
from core.access import Principal
from core.audit import AuditEvent
from core.events import deliver_all
from core.extensions import db
from scenario_catalog.models import Question, Scenario
from scenario_catalog.questions import views
from scenario_catalog.questions.rules import closing_day
from scenario_catalog.room import personal, waiting
from tests.conftest import make_app, opened
from tests.factories import OrganisationFactory, ScenarioFactory, member, published, walk
from tests.pages import PageClient, visible

NAME = "南山云影智能科技有限公司"
TEXT = "脱敏影像可以带离医院机房使用吗？"


@pytest.fixture
def scenario(app: Flask) -> Scenario:
    found = ScenarioFactory(agency=OrganisationFactory(verification="verified"))
    published(found)
    return found


@pytest.fixture
def asker(app: Flask) -> Person:
    enterprise = OrganisationFactory(kind="enterprise", name=NAME, code="yunying")
    return member("enterprise", "member", enterprise)


def of(person: Person) -> Organisation:
    found = db.session.scalar(select(Membership).where(Membership.person_id == person.id))
    assert found is not None
    return found.organisation


def other(client: PageClient, person: Person) -> PageClient:
    return PageClient(client.raw.application).sign_in(person)


def ask(client: PageClient, scenario: Scenario, text: str = TEXT, *, status: int = 303, **values: Any) -> Any:
    return client.post(f"/scenarios/{scenario.number}/questions", {"text": text, **values}, status=status)


def asked(client: PageClient, scenario: Scenario, asker: Person) -> Question:
    ask(other(client, asker), scenario)
    found = db.session.scalar(select(Question).order_by(Question.id.desc()))
    assert found is not None
    return found


def test_a_question_stands_on_the_scenarios_page(client: PageClient, scenario: Scenario, asker: Person) -> None:
    client.sign_in(asker)
    response = ask(client, scenario)
    assert response.location.endswith(f"/scenarios/{scenario.number}#question-1")
    text = visible(client.get(f"/scenarios/{scenario.number}"))
    assert TEXT in text
    assert "待答复" in text
    assert "本单位提问" in text
    client.sign_out()
    text = visible(client.get(f"/scenarios/{scenario.number}"))
    assert TEXT in text
    assert "本单位提问" not in text
    assert "企业成员登录后可以提问" in text


def test_questions_are_numbered_and_the_newest_comes_first(
    client: PageClient, scenario: Scenario, asker: Person
) -> None:
    client.sign_in(asker)
    ask(client, scenario)
    ask(client, scenario, "验收由哪一方组织，需要多少天？")
    text = visible(client.get(f"/scenarios/{scenario.number}"))
    assert text.index("第 2 问") < text.index("第 1 问")
    assert "共 2 问，其中 2 问待答复" in text


@pytest.mark.parametrize("text", ["", "  ", "几个人？", "问" * 1001, "\u200b" * 20])
def test_what_is_no_question_is_refused_and_kept(
    client: PageClient, scenario: Scenario, asker: Person, text: str
) -> None:
    response = ask(client.sign_in(asker), scenario, text, status=422)
    assert text.strip().strip("\u200b") in response.get_data(as_text=True)
    assert db.session.scalar(select(Question)) is None


def test_the_same_question_is_asked_once(client: PageClient, scenario: Scenario, asker: Person) -> None:
    client.sign_in(asker)
    ask(client, scenario)
    assert "完全相同" in visible(ask(client, scenario, status=422))
    assert len(db.session.scalars(select(Question)).all()) == 1


def test_a_doubtful_question_takes_a_second_word(client: PageClient, scenario: Scenario, asker: Person) -> None:
    client.sign_in(asker)
    ask(client, scenario)
    near = "脱敏影像能带离医院机房使用吗？"
    assert "与第 1 问相近" in visible(ask(client, scenario, near, status=422))
    ask(client, scenario, near, sure="y")
    phone = "接口文档请发给我们，电话 13900001234"
    assert "手机号" in visible(ask(client, scenario, phone, status=422))
    assert len(db.session.scalars(select(Question)).all()) == 2


def test_a_question_that_names_its_asker_is_refused(client: PageClient, scenario: Scenario, asker: Person) -> None:
    text = f"{NAME} 可以组成联合体参加吗？"
    assert "写有本单位名称" in visible(ask(client.sign_in(asker), scenario, text, status=422, sure="y"))


def test_questions_close_before_the_deadline(client: PageClient, scenario: Scenario, asker: Person) -> None:
    last = closing_day(scenario.deadline, 3)
    with clock.frozen(clock.end_of_day(last)):
        client.sign_in(asker)
        text = visible(client.get(f"/scenarios/{scenario.number}"))
        assert "提问已于" in text
        assert "公开提问" not in text
        response = ask(client, scenario, status=422)
        assert TEXT in response.get_data(as_text=True)
        client.get(f"/scenarios/{scenario.number}/questions/new")
    assert db.session.scalar(select(Question)) is None


@pytest.mark.parametrize(("kind", "role"), [("agency", "owner"), ("operator", "owner"), ("enterprise", "reader")])
def test_others_do_not_ask(client: PageClient, scenario: Scenario, kind: str, role: str) -> None:
    client.sign_in(member(kind, role))
    ask(client, scenario, status=403)
    assert "提一个问题" not in visible(client.get(f"/scenarios/{scenario.number}"))


def test_nobody_asks_without_signing_in(client: PageClient, scenario: Scenario) -> None:
    ask(client, scenario, status=401)
    client.get(f"/scenarios/{scenario.number}/questions/new", status=303)


def test_an_unverified_enterprise_may_ask(client: PageClient, scenario: Scenario) -> None:
    ask(client.sign_in(member("enterprise", "member", verified=False)), scenario)


def test_asking_is_limited(tmp_path: Path) -> None:
    with opened(make_app(tmp_path, rate_limits=True)) as app:
        found = ScenarioFactory()
        published(found)
        client = PageClient(app).sign_in(member("enterprise", "member"))
        for word in "甲乙丙丁戊己庚辛壬癸":
            ask(client, found, word * 12)
        ask(client, found, "最后再问一个问题可以吗", status=429)


def test_an_unknown_scenario_is_not_found(client: PageClient, asker: Person) -> None:
    client.sign_in(asker)
    client.post("/scenarios/SZ-2026-9999/questions", {"text": TEXT}, status=404)
    client.get("/scenarios/SZ-2026-9999/questions/new", status=404)


def test_the_agency_answers_in_public(client: PageClient, scenario: Scenario, asker: Person) -> None:
    found = asked(client, scenario, asker)
    clerk = member("agency", "member", scenario.agency)
    client.sign_in(clerk)
    with client.raw.application.test_request_context():
        (item,) = waiting(Principal("p", clerk.id, role="agency-member", organisation=scenario.agency_id))
    assert TEXT in item.title
    assert TEXT in visible(client.get("/desk/questions"))
    client.get(item.url)
    client.post(f"{item.url}/answer", {"text": "", "first": "1"}, status=422)
    client.post(f"{item.url}/answer", {"text": "不可以，须在院内使用。", "first": "1"}, status=303)
    client.post(f"{item.url}/answer", {"text": "院内提供十台工作站。"}, status=303)
    client.sign_out()
    text = visible(client.get(f"/scenarios/{scenario.number}"))
    assert text.index("不可以，须在院内使用") < text.index("补充答复") < text.index("院内提供十台工作站")
    verbs = db.session.scalars(select(AuditEvent.verb).where(AuditEvent.subject_type == "question"))
    assert [*verbs] == ["ask", "answer", "amend"]
    assert found.answer == "不可以，须在院内使用。"


def test_two_first_answers_do_not_meet(client: PageClient, scenario: Scenario, asker: Person) -> None:
    found = asked(client, scenario, asker)
    client.sign_in(member("agency", "member", scenario.agency))
    address = f"/desk/questions/{found.id}/answer"
    client.post(address, {"text": "先写的答复", "first": "1"}, status=303)
    response = client.post(address, {"text": "后写的答复", "first": "1"}, status=409)
    assert "后写的答复" in response.get_data(as_text=True)
    assert "先写的答复" in visible(response)


def test_declining_takes_a_reason_and_an_approver(client: PageClient, scenario: Scenario, asker: Person) -> None:
    found = asked(client, scenario, asker)
    address = f"/desk/questions/{found.id}"
    client.sign_in(member("agency", "member", scenario.agency))
    assert "不予答复必须" not in visible(client.get(address))
    client.post(f"{address}/decline", {"reason": "涉及内部安排"}, status=403)
    client.sign_in(member("agency", "approver", scenario.agency))
    assert "必须写明理由" in visible(client.post(f"{address}/decline", {"reason": " "}, status=422))
    client.post(f"{address}/decline", {"reason": "涉及内部安排"}, status=303)
    client.get(address)
    client.sign_out()
    assert "涉及内部安排" in visible(client.get(f"/scenarios/{scenario.number}"))


def test_answering_goes_on_after_the_deadline_until_evaluation(
    client: PageClient, scenario: Scenario, asker: Person
) -> None:
    found = asked(client, scenario, asker)
    address = f"/desk/questions/{found.id}"
    with clock.frozen(clock.end_of_day(scenario.deadline)):
        client.sign_in(member("agency", "member", scenario.agency))
        client.post(f"{address}/answer", {"text": "不可以。", "first": "1"}, status=303)
        walk(scenario, "evaluate")
        assert "不能再答复" in visible(client.get(address))
        client.post(f"{address}/answer", {"text": "补充一句。"}, status=409)


def test_another_agency_does_not_find_the_question(client: PageClient, scenario: Scenario, asker: Person) -> None:
    found = asked(client, scenario, asker)
    client.sign_in(member("agency", "owner"))
    client.get(f"/desk/questions/{found.id}", status=404)
    client.post(f"/desk/questions/{found.id}/answer", {"text": "不可以。", "first": "1"}, status=404)
    assert TEXT not in visible(client.get("/desk/questions"))
    assert "去答复" not in visible(client.get(f"/scenarios/{scenario.number}"))
    client.get("/desk/questions/999", status=404)


def test_the_desk_narrows_by_status(client: PageClient, scenario: Scenario, asker: Person) -> None:
    asked(client, scenario, asker)
    client.sign_in(member("operator", "reader"))
    assert TEXT in visible(client.get("/desk/questions?status=asked"))
    assert TEXT not in visible(client.get("/desk/questions?status=answered"))
    assert TEXT in visible(client.get("/desk/questions?status=nonsense"))
    client.fragment("/desk/questions")


def test_an_enterprise_sees_its_own_questions_at_its_desk(
    client: PageClient, scenario: Scenario, asker: Person
) -> None:
    asked(client, scenario, asker)
    assert TEXT in visible(other(client, member("enterprise", "reader", of(asker))).get("/desk/questions"))
    assert TEXT not in visible(other(client, member("enterprise", "owner")).get("/desk/questions"))


def test_html_is_shown_as_it_was_typed(client: PageClient, scenario: Scenario, asker: Person) -> None:
    ask(client.sign_in(asker), scenario, "<b>粗体</b>可以吗？<script>alert(1)</script>")
    html = client.get(f"/scenarios/{scenario.number}").get_data(as_text=True)
    assert "<script>alert" not in html
    assert "&lt;b&gt;" in html


def readers(scenario: Scenario) -> Iterator[Person | None]:
    """Everybody but the asker's own organisation."""
    yield None
    yield member("agency", "owner", scenario.agency)
    yield member("agency", "member")
    yield member("operator", "owner")
    yield member("auditor", "owner")
    yield member("enterprise", "owner")


def pages(app: Flask, scenario: Scenario, question: Question) -> list[str]:
    """Every page that can be fetched, with the scenario's and the question's ids where one is asked for."""
    known: dict[str, object] = {"scenario_id": scenario.id, "question_id": question.id, "code": scenario.agency.code}
    urls, found = app.url_map.bind("localhost"), []
    for rule in app.url_map.iter_rules():
        values = {**known, "number": 1 if rule.rule.startswith("/batches") else scenario.number}
        if "GET" in (rule.methods or ()) and rule.arguments <= values.keys():
            found += [urls.build(rule.endpoint, {name: values[name] for name in rule.arguments}, method="GET")]
    return found


def text_of(data: bytes) -> str:
    """Return what a page says, or what the files of an archive or a workbook say."""
    if not is_zipfile(BytesIO(data)):
        return data.decode(errors="replace")
    with ZipFile(BytesIO(data)) as archive:
        return "\n".join(archive.read(name).decode(errors="replace") for name in archive.namelist())


def test_no_page_tells_who_asked_before_the_opening(
    app: Flask,
    client: PageClient,
    scenario: Scenario,
    asker: Person,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    question = asked(client, scenario, asker)
    secrets = [NAME, asker.name, asker.pseudonym, asker.email, "yunying"]
    addresses = pages(app, scenario, question)
    assert f"/scenarios/{scenario.number}" in addresses
    assert "/desk/questions" in addresses
    for reader in readers(scenario):
        reading = PageClient(app)
        for address in addresses:
            # Each time anew: among the pages is one that signs out.
            if reader:
                reading.sign_in(reader)
            with reading.raw.get(address) as answer:
                html = text_of(answer.get_data())
            told = [secret for secret in secrets if secret in html]
            # A list of organisations may well name one; that it asked is what nobody learns.
            assert not told or TEXT not in html, (reader and reader.name, address, told)
    log = "\n".join(record.getMessage() for record in caplog.records)
    assert not [secret for secret in secrets if secret in log]


def test_no_event_or_notice_tells_who_asked(client: PageClient, scenario: Scenario, asker: Person) -> None:
    clerk = member("agency", "member", scenario.agency)
    question = asked(client, scenario, asker)
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.subject_type == "question")).one()
    assert event.subject_id == str(question.id)
    assert event.actor != asker.pseudonym
    assert event.organisation not in {"", str(question.organisation_id)}
    with client.raw.application.test_request_context():
        deliver_all()
    notices = db.session.scalars(select(Notice).where(Notice.person_id == clerk.id)).all()
    assert notices
    for notice in notices:
        assert NAME not in f"{notice.title}{notice.text}{notice.url}{notice.key}"


def test_the_digest_in_the_log_is_not_of_who_asked(client: PageClient, scenario: Scenario, asker: Person) -> None:
    question = asked(client, scenario, asker)
    before = db.session.scalars(select(AuditEvent).where(AuditEvent.verb == "ask")).one()
    from scenario_catalog.questions import operations

    said = operations._state(question)
    assert not {"organisation_id", "person_id"} & said.keys()
    assert before.after


def test_after_the_opening_agency_and_operator_learn_it_and_nobody_else(
    client: PageClient, scenario: Scenario, asker: Person
) -> None:
    question = asked(client, scenario, asker)
    agency = member("agency", "owner", scenario.agency)
    other(client, agency).post(f"/desk/questions/{question.id}/answer", {"text": "不可以。", "first": "1"}, status=303)
    walk(scenario, "evaluate")
    address = f"/scenarios/{scenario.number}"
    assert NAME in visible(other(client, agency).get(address))
    assert NAME in visible(other(client, agency).get("/desk/questions"))
    assert NAME in visible(other(client, member("operator", "member")).get(address))
    for reader in (member("agency", "owner"), member("auditor", "owner"), member("enterprise", "owner")):
        assert NAME not in visible(other(client, reader).get(address))
    assert NAME not in visible(PageClient(client.raw.application).get(address))


def test_a_cancelled_scenario_never_tells(client: PageClient, scenario: Scenario, asker: Person) -> None:
    asked(client, scenario, asker)
    walk(scenario, "cancel", reason="need_changed")
    agency = member("agency", "owner", scenario.agency)
    assert NAME not in visible(other(client, agency).get(f"/scenarios/{scenario.number}"))
    assert NAME not in visible(other(client, agency).get("/desk/questions"))


def test_people_take_their_own_questions_with_them(client: PageClient, scenario: Scenario, asker: Person) -> None:
    asked(client, scenario, asker)
    found = personal(db.session(), asker.id)
    assert [question["text"] for question in found["questions"]] == [TEXT]
    json.dumps(views.personal(db.session(), asker.id))
    assert views.personal(db.session(), 999) == {"questions": []}
