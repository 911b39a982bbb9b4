"""The face of `assistant` towards app.py."""

from assistant import cli, jobs, models, views
from core.registry import MenuItem, Room

ROOM = Room(
    name="assistant",
    blueprints=[views.blueprint],
    commands=[cli.commands],
    menu=[MenuItem("政策问答", "assistant.ask", 50)],
)

__all__ = ["ROOM", "jobs", "models"]
