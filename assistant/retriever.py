"""Retrieval as LangChain knows it: the passages of one version of a policy, by meaning and by words."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from flask import current_app
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from assistant.weights import Direction
from retrieval.embedder import embedder, ready
from retrieval.search import Hit, search
from retrieval.text import normalise

COLLECTION = "policies"
DEPTH = 96
UNRELATED = Path(__file__).with_name("data") / "unrelated.txt"
LEVELS = "assistant.unrelated"


class PolicyRetriever(BaseRetriever):
    """Finds passages of `document` (policy id and version).

    Each comes with its place and its closeness: 0 is what unrelated talk reaches with this model, 1 is the same text;
    None while there are no vectors.
    """

    document: str
    depth: int = DEPTH

    def directions(self, queries: Sequence[str]) -> list[Direction]:
        """Return the vectors of queries, made together and remembered for the search; none while there is no model."""
        if not ready():
            return []
        model = embedder()
        vectors = model.queries([normalise(query).strip() for query in queries])
        return [Direction(model.name, vector.tolist()) for vector in vectors]

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, words: str = "", **_: Any
    ) -> list[Document]:
        """Search by `query`, and by `words` (the query itself if there are none) for what meaning did not find."""
        del run_manager
        by_meaning = search(COLLECTION, query, k=self.depth, mode="dense", documents=[self.document])
        has_vectors = any(hit.dense_rank for hit in by_meaning)
        level = unrelated_level(self.document) if has_vectors else 0.0
        found = {hit.passage_id: _document(hit, level if has_vectors else None) for hit in by_meaning}
        if len(by_meaning) >= self.depth or not has_vectors:
            for hit in search(COLLECTION, words or query, k=self.depth, mode="lexical", documents=[self.document]):
                found.setdefault(hit.passage_id, _document(hit, None))
        return list(found.values())


def unrelated_level(document: str) -> float:
    """Return the mean of the best cosines that unrelated talk reaches in a document.

    Measured once for each model and document in a process.
    """
    levels: dict[tuple[str, str], float] = current_app.extensions.setdefault(LEVELS, {})
    model = embedder()
    if (model.name, document) not in levels:
        model.queries(unrelated_talk())  # together, and remembered for the searches
        best = [search(COLLECTION, talk, k=1, mode="dense", documents=[document]) for talk in unrelated_talk()]
        scores = [hits[0].score for hits in best if hits]
        levels[model.name, document] = sum(scores) / len(scores) if scores else 0.0
    return levels[model.name, document]


@cache
def unrelated_talk() -> tuple[str, ...]:
    """Return talk that has to do with no policy."""
    lines = UNRELATED.read_text(encoding="utf-8").split("\n")
    return tuple(line for line in lines if line and not line.startswith("#"))


def _document(hit: Hit, level: float | None) -> Document:
    article = int(hit.heading.removeprefix("article-") or 0)
    closeness = None if level is None else (hit.score - level) / (1 - level)
    place = {"article": article, "start": hit.start, "end": hit.end, "closeness": closeness}
    # Our own values need no validation, which would cost as much as the search for a whole list of hits.
    return Document.model_construct(page_content=hit.text, metadata=place)
