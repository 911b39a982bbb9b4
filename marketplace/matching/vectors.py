"""Needs and solutions with the vectors that are stored of them; nothing is embedded here."""

from collections.abc import Collection, Sequence

import numpy as np

from core.extensions import db
from marketplace.matching.rules import Text, Vectors
from marketplace.solutions.operations import COLLECTION, WHOLES
from retrieval import dense, search
from retrieval.embedder import embedder
from retrieval.queries import head
from scenario_catalog.compared import Wording
from scenario_catalog.operations import NEED_WHOLES, NEEDS

Passages = Sequence[tuple[search.Hit, Vectors]]

COMPARED_NEEDS, COMPARED_SOLUTIONS = (NEED_WHOLES, NEEDS), (WHOLES, COLLECTION)
# What of a solution is compared sentence by sentence: figures and customers are facts, not what it does.
SOLUTION_FIELDS = frozenset({"name", "summary", "capabilities"})
NEED_FIELDS = frozenset({"title", "scope", "background"})


def needs(numbers: Collection[str]) -> list[Text]:
    """Return those of these needs that have vectors, by number."""
    return _texts(COMPARED_NEEDS, numbers, NEED_FIELDS)


def solutions(ids: Collection[int]) -> list[Text]:
    """Return those of these solutions that have vectors, by id."""
    return _texts(COMPARED_SOLUTIONS, [str(id_) for id_ in ids], SOLUTION_FIELDS)


def heads() -> str:
    """Return the last changes of what is compared: another text, another value."""
    rows = (db.session.execute(head(name)).first() for name in (*COMPARED_NEEDS, *COMPARED_SOLUTIONS))
    return " ".join("-" if row is None else f"{row[0]}:{row[1] % 1_000_000}" for row in rows)


def nearest(collection: str, row: Vectors, most: int) -> list[str]:
    """Return the documents whose wholes are nearest to a row (d,), best first."""
    model = embedder()
    index = dense.index(collection, model.name, model.dimensions)
    (ranking,) = index.search(row[None], most)
    return search.documents_of([id_ for id_, _ in ranking])


def _texts(collections: Sequence[str], documents: Collection[str], fields: Collection[str]) -> list[Text]:
    wholes, parts = (search.vectors_of(name, documents) for name in collections)
    said = {id_: [one for one in parts.get(id_, ()) if one[0].heading in fields] for id_ in documents}
    return [_text(id_, *wholes[id_][0], said[id_]) for id_ in documents if id_ in wholes and said[id_]]


def _text(id_: str, whole: search.Hit, vector: Vectors, said: Passages) -> Text:
    wording = Wording(whole.text, [hit.text for hit, _ in said], [hit.heading for hit, _ in said])
    return Text(id_, wording, vector, np.stack([row for _, row in said]))
