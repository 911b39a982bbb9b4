"""Passages, the log of their changes, and the full-text table beside them."""

from collections.abc import Callable

from sqlalchemy import BigInteger, Connection, Index, LargeBinary, String, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column

from core.orm import Base

# The tokens come folded and separated by spaces, so the tokenizer must split nowhere else: marks of any script and
# the joiners of retrieval.text belong to the word.
FTS_DDL = [
    """CREATE VIRTUAL TABLE IF NOT EXISTS passage_fts USING fts5(
    scope, tokens,
    tokenize = "unicode61 remove_diacritics 0 categories 'L* M* N* Co' tokenchars '-._/+'''"
)""",
    # Scope says where to look, not how well it fits.
    "INSERT INTO passage_fts(passage_fts, rank) VALUES ('rank', 'bm25(0.0, 1.0)')",
]
FTS_TABLES = frozenset(
    {
        "passage_fts",
        "passage_fts_data",
        "passage_fts_idx",
        "passage_fts_content",
        "passage_fts_docsize",
        "passage_fts_config",
    }
)


class Passage(Base):
    """A piece of a document. An id always means one text: another text is another row."""

    __tablename__ = "passage"
    __table_args__ = (
        UniqueConstraint("collection", "document", "position"),
        Index("ix_passage_model", "model", "collection"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    collection: Mapped[str] = mapped_column(String(64))
    document: Mapped[str] = mapped_column(String(128))
    position: Mapped[int]
    heading: Mapped[str]
    text: Mapped[str]
    start: Mapped[int]
    end: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    model: Mapped[str | None] = mapped_column(String(128))
    vector: Mapped[bytes | None] = mapped_column(LargeBinary)


class PassageChange(Base):
    """One change of a passage that an index must follow: added, vector filled, deleted.

    `sequence` grows with every committed change. `stamp` is random: it tells an index whether the change it saw last is
    still the one in the database, or another one after a restored backup or a rollback.
    """

    __tablename__ = "passage_change"
    __table_args__ = (Index("ix_passage_change_collection", "collection", "sequence"), {"sqlite_autoincrement": True})

    sequence: Mapped[int] = mapped_column(primary_key=True)
    collection: Mapped[str] = mapped_column(String(64))
    passage_id: Mapped[int]
    stamp: Mapped[int] = mapped_column(BigInteger)


def _on_sqlite(statement: str) -> Callable[..., None]:
    def run(_: object, connection: Connection, **__: object) -> None:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(statement)

    return run


for _statement in FTS_DDL:
    event.listen(Passage.__table__, "after_create", _on_sqlite(_statement))
event.listen(Passage.__table__, "before_drop", _on_sqlite("DROP TABLE IF EXISTS passage_fts"))
