"""How well a solution fits a need, and which sentences say so: plain functions over texts and vectors.

Every number here was chosen by experiment on labelled pairs, none by guess: docs/matching.md, `flask marketplace experiment`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from marketplace.matching.texts import Shingles, is_english, shared, shingles
from scenario_catalog.compared import Wording

Vectors = NDArray[np.float32]
Places = NDArray[np.intp]
Kind = Literal["need", "solution"]

# Names the rule in a frozen shortlist; raise it with any change of what follows.
VERSION = "2026-11"

# A logistic regression over the labelled pairs: whole against whole, sentence against sentence, letters shared, and how
# near either is to everything (CSLS).
WEIGHTS: Mapping[str, float] = {
    "whole": 18.5,
    "aligned": 15.7,
    "shared": -15.2,
    "need_hub": -6.7,
    "solution_hub": -22.3,
}
BIAS = -4.6
# Letters that two sentences share count against their nearness as far as meaning does not explain it: a look-alike has
# the words of the setting and does something else. From the first share of letters on a sentence counts as copied in
# part, from the second on wholly: a need's own sentences, pasted into a solution, tell nothing of it.
WORDS, COPIED = 2.0, (0.5, 0.8)
# What one pasted sentence adds to the nearness of the wholes is taken off again.
PASTED = 3.0
NEIGHBOURS = 10

# In log odds. Above the first a pair fits; what is this far behind the best is not shown beside it as fitting.
CUT, BEHIND = -1.25, 4.0
CLOSE, VERY_CLOSE = 0.0, 1.5

# Of the pairs of sentences the nearest are shown, at least one; a further one only if it tells something.
PAIRS, TELLING = 3, 0.15
MOST_MATCHES = 20


@dataclass(frozen=True)
class Text:
    """A need or a solution: its wording, and the vectors of its whole (d,) and of its sentences (n, d), as the model made them."""

    id: str
    wording: Wording
    whole: Vectors
    sentences: Vectors


@dataclass(frozen=True)
class Middle:
    """The mean vectors that wholes and sentences of one kind are measured from, for each language."""

    wholes: Mapping[bool, Vectors]
    sentences: Mapping[bool, Vectors]


@dataclass(frozen=True)
class Field:
    """What vectors are compared against: the middles of needs and solutions, and the wholes (n, d) of many of each, centred."""

    middles: Mapping[Kind, Middle]
    wholes: Mapping[Kind, Vectors]


@dataclass(frozen=True)
class Placed:
    """A text placed in a field: centred vectors of length 1, its shingles, and how near it is to everything."""

    id: str
    wording: Wording
    whole: Vectors
    sentences: Vectors
    letters: Shingles
    sentence_letters: Sequence[Shingles]
    hub: float


@dataclass(frozen=True)
class Pair:
    """A sentence of the need and one of the solution, both to the letter."""

    need: str
    solution: str
    need_field: str
    solution_field: str
    score: float


@dataclass(frozen=True)
class Match:
    """The other side with its score in log odds, whether it fits, and the pairs that carried it, best first."""

    id: str
    score: float
    fits: bool
    pairs: Sequence[Pair] = field(default=(), compare=False)

    @property
    def probability(self) -> float:
        return float(1 / (1 + np.exp(-self.score)))

    @property
    def level(self) -> str:
        """Return `high`, `middle` or `low`."""
        return "high" if self.score >= VERY_CLOSE else "middle" if self.score >= CLOSE else "low"


def place(texts: Sequence[Text], kind: Kind, field: Field) -> list[Placed]:
    """Place needs or solutions in the field."""
    if not texts:
        return []
    middle = field.middles[kind]
    languages = [is_english(text.wording.whole) for text in texts]
    wholes = unit(np.stack([text.whole for text in texts]) - np.stack([middle.wholes[one] for one in languages]))
    hubs = _hubs(wholes, field.wholes["solution" if kind == "need" else "need"])
    return [_placed(*one, middle) for one in zip(texts, wholes, hubs.tolist(), strict=True)]


def solutions_for(need: Placed, solutions: Sequence[Placed], most: int = MOST_MATCHES) -> list[Match]:
    """Return the solutions nearest to a need, best first, equal scores by id; what fits reaches the cut and is near the best."""
    scores = scores_of(need, solutions)
    ranked = _ranked(solutions, scores)[:most]
    return [_match(need, solutions[at], scores[at], _fits(scores[at], scores.max())) for at in ranked]


def needs_for(solution: Placed, needs: Sequence[Placed], most: int = MOST_MATCHES) -> list[Match]:
    """Return the needs nearest to a solution, best first."""
    scores = np.array([scores_of(need, [solution])[0] for need in needs], np.float32)
    ranked = _ranked(needs, scores)[:most]
    found = [_match(needs[at], solution, scores[at], _fits(scores[at], scores.max())) for at in ranked]
    return [replace(match, id=needs[at].id) for at, match in zip(ranked, found, strict=True)]


def scores_of(need: Placed, solutions: Sequence[Placed]) -> Vectors:
    """Return the log odds (n,) that each solution fits a need."""
    if not solutions:
        return np.empty(0, np.float32)
    letters = shared(need.sentence_letters, [each for one in solutions for each in one.sentence_letters])
    starts = np.cumsum([0, *(len(one.sentences) for one in solutions)])[:-1]
    measures = {
        "whole": np.stack([one.whole for one in solutions]) @ need.whole,
        "aligned": _aligned(need, solutions, letters, starts),
        "shared": shared([need.letters], [one.letters for one in solutions])[0],
        "need_hub": np.full(len(solutions), need.hub),
        "solution_hub": np.array([one.hub for one in solutions]),
    }
    weighed = BIAS + sum(WEIGHTS[name] * values for name, values in measures.items())
    return np.asarray(weighed - PASTED * _pasted(solutions, letters, starts), np.float32)


def direction(text: Text, kind: Kind, field: Field) -> Vectors:
    """Return the row (d,) by which an index of raw wholes finds what is nearest to a text, but for lengths."""
    return unit(text.whole - field.middles[kind].wholes[is_english(text.wording.whole)])


def unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-9), np.float32)


def _placed(text: Text, whole: Vectors, hub: float, middle: Middle) -> Placed:
    said = text.wording.sentences
    middles = np.stack([middle.sentences[is_english(sentence)] for sentence in said])
    letters = [shingles(sentence) for sentence in said]
    return Placed(
        text.id, text.wording, whole, unit(text.sentences - middles), shingles(text.wording.whole), letters, hub
    )


def _hubs(wholes: Vectors, others: Vectors) -> Vectors:
    """Return for each row (n, d) the mean of its cosines with its nearest neighbours among `others` (m, d)."""
    if not len(others):
        return np.zeros(len(wholes), np.float32)
    near = np.sort(wholes @ others.T, axis=1)[:, -NEIGHBOURS:]
    return np.asarray(near.mean(1), np.float32)


def _aligned(need: Placed, solutions: Sequence[Placed], letters: Vectors, starts: Places) -> Vectors:
    """Return for each solution the mean over the need's sentences of their nearest sentence, letters discounted."""
    near = discounted(need.sentences @ np.concatenate([one.sentences for one in solutions]).T, letters)
    return np.asarray(np.maximum.reduceat(near, starts, axis=1).mean(0), np.float32)


def _pasted(solutions: Sequence[Placed], letters: Vectors, starts: Places) -> Vectors:
    """Return 1 for each solution that repeats a sentence of the need below its own name, else 0."""
    below = np.concatenate([np.array(one.wording.fields) != "name" for one in solutions])
    copies = (letters >= COPIED[1]).any(0) & below
    return np.asarray(np.maximum.reduceat(copies, starts), np.float32)


def discounted(near: Vectors, letters: Vectors) -> Vectors:
    own = np.clip((COPIED[1] - letters) / (COPIED[1] - COPIED[0]), 0, 1)
    return np.asarray(own * (near - WORDS * letters * (1 - near)), np.float32)


def _ranked(others: Sequence[Placed], scores: Vectors) -> list[int]:
    return sorted(range(len(others)), key=lambda at: (-round(float(scores[at]), 5), others[at].id))


def _fits(score: float, best: float) -> bool:
    return bool(score >= CUT and score >= best - BEHIND)


def _match(need: Placed, solution: Placed, score: float, fits: bool) -> Match:
    return Match(solution.id, float(score), fits, _pairs(need, solution))


def _pairs(need: Placed, solution: Placed) -> list[Pair]:
    """Return the nearest pairs of sentences, no two of one sentence: the first, and those that tell something."""
    near = discounted(need.sentences @ solution.sentences.T, shared(need.sentence_letters, solution.sentence_letters))
    found, left = list[Pair](), near.copy()
    for _ in range(min(PAIRS, *near.shape)):
        row, column = (int(at) for at in np.unravel_index(int(left.argmax()), left.shape))
        found.append(_pair(need.wording, solution.wording, row, column, float(near[row, column])))
        left[row, :] = left[:, column] = -np.inf
    return found[:1] + [pair for pair in found[1:] if pair.score >= TELLING]


def _pair(need: Wording, solution: Wording, row: int, column: int, score: float) -> Pair:
    fields = need.fields[row], solution.fields[column]
    return Pair(need.sentences[row], solution.sentences[column], *fields, score)
