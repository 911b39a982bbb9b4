"""The face of `assistant` towards app.py."""

from assistant import cli, jobs, models, views
from core.access import ANYONE, Access
from core.registry import MenuItem, Room

ROOM = Room(
    name="assistant",
    blueprints=[views.blueprint],
    commands=[cli.commands],
    access=[Access("assistant.ask", "向政策助手提问", frozenset({ANYONE}))],
    menu=[MenuItem("政策问答", "assistant.ask", 50)],
)

__all__ = ["ROOM", "jobs", "models"]
