"""Fitting the weights: which sentence answers, whether the document treats a question, whether the quotes state all of it.

Plain logistic regression by Newton's method, and a softmax over each question's sentences by gradient descent: the same
questions give the same weights.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.weights import Direction, Weights

Floats = NDArray[np.float64]

RIDGE, VECTOR_RIDGE, RANKING_RIDGE = 10.0, 100.0, 0.3
NEWTON_STEPS, DESCENT_STEPS, RATE = 25, 300, 0.05
NOTHING = 1e-9


@dataclass(frozen=True)
class Sample:
    """A question with its features, its vector, whether the answer is yes, how much it counts, and what it was asked of."""

    features: Mapping[str, float]
    yes: bool
    weight: float = 1.0
    meaning: Direction | None = None
    group: str = ""


@dataclass(frozen=True)
class Listing:
    """The sentences of a question with their features, and which of them answer."""

    rows: Sequence[Mapping[str, float]]
    right: Sequence[bool]
    weight: float = 1.0


@dataclass(frozen=True)
class Point:
    """At a threshold: the share of the answerable that is held back, and of the unanswerable."""

    threshold: float
    false_refusals: float
    refused: float


def fit_ranking(listings: Sequence[Listing], names: Sequence[str]) -> Weights:
    """Return weights under which the right sentences of each question are likeliest."""
    tables = [np.array([[row[name] for name in names] for row in one.rows]) for one in listings]
    scale = np.concatenate(tables).std(axis=0) + NOTHING
    found, mean, square = np.zeros(len(names)), np.zeros(len(names)), np.zeros(len(names))
    for step in range(1, DESCENT_STEPS + 1):
        slope = -RANKING_RIDGE * found
        for table, one in zip(tables, listings, strict=True):
            slope += one.weight * _pull(table / scale, np.array(one.right), found)
        mean, square = 0.9 * mean + 0.1 * slope, 0.999 * square + 0.001 * slope**2
        found = found + RATE * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + NOTHING)
    return Weights(0.0, 0.0, dict(zip(names, map(float, found / scale), strict=True)))


def fit(samples: Sequence[Sample], *, with_vector: bool) -> Weights:
    """Return weights for yes and no; the threshold is set by `with_threshold`."""
    names = list(samples[0].features)
    table = _table(samples, names, with_vector=with_vector)
    middle, scale = table.mean(axis=0), table.std(axis=0) + NOTHING
    scale[len(names) :] = scale[len(names) :].mean() if with_vector else 1.0
    ridge = [RIDGE] * len(names) + [VECTOR_RIDGE] * (table.shape[1] - len(names)) + [0.0]
    found = _newton((table - middle) / scale, samples, np.diag(ridge))
    slopes = found[:-1] / scale
    first = samples[0].meaning
    return Weights(
        float(found[-1] - slopes @ middle),
        0.5,
        dict(zip(names, map(float, slopes[: len(names)]), strict=True)),
        tuple(map(float, slopes[len(names) :])),
        first.model if with_vector and first else "",
    )


def held_out(samples: Sequence[Sample], *, with_vector: bool) -> list[float]:
    """Return the probability of each sample by weights fitted without its group: how a document nobody has seen fares."""
    fitted = {
        group: fit([one for one in samples if one.group != group], with_vector=with_vector)
        for group in dict.fromkeys(one.group for one in samples)
    }
    return [fitted[one.group].probability(one.features, one.meaning) for one in samples]


def threshold(probabilities: Sequence[float], samples: Sequence[Sample], refusals: float) -> float:
    """Return the threshold under which a share `refusals` of the samples that are yes falls."""
    yes = [value for value, one in zip(probabilities, samples, strict=True) if one.yes]
    return float(np.quantile(yes, refusals))


def curve(probabilities: Sequence[float], samples: Iterable[Sample], thresholds: Sequence[float]) -> list[Point]:
    """Return what each threshold holds back."""
    yes = np.array([one.yes for one in samples])
    found = np.array(probabilities)
    return [Point(one, float(np.mean(found[yes] < one)), float(np.mean(found[~yes] < one))) for one in thresholds]


def _pull(table: Floats, right: NDArray[np.bool_], weights: Floats) -> Floats:
    scores = table @ weights
    likely = np.exp(scores - scores.max())
    likely /= likely.sum()
    wanted = likely * right
    pull: Floats = table.T @ (wanted / (wanted.sum() + NOTHING) - likely)
    return pull


def _table(samples: Sequence[Sample], names: Sequence[str], *, with_vector: bool) -> Floats:
    return np.array(
        [
            [*(one.features[name] for name in names), *(one.meaning.values if with_vector and one.meaning else ())]
            for one in samples
        ]
    )


def _newton(table: Floats, samples: Sequence[Sample], ridge: Floats) -> Floats:
    yes, counts = np.array([float(one.yes) for one in samples]), np.array([one.weight for one in samples])
    full = np.hstack([table, np.ones((len(table), 1))])
    found = np.zeros(full.shape[1])
    for _ in range(NEWTON_STEPS):
        likely = 1 / (1 + np.exp(-np.clip(full @ found, -30, 30)))
        slope = full.T @ (counts * (likely - yes)) + ridge @ found
        bend = (full * (counts * likely * (1 - likely))[:, None]).T @ full + ridge + NOTHING * np.eye(len(found))
        found = found - np.linalg.solve(bend, slope)
    return found
