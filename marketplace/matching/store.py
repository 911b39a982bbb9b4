"""What each process holds of the public solutions, so that a need is compared with all of them without reading them.

It follows the database by the log of changes, as the index of vectors does. What takes long, reading everything at
first and measuring it in a new field, is done beside the requests, which meanwhile do without.
"""

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import Flask, current_app
from sqlalchemy import Connection

from core.extensions import db
from marketplace.matching import queries, rules, vectors
from marketplace.matching.finding import Around, best
from marketplace.matching.packed import Packed
from marketplace.matching.rules import Text
from marketplace.matching.statistics import present_field
from retrieval.embedder import embedder
from retrieval.queries import batches, change, changed_since, documents_of, head

EXTENSION = "matching.store"

# Sentences. With letters and wholes they take about 1.2 GB in each process: 0.6 GB were measured for half as many.
MOST_HELD = 800_000
READ_AT_ONCE = 500
# When more than this has changed, or this share of what is held was dropped, everything is read anew beside the requests.
MOST_FOLLOWED, MOST_DROPPED = 2_000, 0.25

Heads = Mapping[str, tuple[int, int] | None]


@dataclass
class Store:
    """What is held for one model: the solutions, how they stand in a field, and the last changes seen of each collection.

    `refused` once there were more than a process holds: it does not look again.
    """

    model: str
    held: Packed | None = None
    around: Around | None = None
    snapshot: int = -1
    refused: bool = False
    heads: Heads = field(default_factory=dict)
    thread: threading.Thread | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


def nearest(need: Text, most: int) -> tuple[list[int], int] | None:
    """Return the ids of up to `most` solutions that come first for a need, best first, and among how many.

    None while they are being read, and where there are more than a process holds; never waits for that.
    """
    store, snapshot = _present(), present_field()[0]
    with store.lock:
        if store.refused:
            return None
        if not _follow(store) or snapshot != store.snapshot:
            _renew(store)
        if store.held is None or store.around is None or not store.held.standing:
            return None
        (placed,) = rules.place([need], "need", store.around.field)
        return best(store.held, store.around, placed, most), store.held.standing


def _present() -> Store:
    model = embedder().name
    with _opening:
        found: Store | None = current_app.extensions.get(EXTENSION)
        if found is None or found.model != model:
            found = current_app.extensions[EXTENSION] = Store(model)
        return found


_opening = threading.Lock()


def _follow(store: Store) -> bool:
    """Take in what was committed since the last call. False if everything must be read (anew)."""
    if store.held is None or store.around is None:
        return False
    # Looking costs the caller's own session a short query. Reading goes by a connection of its own: the caller's
    # transaction may hold passages that are never committed.
    if _heads(db.session.connection()) == store.heads:
        return True
    with db.engine.connect() as connection:
        heads, changed = _heads(connection), _changed(connection, store.heads)
        if changed is None:
            store.held = store.around = None
            return False
        _take_over(connection, store.held, changed)
    store.around.take_in(store.held)
    store.heads = heads
    return not _is_worn(store.held)


def _is_worn(held: Packed) -> bool:
    return len(held.sentences.rows) > MOST_HELD or held.standing < len(held) * (1 - MOST_DROPPED)


def _heads(connection: Connection) -> Heads:
    found = {name: connection.execute(head(name)).first() for name in vectors.COMPARED_SOLUTIONS}
    return {name: None if row is None else (row[0], row[1]) for name, row in found.items()}


def _changed(connection: Connection, heads: Heads) -> Sequence[int] | None:
    """Return the passages that changed since these heads. None if they are not in the log, or these are very many."""
    found = list[int]()
    for name, seen in heads.items():
        if seen and connection.execute(change(name, seen[0])).scalar() != seen[1]:
            return None
        found += connection.execute(changed_since(name, seen[0] if seen else 0)).scalars().all()
    return found if len(found) <= MOST_FOLLOWED else None


def _take_over(connection: Connection, held: Packed, changed: Sequence[int]) -> None:
    written = {int(document) for _, document in connection.execute(documents_of(changed))}
    affected = sorted(written | held.drop(changed, written))
    held.add(vectors.stored_solutions(connection, connection.execute(queries.those_public(affected)).scalars().all()))


def _renew(store: Store) -> None:
    if store.thread is None or not store.thread.is_alive():
        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - as Flask documents it
        store.thread = threading.Thread(target=_work, args=(app, store), name="matching-store", daemon=True)
        store.thread.start()


def _work(app: Flask, store: Store) -> None:
    with app.app_context():
        try:
            _bring_up(store)
        except Exception:
            # The next request begins anew; whoever runs the site reads why.
            app.logger.exception("the solutions could not be held in memory")


def _bring_up(store: Store) -> None:
    """Read everything, unless what is held is good still, and measure it in the present field."""
    snapshot, around = present_field()[0], Around(present_field()[1])
    held = store.held
    heads = None
    if held is None or _is_worn(held):
        with db.engine.connect() as connection:
            heads, held = _heads(connection), _everything(connection)
        store.refused = held is None
    if held is not None:
        around.take_in(held)
        _put_in_place(store, held, heads, around, snapshot)


def _everything(connection: Connection) -> Packed | None:
    """Return all public solutions. None if they are more than a process holds."""
    held = Packed(embedder().dimensions)
    for batch in batches(connection.execute(queries.public_ids()).scalars().all(), READ_AT_ONCE):
        held.add(vectors.stored_solutions(connection, batch))
        if len(held.sentences.rows) > MOST_HELD:
            return None
    return held


def _put_in_place(store: Store, held: Packed, heads: Heads | None, around: Around, snapshot: int) -> None:
    with store.lock:
        if heads is not None:
            store.held, store.heads = held, heads
        elif store.held is not held:
            # It was given up meanwhile: the next request reads anew.
            return
        around.take_in(held)
        store.around, store.snapshot = around, snapshot
