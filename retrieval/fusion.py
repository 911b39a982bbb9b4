"""Reciprocal rank fusion: rankings of different scales made into one."""

from collections.abc import Sequence
from typing import NamedTuple

# The constant of Cormack, Clarke and Büttcher (2009); it keeps one leg's first place from outweighing agreement.
SMOOTHING = 60


class Fused(NamedTuple):
    """A passage id with its fused score and its rank (from 1) in either leg, None where the leg does not have it."""

    id: int
    score: float
    lexical_rank: int | None
    dense_rank: int | None


def fuse(lexical: Sequence[int], dense: Sequence[int]) -> list[Fused]:
    """Return the ids of both rankings, best first, equal scores by id."""
    by_words = {id_: rank for rank, id_ in enumerate(lexical, 1)}
    by_meaning = {id_: rank for rank, id_ in enumerate(dense, 1)}
    scores = dict.fromkeys((*by_words, *by_meaning), 0.0)
    for places in (by_words, by_meaning):
        for id_, rank in places.items():
            scores[id_] += 1 / (SMOOTHING + rank)
    ordered = sorted(scores.items(), key=lambda one: (-one[1], one[0]))
    return [Fused(id_, score, by_words.get(id_), by_meaning.get(id_)) for id_, score in ordered]
