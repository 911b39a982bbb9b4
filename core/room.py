"""The face of `core` towards app.py."""

from flask import Flask, current_app, request, url_for

from core import access, anchors, audit, cli, clock, events, files, formats, mail, site, wording
from core.access import ANYONE, Access
from core.assets import asset
from core.city import city
from core.registry import Consumer, Room
from core.settings import settings
from core.web import fixed, large_print, url_with

TABLES = (audit.AuditEvent, audit.AuditHead, events.EventCursor, files.StoredFile, mail.MailMessage)


def _menu() -> list[tuple[str, str]]:
    """Return label and address of each entry of the main menu, in order; worked out once."""
    known: dict[str, list[tuple[str, str]]] = current_app.extensions.setdefault("menu", {})
    if request.script_root not in known:
        rooms: tuple[Room, ...] = current_app.extensions["rooms"]
        items = sorted((item for room in rooms for item in room.menu), key=lambda item: item.order)
        known[request.script_root] = [(item.label, url_for(item.endpoint)) for item in items]
    return known[request.script_root]


def _setup(app: Flask) -> None:
    app.jinja_env.filters.update(formats.FILTERS)
    site.setup(app)
    files.setup(app)
    wording.install(app)


ROOM = Room(
    name="core",
    blueprints=[site.blueprint],
    commands=[cli.data, cli.jobs, cli.backup],
    globals={
        "asset": asset,
        "budget_text": formats.budget,
        "city": city,
        "fixed": fixed,
        "large_print": large_print,
        "may": access.may,
        "menu": _menu,
        "principal": access.principal,
        "sign_in_url": access.sign_in_url,
        "settings": settings,
        "today": clock.today,
        "url_with": url_with,
    },
    access=[Access("read", "阅读公开内容", frozenset({ANYONE}))],
    consumers=[Consumer("core.anchors", anchors.follow)],
    setup=_setup,
)
