"""The face of `marketplace` towards app.py."""

from core.registry import MenuItem, Room
from marketplace.matching import views as matching

ROOM = Room(
    name="marketplace",
    blueprints=[matching.blueprint],
    menu=[MenuItem("方案匹配", "matching.match", 30)],
)
