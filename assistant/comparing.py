"""Which of several figures is more, computed from the facts of the sentences quoted."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from assistant.corpus import Corpus
from assistant.parts import compares
from assistant.ranking import Candidate
from assistant.reading import Question
from policies.facts.rules import Fact, compare

KINDS = {
    "money": ("money",),
    "cap": ("money",),
    "share": ("share",),
    "count": ("count",),
    "scale": ("computing", "data", "money", "count"),
    "area": ("area",),
}
EVERY = ("money", "share", "computing", "data", "count", "area", "time")
FEWEST = 2


@dataclass(frozen=True)
class Stated:
    """A fact with the document that states it; `where` is how it is cited there."""

    title: str
    where: str
    fact: Fact


def compared(corpus: Corpus, question: Question, chosen: Sequence[Candidate]) -> list[Fact]:
    """Return a fact from each of several quoted sentences, the largest first; none where they cannot be compared."""
    if not compares(question) or len(chosen) < FEWEST:
        return []
    for kind in _kinds(question):
        found = [_fact_of(corpus, one, kind) for one in chosen]
        facts = [one for one in found if one is not None]
        if len(facts) == len(chosen) and len({one.unit for one in facts}) == 1:
            return compare(facts)
    return []


def told(corpus: Corpus, facts: Sequence[Fact], *, english: bool) -> str:
    """Return the order of facts in words: 最高1000万元（第（九）条）＞ 最高300万元（第（十八）条）."""
    if english:
        named = [f"“{one.amount}” (Article {one.article})" for one in facts]
    else:
        named = [f"“{one.amount}”（{corpus.label_of(one.article)}）" for one in facts]
    words = named[0]
    for before, one, name in zip(facts, facts[1:], named[1:], strict=False):
        words += (" = " if before.value == one.value else " > ") + name
    return f"By the figures of the text: {words}." if english else f"按原文的数字比较：{words}。"


def compared_across(
    question: Question, found: Sequence[tuple[Corpus, Sequence[Candidate]]]
) -> list[tuple[Stated, Candidate]]:
    """Return a fact from each document with the sentence that has it, the largest first; none where they cannot be compared."""
    if len(found) < FEWEST:
        return []
    for kind in _kinds(question):
        facts = [next(_stated(corpus, chosen, kind), None) for corpus, chosen in found]
        stated = [one for one in facts if one is not None]
        if len(stated) == len(found) and len({one.fact.unit for one, _ in stated}) == 1:
            return sorted(stated, key=lambda one: -(one[0].fact.value or 0))
    return []


def told_across(stated: Sequence[Stated], *, english: bool) -> str:
    """Return the order of the facts of several documents in words, each with its document and article."""
    named = [f"“{one.fact.amount}”" + _source(one, english=english) for one in stated]
    words = named[0]
    for before, one, name in zip(stated, stated[1:], named[1:], strict=False):
        words += (" = " if before.fact.value == one.fact.value else " > ") + name
    return f"By the figures of the texts: {words}." if english else f"按各文件原文的数字比较：{words}。"


def _source(one: Stated, *, english: bool) -> str:
    return f" (《{one.title}》 Article {one.fact.article})" if english else f"（《{one.title}》{one.where}）"


def _stated(corpus: Corpus, chosen: Sequence[Candidate], kind: str) -> Iterator[tuple[Stated, Candidate]]:
    for one in chosen:
        fact = _fact_of(corpus, one, kind)
        if fact is not None:
            yield Stated(corpus.title, corpus.label_of(fact.article), fact), one


def _kinds(question: Question) -> list[str]:
    """Return the kinds of figures to compare, those asked for first."""
    wanted = [kind for slot in question.slots for kind in KINDS.get(slot.name, ())]
    return list(dict.fromkeys([*wanted, *EVERY]))


def _fact_of(corpus: Corpus, one: Candidate, kind: str) -> Fact | None:
    """Return the fact of a kind in a sentence, a ceiling before any other."""
    sentence = one.sentence
    here = [
        fact
        for fact in corpus.facts
        if fact.kind == kind
        and fact.value is not None
        and fact.article == sentence.article
        and sentence.start <= fact.at < sentence.end
    ]
    return next((fact for fact in here if fact.is_upper), here[0] if here else None)
