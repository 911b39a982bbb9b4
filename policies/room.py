"""The face of `policies` towards app.py."""

from core.registry import MenuItem, Room, Seed
from policies import cli, views

ROOM = Room(
    name="policies",
    blueprints=[views.blueprint],
    commands=[cli.commands],
    menu=[MenuItem("行动方案", "policies.index", 40)],
    seeds=[Seed("导入政策文件", 30, cli.import_corpus)],
)
