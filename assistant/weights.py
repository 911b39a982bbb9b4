"""The fitted weights, as data: what speaks for a sentence, for a topic being treated, and for an answer being complete.

Two models stand twice: once with the question's vector, which tells what kind of thing is asked and holds for the embedding
model it was fitted with, and once without, for any other model and for searching by words alone.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("data") / "weights.json"
BY_WORDS = "_by_words"


@dataclass(frozen=True)
class Direction:
    """The vector of a question, length 1, with the name of the model that made it."""

    model: str
    values: Sequence[float]


@dataclass(frozen=True)
class Weights:
    """A linear model by the names of its features; `threshold` is the probability from which on it says yes."""

    intercept: float
    threshold: float
    by_name: Mapping[str, float]
    vector: tuple[float, ...] = ()
    model: str = ""

    def sum(self, features: Mapping[str, float], meaning: Direction | None = None) -> float:
        """Return the logit; a feature without a weight counts nothing, nor does the vector of another model."""
        named = sum(self.by_name.get(name, 0.0) * value for name, value in features.items())
        along = sum(map(float.__mul__, self.vector, map(float, meaning.values))) if self.vector and meaning else 0.0
        return self.intercept + named + along

    def probability(self, features: Mapping[str, float], meaning: Direction | None = None) -> float:
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, self.sum(features, meaning)))))

    def accepts(self, features: Mapping[str, float], meaning: Direction | None = None) -> bool:
        return self.probability(features, meaning) >= self.threshold


def of(name: str, meaning: Direction | None = None) -> Weights:
    """Return the weights of a model: ranking, steering, treated or stated. Raises KeyError for any other name."""
    found = _read()[name]
    if found.vector and (meaning is None or meaning.model != found.model):
        return _read()[name + BY_WORDS]
    return found


def write(models: Mapping[str, Weights], file: Path = FILE) -> None:
    """Store fitted weights, rounded, a model a line."""
    lines = [f" {json.dumps(name)}: {json.dumps(_stored(one), ensure_ascii=False)}" for name, one in models.items()]
    file.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")
    _read.cache_clear()


def _stored(one: Weights) -> dict[str, object]:
    named = {feature: round(value, 3) for feature, value in one.by_name.items()}
    found = {"intercept": round(one.intercept, 3), "threshold": round(one.threshold, 3), "weights": named}
    return found | ({"model": one.model, "vector": [round(value, 2) for value in one.vector]} if one.vector else {})


@cache
def _read() -> dict[str, Weights]:
    stored = json.loads(FILE.read_text(encoding="utf-8"))
    return {
        name: Weights(
            one["intercept"], one["threshold"], one["weights"], tuple(one.get("vector", ())), one.get("model", "")
        )
        for name, one in stored.items()
    }
