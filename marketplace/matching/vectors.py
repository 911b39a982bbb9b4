"""Needs and solutions with the vectors that are stored of them; nothing is embedded here."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection

from core.extensions import db
from marketplace.matching import queries
from marketplace.matching.packed import Stored
from marketplace.matching.rules import Text, Vectors
from marketplace.solutions.operations import COLLECTION, WHOLES
from retrieval import dense, search
from retrieval.embedder import embedder
from retrieval.queries import batches, head
from scenario_catalog.compared import Wording
from scenario_catalog.operations import NEED_WHOLES, NEEDS

COMPARED_NEEDS, COMPARED_SOLUTIONS = (NEED_WHOLES, NEEDS), (WHOLES, COLLECTION)
# What of a solution is compared sentence by sentence: figures and customers are facts, not what it does.
SOLUTION_FIELDS = frozenset({"name", "summary", "capabilities"})
NEED_FIELDS = frozenset({"title", "scope", "background"})


def needs(numbers: Collection[str]) -> list[Text]:
    """Return those of these needs that have vectors, by number."""
    return [one.text for one in _stored(db.session.connection(), COMPARED_NEEDS, numbers, NEED_FIELDS)]


def solutions(ids: Collection[int]) -> list[Text]:
    """Return those of these solutions that have vectors, by id."""
    return [one.text for one in stored_solutions(db.session.connection(), ids)]


def stored_solutions(connection: Connection, ids: Collection[int]) -> list[Stored]:
    """Return those of these solutions that have vectors, with the ids of their passages."""
    return _stored(connection, COMPARED_SOLUTIONS, [str(id_) for id_ in ids], SOLUTION_FIELDS)


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


def _stored(
    connection: Connection, collections: Sequence[str], documents: Collection[str], fields: Collection[str]
) -> list[Stored]:
    wholes, parts = (_rows(connection, name, documents) for name in collections)
    said = {id_: [row for row in parts.get(id_, ()) if row.heading in fields] for id_ in documents}
    return [_one(id_, wholes[id_][0], said[id_]) for id_ in documents if id_ in wholes and said[id_]]


def _rows(connection: Connection, collection: str, documents: Collection[str]) -> dict[str, list[Any]]:
    """Return the passages of each document that have a vector, in order."""
    model, found = embedder(), defaultdict[str, list[Any]](list)
    size = model.dimensions * np.dtype(np.float32).itemsize
    for batch in batches(documents):
        for row in connection.execute(queries.stored(collection, batch, model.name)):
            if len(row.vector) == size:
                found[row.document].append(row)
    return dict(found)


def _one(id_: str, whole: Any, said: Sequence[Any]) -> Stored:
    wording = Wording(whole.text, [row.text for row in said], [row.heading for row in said])
    vectors = np.frombuffer(b"".join(row.vector for row in said), np.float32).reshape(len(said), -1)
    text = Text(id_, wording, np.frombuffer(whole.vector, np.float32), vectors)
    return Stored(text, whole.id, [row.id for row in said])
