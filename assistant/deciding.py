"""Which of several documents speak: what each has found for a question is put on one scale, the library's and not its own.

A word that is rare in a small document may be common in the others, and a word that another document has tells against
one that has it not: words are weighed over all documents together here.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assistant.corpus import Corpus
from assistant.documents import Standing
from assistant.judging import Evidence, Judgement
from assistant.ranking import Candidate, known, match
from assistant.reading import Question, Term

# Fitted as a softmax over four documents on the questions that the ranking is fitted on: logits, of two documents one that
# stands x above the other is e^x times as likely to be meant.
WEIGHTS = {"closeness": 10.6, "coverage": 4.6, "shared": 2.4, "known": 1.7}
IN_ARTICLE = 0.6
# How far below the best a document may stand to speak beside it; one that has the question's words as well as the best,
# or that answers where the best does not, may stand further below: it only says the same in a longer sentence.
BESIDE, INSTEAD = 0.6, 2.5
ALIKE = 0.8
# Where several documents are asked for in so many words.
BESIDE_ASKED = 4.0
# As a tie-break only: half as much as one more loose word of a question.
HOME = 0.1
MOST = 3
TELLS = frozenset({"answered", "partial"})
Chosen = Sequence[Candidate]


@dataclass(frozen=True)
class Finding:
    """What a document has for a question: the verdict, and how likely it is meant (`fit`, a logit).

    `coverage` and `known` are how much of the question's words its quotes and its whole text have.
    """

    standing: Standing
    judged: Judgement
    fit: float
    coverage: float = 0.0
    known: float = 0.0

    @property
    def tells(self) -> bool:
        return self.judged.status in TELLS

    @property
    def answers(self) -> bool:
        return self.judged.status == "answered"


def speaking(found: Sequence[Finding], *, asked: bool = False) -> list[Finding]:
    """Return the documents that speak, best first: all clear ones that are about as likely meant, or the best in part.

    None if the one that is meant says nothing. With `asked` several documents are asked for: each that tells anything
    speaks, unless it is far less likely meant than the best.
    """
    top = max((one.fit for one in found), default=0.0)
    within = BESIDE_ASKED if asked else INSTEAD
    telling = sorted((one for one in found if one.tells and one.fit >= top - within), key=lambda one: -one.fit)
    if asked or not telling:
        return telling[:MOST]
    near = [one for one in telling if _stands_beside(telling[0], one)]
    return [one for one in near if one.answers][:MOST] or near[:1]


def finding(shelf: Sequence[Corpus], at: int, standing: Standing, judged: Judgement, found: Evidence) -> Finding:
    """Return what the document `at` its place on the shelf has for a question, by what it would quote."""
    question, chosen = found.question, found.chosen
    if not chosen:
        return Finding(standing, judged, -math.inf)
    best = chosen[0]
    shared, knows = _words(shelf, shelf[at], question, chosen)
    speaks = {"closeness": best.closeness or 0.0, "coverage": best.coverage, "shared": shared, "known": knows}
    fit = sum(weight * speaks[name] for name, weight in WEIGHTS.items())
    return Finding(standing, judged, fit, min(shared, best.coverage), knows)


def _stands_beside(best: Finding, one: Finding) -> bool:
    return one.fit >= best.fit - BESIDE or (one.known >= best.known and one.coverage >= ALIKE * best.coverage)


def _words(shelf: Sequence[Corpus], corpus: Corpus, question: Question, chosen: Chosen) -> tuple[float, float]:
    """Return how much of the question's words, of those that any document has, the quotes and the document have."""
    weighed = {term: weight for term in question.terms if (weight := _telling(shelf, term)) and len(term.text) > 1}
    total = sum(weighed.values()) or 1.0
    told = [one.sentence.folded for one in chosen]
    around = corpus.articles[chosen[0].sentence.article].folded
    said = sum(weight * _said(term, told, around) for term, weight in weighed.items())
    return said / total, _sum_known(corpus, weighed) / total


def _said(term: Term, told: Sequence[str], around: str) -> float:
    return max(*(match(term, text) for text in told), IN_ARTICLE * match(term, around))


def _sum_known(corpus: Corpus, weighed: Mapping[Term, float]) -> float:
    return sum(weight * known(corpus, term) for term, weight in weighed.items())


def _telling(shelf: Sequence[Corpus], term: Term) -> float:
    """Return how telling a word is among the sentences of all documents; 0 if none has it."""
    total = sum(len(one.sentences) for one in shelf)
    often = max(sum(one.frequency(form) for one in shelf) for form in term.forms)
    return math.log((total + 1) / (often + 0.5)) / math.log((total + 1) / 0.5) if often else 0.0
