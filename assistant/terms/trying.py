"""What the assistant makes of a question with one glossary or another, before anybody relies on it."""

from collections.abc import Sequence
from dataclasses import dataclass

from assistant import glossary, queries, reading
from assistant.answering import Answering, Case
from assistant.answers import Citation
from assistant.composing import cite
from assistant.corpus import Corpus
from assistant.glossary import Glossaries
from assistant.ranking import known
from assistant.reading import Term
from assistant.retriever import PolicyRetriever

SHOWN = 3


@dataclass(frozen=True)
class Outcome:
    """The words of a question that the glossary knows, the first sentences found, which of them are quoted, and the frame."""

    words: Sequence[Term]
    found: Sequence[Citation]
    quoted: frozenset[tuple[int, int]]
    lead: str

    def quotes(self, one: Citation) -> bool:
        return (one.article, one.start) in self.quoted


@dataclass(frozen=True)
class Trial:
    """The outcome without a change and with it."""

    before: Outcome
    after: Outcome

    @property
    def differs(self) -> bool:
        return self.before != self.after

    def is_new(self, one: Citation) -> bool:
        return one not in self.before.found


def compared(document: str, question: str, before: Glossaries, after: Glossaries) -> Trial | None:
    """Return what a question finds in a document with each of two glossaries; None without such a document."""
    corpus = queries.corpus_of(document)
    return Trial(*(_outcome(corpus, question, one) for one in (before, after))) if corpus else None


def unknown(corpora: Sequence[Corpus], question: str, words: Glossaries) -> list[str]:
    """Return the words of a question that no document has, in any form that the glossary gives."""
    with glossary.using(words):
        terms = reading.read(question).terms
    return [term.text for term in terms if not any(known(corpus, term) for corpus in corpora)]


def _outcome(corpus: Corpus, question: str, words: Glossaries) -> Outcome:
    with glossary.using(words):
        case = Answering(corpus, PolicyRetriever(document=corpus.passages)).answer(question)
    answer = case.answer
    quoted = frozenset((one.article, one.start) for one in answer.citations) if answer else frozenset()
    return Outcome(_recognised(case), _found(corpus, case), quoted, answer.lead if answer else "")


def _recognised(case: Case) -> list[Term]:
    terms = case.whole.question.terms if case.whole else ()
    return [term for term in terms if len(term.forms) > 1]


def _found(corpus: Corpus, case: Case) -> list[Citation]:
    if case.whole is None:
        return []
    return [cite(corpus, case.whole.question, one) for one in case.ranked[:SHOWN]]
