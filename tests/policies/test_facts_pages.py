"""The public table of figures, and the desk on which an operator confirms, corrects, rejects and adds."""

from pathlib import Path

import pytest
from sqlalchemy import select

from core.audit import SYSTEM, AuditEvent
from core.extensions import db
from policies.facts.models import PolicyFact
from policies.facts.queries import rows
from policies.facts.reviewed import table_beside
from policies.operations import import_policy
from tests.factories import member
from tests.pages import visible

FILE = Path("policies/corpus/shenzhen-ai-pioneer-city-2024.md")
SECOND = Path(__file__).with_name("second.md").read_text(encoding="utf-8")
PLAN_ADDRESS = "/policies/shenzhen-ai-pioneer-city-2024/facts"
PUBLIC = "/policies/linhai-ai-measures-2025/facts"
DESK = f"/desk{PUBLIC}"


@pytest.fixture
def plan(app):
    version = import_policy(db.session(), SYSTEM, FILE.read_text(encoding="utf-8"), table_beside(FILE))
    db.session.commit()
    return version


@pytest.fixture
def second(app):
    version = import_policy(db.session(), SYSTEM, SECOND)
    db.session.commit()
    return version


@pytest.fixture
def operator(client, second):
    person = member("operator", "member")
    db.session.commit()
    return client.sign_in(person)


def stored(version) -> list[PolicyFact]:
    db.session.expire_all()
    return list(db.session.scalars(rows(version.id)))


def said(fact: PolicyFact, **changes: str) -> dict[str, str]:
    names = ("indicator", "comparator", "unit", "kind", "role", "deadline", "body", "place", "conditions")
    value = "" if fact.value is None else f"{fact.value:f}"
    return {name: getattr(fact, name) for name in names} | {"value": value} | changes


def test_the_confirmed_figures_are_public_with_their_sentences(client, plan):
    page = client.get(PLAN_ADDRESS)
    shown = visible(page)
    for words in (
        "支持措施",
        "目标",
        "30000P FLOPS",
        "2024年年底前",
        "算力券",
        "原文未规定数额",
        "最高1000万元",
        "一次性",
    ):
        assert words in shown
    facts = stored(plan)
    body = page.get_data(as_text=True)
    assert all(f"article={one.article}&amp;mark={one.start}-{one.end}#quote" in body for one in facts)
    assert "没有核对" not in shown


def test_what_nobody_has_confirmed_is_not_public(client, second):
    shown = visible(client.get(PUBLIC))
    assert f"还有 {len(stored(second))} 个数字没有核对" in shown
    assert "20%" not in shown
    client.get("/policies/none/facts", status=404)


def test_the_reader_links_to_the_figures(client, plan):
    assert PLAN_ADDRESS in client.get("/policies/shenzhen-ai-pioneer-city-2024").get_data(as_text=True)


def test_the_desk_lists_documents_and_what_waits(operator, second):
    shown = visible(operator.get("/desk/policies"))
    assert "临海市促进人工智能应用若干措施" in shown
    assert f"{len(stored(second))} 个数字" in visible(operator.get("/desk"))


def test_an_operator_confirms_and_rejects(operator, second):
    first, other, *_rest = stored(second)
    operator.post(f"{DESK}/{first.id}/confirm", status=303)
    operator.post(f"{DESK}/{other.id}/reject", status=303)
    assert [one.status for one in stored(second)[:2]] == ["confirmed", "rejected"]
    assert first.indicator in visible(operator.get(PUBLIC))
    assert "随文件" not in visible(operator.get(f"{DESK}?status=rejected"))
    again = operator.post(f"{DESK}/{first.id}/confirm", status=303)
    assert again.headers["Location"].endswith(f"#fact-{first.id}")
    assert "已核对”状态下不能执行“核对无误" in visible(operator.get(DESK))


def test_htmx_gets_the_row(operator, second):
    first = stored(second)[0]
    page = operator.raw.post(f"{DESK}/{first.id}/confirm", headers={"HX-Request": "true"})
    body = page.get_data(as_text=True)
    assert body.lstrip().startswith("<li")
    assert "已核对" in body
    again = operator.raw.post(f"{DESK}/{first.id}/confirm", headers={"HX-Request": "true"})
    assert "不能执行" in again.get_data(as_text=True)


def test_an_operator_corrects(operator, second):
    fact = next(one for one in stored(second) if one.kind == "money")
    address = f"{DESK}/{fact.id}"
    assert "５００万元" in visible(operator.get(address))
    operator.post(address, data=said(fact, indicator="算力补贴上限", value="500万"), status=303)
    corrected = next(one for one in stored(second) if one.id == fact.id)
    assert (corrected.indicator, corrected.value, corrected.status) == ("算力补贴上限", 5_000_000, "confirmed")
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.subject_type == "policy_fact")).one()
    assert (event.verb, event.subject_id, bool(event.before and event.after)) == ("correct", str(fact.id), True)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"value": "600万"}, "读作 5000000元，与填写的数值 6000000 不一致"),
        ({"value": "很多"}, "“很多”不是数"),
        ({"value": "-5"}, "“-5”不是数"),
        ({"value": "NaN"}, "“NaN”不是数"),
        ({"indicator": ""}, "请写明这个数字说的是什么"),
        ({"indicator": "长" * 201}, "最多 200 字"),
        ({"kind": "weather"}, "Not a valid choice"),
    ],
)
def test_a_wrong_correction_is_told_and_kept(operator, second, changes, message):
    fact = next(one for one in stored(second) if one.kind == "money")
    page = operator.post(f"{DESK}/{fact.id}", data=said(fact, **changes), status=422)
    if "kind" not in changes:
        assert message in visible(page)
        typed = next(iter(changes.values()))
        assert not typed or typed in page.get_data(as_text=True)
    assert {one.status for one in stored(second)} == {"proposed"}


def test_an_operator_adds_what_was_missed(operator, second):
    assert "1.5万项" in operator.get(f"{DESK}/new?article=4&written=1.5万项").get_data(as_text=True)
    new = {"article": "4", "written": "1.5万项数据", "indicator": "开放数据", "value": "1.5万", "unit": "项"}
    new |= {"kind": "count", "role": "target"}
    operator.post(f"{DESK}/new", data=new, status=303)
    made = next(one for one in stored(second) if one.source == "person")
    assert (made.quote, made.value, made.status) == ("开放1.5万项数据。", 15000, "confirmed")
    missing = operator.post(f"{DESK}/new", data={**new, "written": "2万项"}, status=422)
    assert "不是恰好出现一次" in visible(missing)
    assert 'value="2万项"' in missing.get_data(as_text=True)
    operator.post(f"{DESK}/new", data={**new, "article": "99"}, status=422)


def test_facts_of_another_version_are_not_there(operator, second, plan):
    operator.get(f"{DESK}/{stored(plan)[0].id}", status=404)
    operator.post(f"{DESK}/{stored(plan)[0].id}/confirm", status=404)


def test_nobody_else_gets_to_the_desk(client, second):
    client.get(DESK, status=303)
    person = member("agency", "owner")
    db.session.commit()
    client.sign_in(person).get(DESK, status=403)
