"""Search by words: SQLite FTS5 over folded jieba tokens, ranked by BM25."""

from collections.abc import Collection, Iterable
from itertools import islice

from sqlalchemy import bindparam, text
from sqlalchemy.orm import Session

from retrieval import queries
from retrieval.text import tokens

# What asks or joins but names nothing; in a query these words only cost time and pull in chance hits.
FUNCTION_WORD_LIST = """
的 了 和 与 及 或 在 是 有 对 为 等 把 被 将 就 都 也 还 又 而 但 并 这 那 其 此 该 之 于 以 从 到 向 由
给 让 请 我 你 您 他 她 它 我们 你们 他们 个 一个 哪 哪些 哪个 哪里 什么 怎么 怎样 怎么样 如何 多少 几 吗 呢 吧
啊 呀 么 能 能否 可 可以 会 要 想 是否 有没有 没有 不 没 关于 以及 进行
a an the of to in on for and or is are was be do does what which how who where when can i we you it with by at
from
"""
FUNCTION_WORDS = frozenset(FUNCTION_WORD_LIST.split())
# Beyond this a query is a text: further words change the order little and cost as much as the first.
MOST_WORDS = 64

INSERT = text("INSERT INTO passage_fts(rowid, scope, tokens) VALUES (:id, :scope, :tokens)")
DELETE = text("DELETE FROM passage_fts WHERE rowid = :id")
OPTIMIZE = text("INSERT INTO passage_fts(passage_fts) VALUES ('optimize')")
MATCH = text("SELECT rowid, -rank FROM passage_fts WHERE passage_fts MATCH :match ORDER BY rank, rowid LIMIT :k")
MATCH_WITHIN = text(
    "SELECT f.rowid, -f.rank FROM passage_fts f JOIN passage p ON p.id = f.rowid"
    " WHERE f.passage_fts MATCH :match AND p.document IN :documents ORDER BY f.rank, f.rowid LIMIT :k"
).bindparams(bindparam("documents", expanding=True))


def add(session: Session, collection: str, passages: Iterable[tuple[int, str]]) -> None:
    """Index (id, text) pairs in the caller's transaction."""
    scope = _scope(collection)
    rows = [{"id": id_, "scope": scope, "tokens": " ".join(tokens(source))} for id_, source in passages]
    if rows:
        session.execute(INSERT, rows)


def remove(session: Session, ids: Iterable[int]) -> None:
    """Drop passages from the index in the caller's transaction."""
    rows = [{"id": id_} for id_ in ids]
    if rows:
        session.execute(DELETE, rows)


def forget_removed(session: Session) -> None:
    """Write the index anew without the words of what was removed: until then its older parts still hold them."""
    session.execute(OPTIMIZE)


def words(query: str) -> list[str]:
    """Return the distinct words of a query that are worth looking up, in order, at most MOST_WORDS."""
    found = list(dict.fromkeys(tokens(query)))
    named = [word for word in found if word not in FUNCTION_WORDS]
    return list(islice(named or found, MOST_WORDS))


def search(
    session: Session, collection: str, words: Collection[str], k: int, documents: Collection[str] | None = None
) -> list[tuple[int, float]]:
    """Return up to `k` (passage id, BM25 score), best first, equal scores by id."""
    if not words or (documents is not None and not documents):
        return []
    values = {"match": _match(collection, words), "k": k}
    if documents is None:
        return [(id_, score) for id_, score in session.execute(MATCH, values)]
    found = [
        (id_, score)
        for batch in queries.batches(documents)
        for id_, score in session.execute(MATCH_WITHIN, values | {"documents": batch})
    ]
    return sorted(found, key=lambda hit: (-hit[1], hit[0]))[:k]


def _match(collection: str, words: Collection[str]) -> str:
    wanted = " OR ".join('"' + word.replace('"', '""') + '"' for word in words)
    return f"scope : {_scope(collection)} AND tokens : ({wanted})"


def _scope(collection: str) -> str:
    """Return the collection's name as one token, whatever it is made of."""
    return "s" + collection.encode().hex()
