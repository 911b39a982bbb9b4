"""Answers that a model words, for evaluating: asked over HTTP, a few at once, and what became of its claims counted."""

from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import NamedTuple

from assistant.answering import Answering, Case, Spoken
from assistant.library import Library
from assistant.llm.streaming import Endpoint
from assistant.llm.writing import Writing, suits


class Speaker(NamedTuple):
    """A model by its address, and how many answers it may write at the same time."""

    endpoint: Endpoint
    at_once: int


@dataclass(frozen=True)
class Tally:
    """How many answers a model was asked for, its claims shown and dropped, and why excerpts stood in for it, how often."""

    asked: int = 0
    shown: int = 0
    dropped: int = 0
    fell_back: Mapping[str, int] = field(default_factory=dict)

    def line(self) -> str:
        """Return the figures as text."""
        reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(self.fell_back.items()))
        back = sum(self.fell_back.values())
        told = f"asked {self.asked} claims-shown {self.shown} claims-dropped {self.dropped} fell-back {back}"
        return f"{told} ({reasons})" if reasons else told


def word(stages: Answering | Library, cases: Sequence[Case], speaker: Speaker) -> list[Writing | None]:
    """Return for each case what the model made of it, None where a model is not asked. Failures are in what is returned."""

    def ask(case: Case) -> Writing | None:
        if not suits(case):
            return None
        spoken = (Spoken(stages.corpus, case),) if isinstance(stages, Answering) else case.spoken
        made = Writing(speaker.endpoint, case, spoken, speaker.endpoint.model, "")
        list(made.claims())
        return made

    with ThreadPoolExecutor(speaker.at_once) as pool:
        return list(pool.map(ask, cases))


def tally(made: Sequence[Writing | None]) -> Tally:
    written = [one.written for one in made if one]
    return Tally(
        len(written),
        sum(len(one.claims) for one in written),
        sum(one.dropped for one in written),
        Counter(one.reason for one in written if one.fell_back),
    )
