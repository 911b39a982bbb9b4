"""Whether the words of a claim stand in what it quotes: every word that tells something, and in about the same order."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from assistant import glossary
from assistant.llm import wording
from assistant.llm.figures import ARTICLE
from assistant.quantities import quantities
from assistant.reading import HAN, whole_words
from assistant.verification import plain
from retrieval.text import fold

FRAMING = Path(__file__).with_name("data") / "framing.txt"
FUNCTION = frozenset(
    "的地得之和与同及跟或并且而但又也还即则就向给按由在于从自至到以其该此这那是有为对把被将让使等各第个家名项条款份年月日中内外上下里间前后时所者不未没无非会要可能应须需已了着过都均皆每凡仅只才再更最全"
)
MARKS = re.compile(r"[“”‘’\"'—、·()《》…]")
ORDERED, FEWEST = 0.6, 4


@dataclass(frozen=True)
class Word:
    """A word that tells something; `parts` are the words inside it, `forms` what policies say for it."""

    text: str
    parts: tuple[str, ...] = ()
    forms: tuple[str, ...] = ()

    def place(self, source: str, start: int = 0) -> int | None:
        """Return where the word stands in a source, itself, by its parts, or by a form of the glossary; None if nowhere.

        Of several places it is the first after `start`, if there is one.
        """
        if self.text in source:
            later = source.find(self.text, start)
            return source.index(self.text) if later < 0 else later
        if self.parts and self._covered(source):
            return min(source.index(part) for part in self.parts if part in source)
        return next((source.index(form) for form in self.forms if form in source), None)

    def _covered(self, source: str) -> bool:
        known = "".join(sorted({one for part in self.parts if part in source for one in part}))
        return all(character in known for character in self.text)


def folded(text: str) -> str:
    """Return a text as its words are compared."""
    return plain(fold(text))


def words_of(text: str, asked: str = "") -> list[Word]:
    """Return the words of a folded text that tell something: no figures, no words that only join.

    The glossary speaks for words of the question only: it leads to a text, and may be too loose to prove by it.
    """
    told = [word for part in MARKS.split(_without_figures(text)) for word in _words(part)]
    known = [one for one in told if one.text not in framing()]
    return [replace(one, forms=_forms(one.text)) if one.text in asked else one for one in known]


def foreign(words: Iterable[Word], source: str, allowed: frozenset[str]) -> list[str]:
    """Return the words that do not stand in the source and are not allowed otherwise."""
    return [one.text for one in words if one.text not in allowed and one.place(source) is None]


def in_order(words: Sequence[Word], source: str) -> bool:
    """Tell whether most words come in the order of the source: who does what to whom is told by order."""
    places = list[int]()
    for one in words:
        place = one.place(source, places[-1] + 1 if places else 0)
        places += [] if place is None else [place]
    if len(places) < FEWEST:
        return True
    rising = list[int]()
    for place in places:
        at = bisect_left(rising, place)
        rising[at : at + 1] = [place]
    return len(rising) >= ORDERED * len(places)


def _words(part: str) -> Iterator[Word]:
    """Yield the words of a text without marks; single characters that join nothing are taken together, as in a name."""
    run = ""
    for word, parts in [*whole_words(part), ("", ())]:
        if len(word) == 1 and HAN.match(word) and word not in FUNCTION:
            run += word
            continue
        if run:
            yield Word(run)
        run = ""
        if len(word) > 1 or (word and not HAN.match(word)):
            yield Word(word, tuple(parts))


@cache
def framing() -> frozenset[str]:
    """Return the words that a claim may have without its quote."""
    lines = FRAMING.read_text(encoding="utf-8").split("\n")
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def single_words(text: str) -> list[str]:
    """Return the words of one character of a folded text, which inside longer words mean something else."""
    return [word for word, _ in whole_words(text) if len(word) == 1]


def _forms(word: str) -> tuple[str, ...]:
    """Return what policies say for a word; what only opens a possibility proves no word of people's."""
    known = glossary.chinese().forms.get(word, ())
    return tuple(form for form in known if not wording.SOFT_WORD.fullmatch(form))


def _without_figures(text: str) -> str:
    text = ARTICLE.sub(" ", text)
    for one in reversed([*quantities(text)]):
        text = f"{text[: one.start]} {text[one.end :]}"
    return text
