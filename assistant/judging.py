"""Whether the chosen sentences answer: what is missing, what contradicts, and what to say about it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from assistant.choosing import closeness_of, on_topic
from assistant.corpus import Corpus
from assistant.places import places_in
from assistant.quantities import Quantity, quantities
from assistant.ranking import Candidate, Topic, known
from assistant.reading import Question, Term
from assistant.slots import Slot
from assistant.vocabulary import field_words
from retrieval.text import fold

Status = Literal["answered", "partial", "not_covered", "off_topic", "unsafe", "unclear"]

# Support is coverage plus how far closeness is from what a loosely related text reaches. Fitted: docs/assistant.md.
STEEPNESS, LOOSE = 1.27, 0.36
NOT_COVERED, OFF_TOPIC, CHAT_COSTS = 0.02, -0.2, 0.3
# Below that, meaning alone may still speak for a text that shares no word with the question. Between languages, closeness
# is measured lower and no word can be shared.
NEAR, OTHER_LANGUAGE = 0.5, 0.5
COVERED, COVERED_ENGLISH = 0.45, 0.3
CHAT = re.compile(
    r"写(?:一?首|一?篇|个|一个|一段|诗|作文|代码|小说|情书)|翻译|笑话|讲个?故事|唱|股票|彩票|星座|食谱|怎么做菜|好吃|好食|餐厅|餐馆|天气|下雨|气温|几点(?:了|收|开)|陪我聊|聊天|"
    r"等于几|\d+\s*[+*/×÷]\s*\d+|乘以|除以|女朋友|男朋友|减肥|世界杯|电影推荐|推荐.{0,6}(?:店|餐|酒店|景点|电影|歌)|"
    r"\b(?:write|poem|joke|translate|recipe|python|javascript|weather|song|movie|restaurant|lottery|horoscope|capital of|who won)\b"
)
ABOUT_DOCUMENT = re.compile(r"方案|政策|文件|措施|条款|规定|\b(?:plan|policy|measures|document)\b")
LONG_WORD = 4
OFFICE = re.compile(r"..(?:局|厅|委员会|办公室|委)$")
PERSONAL = frozenset("我俺咱你您他她它哪")
MOST_ABSENT = 3
FROM_THERE = re.compile(r"(?:来自|我们?是|我在|人在|在)$|(?:from|we're an?|we are an?|i'm in|based in)\s*$")


@dataclass(frozen=True)
class Judgement:
    """The verdict: what of the asked-for is missing, words the document has not, figures it gives differently.

    `near` says that nothing states it directly and the closest text is shown instead.
    """

    status: Status
    support: float
    missing: tuple[Slot, ...] = ()
    absent: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    contradicted: tuple[tuple[Quantity, str], ...] = ()
    near: bool = False


def judge(
    corpus: Corpus, question: Question, about: Topic, chosen: Sequence[Candidate], ranked: Sequence[Candidate]
) -> Judgement:
    """Decide the status of an answer made of `chosen` from `ranked`."""
    named = set(question.articles)
    if not chosen or (named and not named & corpus.articles.keys()):
        return Judgement("not_covered", 0.0)
    best = max(chosen, key=lambda one: one.score)
    support = support_of(question, best)
    elsewhere = tuple(_elsewhere(corpus, question))
    if not named and not elsewhere and support < NOT_COVERED and _is_near(question, ranked):
        return Judgement("partial", support, near=True)
    if not named and (support < NOT_COVERED or (elsewhere and not _names_own_city(corpus, question))):
        strange = support < OFF_TOPIC and not ABOUT_DOCUMENT.search(question.folded)
        return Judgement("off_topic" if strange else "not_covered", support, elsewhere=elsewhere)
    contradicted = tuple(_contradicted(question, best, chosen))
    missing = tuple(_missing(question, best, chosen))
    absent = (*_absent_years(corpus, question), *_absent_words(corpus, question, about, best))
    complete = not (missing or absent or elsewhere) or contradicted
    return Judgement(
        "answered" if complete else "partial",
        support,
        missing=missing,
        absent=absent,
        elsewhere=elsewhere,
        contradicted=contradicted,
    )


def support_of(question: Question, best: Candidate) -> float:
    """Return how much speaks for the document treating the question at all."""
    meaning = 0.0 if best.closeness is None else STEEPNESS * (max(best.closeness, 0.0) - LOOSE)
    return best.coverage + meaning - CHAT_COSTS * bool(CHAT.search(question.folded))


def _is_near(question: Question, ranked: Sequence[Candidate]) -> bool:
    """Tell whether the closest text stands out enough to be shown although the question's words are not in it."""
    closest, distinct = closeness_of(ranked)
    standing = max(one.coverage for one in ranked) + STEEPNESS * closest + distinct
    standing += OTHER_LANGUAGE * question.english - CHAT_COSTS * bool(CHAT.search(question.folded))
    return standing >= NEAR


def _elsewhere(corpus: Corpus, question: Question) -> list[str]:
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


def _known_otherwise(corpus: Corpus, question: Question, place: str) -> bool:
    return any(place in term.text and known(corpus, term) == 1.0 for term in question.terms)


def _names_own_city(corpus: Corpus, question: Question) -> bool:
    return (
        any(place in corpus.folded_title for place in places_in(question.folded))
        or fold(corpus.title_en).split(" ")[0] in question.folded
    )


def _missing(question: Question, best: Candidate, chosen: Sequence[Candidate]) -> list[Slot]:
    told = [one.sentence.folded for one in chosen if on_topic(best, one)]
    wanted = [slot for slot in question.slots if not (slot.name == "count" and question.listing)]
    return [slot for slot in wanted if not any(map(slot.is_filled_by, told))]


def _absent_years(corpus: Corpus, question: Question) -> list[str]:
    return [f"{year}年" for year in question.years if str(year) not in corpus.folded and year != corpus.issued_year]


def _absent_words(corpus: Corpus, question: Question, about: Topic, best: Candidate) -> list[str]:
    """Return words the document does not have: names always, other topic words if they are much of the question."""
    unknown = [term for term, weight in about.weights.items() if weight and not known(corpus, term)]
    thin = best.coverage < (COVERED_ENGLISH if question.english else COVERED)
    told = [term.text for term in unknown if thin or question.confirming or _is_name(term)]
    return [word for word in told if not PERSONAL & set(word)][:MOST_ABSENT]


def _is_name(term: Term) -> bool:
    """Tell whether a word names a thing or an office of its own rather than saying something in other words.

    One that the glossary knows in several forms, none of which the document has, is such a name.
    """
    long = len(term.text) >= LONG_WORD and not term.text.isascii()
    return long or len(term.forms) > 1 or term.text in field_words() or bool(OFFICE.search(term.text))


def _contradicted(question: Question, best: Candidate, chosen: Sequence[Candidate]) -> list[tuple[Quantity, str]]:
    """Return the figures stated in a confirming question that the quotes give differently, with the quotes' own.

    The best sentence is believed before the others, which may treat of something near.
    """
    if not question.confirming:
        return []
    stated = [*question.claims, *(one for one in quantities(question.folded) if one.kind == "year")]
    others = [figure for one in chosen for figure in quantities(one.sentence.folded)]
    found = []
    for claim in stated:
        told = _alike(claim, list(quantities(best.sentence.folded))) or _alike(claim, others)
        if told and not any(figure.value == claim.value for figure in told):
            found.append((claim, told[0].text))
    return found


def _alike(claim: Quantity, figures: Sequence[Quantity]) -> list[Quantity]:
    """Return the figures of the claim's kind, those with its very unit if there are any."""
    same = [figure for figure in figures if figure.kind == claim.kind]
    return [figure for figure in same if figure.text[-1] == claim.text[-1]] or same
