"""Which policies hold: dates of their own text, successors, and what was withdrawn; where that is said, and where they are gone."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core.audit import SYSTEM, Actor, AuditEvent
from core.clock import frozen
from core.errors import InvalidInputError
from core.extensions import db
from core.lifecycle import LifecycleError
from policies import queries
from policies.operations import import_policy, restore, supersede, withdraw
from policies.parser import PolicyFormatError, parse
from policies.rules import validity
from retrieval.models import Passage
from tests.factories import member
from tests.pages import visible

PLAN = Path("policies/corpus/shenzhen-ai-pioneer-city-2024.md").read_text(encoding="utf-8")
PLAN_ID = "shenzhen-ai-pioneer-city-2024"
SECOND = Path(__file__).with_name("second.md").read_text(encoding="utf-8")
SECOND_ID = "linhai-ai-measures-2025"
THIRD = SECOND.replace(SECOND_ID, "third").replace("临海市促进人工智能应用若干措施", "临海市新措施")
DAY = date(2025, 6, 1)


def dated(effective: str = "", expires: str = "", text: str = SECOND) -> str:
    lines = [f"{name}: {day}\n" for name, day in (("effective", effective), ("expires", expires)) if day]
    return text.replace("source:", "".join(lines) + "source:")


def take(text: str = SECOND):
    return import_policy(db.session(), SYSTEM, text).document


def passages() -> int:
    found = select(func.count()).select_from(Passage).where(Passage.document.startswith(SECOND_ID))
    return db.session.scalar(found)


@pytest.fixture
def operator(client):
    person = member("operator", "member")
    db.session.commit()
    return client.sign_in(person)


@pytest.mark.parametrize(
    ("status", "effective", "expires", "ended", "wanted"),
    [
        ("in_force", None, None, None, "in_force"),
        ("in_force", DAY, None, None, "in_force"),
        ("in_force", date(2025, 6, 2), None, None, "not_yet"),
        ("in_force", None, DAY, None, "in_force"),
        ("in_force", None, date(2025, 5, 31), None, "expired"),
        ("superseded", None, None, DAY, "superseded"),
        ("superseded", None, None, None, "superseded"),
        ("superseded", None, None, date(2025, 6, 2), "in_force"),
        ("superseded", None, date(2025, 5, 31), date(2025, 6, 2), "expired"),
        ("withdrawn", date(2025, 6, 2), None, DAY, "withdrawn"),
    ],
)
def test_how_a_policy_stands_on_a_day(status, effective, expires, ended, wanted):
    assert validity(status, effective, expires, ended, DAY) == wanted


def test_the_front_matter_says_from_when_until_when():
    parsed = parse(dated("2025-03-01", "2025-03-01"))
    assert (parsed.effective, parsed.expires) == (date(2025, 3, 1), date(2025, 3, 1))
    assert (parse(SECOND).effective, parse(SECOND).expires) == (None, None)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (dated("2025-03-02", "2025-03-01"), "第 7 行：expires “2025-03-01”早于 effective “2025-03-02”"),
        (dated("2025年3月"), "第 6 行：effective “2025年3月”不是有效日期"),
        (dated(expires="2025-02-30"), "第 6 行：expires “2025-02-30”不是有效日期"),
    ],
)
def test_wrong_days_are_refused(text, message):
    with pytest.raises(PolicyFormatError, match=message):
        parse(text)


def test_text_after_the_mark_stands_in_no_article():
    text = SECOND.replace("## 第三章", "<!-- 条外 -->\n\n（本章完）\n\n## 第三章")
    parsed = parse(text)
    assert parsed.articles[3].text.endswith("开放1.5万项数据。")
    assert [(one.before, one.chapter) for one in parsed.asides if one.text == "（本章完）"] == [(5, "第二章 支持")]


def test_dates_are_said_on_the_page_and_in_the_list(client, app):
    with frozen(datetime(2025, 6, 1, tzinfo=UTC)):
        take(dated("2025-07-01"))
        take(PLAN)
        db.session.commit()
        for address in (f"/policies/{SECOND_ID}", "/policies"):
            shown = visible(client.get(address))
            assert "该文件自2025年7月1日起施行，现在尚未生效" in shown.replace(" ", "")
        assert "尚未施行" in visible(client.get("/policies"))
        assert [one.document_id for one in db.session.scalars(queries.listed(date(2025, 6, 1)))] == [PLAN_ID, SECOND_ID]
        assert [one.document_id for one in db.session.scalars(queries.listed(date(2025, 7, 1)))] == [SECOND_ID, PLAN_ID]


def test_an_expired_policy_says_so(client, app):
    take(dated(expires="2025-05-31"))
    db.session.commit()
    with frozen(datetime(2025, 6, 1, tzinfo=UTC)):
        assert "有效期至2025年5月31日，已经过期" in visible(client.get(f"/policies/{SECOND_ID}")).replace(" ", "")


def test_a_superseded_policy_names_its_successor(operator):
    take()
    take(THIRD)
    db.session.commit()
    form = {"successor": "third", "since": "2025-05-01"}
    operator.post(f"/desk/policies/{SECOND_ID}/supersede", data=form, status=303)
    page = operator.get(f"/policies/{SECOND_ID}")
    assert "该文件已被《临海市新措施》替代（自2025年5月1日起）" in visible(page).replace(" ", "")
    assert 'href="/policies/third"' in page.get_data(as_text=True)
    assert "已被替代" in visible(operator.get("/policies"))
    assert passages() > 0
    operator.post(f"/desk/policies/{SECOND_ID}/restore", status=303)
    assert "替代" not in visible(operator.get(f"/policies/{SECOND_ID}"))


def test_a_successor_may_count_from_a_day_to_come(operator):
    take()
    take(THIRD)
    supersede(db.session(), SYSTEM, queries.document(SECOND_ID), queries.document("third"), date(2099, 1, 1))
    db.session.commit()
    assert "该文件将被" in visible(operator.get(f"/policies/{SECOND_ID}"))


def test_no_policy_supersedes_itself_or_in_a_circle(app):
    one, other = take(), take(THIRD)
    with pytest.raises(InvalidInputError, match="就是它自己"):
        supersede(db.session(), SYSTEM, one, one, DAY)
    supersede(db.session(), SYSTEM, one, other, DAY)
    with pytest.raises(InvalidInputError, match="已经被它替代"):
        supersede(db.session(), SYSTEM, other, one, DAY)
    withdraw(db.session(), SYSTEM, one, "重复")
    with pytest.raises(InvalidInputError, match="已经撤下"):
        supersede(db.session(), SYSTEM, other, one, DAY)


def test_a_withdrawn_policy_is_gone_but_for_its_address(operator):
    take()
    take(SECOND.replace("60个", "80个"))
    db.session.commit()
    assert passages() > 0
    operator.post(f"/desk/policies/{SECOND_ID}/withdraw", data={"reason": "已经废止"}, status=303)
    assert passages() == 0
    assert queries.answerable_version(SECOND_ID) is None
    for address in ("/policies", "/targets"):
        assert "临海市" not in visible(operator.get(address))
    for version in (1, 2):
        shown = visible(operator.get(f"/policies/{SECOND_ID}?version={version}"))
        assert "撤下：已经废止" in shown
        assert "就这一条提问" not in shown
    operator.get(f"/policies/{SECOND_ID}/facts", status=404)
    operator.get(f"/policies/{SECOND_ID}/calculator", status=404)
    assert "个数字" not in visible(operator.get("/desk"))
    operator.post(f"/desk/policies/{SECOND_ID}/restore", status=303)
    assert passages() > 0
    assert "临海市" in visible(operator.get("/policies"))


def test_a_new_text_of_a_withdrawn_policy_is_not_found(app):
    document = take()
    withdraw(db.session(), SYSTEM, document, "废止")
    take(SECOND.replace("60个", "80个"))
    assert passages() == 0
    restore(db.session(), SYSTEM, document)
    assert any("80个" in one.text for one in db.session.scalars(select(Passage)))


def test_a_reason_is_asked_for_and_what_is_wrong_is_told(operator):
    take()
    db.session.commit()
    address = f"/desk/policies/{SECOND_ID}"
    assert "请写明撤下的理由" in visible(operator.post(f"{address}/withdraw", data={"reason": " "}, status=422))
    page = operator.post(f"{address}/supersede", data={"successor": "none", "since": "x"}, status=422)
    assert "标为已被替代" in visible(page)
    assert "不能执行" in visible(operator.post(f"{address}/restore", status=422))
    assert queries.document(SECOND_ID).status == "in_force"


def test_the_city_s_plan_is_never_withdrawn(operator):
    take(PLAN)
    take(THIRD)
    db.session.commit()
    page = operator.post(f"/desk/policies/{PLAN_ID}/withdraw", data={"reason": "旧"}, status=422)
    assert "这是本市的行动方案" in visible(page)
    form = {"successor": "third", "since": "2025-05-01"}
    operator.post(f"/desk/policies/{PLAN_ID}/supersede", data=form, status=303)
    operator.post(f"/desk/policies/{PLAN_ID}/withdraw", data={"reason": "旧"}, status=422)


def test_who_may_and_what_is_recorded(app):
    document = take()
    with pytest.raises(LifecycleError):
        withdraw(db.session(), Actor("x", "agency-owner"), document, "废止")
    withdraw(db.session(), SYSTEM, document, "废止")
    event = db.session.scalars(select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert (event.verb, event.subject_type, event.subject_id) == ("withdraw", "policy", SECOND_ID)
    assert event.before
    assert event.before != event.after
