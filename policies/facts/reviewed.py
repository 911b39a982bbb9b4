"""A table of facts that a person has checked, as it lies beside a policy file: `<name>.facts.json`.

Places are found by the words: a fact holds for every version in which its sentence stands unchanged.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

from core.errors import InvalidInputError
from policies.facts.extraction import ArticleText
from policies.facts.rules import Fact

SUFFIX = ".facts.json"


class Listed(BaseModel):
    """A fact without its offsets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    article: int
    written: str
    indicator: str
    kind: str
    role: str
    quote: str
    comparator: str = ""
    value: Decimal | None = None
    unit: str = ""
    deadline: str = ""
    body: str = ""
    place: str = ""
    conditions: str = ""


class NotFact(BaseModel):
    """Something that looks like a figure and is none; `near` are the words around it, `reason` says why."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    article: int
    near: str
    written: str
    reason: str


class Table(BaseModel):
    """The checked table of a policy; `digest` is that of the version it was checked against."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    document: str
    digest: str
    facts: tuple[Listed, ...]
    not_facts: tuple[NotFact, ...] = ()


@dataclass(frozen=True)
class Placing:
    """Facts that have their place in a text, and those whose sentence is not in it."""

    placed: list[Fact]
    lost: list[Listed]


def table_beside(file: Path) -> Table | None:
    """Read the table beside a policy file, None if there is none. Raises InvalidInputError with a readable reason."""
    beside = file.with_suffix(SUFFIX)
    if not beside.is_file():
        return None
    try:
        return Table.model_validate(json.loads(beside.read_text(encoding="utf-8")))
    except ValueError as error:
        first = str(error).splitlines()[0]
        raise InvalidInputError(f"{beside.name}：不是核对表：{first}") from None


def place(table: Table, articles: Sequence[ArticleText]) -> Placing:
    """Give the facts of a table their offsets in these articles."""
    found = [(listed, _placed(listed, articles)) for listed in table.facts]
    return Placing([fact for _, fact in found if fact], [listed for listed, fact in found if fact is None])


def moved(fact: Fact, articles: Sequence[ArticleText]) -> Fact | None:
    """Return a fact at its place in other articles; None unless its sentence stands there once, word for word."""
    stands = _whole(fact.quote, fact.article, articles)
    if stands is None:
        return None
    article, start = stands
    at = start + fact.at - fact.start
    return replace(fact, article=article, start=start, end=start + len(fact.quote), at=at)


def _placed(listed: Listed, articles: Sequence[ArticleText]) -> Fact | None:
    """Return a listed fact with offsets; None unless sentence and figure stand there once, word for word."""
    stands = _whole(listed.quote, listed.article, articles)
    if stands is None or listed.quote.count(listed.written) != 1:
        return None
    article, start = stands
    parts: dict[str, Any] = listed.model_dump() | {"article": article}
    end, at = start + len(listed.quote), start + listed.quote.index(listed.written)
    return Fact(**parts, start=start, end=end, at=at, reviewed=True)


def _whole(quote: str, ordinal: int, articles: Iterable[ArticleText]) -> tuple[int, int] | None:
    """Return article and offset of a sentence: in the article of that number, else in the only one that has it."""
    having = [one for one in articles if one.text.count(quote) == 1]
    own = [one for one in having if one.ordinal == ordinal] or having
    return (own[0].ordinal, own[0].text.index(quote)) if len(own) == 1 else None
