"""Every SELECT of the room. Columns, not entities: a vector is only read by who needs it."""

from collections.abc import Collection, Iterator
from itertools import islice
from typing import TypeVar

from sqlalchemy import ColumnElement, Select, func, select

from retrieval.models import Passage, PassageChange

T = TypeVar("T")

# Below the number of parameters that any SQLite build takes.
BATCH = 10_000


def batches(items: Collection[T], size: int = BATCH) -> Iterator[list[T]]:
    """Yield `items` in lists of at most `size`."""
    rest = iter(items)
    while batch := list(islice(rest, size)):
        yield batch


Shown = tuple[int, str, str, int, str, str, int, int]

# What a hit shows, in the order of its fields.
SHOWN = (
    Passage.id,
    Passage.collection,
    Passage.document,
    Passage.position,
    Passage.heading,
    Passage.text,
    Passage.start,
    Passage.end,
)


def passages(ids: Collection[int]) -> Select[*Shown]:
    return select(*SHOWN).where(Passage.id.in_(ids))


def documents_of(ids: Collection[int]) -> Select[int, str]:
    return select(Passage.id, Passage.document).where(Passage.id.in_(ids))


def ids_of(collection: str, documents: Collection[str]) -> Select[int]:
    return select(Passage.id).where(Passage.collection == collection, Passage.document.in_(documents))


def rows_of(collection: str, document: str) -> Select[int, int, str, str, int, int]:
    """Select what a new version of the document is compared with, in order."""
    return (
        select(Passage.id, Passage.position, Passage.digest, Passage.heading, Passage.start, Passage.end)
        .where(Passage.collection == collection, Passage.document == document)
        .order_by(Passage.position)
    )


def ids_in(collection: str, document: str | None = None) -> Select[int]:
    """Select the passages of a collection, or of one document in it."""
    found = select(Passage.id).where(Passage.collection == collection)
    return found if document is None else found.where(Passage.document == document)


def vectors(collection: str, model: str) -> Select[int, bytes | None]:
    """Select every vector of `model`, by id."""
    return (
        select(Passage.id, Passage.vector)
        .where(Passage.collection == collection, Passage.model == model, Passage.vector.is_not(None))
        .order_by(Passage.id)
    )


def vectors_of(collection: str, documents: Collection[str], model: str) -> Select[*Shown, bytes | None]:
    """Select what a hit shows and its vector, document by document."""
    return (
        select(*SHOWN, Passage.vector)
        .where(Passage.collection == collection, Passage.document.in_(documents))
        .where(Passage.model == model, Passage.vector.is_not(None))
        .order_by(Passage.document, Passage.position)
    )


def missing() -> Select[int, int]:
    """Select id and length of the passages without a vector."""
    return select(Passage.id, func.length(Passage.text)).where(Passage.model.is_(None))


def everything() -> Select[int, int]:
    return select(Passage.id, func.length(Passage.text))


def texts(ids: Collection[int]) -> Select[int, str, str, str]:
    found = select(Passage.id, Passage.collection, Passage.digest, Passage.text)
    return found.where(Passage.id.in_(ids)).order_by(Passage.id)


def head(collection: str) -> Select[int, int]:
    """Select sequence and stamp of the last change of a collection."""
    return (
        select(PassageChange.sequence, PassageChange.stamp)
        .where(PassageChange.collection == collection)
        .order_by(PassageChange.sequence.desc())
        .limit(1)
    )


def change(collection: str, sequence: int) -> Select[int]:
    """Select the stamp of one change."""
    return select(PassageChange.stamp).where(PassageChange.collection == collection, PassageChange.sequence == sequence)


def changed_since(collection: str, sequence: int) -> Select[int]:
    """Select the passages that changed after `sequence`."""
    return (
        select(PassageChange.passage_id)
        .where(PassageChange.collection == collection, PassageChange.sequence > sequence)
        .distinct()
    )


def counts(model: str) -> Select[str, int, int, int]:
    """Select for each collection the numbers of passages, of vectors of `model`, and of vectors of other models."""
    ours = func.count().filter(Passage.model == model)
    others = func.count().filter(Passage.model != model)
    return (
        select(Passage.collection, func.count(), ours, others).group_by(Passage.collection).order_by(Passage.collection)
    )


def collections() -> Select[str]:
    return select(PassageChange.collection).distinct().order_by(PassageChange.collection)


def is_one_of(ids: Collection[int]) -> ColumnElement[bool]:
    return Passage.id.in_(ids)


def words_of(ids: Collection[int]) -> Select[str, int, str]:
    """Select what is indexed by words, collection by collection."""
    return (
        select(Passage.collection, Passage.id, Passage.text)
        .where(Passage.id.in_(ids))
        .order_by(Passage.collection, Passage.id)
    )


def needless_changes(kept: int) -> Select[int]:
    """Select the changes that a later one of the same passage covers, but for the newest `kept`."""
    last = select(func.max(PassageChange.sequence)).group_by(PassageChange.passage_id)
    newest = select(func.max(PassageChange.sequence)).scalar_subquery()
    return select(PassageChange.sequence).where(
        PassageChange.sequence <= newest - kept, PassageChange.sequence.not_in(last)
    )
