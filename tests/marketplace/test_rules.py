"""Matching as plain arithmetic on toy vectors: what is near wins, what is far is refused, what must not count does not."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from marketplace.matching import rules
from marketplace.matching.rules import Field, Match, Middle, Placed, Text
from marketplace.solutions.rules import compared
from scenario_catalog.compared import Wording

SIZE = 16
AXES = np.eye(SIZE, dtype=np.float32)
NOWHERE = np.zeros(SIZE, np.float32)
MIDDLE = Middle({False: NOWHERE, True: NOWHERE}, {False: NOWHERE, True: NOWHERE})
NOBODY_AROUND = Field(
    {"need": MIDDLE, "solution": MIDDLE},
    {"need": np.empty((0, SIZE), np.float32), "solution": np.empty((0, SIZE), np.float32)},
)
# Letters of no two texts are alike, unless a test says so.
LETTERS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"


def text(id_: str, vectors: Mapping[str, Sequence[float]]) -> Text:
    """Return a text of these sentences; its whole is the middle of their vectors."""
    rows = np.array([*vectors.values()], np.float32)
    wording = Wording("".join(vectors), [*vectors], ["summary"] * len(vectors))
    return Text(id_, wording, rules.unit(rows.mean(0)), rows)


def on(id_: str, *axes: int) -> Text:
    """Return a text with a sentence on each of these axes, in letters of its own."""
    return text(id_, {f"{id_}{LETTERS[axis]}{axis}句{id_}": AXES[axis] for axis in axes})


def placed(kind: rules.Kind, *texts: Text, field: Field = NOBODY_AROUND) -> list[Placed]:
    return rules.place(texts, kind, field)


def need(*axes: int) -> Placed:
    return placed("need", on("N", *axes))[0]


SOLUTIONS = placed("solution", on("A", 0, 1), on("B", 2, 3), on("C", 4, 5), on("D", 0, 9))


def test_the_near_solution_wins_and_the_far_ones_do_not_fit() -> None:
    found = rules.solutions_for(need(2, 3), SOLUTIONS)
    assert found[0].id == "B"
    assert [match.id for match in found if match.fits] == ["B"]
    assert [(pair.need, pair.solution) for pair in found[0].pairs] == [
        ("N丙2句N", "B丙2句B"),
        ("N丁3句N", "B丁3句B"),
    ]


def test_the_same_ranking_read_from_the_solution() -> None:
    needs = placed("need", on("X", 0, 1), on("Y", 2, 3), on("Z", 4, 5))
    found = rules.needs_for(SOLUTIONS[1], needs)
    assert (found[0].id, found[0].fits) == ("Y", True)
    assert {match.id: match.score for match in found} == pytest.approx(
        {one.id: float(rules.scores_of(one, [SOLUTIONS[1]])[0]) for one in needs}
    )


def test_nothing_fits_what_is_near_nothing() -> None:
    found = rules.solutions_for(need(12, 13), SOLUTIONS)
    assert len(found) == 4
    assert not any(match.fits for match in found)


def test_nobody_to_compare_with() -> None:
    assert rules.solutions_for(need(1), []) == []
    assert rules.needs_for(SOLUTIONS[0], []) == []
    assert rules.place([], "need", NOBODY_AROUND) == []


def test_what_is_far_behind_the_best_does_not_fit_beside_it() -> None:
    half = placed("solution", on("A", 2, 3), on("B", 2, 9))
    best, other = rules.solutions_for(need(2, 3), half)
    assert (best.id, best.fits, other.fits) == ("A", True, False)
    assert other.score > rules.CUT, "it would fit if nothing better did"
    assert rules.solutions_for(need(2, 3), half[1:])[0].fits


def test_equal_scores_stand_in_the_order_of_their_ids_whatever_the_order_they_come_in() -> None:
    twins = placed("solution", *(replace(on("A", 2, 3), id=id_) for id_ in ("20", "10", "30")))
    for order in (twins, twins[::-1]):
        assert [match.id for match in rules.solutions_for(need(2, 3), order)] == ["10", "20", "30"]


def test_no_sentence_stands_in_two_pairs_and_a_weak_one_in_none() -> None:
    (found,) = rules.solutions_for(need(0, 1, 7), placed("solution", on("A", 0, 1, 4)))
    assert len(found.pairs) == 2
    assert len({pair.need for pair in found.pairs}) == len({pair.solution for pair in found.pairs}) == 2
    (far,) = rules.solutions_for(need(12), placed("solution", on("A", 0, 1, 4)))
    assert len(far.pairs) == 1, "the nearest is told, however far"


def test_at_most_so_many_are_ranked() -> None:
    many = placed("solution", *(replace(on("A", 2), id=f"{place:03}") for place in range(60)))
    assert len(rules.solutions_for(need(2), many)) == rules.MOST_MATCHES
    assert len(rules.solutions_for(need(2), many, 7)) == 7


def test_of_two_as_near_the_one_that_is_near_everything_stands_behind() -> None:
    around = replace(NOBODY_AROUND, wholes={**NOBODY_AROUND.wholes, "need": AXES[:10]})
    everything = rules.unit(np.delete(AXES[:10], 2, axis=0).mean(0))
    hub, one = (
        text(id_, {f"{id_}句": 0.7 * AXES[2] + 0.714 * rest}) for id_, rest in (("A", everything), ("B", AXES[15]))
    )
    found = rules.solutions_for(need(2), placed("solution", hub, one, field=around))
    assert [match.id for match in found] == ["B", "A"]


# What must not raise a rank.


def test_the_same_sentence_twice_is_the_same_text() -> None:
    said = "消火栓上装拾振器，夜间自动采集。模型分辨漏点与车流。"
    assert compared("测漏", said * 9, ["不停水定位", "不停水定位"]) == compared("测漏", said, ["不停水定位"])


def test_letters_of_the_need_without_its_meaning_lower_the_score() -> None:
    asked = text("N", {"夜间听音定位供水管网漏点": AXES[2]})
    honest = text("Z", {"听音器装在阀门上": [0, 0, 0.8, 0.6, *[0] * 12]})
    stuffed = text("A", {"供水管网漏点夜间听音定位": [0, 0, 0.8, 0.6, *[0] * 12]})
    (wanted,) = placed("need", asked)
    found = rules.solutions_for(wanted, placed("solution", stuffed, honest))
    assert [match.id for match in found] == ["Z", "A"]


def test_a_sentence_stuffed_with_words_of_the_need_raises_nothing() -> None:
    asked = text("N", {"夜间听音定位供水管网漏点": AXES[2]})
    plain = {"红外相机巡查绿地": AXES[5]}
    half_way = [0, 0, 0.6, 0.8, *[0] * 12]
    (wanted,) = placed("need", asked)
    (before,) = rules.scores_of(wanted, placed("solution", text("A", plain)))
    stuffed = text("A", {**plain, "夜间听音定位供水管网漏点听音": half_way})
    stuffed = replace(stuffed, whole=text("A", plain).whole)
    (after,) = rules.scores_of(wanted, placed("solution", stuffed))
    assert after <= before


def test_a_sentence_copied_from_the_need_tells_nothing() -> None:
    copied, own = "夜间听音定位供水管网漏点", "半夜用拾音器找出地下破口"
    (wanted,) = placed("need", text("N", {copied: AXES[2]}))
    plain = {"红外相机巡查绿地": AXES[5]}
    base, honest, pasted = (
        replace(text("A", said), whole=text("A", plain).whole)
        for said in (plain, {**plain, own: AXES[2]}, {**plain, copied: AXES[2]})
    )
    before, better, same = rules.scores_of(wanted, placed("solution", base, honest, pasted))
    assert better > before >= same


def match(score: float) -> Match:
    return Match("A", score, fits=True)


@pytest.mark.parametrize(
    ("score", "level"),
    [
        (rules.VERY_CLOSE, "high"),
        (rules.VERY_CLOSE - 0.01, "middle"),
        (rules.CLOSE, "middle"),
        (rules.CLOSE - 0.01, "low"),
    ],
)
def test_levels(score: float, level: str) -> None:
    assert match(score).level == level


def test_a_score_is_the_logarithm_of_odds() -> None:
    assert match(0.0).probability == pytest.approx(0.5)
    assert match(1.5).probability == pytest.approx(0.8176, abs=1e-4)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.integers(1, 9))
def test_any_vectors_are_ranked_by_score_whatever_the_order_they_come_in(seed: int, said: int, others: int) -> None:
    generator = np.random.default_rng(seed)

    def any_text(id_: str) -> Text:
        return text(id_, {f"{id_}第{n}句{LETTERS[n]}": rules.unit(generator.normal(size=SIZE)) for n in range(said)})

    (wanted,) = placed("need", any_text("N"))
    offered = placed("solution", *(any_text(str(place)) for place in range(others)))
    found = rules.solutions_for(wanted, offered)
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)
    assert all(one.fits is (one.score >= rules.CUT and one.score >= scores[0] - rules.BEHIND) for one in found)
    assert all(1 <= len(one.pairs) <= rules.PAIRS for one in found)
    again = rules.solutions_for(wanted, offered[::-1])
    assert [one.id for one in again] == [one.id for one in found]
