"""What a question names that the document does not have: years, places, bodies, words."""

import re
from collections.abc import Sequence

from assistant.corpus import Corpus
from assistant.places import districts_in, places_in
from assistant.ranking import Topic, known
from assistant.reading import Question, Term
from assistant.vocabulary import field_words
from retrieval.text import fold

LONG_WORD = 4
NEAR_ASKING = 4
BODY = re.compile(
    r"..(?:局|厅|委员会|办公室|委|部|署|支队|大队|管理处|法院|检察院|协会|学会|集团)$|^(?:国企|央企|民企|外企)$"
)
FROM_THERE = re.compile(r"(?:来自|我们?是|我在|人在|在)$|(?:from|we're an?|we are an?|i'm in|based in)\s*$")
PERSONAL = frozenset("我俺咱你您他她它哪")
MOST = 3


def elsewhere(corpus: Corpus, question: Question) -> list[str]:
    """Return the places named that this document does not know, unless the asker only says to be from there."""
    found = []
    for place in places_in(question.folded):
        before = question.folded[: question.folded.find(place)]
        if (
            place not in corpus.folded
            and not _known_otherwise(corpus, question, place)
            and not FROM_THERE.search(before)
        ):
            found.append(place)
    return list(dict.fromkeys(found))


def names_own_city(corpus: Corpus, question: Question) -> bool:
    return (
        any(place in corpus.folded_title for place in places_in(question.folded))
        or fold(corpus.title_en).split(" ")[0] in question.folded
    )


def absent_districts(corpus: Corpus, question: Question) -> list[str]:
    """Return the districts named that the document does not have."""
    return [name for name in districts_in(question.folded) if name not in corpus.folded]


def absent_years(corpus: Corpus, question: Question) -> list[str]:
    return [f"{year}年" for year in question.years if str(year) not in corpus.folded and year != corpus.issued_year]


def absent_bodies(corpus: Corpus, question: Question) -> list[str]:
    """Return the offices and associations named that the document does not have."""
    return [term.text for term in question.terms if BODY.search(term.text) and not known(corpus, term)]


def absent_words(corpus: Corpus, question: Question, about: Topic, *, thin: bool) -> list[str]:
    """Return words the document does not have: names always, other topic words if they are much of the question (`thin`)."""
    unknown = [term for term, weight in about.weights.items() if weight and not known(corpus, term)]
    told = [term.text for term in unknown if thin or question.confirming or is_name(term)]
    return [word for word in told if not PERSONAL & set(word)][:MOST]


def is_name(term: Term) -> bool:
    """Tell whether a word names a thing or an office of its own rather than saying something in other words.

    One that the glossary knows in several forms, none of which the document has, is such a name.
    """
    long = len(term.text) >= LONG_WORD and not term.text.isascii()
    return long or len(term.forms) > 1 or term.text in field_words() or bool(BODY.search(term.text))


def near_asking(question: Question, terms: Sequence[Term], asking: re.Pattern[str]) -> list[Term]:
    """Return the terms that stand right beside what asks, as 带宽 does in 带宽要多少."""
    spans = [found.span() for found in asking.finditer(question.folded)]
    return [term for term in terms if any(_is_beside(question.folded, term.text, span) for span in spans)]


def unknown_weights(
    corpus: Corpus, question: Question, about: Topic, asking: re.Pattern[str]
) -> tuple[float, float, float]:
    """Return how much of the question's words the document has not: as a share, of its names, and beside what asks."""
    weighed = {term: weight for term, weight in about.weights.items() if weight}
    unknown = [term for term in weighed if not known(corpus, term)]
    total = sum(weighed.values()) or 1.0
    names = [term for term in unknown if is_name(term)]
    beside = near_asking(question, unknown, asking)
    return sum(weighed[term] for term in unknown) / total, float(bool(names)), float(bool(beside))


def _is_beside(text: str, word: str, span: tuple[int, int]) -> bool:
    place = text.find(word)
    after = 0 <= place - span[1] < NEAR_ASKING
    before = place >= 0 and 0 <= span[0] - (place + len(word)) < NEAR_ASKING
    return after or before


def _known_otherwise(corpus: Corpus, question: Question, place: str) -> bool:
    return any(place in term.text and known(corpus, term) == 1.0 for term in question.terms)
