"""`flask data` runs again when anything that it reads has changed."""

from pathlib import Path

import pytest

from core import stamp
from core.settings import ROOT
from scenario_catalog.similarity.vectors import KNOWN
from tests.conftest import make_settings


def test_what_needs_are_compared_by_belongs_to_what_is_read() -> None:
    assert KNOWN in {path for pattern in stamp.SOURCES for path in ROOT.glob(pattern)}


def test_another_background_makes_the_data_stale(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = make_settings(tmp_path)
    (tmp_path / "test.db").touch()
    background = tmp_path / KNOWN.relative_to(ROOT)
    background.parent.mkdir(parents=True)
    background.write_text("{}")
    monkeypatch.setattr(stamp, "ROOT", tmp_path)
    stamp.write(settings)
    assert stamp.is_fresh(settings)
    background.write_text('{"fake": 1}')
    assert not stamp.is_fresh(settings)
