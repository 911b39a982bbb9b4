"""The experiment that chose the rule: each way of comparing by itself, and the weights of those kept. See docs/matching.md."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from marketplace.matching import background, evaluating, rules
from marketplace.matching.evaluating import FITS, PARTLY, Case
from marketplace.matching.rules import Placed, Vectors, unit
from marketplace.matching.texts import shared
from marketplace.solutions.rules import compared
from retrieval.embedder import Embedder
from retrieval.queries import batches
from scenario_catalog.compared import need_wording
from scenario_catalog.similarity.evaluating import cases

STEPS, RIDGE = 60, 1e-3


@dataclass(frozen=True)
class Fitted:
    """Weights of the measures and the constant of a logistic regression."""

    weights: Mapping[str, float]
    bias: float


@dataclass
class Remembering:
    """A model that embeds each text once: the experiment looks at the same ones many times."""

    model: Embedder
    known: dict[tuple[bool, str], Vectors] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.model.name

    @property
    def dimensions(self) -> int:
        return self.model.dimensions

    def queries(self, texts: Sequence[str]) -> Vectors:
        return self._rows(texts, asked=True)

    def passages(self, texts: Sequence[str]) -> Vectors:
        return self._rows(texts, asked=False)

    def _rows(self, texts: Sequence[str], *, asked: bool) -> Vectors:
        new = sorted({text for text in texts if (asked, text) not in self.known}, key=len)
        for batch in batches(new, background.TOGETHER):
            vectors = self.model.queries(batch) if asked else self.model.passages(batch)
            self.known.update(((asked, text), vector) for text, vector in zip(batch, vectors, strict=True))
        return np.stack([self.known[asked, text] for text in texts])


def ways(found: Case, model: Embedder) -> Iterator[tuple[str, Vectors]]:
    """Yield (name, scores) of each way of ranking, from the plain to the chosen one."""
    by_words, plain = evaluating.bm25(found), evaluating.dense(found, model)
    needs, solutions = (np.stack([text.whole for text in side]) for side in _embedded(found, model))
    middled = unit(needs - needs.mean(0)) @ unit(solutions - solutions.mean(0)).T
    yield "BM25", by_words
    yield "whole texts, as passages", _as_passages(found, model)
    yield "whole texts, both as queries", plain
    yield "… fused with BM25 by rank", evaluating.fused(by_words, plain)
    yield "… mean removed", middled
    yield "… mean removed, CSLS", _csls(middled)
    measured = measures(found, model)
    yield "… mean by language, background lent", measured["whole"]
    yield "sentences, nearest of the solution's", measured["sentences"]
    yield "… shared letters discounted", measured["aligned"]
    yield "½ whole + ½ sentences", measured["whole"] + measured["sentences"]
    yield "½ whole + ½ sentences, discounted", measured["whole"] + measured["aligned"]
    yield "… + CSLS", _csls(measured["whole"] + measured["aligned"])
    yield "chosen: weighted, hubs and shared letters off", evaluating.product(found, model)[0]


def measures(found: Case, model: Embedder) -> dict[str, Vectors]:
    """Return each measure of the rule (needs, solutions), and the sentences without the discount."""
    needs, solutions = _placed(found, model)
    ends = np.cumsum([0, *(len(one.sentences) for one in solutions)])[:-1]
    rows = np.concatenate([one.sentences for one in solutions])
    letters = [part for one in solutions for part in one.sentence_letters]
    plain = [need.sentences @ rows.T for need in needs]
    less = [
        rules.discounted(near, shared(need.sentence_letters, letters)) for need, near in zip(needs, plain, strict=True)
    ]
    ones = np.ones((len(needs), len(solutions)), np.float32)
    return {
        "whole": np.stack([one.whole for one in needs]) @ np.stack([one.whole for one in solutions]).T,
        "sentences": np.stack([np.maximum.reduceat(near, ends, axis=1).mean(0) for near in plain]),
        "aligned": np.stack([np.maximum.reduceat(near, ends, axis=1).mean(0) for near in less]),
        "shared": shared([one.letters for one in needs], [one.letters for one in solutions]),
        "need_hub": ones * np.array([one.hub for one in needs])[:, None],
        "solution_hub": ones * np.array([one.hub for one in solutions]),
    }


def fit(model: Embedder) -> Fitted:
    """Fit the weights: on the fit half, on needs with their rewordings and look-alikes, and on texts as people paste them."""
    parts = [_rows(found, model) for found in (evaluating.case("fit"), _copies(), evaluating.pasted())]
    rows, fits, shares = (np.concatenate([part[place] for part in parts]) for place in range(3))
    weights, bias = _regression(rows, fits, shares)
    return Fitted(dict(zip(rules.WEIGHTS, weights.tolist(), strict=True)), bias)


def calibration(
    found: Case, model: Embedder, edges: Sequence[float] = (0, 0.02, 0.05, 0.12, 0.3, 0.6, 1.01)
) -> Iterator[tuple[float, float, int, float, float]]:
    """Yield for each band of probability: its bounds, pairs, and the shares that fit, and that fit at least partly."""
    scores, _ = evaluating.product(found, model)
    probabilities = 1 / (1 + np.exp(-scores))
    for low, high in pairwise(edges):
        grades = found.grades[(probabilities >= low) & (probabilities < high)]
        if len(grades):
            yield low, high, len(grades), float((grades == FITS).mean()), float((grades >= PARTLY).mean())


def cuts(found: Case, model: Embedder) -> Iterator[tuple[float, float, float]]:
    """Yield (cut, precision, recall) along the scale of log odds: the curve that the cut was read off."""
    scores, _ = evaluating.product(found, model)
    near = scores >= scores.max(1, keepdims=True) - rules.BEHIND
    for cut in np.arange(-5, 2.5, 0.5):
        shown = evaluating.figures(found, scores, (scores >= cut) & near)
        yield float(cut), shown.precision or 0.0, shown.recall or 0.0


def _placed(found: Case, model: Embedder) -> tuple[list[Placed], list[Placed]]:
    needs, solutions = _embedded(found, model)
    field = background.field_among(needs, solutions, model)
    return rules.place(needs, "need", field), rules.place(solutions, "solution", field)


def _embedded(found: Case, model: Embedder) -> tuple[list[rules.Text], list[rules.Text]]:
    return background.embedded(model, found.needs), background.embedded(model, found.solutions)


def _as_passages(found: Case, model: Embedder) -> Vectors:
    needs, solutions = (model.passages([one.whole for _, one in side]) for side in (found.needs, found.solutions))
    return np.asarray(needs @ solutions.T, np.float32)


def _csls(near: Vectors) -> Vectors:
    """Return cosines corrected for how near either side is to everything (Conneau et al., 2018)."""
    rows, columns = (np.sort(near, axis=axis) for axis in (1, 0))
    return np.asarray(
        2 * near - rows[:, -rules.NEIGHBOURS :].mean(1, keepdims=True) - columns[-rules.NEIGHBOURS :].mean(0),
        np.float32,
    )


def _copies() -> Case:
    """Return needs with their rewordings, which fit, and their look-alikes, which do not."""
    found = cases("fit")
    needs = [(one.need.id, need_wording(one.need.title, one.need.description, "")) for one in found]
    offers = [*(one.copy for one in found), *(one.lookalike for one in found)]
    grades = np.eye(len(found), len(offers), dtype=np.float32) * FITS
    return Case(needs, [(one.id, compared(one.title, one.description)) for one in offers], grades)


def _rows(found: Case, model: Embedder) -> tuple[Vectors, Vectors, Vectors]:
    """Return the measures (n, 6), whether it fits (n), and the weight (n) of each pair but the partly fitting ones."""
    measured = measures(found, model)
    rows = np.stack([measured[name] for name in rules.WEIGHTS], -1).reshape(-1, len(rules.WEIGHTS))
    grades = found.grades.ravel()
    kept = grades != PARTLY
    fits = (grades[kept] == FITS).astype(np.float32)
    return rows[kept], fits, np.full(len(fits), 1 / fits.sum(), np.float32)


def _regression(rows: Vectors, fits: Vectors, shares: Vectors) -> tuple[Vectors, float]:
    """Return weights and constant of a logistic regression with a small ridge, by Newton's method."""
    middle, spread = rows.mean(0), rows.std(0)
    scaled = np.c_[(rows - middle) / spread, np.ones(len(rows))]
    weights, shares = np.zeros(scaled.shape[1]), shares / shares.sum()
    for _ in range(STEPS):
        expected = 1 / (1 + np.exp(-scaled @ weights))
        slope = scaled.T @ (shares * (expected - fits)) + RIDGE * np.r_[weights[:-1], 0]
        curve = (scaled * (shares * expected * (1 - expected))[:, None]).T @ scaled + RIDGE * np.eye(len(weights))
        weights -= np.linalg.solve(curve, slope)
    return np.asarray(weights[:-1] / spread), float(weights[-1] - (weights[:-1] * middle / spread).sum())
