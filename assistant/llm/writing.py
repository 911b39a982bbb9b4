"""A model words what the excerpts answer: asked with the articles found, read as it streams, each claim verified at once."""

import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from assistant import guard
from assistant.answers import CATALOG
from assistant.corpus import Corpus, Entry
from assistant.llm.claims import Claim, Reader
from assistant.llm.failures import ModelFailureError
from assistant.llm.prompting import Prompt, articles_for, prompt
from assistant.llm.streaming import Endpoint, stream
from assistant.llm.verifier import Verdict, verify
from assistant.llm.written import Claimed, Written

if TYPE_CHECKING:
    from assistant.answering import Case

MOST_SHOWN, MOST_READ = 6, 12


def suits(case: "Case") -> bool:
    """Tell whether a model may word the answer: where the text answers, in Chinese, and no premise is to be corrected.

    What is refused stays refused, and what the excerpts correct or only come near to is better said by them.
    """
    answer, judged = case.answer, case.judged
    if answer is None or judged is None or answer.english or answer.mode == CATALOG:
        return False
    # A question made whole holds words of turns before it, refused ones too.
    if guard.is_attack(question_of(case)):
        return False
    return answer.status in {"answered", "partial"} and not judged.near and not judged.contradicted


@dataclass
class Writing:
    """One answer of a model. `claims` asks it; `written` and `stage` tell at any time how far it has come."""

    endpoint: Endpoint
    corpus: Corpus
    case: "Case"
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
            "articles": [one.ordinal for one in self._articles],
            "raw": self.reader.text,
            "verdicts": [one.stored() for one in self.verdicts],
            "failure": self.reason,
            "ms": self.ms,
        }
        return {"stage": "write", "input": self._question, "output": output}

    def _verified(self) -> Iterator[Claimed]:
        messages = self._prompt.messages(self._question, self._articles)
        with closing(stream(self.endpoint, messages)) as pieces:
            for claim in (claim for piece in pieces for claim in self.reader.feed(piece)):
                verdict = self._judged(claim)
                self.verdicts.append(verdict)
                if verdict.citation:
                    yield Claimed(claim.text, verdict.citation)
                if len(self._shown()) >= MOST_SHOWN or len(self.verdicts) >= MOST_READ:
                    return

    def _judged(self, claim: Claim) -> Verdict:
        """Judge a claim; one that proves itself by an article the model was not given, or comes again, is not shown."""
        if claim.article not in {one.ordinal for one in self._articles}:
            return Verdict(claim, ("article",))
        if claim.text in {one.claim.text for one in self.verdicts}:
            return Verdict(claim, ("repeated",))
        return verify(claim, self.corpus, self._question)

    def _shown(self) -> list[Claimed]:
        return [Claimed(one.claim.text, one.citation) for one in self.verdicts if one.citation]

    @property
    def _question(self) -> str:
        return question_of(self.case)

    @cached_property
    def _prompt(self) -> Prompt:
        return prompt()

    @cached_property
    def _articles(self) -> list[Entry]:
        found = (*self.case.chosen, *self.case.ranked)
        return articles_for(self.corpus, [one.sentence.article for one in found])


def question_of(case: "Case") -> str:
    """Return the question as it was understood, whole."""
    return case.whole.rewritten or case.text if case.whole else case.text
