"""The same form twice, and a link opened after the state has moved: the page says what is, and nothing is done twice."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core import clock
from core.audit import SYSTEM, AuditEvent
from core.extensions import db
from scenario_catalog import operations as catalog
from scenario_catalog.models import Batch, Corrigendum, Question, QuestionSupplement, Scenario
from scenario_catalog.publishing import correcting, operations
from scenario_catalog.questions import operations as questions
from scenario_catalog.questions.operations import Asker, Wording
from scenario_catalog.rules import Ground
from tests.factories import OrganisationFactory, ScenarioFactory, approve, member, published
from tests.lifecycle_tables import SCENARIO
from tests.pages import PageClient, visible

# How a scenario gets to each state: the verbs before publication, and those after it.
WAYS: dict[str, tuple[tuple[str, ...], tuple[str, ...] | None]] = {
    "draft": ((), None),
    "in_review": (("submit",), None),
    "returned": (("submit", "return"), None),
    "approved": (("submit", "approve"), None),
    "cancelled": (("submit", "cancel"), None),
    "open": ((), ()),
    "evaluating": ((), ("evaluate",)),
    "finalists": ((), ("evaluate", "shortlist")),
    "noticed": ((), ("evaluate", "shortlist", "notice")),
    "awarded": ((), ("evaluate", "shortlist", "notice", "award")),
    "piloting": ((), ("evaluate", "shortlist", "notice", "award", "pilot")),
    "landed": ((), ("evaluate", "shortlist", "notice", "award", "pilot", "land")),
    "failed": ((), ("fail",)),
}
CODES = {"cancel": "need_changed", "fail": "no_bids"}
MOVING = {"submit", "recall", "request", "approve", "return"}


@pytest.fixture
def session(app: Flask) -> Session:
    return db.session()


@pytest.fixture
def operator(client: PageClient) -> PageClient:
    return client.sign_in(member("operator", "approver"))


def need(**values: object) -> Scenario:
    return ScenarioFactory(agency=OrganisationFactory(verification="verified"), **values)


def composed(scenario: Scenario) -> Batch:
    batch = catalog.create_batch(db.session(), SYSTEM, "第一批清单")
    operations.add_scenarios(db.session(), SYSTEM, batch, [approve(scenario).id])
    db.session.commit()
    return batch


def asked(scenario: Scenario) -> Question:
    asker = member("enterprise", "member")
    found = Asker(asker.id, OrganisationFactory(kind="enterprise").id, "某某科技")
    made = questions.ask(db.session(), SYSTEM, scenario, found, Wording("接口是否开放给所有企业？"))
    db.session.commit()
    return made


def brought_to(state: str) -> tuple[Scenario, Question | None]:
    """Return a scenario in this state, and a question about it where there can be one."""
    before, after = WAYS[state]
    scenario, question, session = need(), None, db.session()
    for verb in before:
        catalog.move(session, SYSTEM, scenario, verb, Ground(CODES.get(verb, ""), "理由"))
    if after is not None:
        published(scenario)
        question = asked(scenario)
        questions.answer(session, SYSTEM, question, "对所有企业开放。")
    session.commit()
    with clock.frozen(clock.end_of_day(scenario.deadline)):
        for verb in after or ():
            catalog.move(session, SYSTEM, scenario, verb, Ground(CODES.get(verb, ""), "理由"))
        session.commit()
    assert scenario.status == state
    return scenario, question


def addresses(app: Flask, method: str, values: dict[str, Any]) -> Iterator[str]:
    """Yield every address that names one of these things."""
    urls = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if rule.arguments and rule.arguments <= {*values} and method in (rule.methods or ()):
            given = {name: values[name] for name in rule.arguments}
            with suppress(ValueError):  # the number of a batch is none of a scenario
                yield urls.build(rule.endpoint, given, method=method)


def things(scenario: Scenario, question: Question | None) -> dict[str, Any]:
    found = {"scenario_id": scenario.id, "number": scenario.number, "verb": "cancel"}
    return found | {"batch_id": scenario.batch_id, "question_id": question and question.id}


@pytest.mark.parametrize("state", WAYS)
def test_every_address_is_answered_in_every_state(app: Flask, client: PageClient, state: str) -> None:
    scenario, question = brought_to(state)
    values = {name: value for name, value in things(scenario, question).items() if value is not None}
    people = [member("operator", "approver"), member("agency", "owner", scenario.agency)]
    id_, opened = scenario.id, 0
    for person in people:
        client.sign_in(person)
        for path in addresses(app, "GET", values):
            if person is not people[0] and not path.startswith("/desk"):
                continue  # public, and the same to both
            with client.raw.get(path) as answer:
                assert answer.status_code in {200, 303, 304, 403, 404}, (path, answer.status)
                opened += answer.status_code == 200
        for path in addresses(app, "POST", values):
            before = status_of(id_)
            with client.raw.post(path) as answer:
                assert answer.status_code in {200, 303, 400, 403, 404, 409, 422}, (path, answer.status)
            moved = {to for (source, verb), (to, _who) in SCENARIO.items() if source == before and verb in MOVING}
            assert status_of(id_) in {before, *moved}, path
    assert opened > 5


def status_of(id_: int) -> str:
    db.session.expire_all()
    return db.session.get_one(Scenario, id_).status


def count(session: Session, entity: type) -> int:
    return session.scalar(select(func.count()).select_from(entity)) or 0


def test_links_to_a_batch_say_that_it_is_published(session: Session, operator: PageClient) -> None:
    batch = composed(need(title="影像初筛"))
    operations.publish(session, SYSTEM, batch)
    session.commit()
    base = f"/desk/batches/{batch.id}"
    assert "已经发布" in visible(operator.get(f"{base}/publish"))
    for path, data in (
        (base, {"title": "改名"}),
        (f"{base}/publish", {"count": "1"}),
        (f"{base}/schedule", {"at": "2099-01-01T00:00"}),
    ):
        assert "已发布" in visible(operator.post(path, data, status=422)), path
    for path in (f"{base}/unschedule", f"{base}/scenarios", f"{base}/scenarios/{batch.scenarios[0].id}/drop"):
        operator.post(path, status=303)
        assert "已发布" in visible(operator.get(base)), path
    assert batch.title == "第一批清单"


def test_what_is_no_longer_approved_is_named_when_an_old_page_is_sent(session: Session, operator: PageClient) -> None:
    scenario = need(title="影像初筛")
    batch = composed(scenario)
    base = f"/desk/batches/{batch.id}"
    assert "立即公开发布" in visible(operator.get(f"{base}/publish"))
    catalog.move(session, SYSTEM, scenario, "return", Ground(words="指标不清"))
    session.commit()
    for path, data in ((f"{base}/publish", {"count": "1"}), (f"{base}/schedule", {"at": "2099-01-01T00:00"})):
        page = visible(operator.post(path, data, status=422))
        assert "“影像初筛”" in page
        assert "已退回" in page
    session.expire_all()
    assert (batch.status, scenario.number, scenario.batch_id) == ("draft", None, batch.id)


def test_a_batch_is_opened_once_however_often_the_button_is_pressed(session: Session, operator: PageClient) -> None:
    first = operator.post("/desk/batches", {"title": "第一批", "summary": "首批"}, status=303).location
    assert operator.post("/desk/batches", {"title": "第一批", "summary": "首批"}, status=303).location == first
    assert count(session, Batch) == 1
    operator.post("/desk/batches", {"title": "第二批", "summary": ""}, status=303)
    assert count(session, Batch) == 2


def test_a_schedule_sent_twice_says_that_it_is_scheduled(session: Session, operator: PageClient) -> None:
    batch = composed(need())
    form = {"at": clock.local(clock.now() + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M")}
    operator.post(f"/desk/batches/{batch.id}/schedule", form, status=303)
    assert "“已排期”状态下" in visible(operator.post(f"/desk/batches/{batch.id}/schedule", form, status=422))
    assert events(session, "schedule") == 1


def test_a_corrigendum_sent_twice_is_issued_once(session: Session, operator: PageClient) -> None:
    scenario = need()
    published(scenario)
    later = (scenario.deadline + timedelta(days=6)).isoformat()
    form = {**correcting.texts(scenario), "number": "1", "deadline": later, "reason": "数量有误", "issue": "1"}
    path = f"/desk/scenarios/{scenario.id}/corrigendum"
    operator.post(path, form, status=303)
    assert "另一项更正" in visible(operator.post(path, form, status=422))
    assert count(session, Corrigendum) == 1


def test_a_scenario_ended_twice_says_how_it_ended(session: Session, operator: PageClient) -> None:
    scenario = need()
    published(scenario)
    path = f"/desk/scenarios/{scenario.id}/cancel"
    form = {"reason": "need_changed", "words": "", "confirmed": "y"}
    operator.post(path, form, status=303)
    assert "“已取消”" in visible(operator.post(path, form, status=422))
    assert "不能这样处理" in visible(operator.get(path))
    assert events(session, "cancel") == 1


def test_what_is_redacted_already_is_not_found_again(session: Session, operator: PageClient) -> None:
    scenario = need(background="请联系张三丰。每天收到影像四千张。")
    published(scenario)
    path = f"/desk/scenarios/{scenario.id}/redaction"
    form = {"texts": "张三丰", "reason": "personal", "note": "", "confirmed": "y", "redact": "1"}
    operator.post(path, form, status=303)
    assert "什么也没有删除" in visible(operator.post(path, form, status=422))
    assert events(session, "redact") == 1


@pytest.mark.parametrize(("first", "added"), [("1", 0), ("", 1)], ids=["an answer", "a supplement"])
def test_an_answer_sent_twice_stands_once(session: Session, client: PageClient, first: str, added: int) -> None:
    scenario = need()
    published(scenario)
    question = asked(scenario)
    if added:
        questions.answer(session, SYSTEM, question, "对所有企业开放。")
        session.commit()
    client.sign_in(member("agency", "owner", scenario.agency))
    form = {"text": "自六月起开放。", "first": first}
    client.post(f"/desk/questions/{question.id}/answer", form, status=303)
    client.post(f"/desk/questions/{question.id}/answer", form, status=409)
    assert "已经" in visible(client.post(f"/desk/questions/{question.id}/answer", {**form, "first": ""}, status=409))
    assert count(session, QuestionSupplement) == added


def test_a_link_to_a_question_says_that_answering_is_over(session: Session, client: PageClient) -> None:
    scenario, question = brought_to("evaluating")
    assert question
    client.sign_in(member("agency", "owner", scenario.agency))
    path = f"/desk/questions/{question.id}"
    client.get(path)
    page = visible(client.post(f"{path}/answer", {"text": "补一句", "first": ""}, status=409))
    assert "不能再答复" in page
    assert "补一句" in page


def events(session: Session, verb: str) -> int:
    return session.scalar(select(func.count()).select_from(AuditEvent).where(AuditEvent.verb == verb)) or 0
