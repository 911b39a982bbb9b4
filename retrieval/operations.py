"""Writing passages in their source's transaction, and giving them vectors afterwards."""

import re
import secrets
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from typing import Any

from sqlalchemy import Select, delete, insert, update
from sqlalchemy.orm import Session

from core.extensions import db
from core.settings import settings
from retrieval import dense, lexical, queries
from retrieval.embedder import Embedder, Vectors, embedder, in_bulk, present_model
from retrieval.models import Passage, PassageChange
from retrieval.turn import turn

Progress = Callable[[str], None]

# Texts embedded between two transactions: enough for full batches of like length, little enough to keep locks short.
CHUNK = 256
TOGETHER = 32
STAMP_BITS = 62
CHANGES_KEPT = 20_000
SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True)
class Piece:
    """A passage to be: its text, the headings above it, and where it stands in its source."""

    text: str
    heading: str = ""
    start: int = 0
    end: int = 0


@dataclass(frozen=True)
class Status:
    """A collection: passages, those with a vector of the present model, and those with a vector of another one."""

    collection: str
    passages: int
    with_vector: int
    of_another_model: int


def put_document(session: Session, collection: str, document: str, pieces: Sequence[Piece]) -> int:
    """Make `pieces` the passages of a document, keeping rows and vectors of texts that stay. Does not commit.

    Returns the number of passages added and removed; a passage that only moved is not counted.
    """
    pieces = [_storable(piece) for piece in pieces]
    kept, added, removed = _compare(session.execute(queries.rows_of(collection, document)).all(), pieces)
    _remove(session, collection, removed)
    _move(session, kept, pieces)
    _add(session, collection, document, [(position, pieces[position]) for position in added])
    return len(added) + len(removed)


def delete_document(session: Session, collection: str, document: str) -> int:
    """Remove a document's passages; returns their number. Does not commit."""
    return _remove(session, collection, session.execute(queries.ids_in(collection, document)).scalars().all())


def delete_collection(session: Session, collection: str) -> int:
    """Remove every passage of a collection; returns their number. Does not commit."""
    return _remove(session, collection, session.execute(queries.ids_in(collection)).scalars().all())


def fill_vectors(progress: Progress | None = None, *, wait: bool = True) -> int:
    """Embed the passages that have no vector, in small transactions of its own; returns the number of vectors written.

    If another process is at it already, waits for its turn, or returns 0 at once when not `wait`.
    """
    filled = 0
    with turn(settings().instance / "index" / "fill.lock", wait=wait) as ours:
        while ours and (pending := _pending(queries.missing())):
            written = _embed(pending, progress or _silent, only_missing=True)
            filled += written
            if not written:
                break
    return filled


def reindex(progress: Progress) -> int:
    """Embed every passage with the present model and index its words anew; returns the number of vectors written."""
    with turn(settings().instance / "index" / "fill.lock", wait=True):
        pending = _pending(queries.everything())
        _index_words(pending, progress)
        return _embed(pending, progress, only_missing=False)


def bring_up_to_date(progress: Progress | None = None, *, wait: bool = True) -> int:
    """Fill vectors and, if there were any to fill, write the index files and shorten the log of changes."""
    filled = fill_vectors(progress, wait=wait)
    if filled:
        save_indexes()
        compact()
    return filled


def save_indexes() -> None:
    """Write the index files of all collections, so that other processes start from them; drop those of other models."""
    model = embedder()
    with Session(db.engine) as session:
        names = session.execute(queries.collections()).scalars().all()
    indexes = [dense.index(name, model.name, model.dimensions) for name in names]
    for index in indexes:
        index.save()
    dense.drop_files(keep={index.file for index in indexes})


def compact() -> int:
    """Drop changes that a later change of the same passage makes needless; returns their number.

    The newest stay, so that indexes find the change they saw last; one that does not is only built anew.
    """
    with Session(db.engine) as session, session.begin():
        needless = session.execute(queries.needless_changes(CHANGES_KEPT)).scalars().all()
        for batch in queries.batches(needless):
            session.execute(delete(PassageChange).where(PassageChange.sequence.in_(batch)))
    return len(needless)


def status() -> list[Status]:
    """Return the state of each collection, by name."""
    return [Status(*row) for row in db.session.execute(queries.counts(present_model()))]


def _storable(piece: Piece) -> Piece:
    """Replace lone surrogates, which no database takes, by as many replacement characters."""
    return Piece(SURROGATE.sub("\ufffd", piece.text), SURROGATE.sub("\ufffd", piece.heading), piece.start, piece.end)


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def _compare(rows: Sequence[Any], pieces: Sequence[Piece]) -> tuple[dict[int, Any], list[int], list[int]]:
    """Return the rows kept by new position, the positions to add, and the ids to remove."""
    standing = defaultdict[str, deque[Any]](deque)
    for row in rows:
        standing[row.digest].append(row)
    kept, added = {}, []
    for position, piece in enumerate(pieces):
        alike = standing[_digest(piece.text)]
        if alike:
            kept[position] = alike.popleft()
        else:
            added.append(position)
    return kept, added, sorted(row.id for alike in standing.values() for row in alike)


def _remove(session: Session, collection: str, ids: Sequence[int]) -> int:
    for batch in queries.batches(ids):
        session.execute(delete(Passage).where(Passage.id.in_(batch)).execution_options(synchronize_session=False))
    lexical.remove(session, ids)
    _record(session, collection, ids)
    return len(ids)


def _move(session: Session, kept: dict[int, Any], pieces: Sequence[Piece]) -> None:
    # Through negative positions, so that no two rows stand at one position in between.
    away = [{"id": row.id, "position": -1 - row.id} for position, row in kept.items() if row.position != position]
    places = [(position, row, pieces[position]) for position, row in kept.items()]
    changed = [
        {"id": row.id, "position": position, "heading": piece.heading, "start": piece.start, "end": piece.end}
        for position, row, piece in places
        if (row.position, row.heading, row.start, row.end) != (position, piece.heading, piece.start, piece.end)
    ]
    for rows in (away, changed):
        if rows:
            session.execute(update(Passage), rows)


def _add(session: Session, collection: str, document: str, places: Sequence[tuple[int, Piece]]) -> None:
    if not places:
        return
    rows = [
        {
            "collection": collection,
            "document": document,
            "position": position,
            "heading": piece.heading,
            "text": piece.text,
            "start": piece.start,
            "end": piece.end,
            "digest": _digest(piece.text),
        }
        for position, piece in places
    ]
    ids = session.execute(insert(Passage).returning(Passage.id, sort_by_parameter_order=True), rows).scalars().all()
    lexical.add(session, collection, zip(ids, (piece.text for _, piece in places), strict=True))
    _record(session, collection, ids)


def _record(session: Session, collection: str, ids: Iterable[int]) -> None:
    changes = [{"collection": collection, "passage_id": id_, "stamp": secrets.randbits(STAMP_BITS)} for id_ in ids]
    if changes:
        session.execute(insert(PassageChange), changes)


def _pending(query: Select[int, int]) -> list[int]:
    """Return ids by length of text, so that a batch is padded little."""
    with Session(db.engine) as session:
        rows = session.execute(query).all()
    return [id_ for id_, _ in sorted(rows, key=lambda row: (row[1], row[0]))]


def compare_alike(*collections: str) -> None:
    """Embed these collections as queries are, because their texts are compared with others of their kind, both ways.

    A model with prompts (e5) puts question and answer at different places; two descriptions of one thing belong together.
    """
    _compared_alike.update(collections)


_compared_alike: set[str] = set()


def _embed(ids: Sequence[int], progress: Progress, *, only_missing: bool) -> int:
    model, written = embedder(), 0
    for number, batch in enumerate(queries.batches(ids, CHUNK)):
        with Session(db.engine) as session:
            rows = session.execute(queries.texts(batch)).all()
        for alike in (False, True):
            ours = [row for row in rows if (row.collection in _compared_alike) is alike]
            vectors = _vectors(in_bulk(model) if alike else model.passages, [row.text for row in ours])
            written += _store(model, ours, vectors, only_missing=only_missing)
        progress(f"已生成向量 {min(len(ids), (number + 1) * CHUNK)}/{len(ids)}")
    return written


def _vectors(embed: Callable[[list[str]], Vectors], texts: list[str]) -> list[Vectors]:
    """Embed like lengths together, few at a time: little padding, and other readers' questions get in between."""
    return [row for batch in queries.batches(texts, TOGETHER) for row in embed(batch)]


def _store(model: Embedder, rows: Sequence[Any], vectors: Sequence[Vectors], *, only_missing: bool) -> int:
    """Write vectors of the rows that are still there as they were read."""
    written = defaultdict[str, list[int]](list)
    with Session(db.engine) as session, session.begin():
        for row, vector in zip(rows, vectors, strict=True):
            change = update(Passage).where(Passage.id == row.id, Passage.digest == row.digest)
            if only_missing:
                change = change.where(Passage.model.is_(None))
            change = change.values(model=model.name, vector=vector.tobytes()).returning(Passage.collection)
            collection = session.execute(change, execution_options={"synchronize_session": False}).scalar()
            if collection is not None:
                written[collection].append(row.id)
        for collection, ids in written.items():
            _record(session, collection, ids)
    return sum(len(ids) for ids in written.values())


def _index_words(ids: Sequence[int], progress: Progress) -> None:
    for number, batch in enumerate(queries.batches(ids, CHUNK)):
        with Session(db.engine) as session, session.begin():
            lexical.remove(session, batch)
            rows = session.execute(queries.words_of(batch)).all()
            for collection, ours in groupby(rows, key=lambda row: row.collection):
                lexical.add(session, collection, [(row.id, row.text) for row in ours])
        progress(f"已索引词语 {min(len(ids), (number + 1) * CHUNK)}/{len(ids)}")


def _silent(_: str) -> None:
    return None
