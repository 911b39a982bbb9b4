"""The face of `marketplace` towards app.py."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from core.access import Principal
from core.registry import Consumer, MenuItem, Room, Seed, Waiting
from marketplace.awards import operations as award_operations
from marketplace.awards import rules as award_rules
from marketplace.awards import table as award_table
from marketplace.awards import telling as award_telling
from marketplace.awards import views as awards
from marketplace.bids import jobs as _bid_jobs  # noqa: F401 - the consumer of jobs must know them
from marketplace.bids import opening
from marketplace.bids import queries as bid_queries
from marketplace.bids import rules as bid_rules
from marketplace.bids import table as bid_table
from marketplace.bids import views as bids
from marketplace.calls import operations as call_operations
from marketplace.calls import table as call_table
from marketplace.calls import views as calls
from marketplace.ceremony import presenting as ceremony_presenting
from marketplace.ceremony import table as ceremony_table
from marketplace.ceremony import views as ceremony
from marketplace.demonstration import demo as bids_demo
from marketplace.evaluation import jobs as _evaluation_jobs  # noqa: F401 - the consumer of jobs must know them
from marketplace.evaluation import operations as evaluation_operations
from marketplace.evaluation import rules as evaluation_rules
from marketplace.evaluation import table as evaluation_table
from marketplace.evaluation import views as evaluation
from marketplace.matching import cli
from marketplace.matching import jobs as _jobs  # noqa: F401 - the consumer of jobs must know them
from marketplace.matching import operations as matching_operations
from marketplace.matching import queries as matching_queries
from marketplace.matching import table as matching_table
from marketplace.matching import views as matching
from marketplace.sealing import operations as sealing_operations
from marketplace.sealing import rules as sealing_rules
from marketplace.solutions import demo, operations, presenting, rules
from marketplace.solutions import table as solutions_table
from marketplace.solutions import views as solutions

TABLES = (solutions_table, matching_table, call_table, bid_table, ceremony_table, evaluation_table, award_table)
REMEMBERING = (operations, matching_operations, sealing_operations, evaluation_operations, award_operations)


def personal(session: Session, person: int) -> Mapping[str, Any]:
    """Return what the room knows of a person, for the person's own export."""
    parts = (solutions, matching, evaluation, awards)
    return {name: found for part in parts for name, found in part.personal(session, person).items()}


def forget(session: Session, person: int) -> None:
    """Remove what the room knows of a person, whose account is erased."""
    for part in REMEMBERING:
        part.forget(session, person)


def purge(session: Session) -> None:
    """Remove what the demonstration data left: bids before the solutions and enterprises they name."""
    bids_demo.purge(session)
    demo.purge(session)


def waiting(who: Principal) -> list[Waiting]:
    """Return what waits for a person at the desks."""
    return [found for part in (ceremony_presenting, bids, evaluation, awards) for found in part.waiting(who)]


ROOM = Room(
    name="marketplace",
    blueprints=[
        *matching.BLUEPRINTS,
        *solutions.BLUEPRINTS,
        calls.blueprint,
        *bids.BLUEPRINTS,
        ceremony.blueprint,
        evaluation.blueprint,
        awards.blueprint,
    ],
    access=[row for table in TABLES for row in table.ACCESS],
    desk=[item for table in TABLES for item in getattr(table, "DESK", ())],
    consumers=[
        Consumer("marketplace.invitations", matching.tell),
        Consumer("marketplace.calls", call_operations.follow),
        Consumer("marketplace.unopened", opening.follow),
        Consumer("marketplace.awards", award_operations.follow),
        Consumer("marketplace.judged", award_telling.tell),
    ],
    lifecycles=[
        rules.SOLUTION,
        rules.RESEARCH_NOTICE,
        sealing_rules.SEAL,
        bid_rules.BID,
        bid_rules.BID_PARTNER,
        evaluation_rules.EVALUATION,
        evaluation_rules.PANEL_MEMBER,
        evaluation_rules.SCORE_SHEET,
        award_rules.AWARD,
        award_rules.OBJECTION,
    ],
    menu=[
        MenuItem("解决方案", "solutions.index", 28),
        MenuItem("方案匹配", "matching.match", 30),
    ],
    commands=[cli.commands],
    seeds=[
        Seed("载入演示方案", 45, demo.seed),
        Seed("载入演示揭榜方案", 48, bids_demo.seed),
        Seed("计算匹配的基准", 93, cli.seed),
    ],
    waiting=waiting,
    personal=personal,
    forget=forget,
    purge=purge,
    stages={
        "matched": lambda session: session.scalars(matching_queries.ever_matched()).all(),
        "bid": lambda session: session.scalars(bid_queries.ever_opened()).all(),
    },
    globals={"solution_deployments": rules.DEPLOYMENTS, "enterprise_sizes": rules.SIZES, "readiness": presenting.level},
)
