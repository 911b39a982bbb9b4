"""Matching as plain arithmetic: what is near wins, what is far is refused, what must not count does not."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.matching import rules
from marketplace.matching.rules import Candidate, Match, Pair, Solution

AXES = np.eye(8, dtype=np.float32)


def candidate(number, *axes, fields=None):
    texts = [f"{number}-{place}" for place in range(len(axes))]
    return Candidate(number, fields or ["scope"] * len(axes), texts, AXES[list(axes)])


def solution(*axes):
    vectors = AXES[list(axes)]
    return Solution([f"s{place}" for place in range(len(axes))], vectors, vectors.mean(0, keepdims=True))


FIELD = [candidate("A", 0, 1), candidate("B", 2, 3), candidate("C", 4, 5), candidate("D", 6, 7)]


def test_the_near_scenario_wins_with_its_pairs_and_the_far_ones_are_refused():
    found = rules.by_meaning(solution(2, 3), FIELD, FIELD)
    assert [match.number for match in found] == ["B"]
    assert [(pair.sentence, pair.passage, pair.field) for pair in found[0].pairs] == [
        ("s0", "B-0", "scope"),
        ("s1", "B-1", "scope"),
    ]


def test_a_text_near_nothing_gets_nothing():
    everywhere = Solution(["s"], np.ones((1, 8), np.float32), np.ones((1, 8), np.float32))
    assert rules.by_meaning(everywhere, FIELD, FIELD) == []


def test_no_sentences_or_no_candidates():
    assert rules.by_meaning(solution(1), [], FIELD) == []
    empty = Solution([], np.empty((0, 8), np.float32), np.empty((0, 8), np.float32))
    assert rules.by_meaning(empty, FIELD, FIELD) == []


def test_conditions_count_for_nothing():
    field = [candidate("A", 0, 1, fields=["scope", "conditions"]), *FIELD[1:]]
    assert rules.by_meaning(solution(1), field, field) == []
    only = [candidate("A", 0, fields=["conditions"]), *FIELD[1:]]
    assert rules.by_meaning(solution(0), only, only) == []


def test_two_scenarios_alone_are_ranked_without_a_cut():
    found = rules.by_meaning(solution(0, 2), FIELD[:2], FIELD[:2])
    assert [match.number for match in found] == ["A", "B"]


def test_pairs_use_no_sentence_twice_and_a_weak_third_is_left_out():
    near = solution(0, 0, 1, 4)
    found = rules.by_meaning(near, [candidate("A", 0, 1, 3)], FIELD)[0]
    assert len(found.pairs) == 2
    assert len({pair.sentence for pair in found.pairs}) == 2


def match(number, score):
    return Match(number, score, [])


def test_the_shortlist_keeps_to_the_cut_and_to_the_best():
    ranked = [match("A", 0.5), match("B", 0.36), match("C", 0.34), match("D", 0.1)]
    assert [one.number for one in rules.shortlist(ranked, 0.26)] == ["A", "B"]
    assert rules.shortlist(ranked[3:], 0.26) == []
    assert len(rules.shortlist([match(str(place), 0.5) for place in range(30)], 0.26)) == rules.MOST_MATCHES


@pytest.mark.parametrize(("score", "level"), [(0.41, "high"), (0.4, "high"), (0.33, "middle"), (0.27, "low")])
def test_levels(score, level):
    assert match("A", score).level == level


def test_by_words_needs_several_shared_words():
    pairs = [
        ("A", Pair("s1", "p1", "scope", 3.0)),
        ("A", Pair("s1", "p2", "scope", 2.0)),
        ("B", Pair("s2", "q", "scope", 9.0)),
    ]
    found = rules.by_words(pairs, {"A": 4, "B": 3})
    assert [(one.number, one.score, len(one.pairs)) for one in found] == [("A", 3.0, 1)]


@settings(max_examples=50)
@given(st.lists(st.text(min_size=1, max_size=80), max_size=30))
def test_windows_hold_the_whole_text_in_order(sentences):
    found = rules.windows(sentences, 100)
    assert "".join(found) == "".join(sentences)
    assert all(len(window) <= 100 for window in found)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(1, 9))
def test_any_vectors_give_ranked_scores_between_minus_one_and_one(seed, sentences, scenarios):
    generator = np.random.default_rng(seed)
    vectors = generator.normal(size=(sentences, 8)).astype(np.float32)
    text = Solution([f"s{place}" for place in range(sentences)], vectors, vectors.mean(0, keepdims=True))
    field = [
        Candidate(str(place), ["scope"] * 3, ["a", "b", "c"], generator.normal(size=(3, 8)).astype(np.float32))
        for place in range(scenarios)
    ]
    found = rules.by_meaning(text, field, field)
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)
    assert all(-1.001 <= score <= 1.001 for score in scores)
    again = rules.by_meaning(text, field[::-1], field[::-1])
    assert [(one.number, pytest.approx(one.score, abs=1e-5)) for one in found] == [
        (one.number, one.score) for one in again
    ]
