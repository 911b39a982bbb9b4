"""Of texts that are compared: their language, and the letters they share."""

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from retrieval.text import fold

Counts = NDArray[np.float32]
Shingles = frozenset[str]

SHINGLE = 2
MOST_REMEMBERED = 20_000


def is_english(text: str) -> bool:
    """Tell whether most of a text is in Latin letters: such vectors have a middle of their own."""
    return 2 * sum(character.isascii() and character.isalpha() for character in text) > len(text)


@lru_cache(MOST_REMEMBERED)
def shingles(text: str) -> Shingles:
    """Return the pairs of neighbouring letters of a text, whatever its case, script variant and punctuation."""
    plain = re.sub(r"\W", "", fold(text))
    return frozenset(plain[place : place + SHINGLE] for place in range(len(plain) - SHINGLE + 1))


def shared(ones: Sequence[Shingles], others: Sequence[Shingles]) -> Counts:
    """Return the cosines (n, m) of sets of shingles: 1 for the same letters, 0 for none in common."""
    known = {shingle: place for place, shingle in enumerate(sorted(frozenset[str]().union(*ones)))}
    left, right = _rows(ones, known), _rows(others, known)
    sizes = np.sqrt(np.outer([max(len(one), 1) for one in ones], [max(len(one), 1) for one in others]))
    return np.asarray(left @ right.T / sizes, np.float32)


def _rows(sets: Sequence[Shingles], known: dict[str, int]) -> Counts:
    rows = np.zeros((len(sets), len(known)), np.float32)
    for row, found in zip(rows, sets, strict=True):
        row[[known[shingle] for shingle in found if shingle in known]] = 1
    return rows
