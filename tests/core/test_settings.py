"""A wrong value stops start-up with one line that names it; the secret key is made once and kept private."""

import stat
from pathlib import Path

import pytest

from core.settings import Settings, SettingsError, load_settings, secret_key


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("WORKERS", "0"),
        ("DATABASE_URL", "mysql://somewhere/else"),
        ("CITY_FILE", "/nowhere/city.toml"),
        ("DEMO_DATA", "perhaps"),
        ("CONVERSATION_DAYS", "-1"),
    ],
)
def test_a_wrong_value_is_one_line_that_names_the_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    line = str(caught.value)
    assert line.startswith(f"setting {name}: ")
    assert "\n" not in line


def test_every_setting_is_documented() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_the_secret_key_is_made_once_and_is_private(tmp_path: Path) -> None:
    settings = Settings(instance=tmp_path / "new", secret_key="")
    key = secret_key(settings)
    assert len(key) == 64
    assert secret_key(settings) == key
    assert stat.S_IMODE((tmp_path / "new" / "secret_key").stat().st_mode) == 0o600


def test_a_configured_secret_key_is_used(tmp_path: Path) -> None:
    assert secret_key(Settings(instance=tmp_path, secret_key="given")) == "given"
    assert list(tmp_path.iterdir()) == []
