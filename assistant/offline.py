"""The stages over a policy file, without any database: for evaluating and calibrating."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from numpy.typing import NDArray

from assistant.answering import Answering, Case
from assistant.corpus import Corpus, corpus
from assistant.documents import Standing
from assistant.followups import Whole
from assistant.library import Library, Shelved
from assistant.retriever import unrelated_talk
from assistant.weights import Direction
from policies.facts.extraction import proposals
from policies.parser import parse
from retrieval.embedder import Embedder, embedder
from retrieval.text import normalise

Mode = Literal["fused", "lexical", "dense", "as typed"]
Vectors = NDArray[np.float32]


class FileRetriever(BaseRetriever):
    """Finds every sentence of one corpus; `model` None gives no closeness, as while there are no vectors."""

    found: Corpus
    model: Any = None

    def directions(self, queries: Sequence[str]) -> list[Direction]:
        if self.model is None:
            return []
        vectors = self.model.queries([normalise(query).strip() for query in queries])
        return [Direction(self.model.name, vector.tolist()) for vector in vectors]

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun, **_: Any
    ) -> list[Document]:
        del run_manager
        closenesses = self._closenesses(query)
        places = zip(self.found.sentences, closenesses, strict=True)
        return [
            Document(page_content="", metadata={"article": one.article, "start": one.start, "closeness": closeness})
            for one, closeness in places
        ]

    def _closenesses(self, query: str) -> Sequence[float | None]:
        if self.model is None:
            return [None] * len(self.found.sentences)
        cosines = self._vectors @ self.model.queries([normalise(query).strip()])[0]
        return [float(value) for value in (cosines - self._level) / (1 - self._level)]

    @cached_property
    def _vectors(self) -> Vectors:
        vectors: Vectors = self.model.passages([one.text for one in self.found.sentences])
        return vectors

    @cached_property
    def _level(self) -> float:
        return float((self.model.queries(unrelated_talk()) @ self._vectors.T).max(axis=1).mean())


class AsTyped(Answering):
    """Knows no other forms of the question's words: how a question fares whose words no glossary has."""

    def read(self, case: Case) -> Whole:
        whole = super().read(case)
        bare = tuple(replace(term, forms=term.forms[:1]) for term in whole.question.terms)
        return replace(whole, question=replace(whole.question, terms=bare))


class MeaningOnly(Answering):
    """Ranks by closeness alone: what the words of the question add is left out."""

    by_words = False


def read(file: Path) -> Corpus:
    """Return a policy file ready for answering, with the facts read from it."""
    parsed = parse(file.read_text(encoding="utf-8"))
    about = {"title": parsed.title, "title_en": parsed.title_en, "issuer": parsed.issuer}
    year = parsed.issued.year if parsed.issued else None
    return corpus(
        parsed.id, 1, f"{parsed.id}@1", parsed.articles, proposals(parsed.articles), issued_year=year, **about
    )


def library(files: Iterable[Path], mode: Mode = "fused", model: Embedder | None = None) -> Library:
    """Return the stages for several policy files, all in force, the first at home."""
    corpora = [read(file) for file in files]
    shelf = [
        Shelved(Standing(one.document, one.title, one.title_en, one.issuer), stages(one, mode, model))
        for one in corpora
    ]
    return Library(shelf, corpora[0].document)


def stages(found: Corpus, mode: Mode = "fused", model: Embedder | None = None) -> Answering:
    """Return the stages for a corpus. Raises ModelError if the embedding model is needed and cannot be loaded."""
    retriever = FileRetriever(found=found, model=None if mode == "lexical" else model or embedder())
    return {"dense": MeaningOnly, "as typed": AsTyped}.get(mode, Answering)(found, retriever)
