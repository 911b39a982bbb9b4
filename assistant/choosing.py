"""Which sentences to show: what answers, and no more than is needed."""

import math
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence

from assistant.corpus import Corpus
from assistant.quantities import quantities
from assistant.ranking import MONEY_WORDS, Candidate, Topic, match
from assistant.reading import WHICH, Question, Term
from assistant.slots import FIGURE_SLOTS, Slot

MENTIONS = re.compile(
    r"(?:哪些|哪几)(?:条款?|条文|地方|处).{0,6}(?:提到|提及|写到|涉及|出现|讲到|说到)|被.{0,4}提到|\bmentioned\b"
)
MOST = 3
CROWD = 5
MOST_ARTICLES = 6
# Of each article in a list.
MOST_LISTED = 2
SCORE_IN_LIST = 0.02
# How far below the best a sentence of a list may stand, as logits: where a list is asked for, and where one may be meant.
IN_LIST, IN_LIST_MEANT = 8.0, 1.0
# An article of a list says at least this share of what the best one says.
ENOUGH = 0.2
# How far below the best (as logits) a further sentence of its article may stand.
NEAR_HERE = 3.0
# A sentence a third as likely as the best is shown beside it.
AS_LIKELY = 1.2
# How far below a sentence that another part of the question has taken.
NEAR_OTHER = 2.5
# How much of the question a further sentence must add, as a share of its weight.
ADDS_HERE = 0.2
# A sentence may fill what is asked only if it is about as much of the topic as the best one.
SAME_TOPIC = 0.7
# So many sentences from the one that names it a text still treats of the same thing, if it scores not too far below (logits).
GOES_ON, CONTINUES = 2, 8.0
# Sentences of one article that say as much as this of a question for several things all belong to the answer.
ALIKE = 0.9
# A word counts as an anchor of a list from here on; a sentence that says this much of the question needs no list.
TELLING, SAYS_ALL = 0.55, 0.85
CONDITIONS = ("但", "除", "其中", "前款", "同一", "上述", "前述", "已享受", "已获得", "不适用", "本条")


def choose(corpus: Corpus, question: Question, about: Topic, ranked: Sequence[Candidate]) -> list[Candidate]:
    """Return what to quote, best first: at most MOST sentences, or one for each article when several are asked for."""
    if not ranked:
        return []
    few = _few(question, about, ranked)
    if _asks_for_list(question, ranked[0]):
        listed = _listed(corpus, question, about, ranked)
        if len({one.sentence.article for one in listed}) > 1:
            return listed
    return _with_condition(few, ranked)


def best_of_each(parts: Sequence[tuple[Question, Sequence[Candidate]]]) -> list[Candidate]:
    """Return what answers each of several questions, in the order of the document.

    Several things are seldom said in one sentence: the next best stands in where it is nearly as good as one taken already.
    """
    found: dict[int, Candidate] = {}
    for question, ranked in sorted(
        parts, key=lambda part: part[1][1].score - part[1][0].score if len(part[1]) > 1 else 0.0
    ):
        best = _best_filled(question, [one for one in ranked if one.sentence.index not in found] or ranked)
        if ranked[0].sentence.index not in found or ranked[0].score - best.score <= NEAR_OTHER:
            found[best.sentence.index] = best
    return [found[index] for index in sorted(found)]


def _best_filled(question: Question, ranked: Sequence[Candidate]) -> Candidate:
    """Return the best sentence, or one close to it that says what is asked for where the best does not."""
    near = [one for one in ranked if ranked[0].score - one.score <= NEAR_HERE and not one.sentence.heading]
    if FIGURE_SLOTS & question.slot_names:
        return next((one for one in near if one.filled), ranked[0])
    best = (near or ranked)[0]
    return _continuing(question, best, ranked) or best


def on_topic(best: Candidate, one: Candidate) -> bool:
    """Tell whether a sentence says about as much of the question's topic as the best one."""
    return one.own_coverage >= SAME_TOPIC * best.own_coverage


def closeness_of(ranked: Sequence[Candidate]) -> tuple[float, float]:
    """Return how close the closest text is, and how far it stands out from the one CROWD places behind; 0 without vectors."""
    found = sorted(map(_closeness, ranked), reverse=True)
    return found[0], found[0] - found[min(CROWD, len(found) - 1)]


def _closeness(one: Candidate) -> float:
    return one.closeness or 0.0


def anchors(corpus: Corpus, question: Question, about: Topic) -> list[Term]:
    """Return the words that tell the articles of a list: rare ones that the document has."""
    known = [(term, weight) for term, weight in about.weights.items() if any(map(corpus.frequency, term.forms))]
    telling = [term for term, weight in known if weight >= TELLING and not MONEY_WORDS & set(term.forms)]
    classes = WHICH.search(question.folded)
    before = [term for term in telling if classes is None or question.folded.find(term.text) < classes.start()]
    if MENTIONS.search(question.folded) and known:
        return before or telling or [max((term for term, _ in known), key=lambda term: len(term.text))]
    return before or telling or [term for term, _ in known if MONEY_WORDS & set(term.forms)]


def _few(question: Question, about: Topic, ranked: Sequence[Candidate]) -> list[Candidate]:
    """Return the best sentence with those that may well be the answer instead, or that say more of what was asked."""
    best, *others = ranked
    chosen = [best]
    for one in others:
        if len(chosen) == MOST or best.score - one.score > NEAR_HERE:
            break
        if best.score - one.score <= AS_LIKELY or _says_more(question, about, chosen, one):
            chosen.append(one)
    more = _continuing(question, best, ranked)
    return [*chosen[: MOST - 1], more] if more and not _all_filled(question, chosen) else chosen


def _continuing(question: Question, best: Candidate, ranked: Sequence[Candidate]) -> Candidate | None:
    """Return the sentence beside the best one that says what is asked and the best does not, if any is near enough."""
    return next(
        (
            one
            for one in ranked
            if best.score - one.score <= CONTINUES and _goes_on(best, one) and _fills_more(question.slots, [best], one)
        ),
        None,
    )


def _all_filled(question: Question, chosen: Sequence[Candidate]) -> bool:
    return all(any(slot.is_filled_by(one.sentence.folded) for one in chosen) for slot in question.slots)


def _says_more(question: Question, about: Topic, chosen: Sequence[Candidate], one: Candidate) -> bool:
    """Tell whether a sentence of the same article adds words of the question, fills what is asked, or says as much of it."""
    best = chosen[0]
    if one.sentence.article != best.sentence.article:
        return False
    adds = _added(about.weights, chosen, one) / about.own_total >= ADDS_HERE
    alike = question.listing_or_which and one.own_coverage >= ALIKE * best.own_coverage
    return adds or alike or (on_topic(best, one) and _fills_more(question.slots, chosen, one))


def _goes_on(best: Candidate, one: Candidate) -> bool:
    """Tell whether a sentence goes on with what the best one is about: a text names a thing once, then only says 平台."""
    near = abs(one.sentence.index - best.sentence.index) <= GOES_ON and not one.sentence.heading
    return near and one is not best and one.sentence.article == best.sentence.article and one.own_coverage > 0


def _added(weighted: Mapping[Term, float], chosen: Sequence[Candidate], one: Candidate) -> float:
    """Return the weight of the words that `one` has beyond what is chosen."""
    return sum(
        weight
        * max(0.0, match(term, one.sentence.folded) - max(match(term, other.sentence.folded) for other in chosen))
        for term, weight in weighted.items()
    )


def _fills_more(slots: Sequence[Slot], chosen: Sequence[Candidate], one: Candidate) -> bool:
    return any(
        slot.is_filled_by(one.sentence.folded) and not any(slot.is_filled_by(other.sentence.folded) for other in chosen)
        for slot in slots
    )


def _with_condition(chosen: list[Candidate], ranked: Sequence[Candidate]) -> list[Candidate]:
    """Add the condition that directly follows the best sentence, if there is room for it."""
    follows = chosen[0].sentence.index + 1
    for one in ranked:
        same = one.sentence.index == follows and one.sentence.article == chosen[0].sentence.article
        if same and one.sentence.text.startswith(CONDITIONS) and one not in chosen and len(chosen) < MOST:
            return [*chosen, one]
    return chosen


def _asks_for_list(question: Question, best: Candidate) -> bool:
    if question.listing or (question.claims and WHICH.search(question.folded)):
        return True
    return (
        bool(WHICH.search(question.folded)) and best.own_coverage < SAYS_ALL and not FIGURE_SLOTS & question.slot_names
    )


def _listed(corpus: Corpus, question: Question, about: Topic, ranked: Sequence[Candidate]) -> list[Candidate]:
    """Return the best sentences of each article that has an anchor of the question, in the order of the document."""
    words = anchors(corpus, question, about)
    within = IN_LIST if question.listing else IN_LIST_MEANT
    if MENTIONS.search(question.folded):
        # What is mentioned stands there to the letter, however little else a sentence has of the question.
        within = math.inf
    fitting = [
        one
        for one in ranked
        if not one.sentence.heading and ranked[0].score - one.score <= within and _fits(question, words, one)
    ]
    if sum(one.filled for one in fitting) > 1:
        fitting = [one for one in fitting if one.filled]
    by_article: dict[int, list[tuple[float, Candidate]]] = defaultdict(list)
    for one in fitting:
        found = sum(about.weights[term] * match(term, one.sentence.folded) for term in words if _stands(term, one))
        by_article[one.sentence.article].append((found + SCORE_IN_LIST * one.score, one))
    best = [sorted(found, key=lambda place: -place[0])[:MOST_LISTED] for found in by_article.values()]
    kept = sorted(best, key=lambda places: -places[0][0])[:MOST_ARTICLES]
    alike = [
        one for places in kept for score, one in places if score >= max(ALIKE * places[0][0], ENOUGH * kept[0][0][0])
    ]
    return sorted(alike, key=lambda one: one.sentence.index)


def _fits(question: Question, words: Sequence[Term], one: Candidate) -> bool:
    """Tell whether a sentence belongs to the list: it has the figures named, or the anchors.

    Any anchor will do where a list is asked for in so many words, all of them where it is only meant.
    """
    claimed = {(claim.kind, claim.value) for claim in question.claims}
    figures = list(quantities(one.sentence.folded))
    if claimed:
        return bool(claimed & {(figure.kind, figure.value) for figure in figures})
    found = [_stands(term, one) for term in words]
    if all(MONEY_WORDS & set(term.forms) for term in words):
        return any(found) and any(figure.kind in {"money", "share"} for figure in figures)
    return any(found) if question.listing else all(found)


def _stands(term: Term, one: Candidate) -> bool:
    return any(form in one.sentence.folded for form in term.forms)
