"""Many solutions in little memory: arrays that grow at their ends, in the order in which solutions were taken in."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from marketplace.matching.rules import Places, Text
from marketplace.matching.texts import Shingles, is_english, shingles

Array = NDArray[Any]
Letters = NDArray[np.uint32]

# A full array is made larger by this share, so that solutions that come one by one do not each copy all others.
GROWTH = 0.25
# Of a letter so many bits are kept: all of it but for rare signs, which then stand for each other.
LETTER_BITS = 16


class Stored(NamedTuple):
    """A solution with the ids of its passages: of the whole, and of each sentence."""

    text: Text
    whole: int
    sentences: Sequence[int]


class Rows:
    """An array that grows at its end. What was read of it stays as it was read."""

    def __init__(self, kind: type[np.generic], *shape: int) -> None:
        self._kept: Array = np.empty((0, *shape), kind)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def values(self) -> Array:
        return self._kept[: self._count]

    def extend(self, rows: Array | Sequence[Any]) -> None:
        wanted = self._count + len(rows)
        if wanted > len(self._kept):
            grown = np.empty((int(wanted * (1 + GROWTH)), *self._kept.shape[1:]), self._kept.dtype)
            grown[: self._count] = self.values
            self._kept = grown
        self._kept[self._count : wanted] = rows
        self._count = wanted


class Ragged:
    """Items of different lengths, one behind the other in `rows`."""

    def __init__(self, kind: type[np.generic], *shape: int) -> None:
        self.rows = Rows(kind, *shape)
        self.firsts, self.counts = Rows(np.int64), Rows(np.int64)

    def extend(self, items: Sequence[Array]) -> None:
        counts = np.array([len(item) for item in items], np.int64)
        self.firsts.extend(len(self.rows) + np.cumsum(counts) - counts)
        self.counts.extend(counts)
        if items:
            self.rows.extend(np.concatenate(items))

    def places(self, items: Places) -> tuple[Places, Places]:
        """Return the rows of these items one item after the other, and how many each has."""
        firsts, counts = self.firsts.values[items], self.counts.values[items]
        before = np.cumsum(counts) - counts
        return np.repeat(firsts - before, counts) + np.arange(counts.sum()), counts

    def owners(self, rows: Places) -> Places:
        """Return the items that these rows belong to; no item is empty."""
        return np.searchsorted(self.firsts.values, rows, side="right") - 1


class Packed:
    """Solutions as they are compared, by vectors as the model made them, so that they depend on no field.

    Sentences are kept in half precision: it moves a score by less than a thousandth, and who comes first is scored anew.
    """

    def __init__(self, dimensions: int) -> None:
        self.ids, self.passages = Rows(np.int64), Rows(np.int64)
        self.wholes, self.english, self.letters = Rows(np.float32, dimensions), Rows(np.bool_), Ragged(np.uint32)
        self.stands = Rows(np.bool_)
        self.sentences = Ragged(np.float16, dimensions)
        self.said_passages, self.said_english, self.said_below = Rows(np.int64), Rows(np.bool_), Rows(np.bool_)
        self.said_letters = Ragged(np.uint32)

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def standing(self) -> int:
        """Return how many solutions are held that were not dropped."""
        return int(np.count_nonzero(self.stands.values))

    def add(self, found: Sequence[Stored]) -> None:
        """Take solutions in."""
        if not found:
            return
        texts = [one.text for one in found]
        said = [sentence for text in texts for sentence in text.wording.sentences]
        self.sentences.extend([text.sentences for text in texts])
        self.said_passages.extend([id_ for one in found for id_ in one.sentences])
        self.said_english.extend([is_english(sentence) for sentence in said])
        self.said_below.extend([field != "name" for text in texts for field in text.wording.fields])
        self.said_letters.extend([pack(shingles(sentence)) for sentence in said])
        self.wholes.extend(np.stack([text.whole for text in texts]))
        self.english.extend([is_english(text.wording.whole) for text in texts])
        self.letters.extend([pack(shingles(text.wording.whole)) for text in texts])
        self.passages.extend([one.whole for one in found])
        self.stands.extend([True] * len(found))
        # Last: whoever counts the ids finds all the rest of them there.
        self.ids.extend([int(text.id) for text in texts])

    def drop(self, passages: Collection[int], solutions: Collection[int]) -> set[int]:
        """Drop these solutions, and those with one of these passages; returns the ids of all that stood."""
        changed = np.array([*passages], np.int64)
        gone = np.isin(self.ids.values, [*solutions]) | np.isin(self.passages.values, changed)
        gone[self.sentences.owners(np.flatnonzero(np.isin(self.said_passages.values, changed)))] = True
        gone &= self.stands.values
        self.stands.values[gone] = False
        return set(self.ids.values[gone].tolist())


def pack(letters: Shingles) -> Letters:
    """Return pairs of letters as numbers (n,), the same for the same pair, in no order."""
    codes = np.frombuffer("".join(letters).encode("utf-32-le", "surrogatepass"), np.uint32).reshape(-1, 2)
    return np.asarray(codes[:, 0] << LETTER_BITS ^ codes[:, 1], np.uint32)
