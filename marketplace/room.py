"""The face of `marketplace` towards app.py."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from core.registry import Consumer, MenuItem, Room, Seed
from marketplace.matching import cli
from marketplace.matching import jobs as _jobs  # noqa: F401 - the consumer of jobs must know them
from marketplace.matching import operations as matching_operations
from marketplace.matching import table as matching_table
from marketplace.matching import views as matching
from marketplace.solutions import demo, operations, presenting, rules
from marketplace.solutions import table as solutions_table
from marketplace.solutions import views as solutions


def personal(session: Session, person: int) -> Mapping[str, Any]:
    """Return what the room knows of a person, for the person's own export."""
    return {**solutions.personal(session, person), **matching.personal(session, person)}


def forget(session: Session, person: int) -> None:
    """Remove what the room knows of a person, whose account is erased."""
    operations.forget(session, person)
    matching_operations.forget(session, person)


ROOM = Room(
    name="marketplace",
    blueprints=[*matching.BLUEPRINTS, *solutions.BLUEPRINTS],
    access=[*solutions_table.ACCESS, *matching_table.ACCESS],
    desk=[*solutions_table.DESK, *matching_table.DESK],
    consumers=[Consumer("marketplace.invitations", matching.tell)],
    lifecycles=[rules.SOLUTION, rules.RESEARCH_NOTICE],
    menu=[
        MenuItem("解决方案", "solutions.index", 28),
        MenuItem("方案匹配", "matching.match", 30),
    ],
    commands=[cli.commands],
    seeds=[Seed("载入演示方案", 45, demo.seed), Seed("计算匹配的基准", 93, cli.seed)],
    personal=personal,
    forget=forget,
    purge=demo.purge,
    globals={"solution_deployments": rules.DEPLOYMENTS, "enterprise_sizes": rules.SIZES, "readiness": presenting.level},
)
