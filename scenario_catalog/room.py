"""The face of `scenario_catalog` towards app.py."""

from typing import Any

from sqlalchemy.orm import Session

from core.access import Principal
from core.city import city, term
from core.registry import Consumer, MenuItem, Room, Seed, Waiting
from scenario_catalog import cli, operations, rules, views
from scenario_catalog.drafting import table as drafting_table
from scenario_catalog.drafting import views as drafting
from scenario_catalog.following import jobs as _following_jobs  # noqa: F401 - the consumer of jobs must know them
from scenario_catalog.following import operations as following_operations
from scenario_catalog.following import table as following_table
from scenario_catalog.following import views as following
from scenario_catalog.landing import demo as landing_demo
from scenario_catalog.landing import jobs as _landing_jobs  # noqa: F401 - the consumer of jobs must know them
from scenario_catalog.landing import queries as landing_queries
from scenario_catalog.landing import rules as landing_rules
from scenario_catalog.landing import table as landing_table
from scenario_catalog.landing import telling as landing_telling
from scenario_catalog.landing import views as landing
from scenario_catalog.publishing import redaction
from scenario_catalog.publishing import table as publishing_table
from scenario_catalog.publishing import views as publishing
from scenario_catalog.questions import table as questions_table
from scenario_catalog.questions import views as questions
from scenario_catalog.review import table as review_table
from scenario_catalog.review import views as review
from scenario_catalog.similarity import cli as similarity
from scenario_catalog.similarity import jobs as _similarity_jobs  # noqa: F401 - the consumer of jobs must know them


def term_name(kind: str, code: str) -> str:
    """Return the name of a code of the taxonomy; a code that the city has given up stands for itself."""
    found = term(getattr(city(), kind), code)
    return found.name if found else code


def waiting(who: Principal) -> list[Waiting]:
    """Return what waits for a person at the desks."""
    return [found for desk in (drafting, review, publishing, questions, landing) for found in desk.waiting(who)]


def personal(session: Session, person: int) -> dict[str, Any]:
    """Return what the room knows of a person, for the person's own export."""
    parts = (drafting.personal, following_operations.personal, questions.personal)
    return {name: found for part in parts for name, found in part(session, person).items()}


def forget(session: Session, person: int) -> None:
    """Remove what the room knows of a person, whose account is erased."""
    following_operations.forget(session, person)
    operations.forget(session, person)


ROOM = Room(
    name="scenario_catalog",
    blueprints=[
        views.blueprint,
        drafting.blueprint,
        review.blueprint,
        publishing.blueprint,
        questions.blueprint,
        following.blueprint,
        landing.blueprint,
    ],
    access=[
        *drafting_table.ACCESS,
        *review_table.ACCESS,
        *publishing_table.ACCESS,
        *questions_table.ACCESS,
        *following_table.ACCESS,
        *landing_table.ACCESS,
    ],
    lifecycles=[rules.SCENARIO, rules.BATCH, rules.QUESTION, landing_rules.LANDING, landing_rules.MILESTONE],
    consumers=[
        Consumer("catalog.notices", following_operations.tell),
        Consumer("catalog.landings", landing_telling.tell),
    ],
    commands=[cli.commands, cli.demo_commands],
    desk=[
        *drafting_table.DESK,
        *review_table.DESK,
        *publishing_table.DESK,
        *questions_table.DESK,
        *following_table.DESK,
        *landing_table.DESK,
    ],
    holdings=[drafting.HOLDING],
    menu=[
        MenuItem("首页", "catalog.home", 10),
        MenuItem("场景清单", "catalog.scenarios", 20),
        MenuItem("批次", "catalog.batches", 25),
        MenuItem("需求单位", "catalog.agencies", 50),
    ],
    waiting=waiting,
    personal=personal,
    forget=forget,
    purge=landing_demo.purge,
    seeds=[
        Seed("载入演示数据", 40, cli.seed),
        Seed("补全场景的比较文字", 42, cli.complete),
        Seed("载入演示的落地", 47, landing_demo.seed),
        Seed("比较已发布的场景", 92, similarity.seed),
    ],
    globals={
        "scenario_modes": rules.MODES,
        "scenario_statuses": rules.SHOWN,
        "scenario_reasons": rules.REASONS,
        "term_name": term_name,
        "landing_of": landing_queries.landing_of,
        "corrigendum_diff": publishing.corrigendum_diff,
        "redaction_reasons": redaction.REASONS,
    },
)
