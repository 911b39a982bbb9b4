"""Ranked passages for a query: by words, by meaning, or by both ranks fused."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from core.extensions import db
from retrieval import dense, lexical, queries
from retrieval.embedder import Embedder, embedder, present_model, ready
from retrieval.fusion import Fused, fuse
from retrieval.text import normalise

Vectors = NDArray[np.float32]
Mode = Literal["hybrid", "lexical", "dense"]

# How deep each leg goes before fusing; passages further down cannot reach the first places.
DEPTH = 100
# A longer query is cut: the model reads 512 tokens, and words beyond these change nothing.
LONGEST_QUERY = 2_000
# Passages looked at for each document wanted, at first.
PASSAGES_PER_DOCUMENT = 4


@dataclass(frozen=True)
class Hit:
    """A passage found. Ranks count from 1 in each leg, None where the leg does not have it.

    `score` is the fused score in hybrid mode, the cosine in dense mode, BM25 in lexical mode; larger is better.
    `cosine` is known where the search by meaning saw the passage: it ranks everything, and leaves it to the caller
    from where on a passage has nothing to do with the query.
    """

    passage_id: int
    collection: str
    document: str
    position: int
    heading: str
    text: str
    start: int
    end: int
    score: float
    lexical_rank: int | None = None
    dense_rank: int | None = None
    cosine: float | None = None


class Ranked(NamedTuple):
    """Passages in order, and the cosines of those that the search by meaning saw."""

    order: list[Fused]
    cosines: dict[int, float]


@dataclass(frozen=True)
class DocumentHit:
    """A document found, with its best passage."""

    document: str
    score: float
    best: Hit


def search(
    collection: str, query: str, *, k: int = 20, mode: Mode = "hybrid", documents: Collection[str] | None = None
) -> list[Hit]:
    """Return up to `k` passages, best first; `documents` limits the search to these.

    Nothing for a query without words. By words alone while the model is loading or no vector is there.
    """
    order, cosines = _rank(collection, query, max(k, DEPTH), mode, documents)
    return _hits(order[:k], cosines)


def document_hits(
    collection: str, query: str, *, k: int = 500, mode: Mode = "hybrid", documents: Collection[str] | None = None
) -> list[DocumentHit]:
    """Return up to `k` documents in the order of their best passages."""
    depth = max(k * PASSAGES_PER_DOCUMENT, DEPTH)
    while True:
        order, cosines = _rank(collection, query, depth, mode, documents)
        best = _best_of_each(order)
        if len(best) >= k or len(order) < depth:
            break
        depth *= 4
    hits = _hits(list(best.values())[:k], cosines)
    return [DocumentHit(hit.document, hit.score, hit) for hit in hits]


def search_vectors(collection: str, vectors: Vectors, *, k: int = 20) -> list[list[Hit]]:
    """Return for each row of `vectors` (n, d), made by `embedder().queries`, up to `k` passages, best first."""
    index = dense.index(collection, embedder().name, embedder().dimensions)
    rankings = index.search(vectors, k)
    shown = _shown({id_ for ranking in rankings for id_, _ in ranking})
    return [_dense_hits(ranking, shown) for ranking in rankings]


def documents_of(ids: Sequence[int]) -> list[str]:
    """Return the documents of passages in their order, each once; a passage that is gone is left out."""
    found = {
        row.id: row.document
        for batch in queries.batches(ids)
        for row in db.session.execute(queries.documents_of(batch))
    }
    return list(dict.fromkeys(found[id_] for id_ in ids if id_ in found))


def vectors_of(collection: str, documents: Collection[str]) -> dict[str, list[tuple[Hit, Vectors]]]:
    """Return the passages of each document with their vectors (d,); passages without one are left out."""
    found: dict[str, list[tuple[Hit, Vectors]]] = {}
    for batch in queries.batches(documents):
        for row in db.session.execute(queries.vectors_of(collection, batch, present_model())):
            vector = np.frombuffer(row.vector, np.float32)
            found.setdefault(row.document, []).append((_hit(row, 0.0, None, None, None), vector))
    return found


def _rank(collection: str, query: str, depth: int, mode: Mode, documents: Collection[str] | None) -> Ranked:
    query = normalise(query[:LONGEST_QUERY]).strip()
    words = lexical.words(query)
    if not words:
        return Ranked([], {})
    by_meaning = [] if mode == "lexical" else _by_meaning(collection, query, depth, documents)
    if mode == "dense" and by_meaning:
        order = [Fused(id_, score, None, rank) for rank, (id_, score) in enumerate(by_meaning, 1)]
        return Ranked(order, dict(by_meaning))
    by_words = lexical.search(db.session(), collection, words, depth, documents)
    if not by_meaning:
        return Ranked([Fused(id_, score, rank, None) for rank, (id_, score) in enumerate(by_words, 1)], {})
    return Ranked(fuse([id_ for id_, _ in by_words], [id_ for id_, _ in by_meaning]), dict(by_meaning))


def _by_meaning(collection: str, query: str, depth: int, documents: Collection[str] | None) -> dense.Ranking:
    if not ready() or (documents is not None and not documents):
        return []
    model: Embedder = embedder()
    index = dense.index(collection, model.name, model.dimensions)
    if not len(index):
        return []
    ids = None if documents is None else dense.ids_of(collection, documents)
    return index.search(model.queries([query]), depth, ids)[0]


def _hits(order: Sequence[Fused], cosines: Mapping[int, float]) -> list[Hit]:
    shown = _shown({one.id for one in order})
    # A passage may have been deleted since the index looked.
    return [_hit(shown[one.id], *one[1:], cosines.get(one.id)) for one in order if one.id in shown]


def _dense_hits(ranking: dense.Ranking, shown: dict[int, Any]) -> list[Hit]:
    places = [(rank, id_, score) for rank, (id_, score) in enumerate(ranking, 1) if id_ in shown]
    return [_hit(shown[id_], score, None, rank, score) for rank, id_, score in places]


def _shown(ids: Collection[int]) -> dict[int, Any]:
    return {row.id: row for batch in queries.batches(ids) for row in db.session.execute(queries.passages(batch))}


def _hit(row: Any, score: float, lexical_rank: int | None, dense_rank: int | None, cosine: float | None) -> Hit:
    shown = (row.id, row.collection, row.document, row.position, row.heading, row.text, row.start, row.end)
    return Hit(*shown, score, lexical_rank, dense_rank, cosine)


def _best_of_each(order: list[Fused]) -> dict[str, Fused]:
    ids = [one.id for one in order]
    found = (row for batch in queries.batches(ids) for row in db.session.execute(queries.documents_of(batch)))
    document_of = {id_: document for id_, document in found}  # noqa: C416 - dict() does not know the types of a Row
    best: dict[str, Fused] = {}
    for one in order:
        if one.id in document_of:
            best.setdefault(document_of[one.id], one)
    return best
