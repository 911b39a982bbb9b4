"""Whether the chosen sentences answer: what is missing, what contradicts, and what to say about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from assistant import signals
from assistant.absences import (
    absent_bodies,
    absent_districts,
    absent_words,
    absent_years,
    elsewhere,
    names_own_city,
    near_asking,
    unknown_weights,
)
from assistant.choosing import on_topic
from assistant.corpus import Corpus
from assistant.premises import Correction, corrections
from assistant.ranking import Candidate, Topic, known
from assistant.reading import Question
from assistant.slots import ASKING, BY_NAME, Slot
from assistant.weights import Direction, of

Status = Literal["answered", "partial", "not_covered", "off_topic", "unsafe", "unclear"]

# Below that the question is not even about the document's field.
OFF_TOPIC = 0.05
COVERED, COVERED_ENGLISH = 0.45, 0.3
# Text that is less likely than this to treat the question is shown as the closest only.
NEAR = 0.8
MOST_OPEN = 2


@dataclass(frozen=True)
class Judgement:
    """The verdict: what of the asked-for is missing, words the document has not, what it says otherwise.

    `support` is the probability that the document treats the question, `complete` that the quotes state all of it.
    `near` says that nothing states it directly and the closest text is shown instead. `unsure` names what is asked and
    not found where no slot says it, `topic` is what the document does have of it.
    """

    status: Status
    support: float
    missing: tuple[Slot, ...] = ()
    absent: tuple[str, ...] = ()
    elsewhere: tuple[str, ...] = ()
    contradicted: tuple[Correction, ...] = ()
    near: bool = False
    complete: float = 1.0
    unsure: tuple[str, ...] = ()
    topic: str = ""


@dataclass(frozen=True)
class Evidence:
    """What a verdict stands on: the question, its words' weights, what is quoted, what was found, its vector if there is one.

    `several` says that it was cut into a question for each of several things.
    """

    question: Question
    about: Topic
    chosen: Sequence[Candidate]
    ranked: Sequence[Candidate]
    meaning: Direction | None = None
    several: bool = False

    @property
    def best(self) -> Candidate:
        return max(self.chosen, key=lambda one: one.score)


def judge(corpus: Corpus, found: Evidence) -> Judgement:
    """Decide the status of an answer made of the chosen sentences."""
    question, named = found.question, set(found.question.articles)
    if not found.chosen or (named and not named & corpus.articles.keys()):
        return Judgement("not_covered", 0.0)
    treated = of("treated", found.meaning)
    unknown = unknown_weights(corpus, question, found.about, ASKING)[0]
    support = treated.probability(signals.treated(question, found.ranked, found.best, unknown), found.meaning)
    places = tuple(elsewhere(corpus, question))
    if not named and places and not names_own_city(corpus, question):
        return Judgement("not_covered", support, elsewhere=places)
    if not named and support < treated.threshold:
        strange = support < OFF_TOPIC and not signals.ABOUT_DOCUMENT.search(question.folded)
        return Judgement("off_topic" if strange else "not_covered", support)
    if of("steering", found.meaning).accepts({}, found.meaning):
        return Judgement("unsafe", support)
    return _of_quotes(corpus, found, support)


def _of_quotes(corpus: Corpus, found: Evidence, support: float) -> Judgement:
    question, about, best = found.question, found.about, found.best
    contradicted = tuple(corrections(corpus, question, best, found.chosen))
    model = of("stated", found.meaning)
    features = signals.stated(corpus, question, about, found.chosen, found.ranked)
    features |= signals.apart(several=found.several)
    complete = model.probability(features, found.meaning)
    if contradicted or complete >= model.threshold:
        return Judgement("answered", support, contradicted=contradicted, complete=complete)
    thin = best.coverage < (COVERED_ENGLISH if question.english else COVERED)
    absent = [*absent_years(corpus, question), *absent_districts(corpus, question), *absent_bodies(corpus, question)]
    absent += absent_words(corpus, question, about, thin=thin)
    missing = tuple(_missing(question, best, found.chosen))
    return Judgement(
        "partial",
        support,
        missing=missing,
        absent=tuple(dict.fromkeys(absent)),
        elsewhere=tuple(elsewhere(corpus, question)),
        near=support < NEAR,
        complete=complete,
        unsure=() if missing or absent else _unsure(corpus, question, about),
        topic=_topic(about, best),
    )


def _topic(about: Topic, best: Candidate) -> str:
    """Return the most telling word of the question, as the best sentence has it; "" if it has none."""
    said = {
        next((form for form in term.forms if form in best.sentence.folded), ""): weight
        for term, weight in about.weights.items()
    }
    return max(said, key=lambda form: (said[form] * bool(form), len(form)), default="")


def _missing(question: Question, best: Candidate, chosen: Sequence[Candidate]) -> list[Slot]:
    told = [one.sentence.folded for one in chosen if on_topic(best, one)]
    wanted = [slot for slot in question.slots if not (slot.name == "count" and question.listing)]
    return [slot for slot in wanted if not any(map(slot.is_filled_by, told))]


def _unsure(corpus: Corpus, question: Question, about: Topic) -> tuple[str, ...]:
    """Return what to call the thing that is asked and not stated: the unknown words beside what asks, or the slots."""
    unknown = [term for term, weight in about.weights.items() if weight and not known(corpus, term)]
    beside = [term.text for term in near_asking(question, unknown, ASKING)]
    labels = [BY_NAME[slot.name] for slot in question.slots]
    return tuple([*beside, *(slot.label_en if question.english else slot.label for slot in labels)][:MOST_OPEN])
