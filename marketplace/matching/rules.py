"""Which scenarios fit a solution, and which sentences say so: plain functions over texts and vectors.

The measure and its cut are chosen by figures: docs/adr/0003-matching-a-text.md.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

# Half the score: how near the whole text is to the whole scenario; half: how near its best sentence pairs are.
WHOLE = 0.5
PAIRS = 3
# Below this nothing fits; measured with the default model.
CUT = 0.26
# What is much further away than the best match is not shown beside it.
SHARE = 0.7
MOST_MATCHES = 10
# A third pair is shown only if it tells something.
ALWAYS_SHOWN, TELLING = 2, 0.2
CLOSE, VERY_CLOSE = 0.32, 0.4
# With fewer scenarios there is no middle of the field to measure from.
FEWEST = 3

# Eligibility is shown apart from the score, so what a bidder must be does not count in it.
UNSCORED_FIELDS = frozenset({"conditions"})
# By words: a scenario must share this many words to be shown at all.
FEWEST_WORDS = 4

MIN_LENGTH, MAX_LENGTH = 10, 5_000
WINDOW = 600


@dataclass(frozen=True)
class Solution:
    """A text: its sentences with their vectors (m, d), and the vectors (w, d) of windows of the whole."""

    sentences: Sequence[str]
    vectors: Vectors
    wholes: Vectors


@dataclass(frozen=True)
class Candidate:
    """A scenario: its number, and the field, text and vector (n, d) of each of its sentences."""

    number: str
    fields: Sequence[str]
    texts: Sequence[str]
    vectors: Vectors


@dataclass(frozen=True)
class Pair:
    """A sentence of the solution and one of the scenario, both to the letter."""

    sentence: str
    passage: str
    field: str
    score: float


@dataclass(frozen=True)
class Match:
    """A scenario with its score and the pairs that carried it, best first."""

    number: str
    score: float
    pairs: Sequence[Pair]

    @property
    def level(self) -> str:
        """Return `high`, `middle` or `low`."""
        return "high" if self.score >= VERY_CLOSE else "middle" if self.score >= CLOSE else "low"


def by_meaning(solution: Solution, candidates: Sequence[Candidate], background: Sequence[Candidate]) -> list[Match]:
    """Return the candidates that fit, best first; `background` is the field of scenarios distances are measured in."""
    if not candidates or not len(solution.vectors):
        return []
    middle = _middle(background)
    ranked = sorted(
        (_match(solution, one, middle) for one in candidates), key=lambda match: (-match.score, match.number)
    )
    return shortlist(ranked, CUT if len(background) >= FEWEST else 0.0)


def by_words(found: Iterable[tuple[str, Pair]], words: dict[str, int]) -> list[Match]:
    """Return the matches that (number, pair) found by words make; `words` counts the distinct words shared by each."""
    ordered = sorted(found, key=lambda one: (one[0], -one[1].score))
    matches = []
    for number, group in groupby(ordered, key=lambda one: one[0]):
        pairs = _one_to_one([pair for _, pair in group])
        if words.get(number, 0) >= FEWEST_WORDS:
            matches.append(Match(number, sum(pair.score for pair in pairs), pairs))
    return shortlist(sorted(matches, key=lambda match: (-match.score, match.number)), 0.0)


def shortlist(ranked: Sequence[Match], cut: float) -> list[Match]:
    """Return the first of `ranked` that reach the cut and are not far behind the best."""
    if not ranked:
        return []
    least = max(cut, SHARE * ranked[0].score)
    return [match for match in ranked if match.score >= least][:MOST_MATCHES]


def windows(sentences: Sequence[str], size: int = WINDOW) -> list[str]:
    """Join neighbouring sentences into texts of at most `size` characters: what a model reads at once."""
    joined: list[str] = []
    for sentence in sentences:
        if joined and len(joined[-1]) + len(sentence) <= size:
            joined[-1] += sentence
        else:
            joined.append(sentence)
    return joined


def _match(solution: Solution, candidate: Candidate, middle: Vectors | float) -> Match:
    scored = [place for place, field in enumerate(candidate.fields) if field not in UNSCORED_FIELDS]
    if not scored:
        return Match(candidate.number, 0.0, [])
    vectors = _unit(candidate.vectors[scored] - middle)
    whole = float((_unit(solution.wholes - middle) @ _unit(vectors.mean(0))).max())
    near = _unit(solution.vectors - middle) @ vectors.T
    pairs = [
        Pair(solution.sentences[i], candidate.texts[scored[j]], candidate.fields[scored[j]], float(near[i, j]))
        for i, j in _best_cells(near)
    ]
    score = WHOLE * whole + (1 - WHOLE) * sum(pair.score for pair in pairs) / len(pairs)
    shown = [pair for place, pair in enumerate(pairs) if place < ALWAYS_SHOWN or pair.score >= TELLING]
    return Match(candidate.number, score, shown)


def _best_cells(near: Vectors) -> list[tuple[int, int]]:
    """Return the highest cells of a matrix, at most PAIRS and no two in one row or column."""
    left, cells = near.copy(), []
    for _ in range(min(PAIRS, *near.shape)):
        row, column = (int(place) for place in np.unravel_index(int(left.argmax()), left.shape))
        cells.append((row, column))
        left[row, :] = left[:, column] = -np.inf
    return cells


def _one_to_one(pairs: Sequence[Pair]) -> list[Pair]:
    kept: list[Pair] = []
    for pair in pairs:
        if len(kept) < PAIRS and all(pair.sentence != one.sentence and pair.passage != one.passage for one in kept):
            kept.append(pair)
    return kept


def _middle(background: Sequence[Candidate]) -> Vectors | float:
    if len(background) < FEWEST:
        return 0.0
    middle: Vectors = np.concatenate([one.vectors for one in background]).mean(0)
    return middle


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), np.float32)
