"""From texts to needs: what is embedded, and the middle that vectors are measured from."""

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from retrieval.embedder import Embedder, embedder
from retrieval.queries import batches
from scenario_catalog.similarity import rules
from scenario_catalog.similarity.rules import Background, Need, Vectors

# Means of the default model, so that no process has to embed the background anew.
KNOWN = Path(__file__).with_name("background.json")
TEXTS = Path(__file__).parent.parent / "demo"
# Of each background text so many characters, and every third of its clauses.
LENGTH, STEP = 200, 3
# Texts embedded at a time: little padding, and other readers' questions get in between.
TOGETHER = 32

Text = tuple[str, str]


def needs(texts: Sequence[Text]) -> Iterator[Need]:
    """Yield the need of each (title, body), in order; embeds them all first. Raises ModelError."""
    model = embedder()
    parts = [rules.parts(*text) for text in texts]
    rows = embed(model, [part for one in parts for part in one])
    background, start = background_of(model), 0
    for one in parts:
        yield rules.need(rows[start : start + len(one)], rules.words(one[0]), background)
        start += len(one)


def embed(model: Embedder, texts: Sequence[str]) -> Vectors:
    """Return the vectors (n, d) of texts, each different one embedded once, like lengths together."""
    different = sorted(set(texts), key=len)
    rows = {text: row for batch in batches(different, TOGETHER) for text, row in _rows(model, batch)}
    return np.stack([rows[text] for text in texts]) if texts else np.empty((0, model.dimensions), np.float32)


def background_of(model: Embedder) -> Background:
    """Return the middle of a model's vectors of needs: known for the default model, else computed once a process."""
    if model.name not in _backgrounds:
        stored = json.loads(KNOWN.read_text(encoding="utf-8"))
        known = stored if stored["model"] == model.name else measure(model)
        means = (np.array(known[part], np.float32) for part in ("wholes", "clauses"))
        _backgrounds[model.name] = Background(*means)
    return _backgrounds[model.name]


def measure(model: Embedder) -> dict[str, list[float]]:
    """Return the mean vectors of the demonstration scenarios: of their beginnings, and of their clauses."""
    texts = [*_background_texts()]
    wholes = [rules.parts(*text)[0][:LENGTH] for text in texts]
    clauses = [clause for text in texts for clause in rules.parts(*text)[1:]]
    kinds = {"wholes": wholes, "clauses": [*islice(clauses, None, None, STEP)]}
    return {kind: [round(float(x), 6) for x in embed(model, found).mean(0)] for kind, found in kinds.items()}


_backgrounds: dict[str, Background] = {}


def _rows(model: Embedder, batch: list[str]) -> Iterator[tuple[str, Vectors]]:
    return zip(batch, model.queries(batch), strict=True)


def _background_texts() -> Iterator[Text]:
    for file in sorted(TEXTS.glob("batch-*.json")):
        for row in json.loads(file.read_text(encoding="utf-8"))["scenarios"]:
            yield row["title"], row["background"] + row["scope"]
