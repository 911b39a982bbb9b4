"""An instance of its own, the processes that work on it, and what must hold in it whatever was killed."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from core.settings import ROOT

FLASK = (sys.executable, "-m", "flask", "--app", "app")
ORPHANS = (
    "SELECT document FROM passage WHERE collection = 'scenarios'"
    " EXCEPT SELECT number FROM scenario WHERE published_at IS NOT NULL"
)


def environment(instance: Path) -> dict[str, str]:
    own = {"INSTANCE": str(instance), "EMBEDDING_MODEL": "fake", "DEMO_DATA": "0", "PYTHONPATH": str(ROOT)}
    return {**os.environ, **own}


def prepare(instance: Path) -> Path:
    subprocess.run([*FLASK, "data"], cwd=ROOT, env=environment(instance), check=True, capture_output=True)
    return instance


@contextmanager
def checked(instance: Path) -> Iterator[sqlite3.Connection]:
    """Give the database, of which the file must be whole and no passage without its scenario."""
    with closing(sqlite3.connect(instance / "marketplace.db", timeout=30)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute(ORPHANS).fetchall() == []
        yield connection
