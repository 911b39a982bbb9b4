"""The background of every field: the demonstration texts, so that a new site and a short list have a middle too."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from marketplace.matching.fields import Samples, field_of, from_bytes, samples, to_bytes
from marketplace.matching.rules import Field, Text, Vectors
from marketplace.solutions.rules import compared
from retrieval.embedder import Embedder
from retrieval.queries import batches
from scenario_catalog.compared import Wording, need_wording
from scenario_catalog.demo import FOLDER as NEEDS

KNOWN = Path(__file__).with_name("background.npz")
SOLUTIONS = Path(__file__).parent.parent / "demo"
# Texts embedded at a time: little padding, and other readers' questions get in between.
TOGETHER = 32


def background_of(model: Embedder) -> Samples:
    """Return the background by a model: stored for the default one, else embedded once a process. Raises ModelError."""
    if model.name not in _backgrounds:
        _backgrounds[model.name] = (_stored(model.name) if KNOWN.exists() else None) or measure(model)
    return _backgrounds[model.name]


def measure(model: Embedder) -> Samples:
    """Embed the demonstration texts. Raises ModelError."""
    needs, solutions = embedded(model, [*need_texts()]), embedded(model, [*solution_texts()])
    return samples(needs, solutions, model.dimensions)


def field_among(needs: Sequence[Text], solutions: Sequence[Text], model: Embedder) -> Field:
    """Return the field of a set of texts among the background. Raises ModelError."""
    return field_of(samples(needs, solutions, model.dimensions), background_of(model))


def write(model: Embedder) -> None:
    """Store the background by this model, the default one."""
    KNOWN.write_bytes(to_bytes(measure(model)))
    KNOWN.with_suffix(".json").write_text(json.dumps({"model": model.name}) + "\n", encoding="utf-8")


def embedded(model: Embedder, wordings: Sequence[tuple[str, Wording]]) -> list[Text]:
    """Return (id, wording) as texts with their vectors, each different text embedded once."""
    wanted = sorted({part for _, one in wordings for part in (one.whole, *one.sentences)}, key=len)
    rows: dict[str, Vectors] = {}
    for batch in batches(wanted, TOGETHER):
        rows.update(zip(batch, model.queries(batch), strict=True))
    return [
        Text(id_, one, rows[one.whole], np.stack([rows[sentence] for sentence in one.sentences]))
        for id_, one in wordings
    ]


def need_texts() -> Iterator[tuple[str, Wording]]:
    """Yield the demonstration scenarios by their titles."""
    for row in _rows(NEEDS, "batch-*.json", "scenarios"):
        yield row["title"], need_wording(row["title"], row["scope"], row["background"])


def solution_texts() -> Iterator[tuple[str, Wording]]:
    """Yield the demonstration solutions by their keys."""
    for enterprise in _rows(SOLUTIONS, "enterprises-*.json", "enterprises"):
        for row in enterprise["solutions"]:
            yield row["key"], compared(row["name"], row["summary"], row["capabilities"])


_backgrounds: dict[str, Samples] = {}


def _stored(model: str) -> Samples | None:
    known = json.loads(KNOWN.with_suffix(".json").read_text(encoding="utf-8"))
    return from_bytes(KNOWN.read_bytes()) if known["model"] == model else None


def _rows(folder: Path, pattern: str, key: str) -> Iterator[Any]:
    for file in sorted(folder.glob(pattern)):
        yield from json.loads(file.read_text(encoding="utf-8"))[key]
