"""How alike two needs are, and which sentences say so: plain functions over texts and vectors.

The measure and its cut are chosen by figures: docs/similarity.md.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from retrieval.text import fold, tokens

Vectors = NDArray[np.float32]
Level = Literal["high", "middle", "low"]

# Half the nearness of two needs is that of their whole texts, half that of their clauses, each to its best.
WHOLE = 0.5
# What words in common explain is taken off, in proportion to the difference in meaning that remains.
WORDS = 2.0
# Below this two needs have nothing to do with each other; measured with the default model.
CUT = 0.21
# What is much less alike than the best is not shown beside it.
SHARE = 0.8
CLOSE, VERY_CLOSE = 0.28, 0.34

PAIRS = 3
# A further pair is shown only if it tells something.
TELLING = 0.2

CLAUSE = re.compile(r"[，。；;,！？!?\n]+")
SHORTEST_CLAUSE = 4
# The clauses of a text that are looked at; beyond these the whole text speaks for it.
MOST_CLAUSES = 40
# What the model reads of a text is less than this.
LONGEST_TEXT = 2_000
SHINGLE = 2


@dataclass(frozen=True)
class Words:
    """The words of a text, and its pairs of neighbouring characters: a look-alike shares both."""

    tokens: frozenset[str]
    shingles: frozenset[str]


@dataclass(frozen=True)
class Background:
    """The mean vectors (d,) of what needs are written in: of whole texts, and of their clauses."""

    wholes: Vectors
    clauses: Vectors


@dataclass(frozen=True)
class Need:
    """A need ready to be compared.

    `row` (d,) is the vector of its whole text as the model made it; `whole` (d,) and `clauses` (n, d) are measured from
    the background, of length 1.
    """

    row: Vectors
    whole: Vectors
    clauses: Vectors
    words: Words


class Pair(NamedTuple):
    """A sentence of the own text and one of the other, both to the letter, and the other's field."""

    sentence: str
    other: str
    field: str


@dataclass(frozen=True)
class Likeness:
    """A published scenario that the text is like, and up to PAIRS sentence pairs that carried it, best first."""

    number: str
    score: float
    level: Level
    pairs: Sequence[Pair]


def parts(title: str, body: str) -> list[str]:
    """Return the texts whose vectors make a need: the whole, then title and clauses. Never fewer than two."""
    body = body.strip()[:LONGEST_TEXT]
    whole = f"{title}。{body}" if body else title
    return [whole, title or body, *_clauses(body)][: MOST_CLAUSES + 1]


def need(vectors: Vectors, words: Words, background: Background) -> Need:
    """Make a need of the vectors (1 + n, d) of its `parts`."""
    whole, clauses = centred(vectors[:1], background.wholes)[0], centred(vectors[1:], background.clauses)
    return Need(vectors[0], whole, clauses, words)


def words(text: str) -> Words:
    plain = re.sub(r"\W", "", fold(text))
    shingles = frozenset(plain[place : place + SHINGLE] for place in range(len(plain) - SHINGLE + 1))
    return Words(frozenset(tokens(text)), shingles)


def likeness(one: Need, other: Need) -> float:
    """Return how alike two needs are: 1 for the same text, about 0 for needs that have nothing in common.

    What words explain counts against a pair only as far as meaning does not: a look-alike shares the words of the
    setting and differs in what it wants, while the same text, or nearly the same, has no difference left to explain.
    """
    near = _nearness(one, other)
    return near - WORDS * _overlap(one.words, other.words) * (1 - near)


def shortlist(rows: Vectors, wholes: Vectors, count: int) -> list[list[int]]:
    """Return for each row (n, d) the places of the `count` nearest among `wholes` (m, d)."""
    near = rows @ wholes.T
    count = min(count, near.shape[1])
    if not count:
        return [[] for _ in rows]
    return [[int(place) for place in row] for row in np.argpartition(-near, count - 1, axis=1)[:, :count]]


def shown(ranked: Sequence[tuple[str, float]], count: int) -> list[tuple[str, float]]:
    """Return the first of (number, score), best first, that reach the cut and are not far behind the best."""
    least = max(CUT, SHARE * ranked[0][1]) if ranked else CUT
    return [one for one in ranked if one[1] >= least][:count]


def level(score: float) -> Level:
    return "high" if score >= VERY_CLOSE else "middle" if score >= CLOSE else "low"


def best_pairs(near: Vectors) -> list[tuple[int, int, float]]:
    """Return the highest cells of a matrix, no two in one row or column: the first, and what tells something."""
    left, found = near.copy(), list[tuple[int, int, float]]()
    for _ in range(min(PAIRS, *near.shape)):
        row, column = (int(place) for place in np.unravel_index(int(left.argmax()), left.shape))
        found.append((row, column, float(left[row, column])))
        left[row, :] = left[:, column] = -np.inf
    return found[:1] + [cell for cell in found[1:] if cell[2] >= TELLING]


def centred(vectors: Vectors, middle: Vectors) -> Vectors:
    """Return vectors (n, d) of length 1, measured from `middle`."""
    return _unit(vectors - middle)


def _clauses(body: str) -> list[str]:
    found = (part.strip() for part in CLAUSE.split(body))
    return [part for part in found if len(re.sub(r"\W", "", part)) >= SHORTEST_CLAUSE]


def _nearness(one: Need, other: Need) -> float:
    near = one.clauses @ other.clauses.T
    own, others = near.shape
    # The shorter text counts for more: three lines of a draft cannot have a place for each clause of a finished one.
    aligned = (others * float(near.max(1).mean()) + own * float(near.max(0).mean())) / (own + others)
    return float(WHOLE * float(one.whole @ other.whole) + (1 - WHOLE) * aligned)


def _overlap(one: Words, other: Words) -> float:
    return (_cosine(one.tokens, other.tokens) + _cosine(one.shingles, other.shingles)) / 2


def _cosine(one: Collection[str], other: frozenset[str]) -> float:
    if not one or not other:
        return 0.0
    return float(len(other.intersection(one)) / (len(one) * len(other)) ** 0.5)


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), np.float32)
