"""Ordering the sentences of a policy by how well they answer a question."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from assistant.corpus import Corpus, Entry, Sentence
from assistant.reading import Question, Term
from assistant.slots import FIGURE_SLOTS
from assistant.weights import of

# How much a word counts that stands not in the sentence itself, or not as itself.
IN_HEADING, IN_ARTICLE, BY_OTHER_FORM, BY_PARTS = 0.8, 0.45, 0.85, 0.6
TITLE_WEIGHT, UNKNOWN_WEIGHT, MONEY_WEIGHT, CONTEXT_WEIGHT, SINGLE_WEIGHT = 0.15, 0.55, 0.5, 0.35, 0.4
ASKED_WEIGHT = 0.5
AUXILIARY = frozenset("能会要想再来去给拿报算可把被让就都还也只又上下出到得着过里么啥吗呢吧不没有是的个这那哪了于在们")
MONEY_WORDS = frozenset(["资助", "奖励", "补贴", "补助", "资金", "钱", "经费", "金额", "扶持", "支持"])
MONEY_SLOTS = frozenset({"money", "cap", "share"})
# What is asked for whose presence in a sentence speaks for the sentence.
TELLING_SLOTS = FIGURE_SLOTS | {"department", "area", "eligibility", "materials", "portal", "contact"}
SHORTEST_PHRASE = 4


@dataclass(frozen=True)
class Candidate:
    """A sentence with what speaks for it: closeness (None without vectors), coverage of the question's words, score.

    Scores are logits: of two sentences, one that stands x above the other is e^x times as likely to be the answer.
    """

    sentence: Sentence
    closeness: float | None
    coverage: float
    own_coverage: float
    filled: bool
    score: float
    speaks: Mapping[str, float] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Topic:
    """The words of a question with their weights in a document, those of the turns before, and the articles of these."""

    weights: Mapping[Term, float]
    context: Mapping[Term, float]
    carried: frozenset[int] = frozenset()

    @property
    def own_total(self) -> float:
        return sum(self.weights.values()) or 1.0

    @property
    def total(self) -> float:
        return sum(self.weights.values()) + sum(self.context.values()) or 1.0


def topic(
    corpus: Corpus,
    question: Question,
    context: Sequence[Term] = (),
    carried: Iterable[int] = (),
    lent: float = CONTEXT_WEIGHT,
) -> Topic:
    """Weigh the words of a question and those that its context lends it; `carried` are the articles talked about."""
    before = {term: lent * _weight(corpus, term) for term in context}
    return Topic(weights(corpus, question), before, frozenset(carried))


def weights(corpus: Corpus, question: Question) -> dict[Term, float]:
    """Return how much each topic word counts: rare words more, those of the title and broken ones hardly."""
    about_money = bool(MONEY_SLOTS & question.slot_names)
    found = {term: _weight(corpus, term) for term in question.terms}
    for term in found:
        if about_money and MONEY_WORDS & set(term.forms):
            found[term] *= MONEY_WEIGHT
    for term in question.asked:
        if any(map(corpus.frequency, term.forms)):
            found[term] = ASKED_WEIGHT * _weight(corpus, term)
    return found | {Term(phrase, (phrase,)): corpus.telling(phrase) for phrase in phrases(corpus, question)}


def phrases(corpus: Corpus, question: Question) -> list[str]:
    """Return the longest stretches of the question that the document has to the letter and that are no single word."""
    found, start, text = list[str](), 0, question.folded
    words = {form for term in question.terms for form in term.forms}
    while start < len(text):
        end = start + SHORTEST_PHRASE
        while end <= len(text) and text[start:end].isalnum() and text[start:end] in corpus.folded:
            end += 1
        if end > start + SHORTEST_PHRASE:
            found.append(text[start : end - 1])
            start = end - 1
        else:
            start += 1
    return [
        phrase
        for phrase in dict.fromkeys(found)
        if phrase not in words and phrase not in corpus.folded_title and not phrase.isascii()
    ]


def known(corpus: Corpus, term: Term) -> float:
    """Return how far the document knows a word: 1 by itself or another form, less by its parts."""
    if any(corpus.frequency(form) for form in term.forms):
        return 1.0
    return BY_PARTS * _share(term.parts, corpus.folded)


def rank(corpus: Corpus, question: Question, about: Topic, near: Mapping[int, float | None]) -> list[Candidate]:
    """Return the sentences that `near` gives a closeness for (all when it is empty), best first."""
    wanted = [one for one in corpus.sentences if not near or one.index in near]
    named = frozenset(question.articles) & corpus.articles.keys()
    if named:
        wanted = [one for one in corpus.sentences if one.article in named]
    around = {number: _around(about, corpus.articles[number]) for number in {one.article for one in wanted}}
    found = [_candidate(question, about, around[one.article], one, near.get(one.index)) for one in wanted]
    return sorted(found, key=lambda one: (-one.score, one.sentence.index))


def certainty(ranked: Sequence[Candidate]) -> float:
    """Return how likely the best sentence is the answer, among the sentences given."""
    return 1 / sum(math.exp(one.score - ranked[0].score) for one in ranked)


def match(term: Term, folded: str) -> float:
    """Return how far a text has a word: 1 itself, less by another form or by its parts."""
    if term.text in folded:
        return 1.0
    if any(form in folded for form in term.forms[1:]):
        return BY_OTHER_FORM
    return BY_PARTS * _share(term.parts, folded)


def _around(about: Topic, entry: Entry) -> dict[Term, float]:
    """Return how far the article of a sentence has each word, in its heading or elsewhere."""
    return {
        term: max(IN_HEADING * match(term, entry.folded_heading), IN_ARTICLE * match(term, entry.folded))
        for term in (*about.weights, *about.context)
    }


def _candidate(
    question: Question, about: Topic, around: Mapping[Term, float], one: Sentence, closeness: float | None
) -> Candidate:
    own = {term: match(term, one.folded) for term in (*about.weights, *about.context)}
    said = sum(weight * own[term] for term, weight in about.weights.items())
    weighted = (*about.weights.items(), *about.context.items())
    coverage = sum(weight * max(own[term], around[term]) for term, weight in weighted) / about.total
    filled = any(slot.is_filled_by(one.folded) for slot in question.slots if slot.name in TELLING_SLOTS)
    own_coverage = said / about.own_total
    speaks = {
        "closeness": closeness or 0.0,
        "coverage": coverage,
        "own_coverage": own_coverage,
        "filled": float(filled),
        "carried": float(one.article in about.carried),
        "heading": float(one.heading),
    }
    return Candidate(one, closeness, coverage, own_coverage, filled, of("ranking").sum(speaks), speaks)


def _weight(corpus: Corpus, term: Term) -> float:
    if term.text in corpus.folded_title:
        return TITLE_WEIGHT
    forms = [form for form in term.forms if corpus.frequency(form)]
    if forms:
        return max(corpus.telling(form) for form in forms) * (SINGLE_WEIGHT if len(term.text) == 1 else 1.0)
    if len(term.text) == 1:
        return 0.0
    if len(term.text) == 2 and AUXILIARY & set(term.text):  # noqa: PLR2004 - what the segmenter made of two loose words
        return 0.0
    return UNKNOWN_WEIGHT


def _share(parts: tuple[str, ...], folded: str) -> float:
    return sum(part in folded for part in parts) / len(parts) if parts else 0.0
