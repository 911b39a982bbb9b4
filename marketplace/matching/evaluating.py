"""How well needs and solutions find each other: the product and plain ways, on pairs labelled by hand."""

import json
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from marketplace.matching import background, rules
from marketplace.matching.rules import Vectors
from marketplace.matching.sets import Worded
from marketplace.solutions.rules import compared
from retrieval.embedder import Embedder, embedder
from retrieval.fusion import SMOOTHING
from retrieval.text import tokens

FOLDER = Path(__file__).with_name("evaluation")
HALVES = ("fit", "test")
PLACES = 10
FITS, PARTLY = 2, 1

Mask = NDArray[np.bool_]

# Scores (needs, solutions) by one way of ranking.
Ranker = Callable[["Case"], Vectors]


@dataclass(frozen=True)
class Case:
    """The labelled pairs of one half: needs (n) with grades (n, m) against all solutions (m)."""

    needs: Worded
    solutions: Worded
    grades: Vectors


@dataclass(frozen=True)
class Figures:
    """Means over needs. `precision` counts what is called fitting and is graded 0 as wrong; `recall` counts grade 2."""

    ndcg: float
    hit: float
    reciprocal: float
    precision: float | None = None
    recall: float | None = None


def case(half: str) -> Case:
    """Return the labelled pairs of a half; `all` for both."""
    listed = json.loads((FOLDER / "scenarios.json").read_text(encoding="utf-8"))
    chosen = [row for row in listed if half in {row["half"], "all"}]
    grades = _grades()
    needs, solutions = dict(background.need_texts()), [*background.solution_texts()]
    rows = [[grades[key].get(row["id"], 0) for key, _ in solutions] for row in chosen]
    return Case([(row["title"], needs[row["title"]]) for row in chosen], solutions, np.array(rows, np.float32))


def pasted() -> Case:
    """Return texts as people paste them, without a name, against all demonstration needs; some belong to none."""
    texts = json.loads((FOLDER / "texts.json").read_text(encoding="utf-8"))
    needs = [*background.need_texts()]
    grades = [[FITS if title in text["fits"] else 0 for text in texts] for title, _ in needs]
    solutions = [(text["id"], compared("", text["text"])) for text in texts]
    return Case(needs, solutions, np.array(grades, np.float32))


def compare(half: str) -> dict[str, Figures]:
    """Return the figures of the three plain ways and of the product. Raises ModelError."""
    found, model = case(half), embedder()
    by_words, by_meaning = bm25(found), dense(found, model)
    scores, fits = product(found, model)
    return {
        "BM25 alone": figures(found, by_words),
        "dense alone": figures(found, by_meaning),
        "rank fusion": figures(found, fused(by_words, by_meaning)),
        "product": figures(found, scores, fits),
    }


def figures(found: Case, scores: Vectors, fits: Mask | None = None) -> Figures:
    """Return nDCG@10 with gains 3 and 1, and hit@1 and mean reciprocal rank of what fits."""
    order = np.argsort(-scores, axis=1, kind="stable")
    ranked = np.take_along_axis(found.grades, order, axis=1)
    first = (ranked == FITS).argmax(1)
    shares = _ndcg(ranked), float((ranked[:, 0] == FITS).mean()), float((1 / (1 + first)).mean())
    if fits is None:
        return Figures(*shares)
    right, wrong = (fits & (found.grades > 0)).sum(), (fits & (found.grades == 0)).sum()
    hits = (fits & (found.grades == FITS)).sum() / (found.grades == FITS).sum()
    return Figures(*shares, float(right / max(right + wrong, 1)), float(hits))


def bm25(found: Case) -> Vectors:
    """Rank by SQLite's own BM25 over the same tokens as the product's search by words."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE solution USING fts5(tokens)")
    said = [(place, " ".join(tokens(one.whole))) for place, (_, one) in enumerate(found.solutions)]
    connection.executemany("INSERT INTO solution(rowid, tokens) VALUES (?, ?)", said)
    rows = np.zeros((len(found.needs), len(found.solutions)), np.float32)
    for row, (_, need) in zip(rows, found.needs, strict=True):
        wanted = " OR ".join('"' + word.replace('"', '""') + '"' for word in dict.fromkeys(tokens(need.whole)))
        for place, rank in connection.execute("SELECT rowid, rank FROM solution WHERE solution MATCH ?", (wanted,)):
            row[place] = -rank
    connection.close()
    return rows


def dense(found: Case, model: Embedder) -> Vectors:
    """Rank by the cosine of whole texts as the model makes them."""
    needs, solutions = (model.queries([one.whole for _, one in side]) for side in (found.needs, found.solutions))
    return np.asarray(needs @ solutions.T, np.float32)


def fused(*scores: Vectors) -> Vectors:
    """Fuse rankings by rank."""
    places = [np.argsort(np.argsort(-one, axis=1, kind="stable"), axis=1) + 1 for one in scores]
    return np.asarray(sum(1 / (SMOOTHING + one) for one in places), np.float32)


def product(found: Case, model: Embedder) -> tuple[Vectors, Mask]:
    """Return the product's log odds, and what it calls fitting (both needs × solutions)."""
    needs, solutions = (background.embedded(model, side) for side in (found.needs, found.solutions))
    field = background.field_among(needs, solutions, model)
    placed = rules.place(solutions, "solution", field)
    scores = np.stack([rules.scores_of(need, placed) for need in rules.place(needs, "need", field)])
    best = scores.max(1, keepdims=True)
    return scores, (scores >= rules.CUT) & (scores >= best - rules.BEHIND)


def _ndcg(ranked: Vectors) -> float:
    gains, weights = 2**ranked - 1, 1 / np.log2(np.arange(2, PLACES + 2))
    ideal = -np.sort(-gains, axis=1)
    return float(((gains[:, :PLACES] * weights).sum(1) / (ideal[:, :PLACES] * weights).sum(1)).mean())


def _grades() -> Mapping[str, Mapping[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for file in sorted(FOLDER.glob("grades-*.json")):
        found |= json.loads(file.read_text(encoding="utf-8"))
    return found
