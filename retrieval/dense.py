"""Search by meaning: a FAISS index for each process and collection, which follows the database by its log of changes."""

import threading
from collections.abc import Collection, Sequence
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np
from flask import current_app
from numpy.typing import NDArray
from sqlalchemy import Connection

from core.extensions import db
from core.settings import settings
from retrieval import index_file, queries

Vectors = NDArray[np.float32]
Ranking = list[tuple[int, float]]

# Scores are compared to this many digits: what float32 sums add beyond depends on the order of summing.
DIGITS = 6
MARGIN = 16
# Below every cosine; FAISS fills up short rankings with the smallest float, which cannot be rounded.
NOTHING = np.float32(-2)
REBUILD_BATCH = 5_000


class Head(NamedTuple):
    """A place in the log of changes."""

    sequence: int
    stamp: int


class VectorIndex:
    """The vectors of one collection by one model. Safe to use from several threads."""

    def __init__(self, collection: str, model: str, dimensions: int, file: Path) -> None:
        self.collection = collection
        self.model = model
        self.dimensions = dimensions
        self.file = file
        self.head: Head | None = None
        self.saved: Head | None = None
        self._faiss = _faiss()
        self._index = self._empty()
        self.started = False
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(self, vectors: Vectors, k: int, ids: NDArray[np.int64] | None = None) -> list[Ranking]:
        """Return for each row of `vectors` (n, d) up to `k` (passage id, cosine), best first, equal scores by id.

        `ids` limits the search to these passages.
        """
        if not len(vectors) or k < 1:
            return [[] for _ in vectors]
        with self._lock:
            return self._search(np.ascontiguousarray(vectors, np.float32), k, ids)

    def catch_up(self, connection: Connection) -> None:
        """Take in what was committed since the last call; one short query when nothing was."""
        with self._lock:
            if not self.started:
                self._load()
                self.started = True
            head = _head(connection, self.collection)
            if head == self.head:
                return
            if head is not None and self._saw(connection):
                self._follow(connection)
            else:
                self._rebuild(connection)
            self.head = head

    def save(self) -> None:
        """Write the index file unless it stands already as it is."""
        with self._lock:
            if self.head is None or self.head == self.saved:
                return
            state = index_file.State(self.model, self.dimensions, *self.head)
            index_file.write(self.file, state, self._faiss.serialize_index(self._index))
            self.saved = self.head

    def _search(self, vectors: Vectors, k: int, ids: NDArray[np.int64] | None) -> list[Ranking]:
        parameters = None if ids is None else self._faiss.SearchParameters(sel=self._faiss.IDSelectorBatch(ids))
        # OpenMP counts for each calling thread. One is quickest for one query, and leaves the cores to other requests.
        self._faiss.omp_set_num_threads(1)
        depth = k + MARGIN
        while True:
            depth = min(depth, max(len(self), 1))
            scores, found = self._index.search(vectors, depth, params=parameters)
            scores = np.round(np.where(found < 0, NOTHING, scores), DIGITS)
            # Which of several equal passages stand before the cut depends on the order of the rows: look past them.
            tied = (found[:, -1] >= 0) & (scores[:, -1] == scores[:, min(k, depth) - 1])
            if depth >= len(self) or not tied.any():
                return [_ranking(*row, k) for row in zip(scores, found, strict=True)]
            depth *= 2

    def _saw(self, connection: Connection) -> bool:
        """Tell whether the change this index saw last is in the database."""
        if self.head is None:
            return False
        stamp = connection.execute(queries.change(self.collection, self.head.sequence)).scalar()
        return stamp == self.head.stamp

    def _follow(self, connection: Connection) -> None:
        sequence = self.head.sequence if self.head else 0
        changed = connection.execute(queries.changed_since(self.collection, sequence)).scalars().all()
        held = self._faiss.vector_to_array(self._index.id_map)
        stale = np.intersect1d(np.array(changed, np.int64), held)
        if len(stale):
            self._index.remove_ids(stale)
        for batch in queries.batches(changed):
            rows = connection.execute(queries.vectors(self.collection, self.model).where(queries.is_one_of(batch)))
            self._add(rows.all())

    def _rebuild(self, connection: Connection) -> None:
        # If reading fails half-way, the next call must not take the half for the whole.
        self.head = None
        self._index = self._empty()
        rows = connection.execute(queries.vectors(self.collection, self.model))
        for part in rows.partitions(REBUILD_BATCH):
            self._add(part)

    def _add(self, rows: Sequence[Any]) -> None:
        size = 4 * self.dimensions
        whole = [(id_, vector) for id_, vector in rows if len(vector) == size]
        if whole:
            matrix = np.frombuffer(b"".join(vector for _, vector in whole), np.float32).reshape(-1, self.dimensions)
            self._index.add_with_ids(matrix, np.array([id_ for id_, _ in whole], np.int64))

    def _load(self) -> None:
        stored = index_file.read(self.file, self.model, self.dimensions)
        if stored is not None:
            state, payload = stored
            self._index = self._faiss.deserialize_index(payload)
            self.head = self.saved = Head(state.sequence, state.stamp)

    def _empty(self) -> Any:
        return self._faiss.IndexIDMap2(self._faiss.IndexFlatIP(self.dimensions))


def index(collection: str, model: str, dimensions: int) -> VectorIndex:
    """Return this process's index of a collection, caught up with what is committed."""
    with _opening:
        indexes = opened()
        found = indexes.get((collection, model))
        if found is None:
            found = VectorIndex(collection, model, dimensions, _file(collection, model))
            indexes[collection, model] = found
    # Looking costs the caller's own session a short query. Reading goes by a connection of its own: the caller's
    # transaction may hold passages that are never committed.
    if found.head != _head(db.session.connection(), collection) or not found.started:
        with db.engine.connect() as connection:
            found.catch_up(connection)
    return found


def opened() -> dict[tuple[str, str], VectorIndex]:
    """Return the indexes of the current application in this process."""
    indexes: dict[tuple[str, str], VectorIndex] = current_app.extensions.setdefault("retrieval.indexes", {})
    return indexes


def ids_of(collection: str, documents: Collection[str]) -> NDArray[np.int64]:
    """Return the ids of the documents' passages."""
    found = [
        id_
        for batch in queries.batches(documents)
        for id_ in db.session.execute(queries.ids_of(collection, batch)).scalars()
    ]
    return np.array(found, np.int64)


def drop_files(keep: Collection[Path]) -> None:
    """Delete the index files but these; an index that is missed is built anew."""
    for path in _folder().glob("*.faiss"):
        if path not in keep:
            path.unlink(missing_ok=True)


_opening = threading.Lock()


def _head(connection: Connection, collection: str) -> Head | None:
    row = connection.execute(queries.head(collection)).first()
    return None if row is None else Head(*row)


def _ranking(scores: NDArray[np.float32], found: NDArray[np.int64], k: int) -> Ranking:
    order = np.lexsort((found, -scores))
    return [(int(found[i]), float(scores[i])) for i in order if found[i] >= 0][:k]


def _folder() -> Path:
    return settings().instance / "index"


def _file(collection: str, model: str) -> Path:
    return _folder() / f"{_safe(collection)}-{sha256(model.encode()).hexdigest()[:12]}.faiss"


def _safe(name: str) -> str:
    """Return a file name that no other collection has."""
    if name.replace("-", "").replace("_", "").isalnum() and name.isascii():
        return name
    return "x" + sha256(name.encode()).hexdigest()[:16]


def _faiss() -> ModuleType:
    # Loads BLAS, and only a search by meaning needs it.
    return import_module("faiss")
