"""Which of several figures is more, computed from the facts of the sentences quoted."""

from collections.abc import Sequence

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


def compared(corpus: Corpus, question: Question, chosen: Sequence[Candidate]) -> list[Fact]:
    """Return a fact from each of several quoted sentences, the largest first; none where they cannot be compared."""
    if not compares(question) or len(chosen) < FEWEST:
        return []
    wanted = [kind for slot in question.slots for kind in KINDS.get(slot.name, ())] or list(EVERY)
    for kind in dict.fromkeys([*wanted, *EVERY]):
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
