"""What a scenario asks of a bid: the rules, the agency's page, and freezing at publication."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from accounts.models import Organisation
from core.audit import SYSTEM, AuditEvent
from core.errors import InvalidInputError
from core.events import deliver_all
from core.extensions import db
from marketplace.calls import operations, queries, rules
from marketplace.calls.forms import call_form
from marketplace.calls.models import Call
from marketplace.calls.rules import Criterion, Level, Section, Terms
from scenario_catalog import operations as catalog
from scenario_catalog.models import Scenario
from scenario_catalog.rules import MODES
from tests.factories import OrganisationFactory, ScenarioFactory, approve, member, published
from tests.pages import PageClient, visible

RUBRIC = (Level(90, "很好"), Level(60, "可行"), Level(0, "没有"))
SOUND = Terms(
    (Section("plan", "实施计划", "写到周", longest=2_000),),
    (Criterion("plan", "计划", 80, 60, rubric=RUBRIC), Criterion("price", "报价", 20, kind=rules.PRICE)),
    4,
    7,
)


def changed(place: int, **values: Any) -> Terms:
    """Return sound terms with one criterion changed."""
    criteria = list(SOUND.criteria)
    criteria[place] = replace(criteria[place], **values)
    return replace(SOUND, criteria=tuple(criteria))


@pytest.mark.parametrize("mode", [mode for mode in MODES if rules.takes_bids(mode)])
def test_the_defaults_of_every_mode_are_sound(mode: str) -> None:
    terms = rules.default_terms(mode)
    assert rules.problems(terms) == {}
    assert terms.weights == 100
    assert rules.terms_from(rules.content_of(terms)) == terms


@pytest.mark.parametrize(
    ("terms", "field", "words"),
    [
        (changed(0, weight=70), "criteria", "合计须为 100，现在是 90"),
        (changed(0, weight=101), "criteria-0-weight", "1–100"),
        (changed(1, weight=0), "criteria-1-weight", "1–100"),
        (changed(0, minimum=101), "criteria-0-minimum", "0–100"),
        (changed(1, minimum=50), "criteria-1-minimum", "报价不设最低分"),
        (changed(0, rubric=RUBRIC[:2]), "criteria-0-rubric", "至少写明 3 档"),
        (changed(0, rubric=(*RUBRIC, Level(60, "重复"))), "criteria-0-rubric", "互不相同"),
        (changed(0, rubric=(*RUBRIC, Level(-1, "越界"))), "criteria-0-rubric", "0–100"),
        (changed(0, rubric=(*RUBRIC, Level(30, ""))), "criteria-0-rubric", "每一档都要写明"),
        (changed(0, rubric=(*RUBRIC, Level(30, "长" * 301))), "criteria-0-rubric", "最多 300 字"),
        (changed(0, rubric=tuple(Level(n, "好") for n in range(8))), "criteria-0-rubric", "最多 7 档"),
        (changed(1, rubric=RUBRIC), "criteria-1-rubric", "报价按公式计分"),
        (changed(0, kind="magic"), "criteria-0-kind", "请选择"),
        (changed(0, kind=rules.PRICE, minimum=0, rubric=()), "criteria", "报价只能有一项"),
        (replace(SOUND, criteria=SOUND.criteria[1:]), "criteria", "至少要有一项由评审打分"),
        (changed(1, title="计划"), "criteria-1-title", "与第 1 项重名"),
        (changed(1, key="plan"), "criteria", "标识重复"),
        (replace(SOUND, sections=()), "sections", "至少要有一节"),
        (replace(SOUND, criteria=()), "criteria", "至少要有一项"),
        (replace(SOUND, sections=(replace(SOUND.sections[0], title=""),)), "sections-0-title", "请填写名称"),
        (replace(SOUND, sections=(replace(SOUND.sections[0], hint="长" * 301),)), "sections-0-hint", "最多 300 字"),
        (replace(SOUND, sections=(replace(SOUND.sections[0], longest=99),)), "sections-0-longest", "100–10000"),
        (replace(SOUND, sections=(replace(SOUND.sections[0], key=""),)), "sections", "标识重复或缺失"),
        (replace(SOUND, sections=(replace(SOUND.sections[0], key='x" y'),)), "sections", "标识重复或缺失"),
        (replace(SOUND, most_finalists=0), "most_finalists", "1–10"),
        (replace(SOUND, standstill_days=2), "standstill_days", "3–30"),
    ],
)
def test_what_is_wrong_is_told_by_the_field(terms: Terms, field: str, words: str) -> None:
    assert words in rules.problems(terms)[field]


def test_too_many_rows_are_told() -> None:
    sections = tuple(Section(f"s-{n}", f"第{n}节") for n in range(16))
    assert "最多 15 节" in rules.problems(replace(SOUND, sections=sections))["sections"]


def test_rows_move_and_keys_are_new() -> None:
    assert rules.shifted("abc", 0, 1) == ["b", "a", "c"]
    assert rules.shifted("abc", 0, -1) == rules.shifted("abc", 2, 1) == ["a", "b", "c"]
    assert rules.next_key(["section-1", "section-3"], "section") == "section-2"


@pytest.fixture
def need(app: Flask) -> Scenario:
    found = ScenarioFactory()
    db.session.commit()
    return found


@pytest.fixture
def as_role(app: Flask, need: Scenario) -> Callable[..., PageClient]:
    return lambda role, kind="agency": PageClient(app).sign_in(
        member(kind, role, need.agency if kind == "agency" else None)
    )


@pytest.fixture
def drafter(as_role: Callable[..., PageClient]) -> PageClient:
    return as_role("member")


def typed(terms: Terms = SOUND, revision: int = 0, **changes: Any) -> dict[str, Any]:
    """Return what a browser sends for these terms, with single controls changed."""
    form = call_form(terms, revision)
    found: dict[str, Any] = {"revision": str(revision)}

    def tell(field: Any) -> None:
        if hasattr(field, "entries") or hasattr(field, "form"):
            for inner in field:
                tell(inner)
        elif field.type != "BooleanField":
            found[field.name] = field.data or ""
        elif field.data:
            found[field.name] = "y"

    for field in form:
        if field.name not in {"csrf_token", "revision"}:
            tell(field)
    return {**found, **{name.replace("__", "-"): value for name, value in changes.items()}}


def page(need: Scenario) -> str:
    return f"/desk/scenarios/{need.id}/call"


def kept() -> Call:
    db.session.expire_all()
    return db.session.scalars(select(Call)).one()


def test_the_form_begins_with_the_default_of_the_mode(drafter: PageClient, need: Scenario) -> None:
    shown = drafter.get(page(need))
    said = visible(shown)
    assert "还没有保存过" in said
    assert "权重合计 100" in said
    assert all(one.title in shown.get_data(as_text=True) for one in rules.default_terms(need.mode).sections)


def test_what_is_typed_is_kept_once_and_audited(drafter: PageClient, need: Scenario) -> None:
    drafter.post(page(need), typed(), status=303)
    assert (queries.terms_in(kept()), kept().revision) == (SOUND, 1)
    drafter.post(page(need), typed(revision=1), status=303)
    assert kept().revision == 1  # nothing changed
    events = select(AuditEvent.verb).where(AuditEvent.subject_type == "call")
    assert db.session.scalars(events).all() == ["save"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"criteria__0__weight": "很重"}, "1–100"),
        ({"criteria__0__weight": "70"}, "权重合计 90，还差 10"),
        ({"criteria__0__minimum": "一百"}, "0–100"),
        ({"criteria__0__rubric__1__points": "及格"}, "互不相同"),
        ({"sections__0__title": ""}, "请填写名称"),
        ({"sections__0__longest": "1e9"}, "100–10000"),
        ({"most_finalists": "若干"}, "1–10"),
    ],
)
def test_bad_input_is_told_beside_the_field_with_everything_kept(
    drafter: PageClient, need: Scenario, changes: dict[str, str], message: str
) -> None:
    response = drafter.post(page(need), typed(sections__0__hint="我写的一句独特的提示", **changes), status=422)
    html = response.get_data(as_text=True)
    assert message in visible(response)
    assert "请检查以下内容" in html
    assert "我写的一句独特的提示" in html
    assert all(value in html for value in changes.values())
    assert db.session.scalar(select(func.count()).select_from(Call)) == 0


def test_rows_are_added_moved_and_removed_by_buttons_without_losing_what_was_typed(
    drafter: PageClient, need: Scenario
) -> None:
    sent = typed(criteria__0__title="我改的名称", criteria__0__weight="八十")
    added = drafter.post(page(need), {**sent, "do": "add-criteria"}).get_data(as_text=True)
    assert 'name="criteria-2-title"' in added
    assert 'value="criterion-1"' in added
    assert "八十" in added
    moved = drafter.post(page(need), {**sent, "do": "down-criteria-0"}).get_data(as_text=True)
    assert 'name="criteria-1-title" type="text" value="我改的名称"' in moved
    gone = drafter.post(page(need), {**sent, "do": "remove-criteria-0"}).get_data(as_text=True)
    assert "我改的名称" not in gone
    assert 'name="sections-1-title"' in drafter.post(page(need), {**sent, "do": "add-sections"}).get_data(as_text=True)
    for odd in ("remove-criteria-9", "up-criteria-x", "burn-sections-0", "add-weapons", "sum"):
        assert "我改的名称" in drafter.post(page(need), {**sent, "do": odd}).get_data(as_text=True)
    assert db.session.scalar(select(func.count()).select_from(Call)) == 0


def test_two_people_at_one_call_lose_nothing(
    drafter: PageClient, as_role: Callable[..., PageClient], need: Scenario
) -> None:
    as_role("approver").post(page(need), typed(replace(SOUND, most_finalists=9)), status=303)
    response = drafter.post(page(need), typed(sections__0__title="我的计划"), status=409)
    said = visible(response)
    assert "其他人保存过" in said
    assert "最多 9 家入围" in said  # the newer version stands beside what was typed
    assert 'name="revision" value="1"' in response.get_data(as_text=True)
    drafter.post(page(need), typed(revision=1, sections__0__title="我的计划"), status=303)
    assert kept().sections[0]["title"] == "我的计划"


def test_a_submitted_need_is_read_only(as_role: Callable[..., PageClient], drafter: PageClient, need: Scenario) -> None:
    operator = as_role("member", "operator")
    operator.get(page(need), status=404)  # not submitted yet
    catalog.move(db.session(), SYSTEM, need, "submit")
    db.session.commit()
    assert "<form" not in drafter.get(page(need)).get_data(as_text=True).partition("<main")[2].partition("desk-main")[2]
    assert "评分标准" in visible(operator.get(page(need)))
    assert "不能再改" in visible(drafter.post(page(need), typed(), status=422))
    as_role("reader").post(page(need), typed(), status=403)


def test_another_agency_and_an_enterprise_do_not_see_a_draft(app: Flask, need: Scenario) -> None:
    PageClient(app).sign_in(member("agency", "owner")).get(page(need), status=404)
    PageClient(app).sign_in(member("enterprise", "owner")).get(page(need), status=403)


def test_procurement_has_no_call(app: Flask) -> None:
    need = ScenarioFactory(mode="procurement")
    published(need)
    deliver_all()
    agency = PageClient(app).sign_in(member("agency", "owner", need.agency))
    agency.get(page(need), status=404)
    agency.get(f"/scenarios/{need.number}/call", status=404)
    with pytest.raises(InvalidInputError):
        operations.save_call(db.session(), SYSTEM, need, SOUND.sections, SOUND.criteria, 3, 5, 0)
    assert db.session.scalars(select(Call)).all() == []


def test_publication_freezes_what_was_written_or_the_default(app: Flask, client: PageClient, need: Scenario) -> None:
    other = ScenarioFactory(mode="pilot", agency=OrganisationFactory())
    operations.save_call(db.session(), SYSTEM, need, SOUND.sections, SOUND.criteria, 4, 7, 0)
    published(need, other)
    deliver_all()
    calls = {call.scenario_id: call for call in db.session.scalars(select(Call))}
    assert queries.terms_in(calls[need.id]) == SOUND
    assert queries.terms_in(calls[other.id]) == rules.default_terms("pilot")
    for call in calls.values():
        assert call.frozen_at is not None
        assert call.digest == operations.digest(queries.terms_in(call))
    before = calls[need.id].frozen_at
    operations.freeze(db.session(), need)
    assert calls[need.id].frozen_at == before
    with pytest.raises(InvalidInputError):
        operations.save_call(db.session(), SYSTEM, need, SOUND.sections, SOUND.criteria, 1, 7, 1)
    said = visible(client.get(f"/scenarios/{need.number}/call"))
    for words in ("实施计划", "写到周", "80", "90 分", "很好", "最多 4 家入围", "公示 7 天", calls[need.id].digest):
        assert words in said
    part = client.fragment(f"/scenarios/{need.number}/call").get_data(as_text=True)
    assert "<h3" in part
    assert "<h1" not in part


def test_a_draft_s_call_is_not_public(client: PageClient, need: Scenario) -> None:
    approve(need)
    db.session.commit()
    client.get("/scenarios/None/call", status=404)
    assert queries.terms_of(db.session(), need) == rules.default_terms(need.mode)


def test_an_organisation_may_have_no_say_in_another_s_terms(app: Flask, need: Scenario) -> None:
    stranger: Organisation = OrganisationFactory()
    PageClient(app).sign_in(member("agency", "owner", stranger)).post(page(need), typed(), status=404)
