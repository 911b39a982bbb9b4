"""SQLite as a server's database: WAL, foreign keys, patient writers, transactions that begin when they should."""

from typing import Any

from sqlalchemy import Engine, event, make_url


def engine_options(url: str, threads: int) -> dict[str, Any]:
    """Return the engine options: a connection for each thread, and as many for what a request opens besides."""
    pool: dict[str, Any] = {"pool_size": threads, "max_overflow": threads}
    if make_url(url).get_backend_name() == "sqlite":
        # A transaction that writes takes the one writer's place when it begins, and so waits its turn: one that has read
        # first and asks later is refused at once when somebody wrote in between.
        return {**pool, "connect_args": {"timeout": 30, "isolation_level": "IMMEDIATE"}}
    return {**pool, "pool_pre_ping": True}


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if "sqlite" not in type(connection).__module__:
        return
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "busy_timeout=30000",
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def checkpoint(engine: Engine) -> None:
    """Empty SQLite's write-ahead log into the database file. Raises OSError while readers keep it from being emptied."""
    if engine.dialect.name != "sqlite":
        return
    with engine.connect() as connection:
        busy, _pages, _moved = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
    if busy:
        raise OSError("the write-ahead log is being read")
