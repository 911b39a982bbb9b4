"""A model words what the excerpts answer: asked with the articles found, read as it streams, each claim verified at once."""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from assistant import guard
from assistant.answers import CATALOG, Citation
from assistant.library import likely
from assistant.llm.claims import Claim, Reader
from assistant.llm.failures import ModelFailureError
from assistant.llm.prompting import Prompt, Source, prompt, sources
from assistant.llm.streaming import Endpoint, stream
from assistant.llm.verifier import Verdict, verify
from assistant.llm.written import Claimed, Written

if TYPE_CHECKING:
    from assistant.answering import Case, Spoken

MOST_SHOWN, MOST_READ = 6, 12


def suits(case: "Case") -> bool:
    """Tell whether a model may word the answer: where the text answers, in Chinese, and no premise is to be corrected.

    What is refused stays refused, and what the excerpts correct or only come near to is better said by them.
    """
    answer, heard = case.answer, [one.case for one in case.spoken] or [case]
    if answer is None or answer.english or answer.mode == CATALOG:
        return False
    # A question made whole holds words of turns before it, refused ones too.
    if any(guard.is_attack(question_of(one)) for one in (case, *heard)):
        return False
    judged = [one.judged for one in heard]
    told = all(one and not one.near and not one.contradicted for one in judged)
    return answer.status in {"answered", "partial"} and told


@dataclass
class Writing:
    """One answer of a model. `claims` asks it; `written` and `stage` tell at any time how far it has come.

    `spoken` are the documents that the case's answer is from.
    """

    endpoint: Endpoint
    case: "Case"
    spoken: Sequence["Spoken"]
    author: str
    number: str
    reader: Reader = field(default_factory=Reader)
    verdicts: list[Verdict] = field(default_factory=list)
    reason: str = "left"
    ms: int = 0

    def claims(self) -> Iterator[Claimed]:
        """Yield each claim that holds as soon as it is whole; whatever fails, this ends within the endpoint's seconds."""
        started = time.perf_counter()
        try:
            yield from self._verified()
            self.reason = ""
        except ModelFailureError as error:
            self.reason = error.reason
        finally:
            self.ms = round(1000 * (time.perf_counter() - started))

    @property
    def written(self) -> Written:
        claims, dropped = self._shown(), len([one for one in self.verdicts if one.reasons])
        reason = self.reason or ("" if claims else "dropped" if dropped else "nothing")
        return Written(self.author, self.number, self._prompt.name, tuple(claims), dropped, reason)

    @property
    def stage(self) -> dict[str, Any]:
        """Return what was asked and answered, for the turn's stages."""
        output = {
            "model": self.endpoint.model,
            "prompt": self._prompt.name,
            "given": [
                {
                    "letter": one.letter,
                    "document": one.corpus.document,
                    "articles": [each.ordinal for each in one.articles],
                }
                for one in self._sources
            ],
            "raw": self.reader.text,
            "verdicts": [one.stored() for one in self.verdicts],
            "failure": self.reason,
            "ms": self.ms,
        }
        return {"stage": "write", "input": self._question, "output": output}

    def _verified(self) -> Iterator[Claimed]:
        messages = self._prompt.messages(self._question, self._sources)
        with closing(stream(self.endpoint, messages)) as pieces:
            for claim in (claim for piece in pieces for claim in self.reader.feed(piece)):
                verdict = self._judged(claim)
                self.verdicts.append(verdict)
                if verdict.citation:
                    yield Claimed(claim.text, verdict.citation)
                if len(self._shown()) >= MOST_SHOWN or len(self.verdicts) >= MOST_READ:
                    return

    def _judged(self, claim: Claim) -> Verdict:
        """Judge a claim by the document it names; one that proves itself by what the model was not given, or comes again, is not shown."""
        source = self._source_of(claim)
        if source is None:
            return Verdict(claim, ("document",))
        if claim.article not in {one.ordinal for one in source.articles}:
            return Verdict(claim, ("article",))
        if (claim.document, claim.text) in {(one.claim.document, one.claim.text) for one in self.verdicts}:
            return Verdict(claim, ("repeated",))
        found = verify(claim, source.corpus, self._question)
        if found.citation and not self._to_the_point(found.citation):
            return Verdict(claim, ("beside",))
        return replace(found, citation=found.citation and replace(found.citation, title=source.title))

    def _to_the_point(self, quoted: Citation) -> bool:
        """Tell whether a quote has a sentence that may answer: one that the excerpts show, or nearly as good as their best."""
        case = next(one.case for one in self.spoken if one.corpus.document == quoted.document)
        places = {(one.sentence.article, one.sentence.start) for one in likely(case)}
        return any(article == quoted.article and quoted.start <= start < quoted.end for article, start in places)

    def _source_of(self, claim: Claim) -> Source | None:
        """Return the document that a claim is from: where there is only one, none need be named."""
        if not claim.document and len(self._sources) == 1:
            return self._sources[0]
        return next((one for one in self._sources if one.letter == claim.document), None)

    def _shown(self) -> list[Claimed]:
        return [Claimed(one.claim.text, one.citation) for one in self.verdicts if one.citation]

    @property
    def _question(self) -> str:
        return question_of(self.case)

    @cached_property
    def _prompt(self) -> Prompt:
        return prompt()

    @cached_property
    def _sources(self) -> tuple[Source, ...]:
        titles = {one.document: one.title for one in self.case.answer.citations} if self.case.answer else {}
        return sources([(one.corpus, titles.get(one.corpus.document, ""), _articles(one.case)) for one in self.spoken])


def _articles(case: "Case") -> list[int]:
    return [one.sentence.article for one in (*case.chosen, *case.ranked)]


def question_of(case: "Case") -> str:
    """Return the question as it was understood, whole."""
    return case.whole.rewritten or case.text if case.whole else case.text
