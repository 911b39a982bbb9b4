"""An English gloss of a Chinese quote: its figures, dates, names and key terms, one by one. A gloss, not a translation."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from assistant import glossary
from assistant.english_amounts import Said, date, figure
from policies.quantities import dates, even, quantities

NAMES = Path(__file__).with_name("data") / "names-en.txt"
# What goes before a gloss, wherever it is shown.
PASSAGE = "Figures and names in this passage:"
# Shorter terms have too many meanings to be read backwards.
SHORTEST_TERM = 3


@dataclass(frozen=True)
class Gloss:
    """What stands at `start:end` of a quote, and what it is in English."""

    text: str
    english: str
    start: int
    end: int


def gloss(quote: str) -> tuple[Gloss, ...]:
    """Return what can be told of a quote in English, in its order; nothing twice, nothing that does not stand in it."""
    kept, end = dict[tuple[str, str], Gloss](), 0
    for one in sorted(_candidates(quote), key=lambda one: (one.start, -one.end)):
        if one.start >= end:
            kept.setdefault((one.text, one.english), one)
            end = one.end
    return tuple(kept.values())


@cache
def names() -> Mapping[str, str]:
    """Return the English of names and terms: those of the file, then words of the English glossary read backwards."""
    lines = NAMES.read_text(encoding="utf-8").split("\n")
    found = dict(_name(line) for line in lines if line and not line.startswith("#"))
    for word, forms in glossary.shipped().english.forms.items():
        if len(forms) == 1 and len(forms[0]) >= SHORTEST_TERM:
            found.setdefault(forms[0], word)
    return found


def _candidates(quote: str) -> Iterator[Gloss]:
    plain = even(quote)
    taken = list(dates(quote))
    for dated in taken:
        yield from _said(quote, date(plain, dated))
    for one in quantities(quote):
        if not any(dated.start <= one.start < dated.end for dated in taken):
            yield from _said(quote, figure(plain, one))
    for found in _pattern().finditer(plain):
        yield Gloss(quote[found.start() : found.end()], names()[found[0]], found.start(), found.end())


def _said(quote: str, said: Said | None) -> Iterator[Gloss]:
    """Yield a figure; what a share is of is named, in Chinese where its English is not known."""
    if said is not None:
        of = names().get(said.base, said.base)
        yield Gloss(
            quote[said.start : said.end], f"{said.english} of {of}" if of else said.english, said.start, said.end
        )


def _name(line: str) -> tuple[str, str]:
    name, _, english = line.partition(": ")
    return even(name), english


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile("|".join(sorted(map(re.escape, names()), key=len, reverse=True)))
