"""The only place where the parts are put together."""

import threading

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

import accounts.room
import assistant.room
import core.room
import marketplace.room
import policies.room
import retrieval.room
import scenario_catalog.room
from accounts.rules import label_of
from core import access, database, jobs
from core.city import load_city
from core.drawn import access_page, lifecycles_page
from core.extensions import babel, csrf, db, htmx, limiter, migrate
from core.registry import Room
from core.settings import ROOT, Settings, load_settings, secret_key

ROOMS: tuple[Room, ...] = (
    core.room.ROOM,
    retrieval.room.ROOM,
    accounts.room.ROOM,
    policies.room.ROOM,
    scenario_catalog.room.ROOM,
    marketplace.room.ROOM,
    assistant.room.ROOM,
)


# Importing torch holds the interpreter for seconds; the first page goes before it.
WARM_AFTER = 2.0


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application. Raises SettingsError with one line when a setting or the city file is wrong."""
    settings = settings or load_settings()
    app = Flask(__name__, instance_path=str(settings.instance.resolve()))
    app.extensions["settings"] = settings
    app.extensions["city"] = load_city(settings.city_file)
    app.extensions["rooms"] = ROOMS
    _configure(app, settings)
    _bind_extensions(app, settings)
    for room in ROOMS:
        _join(app, room)
    _join_access(app)
    app.cli.command("docs", help="Write the documents that are drawn from the tables.")(lambda: _write_docs(app))
    return app


def serve() -> Flask:
    """Build the application for a web worker: what is slow to load is loaded once the first pages are out."""
    app = create_app()
    for room in ROOMS:
        if room.warm:
            timer = threading.Timer(WARM_AFTER, room.warm, args=(app,))
            timer.daemon = True
            timer.start()
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=secret_key(settings),
        SQLALCHEMY_DATABASE_URI=settings.database,
        SQLALCHEMY_ENGINE_OPTIONS=database.engine_options(settings.database, settings.threads),
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        MAX_CONTENT_LENGTH=4 * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=1024 * 1024,
        BABEL_DEFAULT_LOCALE="zh_Hans_CN",
        BABEL_DEFAULT_TIMEZONE="Asia/Shanghai",
        RATELIMIT_ENABLED=settings.rate_limits,
        RATELIMIT_HEADERS_ENABLED=True,
        SEND_FILE_MAX_AGE_DEFAULT=31536000,
    )
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]  # Flask documents it


def _bind_extensions(app: Flask, settings: Settings) -> None:
    settings.instance.mkdir(parents=True, exist_ok=True)
    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    csrf.init_app(app)
    babel.init_app(app)
    htmx.init_app(app)
    limiter.init_app(app)
    jobs.bind(app)


def _join(app: Flask, room: Room) -> None:
    for blueprint in room.blueprints:
        app.register_blueprint(blueprint)
    for command in room.commands:
        app.cli.add_command(command)
    app.jinja_env.globals.update(room.globals)
    if room.setup:
        room.setup(app)


def _write_docs(app: Flask) -> None:
    for name, text in drawn(app).items():
        (ROOT / "docs" / name).write_text(text, encoding="utf-8")


def drawn(app: Flask) -> dict[str, str]:
    """Return the documents that are drawn from the joined tables, by file name."""
    lifecycles = [lifecycle for room in ROOMS for lifecycle in room.lifecycles]
    return {
        "access.md": access_page(app.extensions["access"], label_of),
        "lifecycles.md": lifecycles_page(lifecycles, label_of),
    }


def _join_access(app: Flask) -> None:
    """Join the rooms' rows into the one authorisation table."""
    access.join(app, (row for room in ROOMS for row in room.access))
