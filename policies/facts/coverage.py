"""Whether every figure of a text is told by a fact."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from policies.facts.extraction import ArticleText
from policies.facts.rules import Fact
from policies.numbering import read_label
from policies.quantities import dates, quantities

DIGITS = re.compile(r"\d+")
ORDINAL = re.compile(r"第\s*\Z")  # 第三条, 第三年: which one, not how many
AROUND = 12


@dataclass(frozen=True)
class Untold:
    """A figure at `start` of an article's text that no fact tells; `around` is it with the words beside it."""

    article: int
    start: int
    written: str
    around: str


def untold(articles: Iterable[ArticleText], facts: Sequence[Fact]) -> list[Untold]:
    """Return the figures of the articles that are in no fact, neither as its figure nor as its deadline or condition."""
    return [found for article in articles for found in _of_article(article, facts)]


def _of_article(article: ArticleText, facts: Sequence[Fact]) -> Iterator[Untold]:
    own = [fact for fact in facts if fact.article == article.ordinal]
    label = read_label(article.heading)
    told_from = len(label.written) if label else 0
    last = told_from
    for start, end in sorted(_places(article.text), key=lambda place: (place[0], -place[1])):
        if start < last:
            continue
        last = end
        if ORDINAL.search(article.text[max(0, start - 2) : start]):
            continue
        if not any(_tells(fact, article.text[start:end], start) for fact in own):
            around = article.text[max(0, start - AROUND) : end + AROUND].replace("\n", " ")
            yield Untold(article.ordinal, start, article.text[start:end], around)


def _places(text: str) -> Iterator[tuple[int, int]]:
    yield from ((one.start, one.end) for one in quantities(text))
    yield from ((one.start, one.end) for one in dates(text))
    yield from (found.span() for found in DIGITS.finditer(text))


def _tells(fact: Fact, written: str, start: int) -> bool:
    if fact.at <= start < fact.at + len(fact.written):
        return True
    return fact.start <= start < fact.end and written in fact.deadline + fact.conditions
