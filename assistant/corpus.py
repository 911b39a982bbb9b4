"""A policy document made ready for answering: its sentences with their place, and how telling each word is in it."""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from policies.facts.rules import Fact
from retrieval.text import Span, fold, sentences


class ArticleText(Protocol):
    @property
    def ordinal(self) -> int: ...
    @property
    def chapter(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def heading(self) -> str: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True)
class Sentence:
    """A sentence at `start:end` of its article's text; `index` counts through the document."""

    index: int
    article: int
    start: int
    end: int
    text: str
    folded: str
    heading: bool = False


@dataclass(frozen=True)
class Entry:
    """An article: its heading without the number, folded, and its sentences."""

    ordinal: int
    label: str
    chapter: str
    heading: str
    text: str
    folded_heading: str
    sentences: tuple[Sentence, ...]

    @cached_property
    def folded(self) -> str:
        return fold(self.text)


@dataclass(frozen=True)
class Corpus:
    """One version of a policy. `document` is the policy's id, `passages` the name of its passages in retrieval."""

    document: str
    version: int
    passages: str
    title: str
    title_en: str
    issuer: str
    issued_year: int | None
    articles: dict[int, Entry]
    facts: tuple[Fact, ...] = ()
    _frequencies: dict[str, int] = field(default_factory=dict, compare=False)

    @cached_property
    def sentences(self) -> tuple[Sentence, ...]:
        return tuple(sentence for entry in self.articles.values() for sentence in entry.sentences)

    @cached_property
    def folded(self) -> str:
        return "\n".join([self.folded_title, *(entry.folded for entry in self.articles.values())])

    @cached_property
    def folded_title(self) -> str:
        return fold(f"{self.title} {self.issuer}")

    @cached_property
    def places(self) -> dict[tuple[int, int], Sentence]:
        return {(one.article, one.start): one for one in self.sentences}

    def frequency(self, form: str) -> int:
        """Return in how many sentences a folded form stands."""
        if form not in self._frequencies:
            self._frequencies[form] = sum(form in one.folded for one in self.sentences) if form in self.folded else 0
        return self._frequencies[form]

    def telling(self, form: str) -> float:
        """Return how telling a form is, from 0 (in every sentence) to 1 (in none)."""
        total = len(self.sentences)
        return math.log((total + 1) / (self.frequency(form) + 0.5)) / math.log((total + 1) / 0.5)

    def label_of(self, ordinal: int) -> str:
        """Return how an article is cited: 第（九）条, or 第九条 as it calls itself."""
        label = self.articles[ordinal].label
        if not label:
            return f"第{ordinal}条"
        return label if label.startswith("第") else f"第{label.replace('(', '（').replace(')', '）')}条"


def entry(article: ArticleText, index: int = 0) -> Entry:
    """Cut an article into quotable sentences, counted from `index`; its heading is marked as one unless it is all there is."""
    body = len(article.heading)
    whole = article.text.strip() == article.heading.strip()
    cut = [(one, False) for one in sentences(article.text) if whole or one.start >= body]
    if not whole:
        cut.insert(0, (Span(0, body, article.heading), True))
    found = [
        Sentence(index + n, article.ordinal, one.start, one.end, one.text, fold(one.text), is_heading)
        for n, (one, is_heading) in enumerate(cut)
    ]
    return Entry(
        ordinal=article.ordinal,
        label=article.label,
        chapter=article.chapter,
        heading=_bare(article.heading, article.label),
        text=article.text,
        folded_heading=fold(_bare(article.heading, article.label)),
        sentences=tuple(found),
    )


def corpus(
    document: str,
    version: int,
    passages: str,
    articles: Iterable[ArticleText],
    facts: Iterable[Fact] = (),
    **about: str | int | None,
) -> Corpus:
    """Return the corpus of a version with its figures; `about` gives title, title_en, issuer and issued_year."""
    entries: dict[int, Entry] = {}
    index = 0
    for article in articles:
        entries[article.ordinal] = entry(article, index)
        index += len(entries[article.ordinal].sentences)
    return Corpus(document, version, passages, articles=entries, facts=tuple(facts), **about)  # type: ignore[arg-type] # checked by the dataclass


def _bare(heading: str, label: str) -> str:
    return re.sub(r"[。；;:：.]+$", "", heading[len(label) :].strip() if label else heading)
