"""Thumbs with reasons and wrong sentences, complaints with number and deadline, the board, and evaluation cases."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from assistant.models import Turn
from assistant.quality import operations, presenting, queries, views
from assistant.quality.models import Complaint, EvaluationCase, Rating
from assistant.question_files import read
from core import clock
from core.access import Principal
from core.audit import AuditEvent
from core.extensions import db
from tests.assistant.test_pages import HTMX, QUESTION, ask
from tests.factories import member
from tests.pages import PageClient, problems, visible

UNANSWERED = "软件名园的奖励在哪个网站申请？"


@pytest.fixture
def operator(site: Flask) -> PageClient:
    return PageClient(site).sign_in(member("operator", "approver"))


@pytest.fixture
def answered(reader: PageClient) -> str:
    """Return the address of a conversation with one answer."""
    return ask(reader, QUESTION)


def complain(client: PageClient, **values: str) -> str:
    """Complain; return the address that shows the complaint."""
    data = {"text": "引文不完整", "contact": "13800138000", **values}
    return client.post("/assistant/complaints", data, status=303).headers["Location"]


def test_a_thumb_up_is_kept_and_said(reader: PageClient, answered: str) -> None:
    reader.post(f"{answered}/turns/1/rating", {"helpful": "1"}, status=303)
    assert "已收到您的评价：有用" in visible(reader.get(answered))
    assert db.session.query(Rating).one().helpful


def test_a_thumb_down_has_a_reason_and_the_wrong_sentence(reader: PageClient, answered: str) -> None:
    data = {"reason": "figure", "wrong": ["0", "99"], "comment": "邮箱a@example.org，电话13800138000"}
    reader.post(f"{answered}/turns/1/rating", data, status=303)
    kept = db.session.query(Rating).one()
    assert (kept.helpful, kept.reason, [one.place for one in kept.wrong]) == (False, "figure", [0])
    assert "200万元" in kept.wrong[0].text
    assert kept.comment == "邮箱[邮箱地址]，电话[手机号]"
    assert "没有用（数字或条件不对）" in visible(reader.get(answered))


def test_an_opinion_may_change(reader: PageClient, answered: str) -> None:
    reader.post(f"{answered}/turns/1/rating", {"reason": "wrong", "wrong": "0"}, status=303)
    reader.post(f"{answered}/turns/1/rating", {"helpful": "1"}, status=303)
    kept = db.session.query(Rating).one()
    assert (kept.helpful, kept.reason, kept.wrong) == (True, "", [])


@pytest.mark.parametrize(
    "data", [{}, {"reason": "nonsense"}, {"reason": "other", "comment": "长" * 301}, {"reason": "other", "wrong": "x"}]
)
def test_a_bad_opinion_is_told_and_not_kept(reader: PageClient, answered: str, data: dict[str, str]) -> None:
    response = reader.raw.post(f"{answered}/turns/1/rating", data=data, headers=HTMX)
    html = response.get_data(as_text=True)
    assert "field-error" in html
    assert not [line for line in problems(html, fragment=True) if "points nowhere" not in line]
    assert db.session.query(Rating).count() == 0


def test_nobody_rates_another_s_answer(site: Flask, answered: str) -> None:
    assert site.test_client().post(f"{answered}/turns/1/rating", data={"helpful": "1"}).status_code == 404


def test_a_rating_goes_with_its_conversation(reader: PageClient, answered: str) -> None:
    reader.post(f"{answered}/turns/1/rating", {"reason": "wrong", "wrong": "0"}, status=303)
    reader.post(f"{answered}/delete", status=303)
    assert db.session.query(Rating).count() == 0


def test_a_complaint_has_a_number_a_deadline_and_a_reply(
    reader: PageClient, answered: str, operator: PageClient
) -> None:
    address = complain(reader, conversation=answered.rsplit("/", 1)[1], turn="1")
    year, due = clock.today().year, clock.today() + timedelta(days=15)
    made = db.session.query(Complaint).one()
    assert (made.number, made.due) == (f"TS-{year}-0001", due)
    assert "200万元" in made.answer
    assert f"TS-{year}-0001" in visible(reader.get(address))
    assert "引文不完整" in visible(operator.get("/desk/assistant/complaints/" + made.number))
    operator.post(f"/desk/assistant/complaints/{made.number}", {"text": "已补全"}, status=303)
    assert "已补全" in visible(reader.get(address))
    assert "13800138000" not in visible(reader.get(address))
    events = db.session.query(AuditEvent).filter_by(subject_type="complaint").all()
    assert [(one.verb, one.subject_id) for one in events] == [("reply", made.number)]
    operator.post(f"/desk/assistant/complaints/{made.number}", {"text": "再答一次"}, status=409)
    assert "已补全" in visible(reader.get(address))


def test_complaints_are_numbered_in_order_and_stay(reader: PageClient, answered: str) -> None:
    complain(reader, conversation=answered.rsplit("/", 1)[1], turn="1")
    complain(reader)
    reader.post(f"{answered}/delete", status=303)
    found = db.session.query(Complaint).order_by(Complaint.id).all()
    assert [one.number[-4:] for one in found] == ["0001", "0002"]
    assert found[0].question
    assert found[1].question == ""


@pytest.mark.parametrize(("name", "value"), [("text", ""), ("text", "长" * 2001), ("contact", "长" * 201)])
def test_a_bad_complaint_is_told_beside_the_field(reader: PageClient, name: str, value: str) -> None:
    reader.post("/assistant/complaints", {"text": "不对", name: value}, status=422)
    assert db.session.query(Complaint).count() == 0


def test_another_s_answer_is_not_copied_into_a_complaint(site: Flask, answered: str) -> None:
    stranger = PageClient(site)
    complain(stranger, conversation=answered.rsplit("/", 1)[1], turn="1")
    assert db.session.query(Complaint).one().question == ""


def test_a_contact_is_forgotten_some_days_after_the_reply(reader: PageClient, operator: PageClient) -> None:
    complain(reader)
    made = db.session.query(Complaint).one()
    with clock.frozen(clock.now() + timedelta(days=40)):
        operations.forget(db.session(), 30)
    assert made.contact
    operator.post(f"/desk/assistant/complaints/{made.number}", {"text": "已补全"}, status=303)
    with clock.frozen(clock.now() + timedelta(days=40)):
        operations.forget(db.session(), 30)
    db.session.refresh(made)
    assert made.contact == ""


def test_a_late_complaint_waits_on_the_desk_and_says_so(reader: PageClient, operator: PageClient) -> None:
    complain(reader)
    assert "还有 15 天" in visible(operator.get("/desk/assistant/complaints"))
    db.session.query(Complaint).one().due -= timedelta(days=16)
    db.session.commit()
    assert "已超期" in visible(operator.get("/desk/assistant/complaints"))
    with reader.raw.application.test_request_context():
        assert len(views.waiting(Principal("p", 1, role="operator-member", organisation=1))) == 1
        assert views.waiting(Principal("p", 1, role="agency-member", organisation=1)) == []


def test_the_board_shows_what_was_not_answered_and_nothing_of_who_asked(
    reader: PageClient, operator: PageClient
) -> None:
    ask(reader, UNANSWERED)
    ask(reader, UNANSWERED)
    address = ask(reader, QUESTION)
    reader.post(f"{address}/turns/1/rating", {"reason": "source", "comment": "应引第九条"}, status=303)
    page = visible(operator.get("/desk/assistant"))
    assert "2 次" in page
    assert "引错了条文：应引第九条" in page
    assert QUESTION.rstrip("？") in visible(operator.get("/desk/assistant?status=rated"))
    assert QUESTION.rstrip("？") not in visible(operator.get("/desk/assistant?status=partial"))
    assert db.session.query(Turn).first().conversation_id not in operator.get("/desk/assistant").get_data(as_text=True)


def test_one_click_makes_a_case_and_the_export_is_a_question_file(
    reader: PageClient, operator: PageClient, site: Flask, tmp_path: Path
) -> None:
    ask(reader, "我的邮箱是a@example.org，软件名园的一次性奖励金额是多少？")
    turn = db.session.query(Turn).one()
    for _ in range(2):
        operator.post(f"/desk/assistant/questions/{turn.id}/case", {"kind": "single"}, status=303)
    case = db.session.query(EvaluationCase).one()
    assert "a@example.org" not in case.question
    assert 17 in case.gold
    operator.post(f"/desk/assistant/cases/{case.id}", {"kind": "single", "gold": "十七、9"}, status=303)
    operator.post(f"/desk/assistant/cases/{case.id}", {"kind": "single", "gold": "附件"}, status=422)
    operator.post(f"/desk/assistant/questions/{turn.id}/case", {"kind": "nonsense"}, status=400)
    target = tmp_path / "cases.jsonl"
    result = site.test_cli_runner().invoke(args=["assistant", "export-cases", "--output", str(target)])
    assert result.exit_code == 0, result.output
    assert [(one["gold"], one["kind"]) for one in read(target)] == [([17, 9], "single")]
    verbs = [one.verb for one in db.session.query(AuditEvent).filter_by(subject_type="evaluation_case")]
    assert verbs == ["keep", "correct"]
    operator.post(f"/desk/assistant/cases/{case.id}/delete", status=303)
    assert "评测集里还没有真实问题" in visible(operator.get("/desk/assistant/cases"))


def test_the_desk_is_the_operator_s(site: Flask) -> None:
    agency = PageClient(site).sign_in(member("agency", "owner"))
    for path in ("/desk/assistant", "/desk/assistant/complaints", "/desk/assistant/cases"):
        agency.get(path, status=403)
    reader = PageClient(site).sign_in(member("operator", "reader"))
    reader.get("/desk/assistant")
    reader.post("/desk/assistant/questions/1/case", {"kind": "single"}, status=403)


def test_the_public_page_tells_the_last_run_and_the_last_days(
    reader: PageClient, answered: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    reader.post(f"{answered}/turns/1/rating", {"helpful": "1"}, status=303)
    file = tmp_path / "latest.json"
    sets = [{"name": "own", "size": 160, "strict": 0.9876, "unknown": 1}, {"name": "other", "size": 50}]
    file.write_text(json.dumps({"date": "2026-11-27", "sets": sets, "weaknesses": ["英文"]}), encoding="utf-8")
    run = presenting.evaluation(file)
    assert run
    assert [(str(name), cells) for name, cells in run["rows"]] == [
        ("自编题，行动方案", ["160", "98.8%"]),
        ("other", ["50", "—"]),
    ]
    assert presenting.evaluation(tmp_path / "none.json") is None
    monkeypatch.setattr(presenting.evaluation, "__defaults__", (file,))
    page = visible(reader.get("/assistant/quality"))
    assert "98.8%" in page
    assert "2026-11-27" in page
    assert "英文" in page
    assert "1 / 1" in page
    lately = presenting.lately()
    assert (lately.answers, lately.helpful, lately.rated) == (1, 1, 1)
    assert queries.rating(db.session.query(Turn).one().id)
