"""What a scenario's page shows: the public page and every preview are made of this."""

from collections.abc import Iterable, Sequence
from typing import Any

from core import clock
from core.city import city
from policies import queries as policies
from policies.models import Article
from scenario_catalog import listing, queries, rules
from scenario_catalog.timeline import timeline


def scenario_page(scenario: Any, moves: Iterable[Any]) -> dict[str, Any]:
    """Return what the template of the page needs; `scenario` has the attributes of one, with a number and a day of publication."""
    now = clock.now()
    today = clock.local_date(now)
    return {
        "scenario": scenario,
        "shown": rules.shown_status(scenario.status, scenario.deadline, today),
        "is_open": rules.is_open(scenario, now),
        "steps": timeline(scenario, moves, today),
        "articles": articles(scenario.articles),
        "similar": listing.similar(scenario),
        "attachments": queries.attachments(scenario),
        "questions": queries.questions(scenario),
        "corrigenda": queries.corrigenda(scenario),
        "redactions": queries.redactions(scenario),
        "status_of": shown_status,
    }


def shown_status(card: Any) -> str:
    return rules.shown_status(card.status, card.deadline, clock.today())


def articles(ordinals: Sequence[int]) -> list[Article]:
    """Return the related articles of the city's plan that its present version has."""
    version = policies.current_version(city().policy.id)
    return [article for article in version.articles if article.ordinal in ordinals] if version else []
