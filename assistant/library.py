"""A question put to every document that may answer it, and one answer out of what they say.

guard → route → (whole → retrieve → choose in each document) → which of them speak → compose → verify.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from assistant import deciding, joining
from assistant.answering import Answering, Case, HasDirection, Spoken
from assistant.deciding import Finding
from assistant.documents import Standing
from assistant.followups import Turn
from assistant.joining import Part, Refusal
from assistant.judging import Evidence
from assistant.naming import Naming, naming
from assistant.parts import compares
from assistant.ranking import Candidate
from assistant.reading import Question
from assistant.verification import plain

MOST_QUOTES = 3
# What an answer of before is made of: a line or a quote with its source in brackets.
PIECE = re.compile(r"[^\n\]]*\]?")
BREAK = re.compile(r"[。;；\[\]“”：:\n]")
SHORTEST_QUOTE = 8
# How far below its document's best (as logits) a sentence may stand to give a figure that is compared, or prove a claim.
NEAR = 4.0


@dataclass(frozen=True)
class Shelved:
    """A document of the library with the stages over it."""

    standing: Standing
    stages: Answering

    @cached_property
    def letters(self) -> str:
        return plain(self.stages.corpus.folded)


@dataclass(frozen=True)
class Heard:
    """A document that was asked, and the question's way through it."""

    shelved: Shelved
    case: Case

    @property
    def question(self) -> Question:
        if self.case.whole is None:
            raise RuntimeError("a question that was judged has been read")
        return self.case.whole.question

    @property
    def status(self) -> str:
        """Return the verdict, "" before there is one."""
        return self.case.judged.status if self.case.judged else ""


class Library:
    """The stages for several documents. `home` is the document that goes first where nothing else decides."""

    def __init__(self, shelf: Sequence[Shelved], home: str = "") -> None:
        self.shelf = sorted(shelf, key=lambda one: one.standing.document != home)
        self.home = home
        self.corpora = [one.stages.corpus for one in self.shelf]

    def answer(self, text: str, history: Sequence[Turn] = ()) -> Case:
        """Return the case with its answer; `spoken` are the documents it is from."""
        *_, (_, case) = self.walk(text, history)
        return case

    def walk(self, text: str, history: Sequence[Turn] = ()) -> Iterator[tuple[str, Case]]:
        """Yield the name of each stage before it runs, then the case after the last."""
        first, case = self.shelf[0].stages, Case(text, tuple(history))
        for name in ("guard", "route"):
            if case.answer is None:
                yield name, case
                case = first.through(case, name)
        if case.answer is None:
            named = naming(case.text, [one.standing for one in self.shelf])
            yield "whole", case
            heard = self._read(case, named)
            yield "retrieve", case
            heard = self._heard(heard)
            yield "choose", case
            spoken, heard = self._speaking(case, named, heard)
            yield "compose", case
            case = self._composed(case, named, spoken, heard)
        yield "verify", case
        yield "done", case if case.spoken or case.trace[-1]["stage"] == "documents" else first.through(case, "verify")

    def _read(self, case: Case, named: Naming) -> list[Heard]:
        """Return the documents to ask, each with the question as it is read there."""
        if named.documents:
            return [self._begun(one, case, named) for one in self._of(named.documents)]
        pool = [one for one in self.shelf if one.standing.in_force]
        pool = [one for one in pool if one.standing.document in named.places] or pool
        before = self._before(case.history)
        if before and not named.places:
            kept = [self._begun(one, case, named) for one in self._of(before)]
            if any(one.case.whole and one.case.whole.rewritten for one in kept):
                return kept
        return [self._begun(one, case, named) for one in pool]

    def _begun(self, one: Shelved, case: Case, named: Naming) -> Heard:
        history = tuple(self._said(one, case.history))
        own = replace(case, text=named.bare, history=history, trace=())
        return Heard(one, one.stages.through(own, "whole"))

    def _heard(self, asked: Sequence[Heard]) -> list[Heard]:
        """Return the documents after their search and verdict; every question is embedded at once."""
        texts = [one.case.whole.search_text for one in asked if one.case.whole]
        retriever = asked[0].shelved.stages.retriever if asked else None
        if isinstance(retriever, HasDirection):
            retriever.directions(list(dict.fromkeys(texts)))
        return [replace(one, case=one.shelved.stages.through(one.case, "retrieve", "choose")) for one in asked]

    def _speaking(self, case: Case, named: Naming, heard: list[Heard]) -> tuple[list[Heard], list[Heard]]:
        """Return the documents that speak and all that were asked: those that do not hold only where the others say nothing."""
        spoken = self._decided(named, heard)
        asked = {one.shelved.standing.document for one in heard}
        if named.documents:
            return spoken, heard
        in_force = [one for one in self.shelf if one.standing.in_force and not named.places]
        past = [one for one in self.shelf if not one.standing.in_force]
        for others, enough in ((in_force, _tells), (past, _answers)):
            if any(map(enough, spoken)) or _is_unsafe(heard):
                continue
            more = [self._begun(one, case, named) for one in others if one.standing.document not in asked]
            if more:
                heard = [*heard, *self._heard(more)]
                asked |= {one.shelved.standing.document for one in more}
                spoken = _instead(spoken, self._decided(named, heard))
        return spoken, heard

    def _decided(self, named: Naming, heard: Sequence[Heard]) -> list[Heard]:
        if _is_unsafe(heard):
            return []
        if len(named.documents) > 1 or len(named.places) > 1:
            # Each that is asked for by name has its say.
            return [one for one in heard if one.status in deciding.TELLS]
        found = [self._finding(one) for one in heard]
        by_document = {one.shelved.standing.document: one for one in heard}
        return [by_document[one.standing.document] for one in deciding.speaking(found, asked=named.across)]

    def _finding(self, one: Heard) -> Finding:
        case, judged, standing = one.case, one.case.judged, one.shelved.standing
        if judged is None or case.topic is None:
            raise RuntimeError("a document that was heard has been judged")
        at = self.shelf.index(one.shelved)
        found = deciding.finding(
            self.corpora, at, standing, judged, Evidence(one.question, case.topic, case.chosen, case.ranked)
        )
        return replace(found, fit=found.fit + deciding.HOME * (standing.document == self.home))

    def _composed(self, case: Case, named: Naming, spoken: Sequence[Heard], heard: Sequence[Heard]) -> Case:
        """Return the case with the answer of the documents that speak, or with the refusal of all that were asked."""
        trace = [*case.trace, *_trace(heard), _told(named, spoken)]
        if not spoken:
            refusal = joining.refused([found for one in heard if (found := _refusal(one))])
            return replace(heard[0].case, text=case.text, history=case.history, answer=refusal, trace=tuple(trace))
        ended = [replace(one, case=_finished(one)) for one in _shortened(spoken)]
        parts = [part for one in ended if (part := _part(one))]
        comparing = compares(spoken[0].question)
        answer = (
            joining.together(parts, comparing=comparing)
            if len(parts) > 1
            else joining.alone(parts[0], others=len(self.shelf) > 1)
        )
        said = tuple(Spoken(one.shelved.stages.corpus, one.case) for one in ended)
        return replace(
            ended[0].case, text=case.text, history=case.history, answer=answer, trace=tuple(trace), spoken=said
        )

    def _of(self, documents: Iterable[str]) -> list[Shelved]:
        wanted = set(documents)
        return [one for one in self.shelf if one.standing.document in wanted]

    def _before(self, history: Sequence[Turn]) -> list[str]:
        """Return the documents that the last answer is from."""
        last = next((said for role, said in reversed(history) if role == "assistant" and said.strip()), "")
        return [one.standing.document for one in self.shelf if "".join(self._own(one, last)).strip()]

    def _said(self, one: Shelved, history: Sequence[Turn]) -> Iterator[Turn]:
        for role, said in history:
            yield role, "".join(self._own(one, said)) if role == "assistant" else said

    def _own(self, one: Shelved, said: str) -> Iterator[str]:
        """Yield what of an earlier answer is from a document: what names its title, or stands in it to the letter."""
        titles = {each.standing.title for each in self.shelf}
        for piece in PIECE.findall(said):
            named = [title for title in titles if f"《{title}》" in piece]
            if one.standing.title in named:
                yield piece.replace(f"《{one.standing.title}》", "")
            elif not named and _stands_in(one, piece):
                yield piece


def _stands_in(one: Shelved, piece: str) -> bool:
    return any(len(part) >= SHORTEST_QUOTE and plain(part) in one.letters for part in BREAK.split(piece))


def _tells(one: Heard) -> bool:
    return one.status in deciding.TELLS and not (one.case.judged and one.case.judged.near)


def _answers(one: Heard) -> bool:
    return one.status == "answered"


def _is_unsafe(heard: Sequence[Heard]) -> bool:
    return any(one.status == "unsafe" for one in heard)


def _instead(before: list[Heard], after: list[Heard]) -> list[Heard]:
    """Return what is said after more documents were asked: what was said before, unless a document now answers."""
    known = {one.shelved.standing.document for one in before}
    fresh = [one for one in after if one.shelved.standing.document not in known and _answers(one)]
    return fresh or before or after


def _finished(one: Heard) -> Case:
    return one.shelved.stages.through(one.case, "compose", "verify")


def _shortened(spoken: Sequence[Heard]) -> list[Heard]:
    """Return the documents with as many sentences as one answer has room for; parts and lists keep theirs."""
    if len(spoken) == 1 or any(one.case.parts or one.question.listing for one in spoken):
        return list(spoken)
    few = joining.shares([len(one.case.chosen) for one in spoken], MOST_QUOTES)
    return [
        replace(one, case=replace(one.case, chosen=one.case.chosen[:count]))
        for one, count in zip(spoken, few, strict=True)
    ]


def _refusal(one: Heard) -> Refusal | None:
    case = _finished(one)
    return Refusal(one.shelved.standing, case.answer, case.judged.elsewhere) if case.answer and case.judged else None


def likely(case: Case) -> list[Candidate]:
    """Return the sentences that may answer: those that are quoted, and what is nearly as good as the best."""
    return [*case.chosen, *(one for one in case.ranked if case.ranked[0].score - one.score <= NEAR)]


def _part(one: Heard) -> Part | None:
    case = one.case
    if case.judged is None or case.answer is None:
        return None
    found = tuple({each.sentence.index: each for each in likely(case)}.values())
    return Part(one.shelved.standing, one.shelved.stages.corpus, one.question, found, case.judged, case.answer)


def _trace(heard: Sequence[Heard]) -> Iterator[dict[str, Any]]:
    """Yield the stages of each document that was asked, marked with it."""
    for one in heard:
        yield from ({**stage, "document": one.shelved.standing.document} for stage in one.case.trace)


def _told(named: Naming, spoken: Sequence[Heard]) -> dict[str, Any]:
    output = {
        "named": sorted(named.documents),
        "places": sorted(named.places),
        "across": named.across,
        "speaking": [one.shelved.standing.document for one in spoken],
    }
    return {"stage": "documents", "input": named.bare, "output": output}
