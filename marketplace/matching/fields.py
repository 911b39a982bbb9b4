"""The field that texts are compared in: where the middle of needs and of solutions lies, and who stands around."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from itertools import compress
from typing import Any

import numpy as np

from marketplace.matching.rules import Field, Kind, Middle, Text, Vectors, unit
from marketplace.matching.texts import is_english

KINDS: tuple[Kind, Kind] = ("need", "solution")
LANGUAGES = (False, True)
# A middle of few texts is drawn towards the background's, as if so many of its texts stood among them.
WHOLES_LENT, SENTENCES_LENT = 10, 40
KEY_LENGTH = 16


@dataclass(frozen=True)
class Sample:
    """Texts of one kind as the field remembers them.

    `keys` (n) tell equal texts apart from others, `wholes` (n, d) and `english` (n); `sums` (2, d) and `counts` (2) of
    the vectors of their sentences, for other languages and for English.
    """

    keys: Sequence[str]
    wholes: Vectors
    english: np.ndarray[Any, np.dtype[np.bool_]]
    sums: Vectors
    counts: np.ndarray[Any, np.dtype[np.int64]]

    def __len__(self) -> int:
        return len(self.keys)


Samples = Mapping[Kind, Sample]


def sample(texts: Sequence[Text], dimensions: int) -> Sample:
    """Return what the field remembers of texts."""
    rows = [
        (vector, is_english(sentence))
        for text in texts
        for vector, sentence in zip(text.sentences, text.wording.sentences, strict=True)
    ]
    parts = [[vector for vector, english in rows if english is language] for language in LANGUAGES]
    return Sample(
        [sha256(text.wording.whole.encode()).hexdigest()[:KEY_LENGTH] for text in texts],
        np.stack([text.whole for text in texts]) if texts else np.empty((0, dimensions), np.float32),
        np.array([is_english(text.wording.whole) for text in texts], np.bool_),
        np.stack([np.sum(part, 0) if part else np.zeros(dimensions) for part in parts]).astype(np.float32),
        np.array([len(part) for part in parts], np.int64),
    )


def samples(needs: Sequence[Text], solutions: Sequence[Text], dimensions: int) -> Samples:
    """Return what the field remembers of both kinds."""
    return {"need": sample(needs, dimensions), "solution": sample(solutions, dimensions)}


def field_of(own: Samples, background: Samples) -> Field:
    """Return the field of a sample among a background; what stands in both counts once."""
    middles = {kind: _middle(own[kind], background[kind]) for kind in KINDS}
    around = {
        kind: np.concatenate(
            [_centred(part, middles[kind]) for part in (own[kind], _others(background[kind], own[kind]))]
        )
        for kind in KINDS
    }
    return Field(middles, around)


def to_bytes(samples: Samples) -> bytes:
    """Write samples down: vectors in half precision."""
    columns: dict[str, Any] = {}
    for kind in KINDS:
        found = samples[kind]
        columns |= {
            f"{kind}_keys": np.array(found.keys, f"U{KEY_LENGTH}"),
            f"{kind}_wholes": found.wholes.astype(np.float16),
            f"{kind}_english": found.english,
            f"{kind}_sums": found.sums,
            f"{kind}_counts": found.counts,
        }
    buffer = BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **columns)
    return buffer.getvalue()


def from_bytes(data: bytes) -> Samples:
    """Read back what `to_bytes` wrote."""
    with np.load(BytesIO(data), allow_pickle=False) as columns:
        return {
            kind: Sample(
                columns[f"{kind}_keys"].tolist(),
                columns[f"{kind}_wholes"].astype(np.float32),
                columns[f"{kind}_english"],
                columns[f"{kind}_sums"],
                columns[f"{kind}_counts"],
            )
            for kind in KINDS
        }


def _middle(own: Sample, background: Sample) -> Middle:
    wholes, sentences = {}, {}
    for place, english in enumerate(LANGUAGES):
        ours, theirs = own.wholes[own.english == english], background.wholes[background.english == english]
        lent = _mean(theirs.sum(0), len(theirs), background.wholes.sum(0), len(background))
        wholes[english] = _lending(ours.sum(0), len(ours), lent, WHOLES_LENT)
        lent = _mean(background.sums[place], background.counts[place], background.sums.sum(0), background.counts.sum())
        sentences[english] = _lending(own.sums[place], own.counts[place], lent, SENTENCES_LENT)
    return Middle(wholes, sentences)


def _mean(total: Vectors, count: int, fallback: Vectors, fallback_count: int) -> Vectors:
    """Return a mean; of a language that has no text, that of all."""
    return np.asarray(total / count if count else fallback / max(fallback_count, 1), np.float32)


def _lending(total: Vectors, count: int, lent: Vectors, weight: int) -> Vectors:
    return np.asarray((total + weight * lent) / (count + weight), np.float32)


def _centred(part: Sample, middle: Middle) -> Vectors:
    if not len(part):
        return part.wholes
    return unit(part.wholes - np.stack([middle.wholes[bool(english)] for english in part.english]))


def _others(background: Sample, own: Sample) -> Sample:
    known = set(own.keys)
    kept = [key not in known for key in background.keys]
    return Sample(
        [*compress(background.keys, kept)],
        background.wholes[np.array(kept, np.bool_)],
        background.english[np.array(kept, np.bool_)],
        background.sums,
        background.counts,
    )
