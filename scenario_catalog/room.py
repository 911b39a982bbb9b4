"""The face of `scenario_catalog` towards app.py."""

from core.city import city, term
from core.registry import MenuItem, Room, Seed
from scenario_catalog import cli, rules, views


def term_name(kind: str, code: str) -> str:
    """Return the name of a code of the taxonomy; a code that the city has given up stands for itself."""
    found = term(getattr(city(), kind), code)
    return found.name if found else code


ROOM = Room(
    name="scenario_catalog",
    blueprints=[views.blueprint],
    commands=[cli.commands, cli.demo_commands],
    menu=[
        MenuItem("首页", "catalog.home", 10),
        MenuItem("场景清单", "catalog.scenarios", 20),
        MenuItem("批次", "catalog.batches", 25),
        MenuItem("需求单位", "catalog.agencies", 50),
    ],
    seeds=[Seed("载入演示数据", 40, cli.seed)],
    globals={
        "scenario_modes": rules.MODES,
        "scenario_statuses": rules.SHOWN,
        "scenario_reasons": rules.REASONS,
        "term_name": term_name,
    },
)
