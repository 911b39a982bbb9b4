"""Questions about the scenario list, answered by counting in the list and linking into it."""

from collections.abc import Sequence
from typing import Any

from flask import url_for

from assistant.answers import CATALOG, Answer, Link
from assistant.corpus import Corpus
from assistant.quantities import quantities
from assistant.reading import Question, is_english
from assistant.scenario_questions import ScenarioQuestion, recognise
from core import clock
from policies.subsidies.offering import Offer, offers
from scenario_catalog import listing
from scenario_catalog.filters import FACETS, Filters


def answer_from_list(text: str) -> Answer | None:
    """Answer a question about the list; None if it is about something else."""
    asked = recognise(text, listing.vocabulary())
    return None if asked is None else _counted(asked, english=is_english(text))


def calculator(corpus: Corpus, question: Question, articles: Sequence[int]) -> tuple[Link, ...]:
    """Return links to the calculator for an amount of the asker's own, with the result, for the articles cited."""
    own = [one for one in quantities(question.folded) if one.kind == "money"]
    if not own or question.confirming:
        return ()
    found = offers(corpus.document, corpus.facts, own[0].exact, articles)
    return tuple(Link(one.text, _to_calculator(one)) for one in found)


def _to_calculator(offer: Offer) -> str:
    values: dict[str, Any] = dict(offer.values)
    return url_for("subsidies.calculator", **values)


def _counted(asked: ScenarioQuestion, *, english: bool) -> Answer:
    table = listing.table()
    selection = table.select(_filters(asked), clock.today())
    what = "、".join(_name(facet, code) for facet, codes in asked.chosen.items() for code in codes)
    if english:
        lead = f"{selection.total} scenarios match in the list ({what or 'all'})."
    else:
        lead = f"场景清单里符合条件（{what or '全部'}）的场景有 {selection.total} 个。"
    links = [Link("View them in the list" if english else f"在清单中查看（{selection.total}）", _address(asked))]
    if not selection.total:
        links.append(Link("All scenarios" if english else "查看全部场景", url_for("catalog.scenarios")))
    return Answer("answered", lead, mode=CATALOG, english=english, links=tuple(links))


def _address(asked: ScenarioQuestion) -> str:
    return url_for("catalog.scenarios") + _filters(asked).query_string()


def _filters(asked: ScenarioQuestion) -> Filters:
    return Filters.parse(asked.chosen, listing.vocabulary())


def _name(facet: str, code: str) -> str:
    name = listing.vocabulary()[facet].get(code, code)
    return f"{name}{FACETS[facet]}" if facet == "closing" else name
