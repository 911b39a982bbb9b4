"""The face of `core` towards app.py."""

from flask import Flask

from core import audit, cli, clock, formats, site
from core.assets import asset
from core.city import city
from core.registry import MenuItem, Room
from core.settings import settings
from core.web import large_print, url_with

TABLES = (audit.AuditEvent,)


def _menu() -> list[MenuItem]:
    from flask import current_app

    rooms: tuple[Room, ...] = current_app.extensions["rooms"]
    return sorted((item for room in rooms for item in room.menu), key=lambda item: item.order)


def _setup(app: Flask) -> None:
    app.jinja_env.filters.update(formats.FILTERS)
    site.setup(app)


ROOM = Room(
    name="core",
    blueprints=[site.blueprint],
    commands=[cli.data, cli.jobs],
    globals={
        "asset": asset,
        "budget_text": formats.budget,
        "city": city,
        "large_print": large_print,
        "menu": _menu,
        "settings": settings,
        "today": clock.today,
        "url_with": url_with,
    },
    setup=_setup,
)
