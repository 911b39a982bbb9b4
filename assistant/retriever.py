"""Retrieval as LangChain knows it: the passages of one version of a policy, by meaning and by words."""

from functools import cache
from pathlib import Path
from typing import Any

from flask import current_app
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever

from retrieval.embedder import embedder
from retrieval.search import Hit, search, search_vectors

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

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, words: str = "", **_: Any
    ) -> list[Document]:
        """Search by `query`, and by `words` (the query itself if there are none) for what meaning did not find."""
        del run_manager
        by_meaning = search(COLLECTION, query, k=self.depth, mode="dense", documents=[self.document])
        has_vectors = any(hit.dense_rank for hit in by_meaning)
        level = unrelated_level() if has_vectors else 0.0
        found = {hit.passage_id: _document(hit, level if has_vectors else None) for hit in by_meaning}
        if len(by_meaning) >= self.depth or not has_vectors:
            for hit in search(COLLECTION, words or query, k=self.depth, mode="lexical", documents=[self.document]):
                found.setdefault(hit.passage_id, _document(hit, None))
        return list(found.values())


def unrelated_level() -> float:
    """Return the mean of the best cosines that unrelated talk reaches, measured once for each model in a process."""
    levels: dict[str, float] = current_app.extensions.setdefault(LEVELS, {})
    model = embedder()
    if model.name not in levels:
        best = search_vectors(COLLECTION, model.queries(_unrelated()), k=1)
        scores = [hits[0].score for hits in best if hits]
        levels[model.name] = sum(scores) / len(scores) if scores else 0.0
    return levels[model.name]


@cache
def _unrelated() -> tuple[str, ...]:
    lines = UNRELATED.read_text(encoding="utf-8").split("\n")
    return tuple(line for line in lines if line and not line.startswith("#"))


def _document(hit: Hit, level: float | None) -> Document:
    article = int(hit.heading.removeprefix("article-") or 0)
    closeness = None if level is None else (hit.score - level) / (1 - level)
    place = {"article": article, "start": hit.start, "end": hit.end, "closeness": closeness}
    # Our own values need no validation, which would cost as much as the search for a whole list of hits.
    return Document.model_construct(page_content=hit.text, metadata=place)
