"""Whether `flask data` has anything to do: a digest of all that it reads, kept from its last run."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import make_url

from core.settings import ROOT, Settings

SOURCES = (
    "migrations/versions/*.py",
    "*/corpus/*",
    "*/demo/*",
    "scenario_catalog/similarity/background.json",
    "marketplace/matching/background.npz",
    "requirements.lock",
)


def is_fresh(settings: Settings) -> bool:
    """Tell whether nothing that `flask data` reads has changed since it last ran to its end."""
    path = _path(settings)
    return path.is_file() and path.read_text() == _digest(settings) and _database_exists(settings)


def write(settings: Settings) -> None:
    _path(settings).write_text(_digest(settings))


def _path(settings: Settings) -> Path:
    return settings.instance / "data.stamp"


def _database_exists(settings: Settings) -> bool:
    url = make_url(settings.database)
    return url.get_backend_name() != "sqlite" or Path(url.database or "").is_file()


def _digest(settings: Settings) -> str:
    found = hashlib.sha256(f"{settings.embedding_model}\n{settings.demo_data}\n{settings.database}\n".encode())
    for path in _files(settings):
        found.update(path.name.encode())
        found.update(path.read_bytes())
    return found.hexdigest()


def _files(settings: Settings) -> Iterator[Path]:
    yield settings.city_file
    for pattern in SOURCES:
        yield from sorted(path for path in ROOT.glob(pattern) if path.is_file())
