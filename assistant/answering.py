"""From a question to an answer: runnables one after another, each stage's input and output kept.

guard → whole → retrieve → choose → compose → verify. A stage that has the answer ends the walk: what follows passes it on.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol, runtime_checkable

from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableLambda

from assistant import choosing, composing, followups, guard, judging, masking, parts, ranking, verification
from assistant.answers import Answer, Link
from assistant.corpus import Corpus
from assistant.followups import Turn, Whole
from assistant.judging import Evidence, Judgement
from assistant.ranking import Candidate, Topic
from assistant.reading import Question, is_english
from assistant.weights import Direction
from retrieval.text import normalise

SHOWN_CANDIDATES = 8
Route = Callable[[str], Answer | None]
Offer = Callable[[Corpus, Question, Sequence[int]], tuple[Link, ...]]


@dataclass(frozen=True)
class Part:
    """One of the things a question asks for, with what speaks for each sentence answering it."""

    question: Question
    topic: Topic
    ranked: tuple[Candidate, ...]


@dataclass(frozen=True)
class Case:
    """A question on its way; `trace` holds (stage, input, output) of the stages it has passed."""

    text: str
    history: tuple[Turn, ...] = ()
    whole: Whole | None = None
    topic: Topic | None = None
    ranked: tuple[Candidate, ...] = ()
    parts: tuple[Part, ...] = ()
    chosen: tuple[Candidate, ...] = ()
    judged: Judgement | None = None
    answer: Answer | None = None
    trace: tuple[dict[str, Any], ...] = ()
    spoken: tuple["Spoken", ...] = ()


@dataclass(frozen=True)
class Spoken:
    """One of several documents that an answer is made of, with the question's way through it."""

    corpus: Corpus
    case: Case


@runtime_checkable
class HasDirection(Protocol):
    """A retriever that can tell the vectors it searches with: made together, remembered, none without a model."""

    def directions(self, queries: Sequence[str]) -> list[Direction]: ...


Step = Callable[[Case], tuple[Case, Any]]


class Answering:
    """The stages for one corpus. `route` may answer a question otherwise, before the corpus is searched.

    `offer` gives the links that lead on from an answer, by the articles it cites.
    """

    by_words = True

    def __init__(
        self, corpus: Corpus, retriever: BaseRetriever, route: Route | None = None, offer: Offer | None = None
    ) -> None:
        self.corpus = corpus
        self.corpora = [corpus]
        self.retriever = retriever
        self.route = route
        self.offer = offer
        steps = (self._guard, self._route, self._whole, self._retrieve, self._choose, self._compose, self._verify)
        self.stages: list[Runnable[Case, Case]] = [_stage(step) for step in steps]
        self.runnable: Runnable[Case, Case] = self.stages[0]
        for stage in self.stages[1:]:
            self.runnable = self.runnable | stage

    def answer(self, text: str, history: Sequence[Turn] = ()) -> Case:
        """Return the case with its answer."""
        return self.runnable.invoke(Case(text, tuple(history)))

    def walk(self, text: str, history: Sequence[Turn] = ()) -> Iterator[tuple[str, Case]]:
        """Yield the name of each stage before it runs, then the case after the last."""
        case = Case(text, tuple(history))
        for stage in self.stages:
            if case.answer is None or stage is self.stages[-1]:
                yield stage.get_name(), case
            case = stage.invoke(case)
        yield "done", case

    def through(self, case: Case, *names: str) -> Case:
        """Return a case after the stages of these names, as far as it has no answer before."""
        for stage in self.stages:
            if stage.get_name() in names:
                case = stage.invoke(case)
        return case

    def _guard(self, case: Case) -> tuple[Case, Any]:
        verdict = guard.inspect(case.text)
        text = masking.mask(normalise(case.text).strip())
        case = replace(
            case, text=text, history=tuple((role, masking.mask(normalise(said))) for role, said in case.history)
        )
        if verdict == "ok":
            return case, {"verdict": verdict, "text": text}
        return replace(case, answer=composing.refusal(verdict, english=is_english(text))), {"verdict": verdict}

    def _route(self, case: Case) -> tuple[Case, Any]:
        answer = self.route(case.text) if self.route else None
        return replace(case, answer=answer), {"catalog": answer is not None}

    def _whole(self, case: Case) -> tuple[Case, Any]:
        whole = self.read(case)
        read_as = {
            "terms": [term.text for term in whole.question.terms],
            "asks_for": [slot.name for slot in whole.question.slots],
        }
        return replace(case, whole=whole), {"rewritten": whole.rewritten, "carried": whole.carried, **read_as}

    def read(self, case: Case) -> Whole:
        """Return the question of a case made whole with the turns before it."""
        return followups.complete(self.corpus, case.text, case.history)

    def _retrieve(self, case: Case) -> tuple[Case, Any]:
        whole = _given(case.whole)
        pieces = parts.split(self.corpus, whole.question) if not whole.rewritten else []
        if isinstance(self.retriever, HasDirection):
            self.retriever.directions([whole.search_text, *(piece.text for piece in pieces)])
        topic = ranking.topic(self.corpus, whole.question, whole.context, whole.carried)
        ranked, found = self._ranked(whole.question, whole.search_text, topic)
        several = []
        for piece in pieces:
            about = ranking.topic(self.corpus, piece, parts.context(whole.question, piece), lent=parts.LENT)
            order, _ = self._ranked(piece, piece.text, about)
            several.append(Part(piece, about, order))
        output = {
            "search": whole.search_text,
            "found": found,
            "candidates": [_shown(one) for one in ranked[:SHOWN_CANDIDATES]],
            "parts": [{"text": one.question.text, "best": _shown(one.ranked[0])} for one in several],
        }
        return replace(case, topic=topic, ranked=ranked, parts=tuple(several)), output

    def _ranked(self, question: Question, search_text: str, topic: Topic) -> tuple[tuple[Candidate, ...], int]:
        """Return the sentences found for a question in order, and how many were found."""
        forms = " ".join(form for term in (*topic.weights, *topic.context) for form in term.forms)
        found = self.retriever.invoke(search_text, words=forms)
        about = topic if self.by_words else Topic({}, {}, topic.carried)
        return tuple(ranking.rank(self.corpus, question, about, self._closenesses(found))), len(found)

    def _choose(self, case: Case) -> tuple[Case, Any]:
        question, topic = _given(case.whole).question, _given(case.topic)
        chosen = choosing.choose(self.corpus, question, topic, case.ranked)
        if case.parts:
            chosen = choosing.best_of_each([(one.question, one.ranked) for one in case.parts])
        found = Evidence(question, topic, chosen, case.ranked, self.meaning(case), several=bool(case.parts))
        judged = judging.judge(self.corpus, found)
        output = {
            "status": judged.status,
            "support": round(judged.support, 3),
            "complete": round(judged.complete, 3),
            "missing": [slot.name for slot in judged.missing],
            "absent": [*judged.absent, *judged.elsewhere],
            "contradicted": [(one.said, one.told) for one in judged.contradicted],
            "chosen": [_shown(one) for one in chosen],
        }
        return replace(case, chosen=tuple(chosen), judged=judged), output

    def _compose(self, case: Case) -> tuple[Case, Any]:
        whole, judged = _given(case.whole), _given(case.judged)
        answer = composing.compose(self.corpus, whole.question, case.chosen, judged, whole.rewritten)
        if self.offer and answer.citations:
            cited = list(dict.fromkeys(one.article for one in answer.citations))
            answer = replace(answer, links=self.offer(self.corpus, whole.question, cited))
        return replace(case, answer=answer), {"text": answer.text}

    def _verify(self, case: Case) -> tuple[Case, Any]:
        answer = _given(case.answer)
        said = [case.text, *(text for _, text in case.history)]
        articles = {ordinal: entry.text for ordinal, entry in self.corpus.articles.items()}
        checked = verification.verified(answer, articles, said)
        return replace(case, answer=checked), {
            "dropped": len(answer.citations) - len(checked.citations),
            "text": checked.text,
        }

    def meaning(self, case: Case) -> Direction | None:
        """Return the question's vector, which the search has made already, if the retriever has one."""
        searched = _given(case.whole).search_text
        if not isinstance(self.retriever, HasDirection):
            return None
        found = self.retriever.directions([searched])
        return found[0] if found else None

    def _closenesses(self, found: Sequence[Any]) -> dict[int, float | None]:
        places = {(one.metadata["article"], one.metadata["start"]): one.metadata["closeness"] for one in found}
        return {one.index: places[place] for place, one in self.corpus.places.items() if place in places}


def _stage(step: Step) -> Runnable[Case, Case]:
    name = step.__name__.strip("_")

    def run(case: Case) -> Case:
        if case.answer is not None and name != "verify":
            return case
        after, output = step(case)
        return replace(after, trace=(*case.trace, {"stage": name, "input": after.text, "output": output}))

    return RunnableLambda(run, name=name)


def _shown(one: Candidate) -> dict[str, Any]:
    closeness = None if one.closeness is None else round(one.closeness, 3)
    place = {"article": one.sentence.article, "start": one.sentence.start, "text": one.sentence.text}
    return {**place, "score": round(one.score, 3), "closeness": closeness, "coverage": round(one.coverage, 3)}


def _given(value: Any) -> Any:
    if value is None:
        raise RuntimeError("a stage ran before the one it stands on")
    return value
