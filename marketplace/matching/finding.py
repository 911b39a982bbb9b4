"""Which of many solutions come first for a need: those whose wholes are near are compared sentence by sentence.

The same measures and weights as in `rules`, over arrays; who comes first is scored anew by `rules` itself.
"""

from collections.abc import Sequence

import numpy as np

from marketplace.matching.packed import Letters, Packed, Ragged, Rows, pack
from marketplace.matching.rules import (
    COPIED,
    NEIGHBOURS,
    PASTED,
    WEIGHTS,
    Field,
    Middle,
    Placed,
    Places,
    Vectors,
    discounted,
    unit,
)

# Compared sentence by sentence. Among 100,000 mixed solutions all of the exact first 20 were among so many, for each of
# 12 needs; among 50,000 the last of them stood at the 486th place. Measured in bench/bench_matching.py.
MOST_COMPARED = 3_000
# Rows measured at a time, so that what lies between stays in the processor's cache.
AT_ONCE = 4_096


class Around:
    """How solutions stand in a field: how far each whole lies from the middle, and how near it is to the needs around."""

    def __init__(self, field: Field) -> None:
        self.field = field
        self.lengths, self.hubs = Rows(np.float32), Rows(np.float32)

    def take_in(self, held: Packed) -> None:
        """Measure the solutions that were added since the last call."""
        end, middle = len(held), _by_language(self.field.middles["solution"])
        wholes, english = held.wholes.values[:end], held.english.values[:end]
        for start in range(len(self.hubs), end, AT_ONCE):
            part = slice(start, min(start + AT_ONCE, end))
            rows = wholes[part] - middle[english[part].astype(np.intp)]
            self.lengths.extend(np.linalg.norm(rows, axis=1))
            self.hubs.extend(_hubs(unit(rows), self.field.wholes["need"]))


def best(held: Packed, around: Around, need: Placed, most: int) -> list[int]:
    """Return the ids of up to `most` solutions, best first, for a need placed in the field of `around`."""
    ids, scores = scored(held, around, need)
    return [int(id_) for id_ in ids[_first(scores, most)]]


def scored(held: Packed, around: Around, need: Placed) -> tuple[Places, Vectors]:
    """Return the ids (n,) of the solutions that are compared sentence by sentence, and their scores but for a constant."""
    by_wholes = _by_wholes(held, around, need)
    chosen = _first(by_wholes, min(MOST_COMPARED, held.standing))
    return held.ids.values[chosen], by_wholes[chosen] + _by_sentences(held, around.field, need, chosen)


def _by_wholes(held: Packed, around: Around, need: Placed) -> Vectors:
    """Return the part (n,) of each solution's score that its whole tells, letters left out; what was dropped comes last."""
    middle = _by_language(around.field.middles["solution"]) @ need.whole
    near = held.wholes.values @ need.whole - middle[held.english.values.astype(np.intp)]
    near /= np.maximum(around.lengths.values, 1e-9)
    scores = WEIGHTS["whole"] * near + WEIGHTS["solution_hub"] * around.hubs.values
    return np.where(held.stands.values, scores, -np.inf).astype(np.float32)


def _by_sentences(held: Packed, field: Field, need: Placed, chosen: Places) -> Vectors:
    """Return the rest of these solutions' scores: sentences against sentences, and letters."""
    rows, counts = held.sentences.places(chosen)
    starts = np.cumsum(counts) - counts
    middle = _by_language(field.middles["solution"], sentences=True)
    vectors = held.sentences.rows.values.take(rows, axis=0).astype(np.float32)
    vectors = unit(vectors - middle[held.said_english.values[rows].astype(np.intp)])
    letters = shared([pack(one) for one in need.sentence_letters], held.said_letters, rows)
    near = discounted(need.sentences @ vectors.T, letters)
    aligned = np.maximum.reduceat(near, starts, axis=1).mean(0)
    copies = (letters >= COPIED[1]).any(0) & held.said_below.values[rows]
    same = shared([pack(need.letters)], held.letters, chosen)[0]
    pasted = np.maximum.reduceat(copies, starts)
    return np.asarray(WEIGHTS["aligned"] * aligned + WEIGHTS["shared"] * same - PASTED * pasted, np.float32)


def shared(ones: Sequence[Letters], others: Ragged, items: Places) -> Vectors:
    """Return the cosines (n, m) of sets of letters with those of these items, as `texts.shared` does."""
    known = np.unique(np.concatenate(ones))
    holds = np.array([np.isin(known, one) for one in ones], np.float32)
    rows, counts = others.places(items)
    found, at = _known(others.rows.values[rows], known)
    owners = np.repeat(np.arange(len(items)), counts)[found]
    common = np.stack([np.bincount(owners, row[at], len(items)) for row in holds])
    sizes = np.sqrt(np.outer([max(len(one), 1) for one in ones], np.maximum(counts, 1)))
    return np.asarray(common / sizes, np.float32)


def _known(letters: Letters, known: Letters) -> tuple[Places, Places]:
    """Return where among `letters` stand those of the sorted `known`, and which each is."""
    if not len(known):
        return np.empty(0, np.intp), np.empty(0, np.intp)
    at = np.minimum(np.searchsorted(known, letters), len(known) - 1)
    found = np.flatnonzero(known[at] == letters)
    return found, at[found]


def _first(scores: Vectors, most: int) -> Places:
    """Return the places of the `most` highest scores, best first."""
    if most < len(scores):
        top = np.argpartition(-scores, most)[:most]
        return top[np.argsort(-scores[top], kind="stable")]
    return np.argsort(-scores, kind="stable")


def _hubs(wholes: Vectors, needs: Vectors) -> Vectors:
    if not len(needs):
        return np.zeros(len(wholes), np.float32)
    nearest = min(NEIGHBOURS, len(needs))
    near = np.partition(wholes @ needs.T, -nearest, axis=1)[:, -nearest:]
    return np.asarray(near.mean(1), np.float32)


def _by_language(middle: Middle, *, sentences: bool = False) -> Vectors:
    """Return the middles (2, d), that of English second."""
    found = middle.sentences if sentences else middle.wholes
    return np.stack([found[False], found[True]])
