"""Fitting: what is separable is separated, the same samples give the same weights, and stored weights are read back."""

from pathlib import Path

import numpy as np
import pytest

from assistant import calibration, weights
from assistant.calibration import Listing, Sample
from assistant.weights import Direction, Weights


def samples(count: int = 40) -> list[Sample]:
    return [
        Sample(
            {"open": float(n % 2), "noise": float(n % 3)},
            n % 2 == 0,
            1.0,
            Direction("m", [float(n % 5), 1.0]),
            f"policy {n // 10}",
        )
        for n in range(count)
    ]


def test_what_speaks_against_gets_a_negative_weight() -> None:
    found = calibration.fit(samples(), with_vector=False)
    assert found.by_name["open"] < 0
    assert found.probability({"open": 0.0, "noise": 1.0}) > 0.5 > found.probability({"open": 1.0, "noise": 1.0})


def test_the_same_samples_give_the_same_weights() -> None:
    assert calibration.fit(samples(), with_vector=True) == calibration.fit(samples(), with_vector=True)


def test_a_threshold_holds_back_the_share_asked_for() -> None:
    asked = [Sample({}, yes=True) for _ in range(100)]
    probabilities = [n / 100 for n in range(100)]
    limit = calibration.threshold(probabilities, asked, 0.1)
    assert sum(value < limit for value in probabilities) == 10


def test_a_curve_rises_with_the_threshold() -> None:
    asked = samples()
    points = calibration.curve(calibration.held_out(asked, with_vector=False), asked, [0.1, 0.5, 0.9])
    assert [one.refused for one in points] == sorted(one.refused for one in points)
    assert points[1].false_refusals == 0.0
    assert points[1].refused == 1.0


def test_a_sample_is_judged_without_its_group() -> None:
    asked = [Sample({"open": float(n % 2)}, n % 2 == 0, group=str(n // 20)) for n in range(40)]
    odd = [Sample({"open": one.features["open"]}, not one.yes, group=one.group) for one in asked[20:]]
    found = calibration.held_out([*asked[:20], *odd], with_vector=False)
    assert all((value > 0.5) is one.yes for value, one in zip(found, [*odd, *asked[:20]], strict=True))


def test_ranking_puts_the_right_sentence_first() -> None:
    listings = [Listing([{"near": 0.1 * n}, {"near": 1.0}, {"near": 0.5}], [False, True, False]) for n in range(5)]
    assert calibration.fit_ranking(listings, ["near"]).by_name["near"] > 0


def test_stored_weights_are_read_back(tmp_path: Path) -> None:
    file = tmp_path / "weights.json"
    weights.write({"a": Weights(0.5, 0.25, {"x": 1.0}, (0.5, -0.5), "m")}, file)
    assert '"threshold": 0.25' in file.read_text(encoding="utf-8")
    assert '"vector": [0.5, -0.5]' in file.read_text(encoding="utf-8")


def test_a_vector_of_another_model_counts_nothing() -> None:
    here = weights.of("stated")
    own = Direction(here.model, np.ones(len(here.vector)).tolist())
    assert weights.of("stated", own) == here
    assert weights.of("stated", Direction("another", own.values)).vector == ()
    assert weights.of("stated", None) == weights.of("stated_by_words") or here.vector == ()


def test_an_unknown_model_is_no_model() -> None:
    with pytest.raises(KeyError):
        weights.of("none")
