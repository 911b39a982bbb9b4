"""People's words and what policies say for them, in Chinese and from English: those of the data files unless others are in use."""

import re
from collections.abc import Generator, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import TypeVar

from retrieval.text import fold

DATA = Path(__file__).with_name("data")
# What begins a remark at the end of a line.
REMARK = " # "
Step = TypeVar("Step")


@dataclass(frozen=True)
class Found:
    """A word of the glossary at `start:end` of the folded text it was looked up in."""

    start: int
    end: int
    word: str
    forms: tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """A line of a glossary's text, folded: no word where it is none, no forms where the word is off."""

    number: int
    word: str
    forms: tuple[str, ...]
    note: str = ""


@dataclass(frozen=True)
class Glossary:
    """Words with the forms they may take in a policy; longer words win over shorter ones."""

    forms: Mapping[str, tuple[str, ...]]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        return _compile(self.forms)

    def find(self, folded: str, single: frozenset[str] = frozenset()) -> list[Found]:
        """Return the words of a folded text; of one Chinese character only those in `single`, its tokens."""
        found = [
            Found(m.start(), m.end(), m[0], self.forms[_key(m[0], self.forms)]) for m in self.pattern.finditer(folded)
        ]
        return [one for one in found if one.word.isascii() or len(one.word) > 1 or one.word in single]

    def changed(self, words: Mapping[str, tuple[str, ...]]) -> "Glossary":
        """Return a glossary in which these words take these forms; a word without forms is left out."""
        return Glossary({word: forms for word, forms in {**self.forms, **words}.items() if forms})


@dataclass(frozen=True)
class Glossaries:
    """The two glossaries that a question is read with."""

    chinese: Glossary
    english: Glossary


_used: ContextVar[Glossaries | None] = ContextVar("glossaries", default=None)


def lines(text: str) -> Iterator[Line]:
    """Yield the `word: form form # remark` lines of a text, leaving out blank ones and those that are all remark."""
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip() and not line.lstrip().startswith("#"):
            said, _, note = f"{line} ".partition(REMARK)
            word, colon, rest = fold(said).partition(":")
            yield Line(number, word.strip() if colon else "", tuple(rest.split()), note.strip())


def read(text: str) -> Glossary:
    """Read `word: form form` lines. Raises ValueError with the number of a line that is not one."""
    found = list(lines(text))
    for line in found:
        if not line.word or not line.forms:
            raise ValueError(f"line {line.number}: not `word: form form`")
    return Glossary({line.word: line.forms for line in found})


@cache
def shipped() -> Glossaries:
    """Return the words that come with the software."""
    chinese, english = ((DATA / file).read_text(encoding="utf-8") for file in ("glossary.txt", "glossary-en.txt"))
    return Glossaries(read(chinese), read(english))


def chinese() -> Glossary:
    return (_used.get() or shipped()).chinese


def english() -> Glossary:
    return (_used.get() or shipped()).english


@contextmanager
def using(words: Glossaries) -> Iterator[None]:
    """Have questions read with other words than those that come with the software."""
    token = _used.set(words)
    try:
        yield
    finally:
        _used.reset(token)


def within(words: Glossaries, steps: Generator[Step, None, None]) -> Generator[Step, None, None]:
    """Yield from `steps`, each run with these words.

    Between the steps the caller has its own: a generator shares the context of whoever goes on with it.
    """
    try:
        while True:
            with using(words):
                try:
                    step = next(steps)
                except StopIteration:
                    return
            yield step
    finally:
        with using(words):
            steps.close()


def _compile(forms: Mapping[str, tuple[str, ...]]) -> re.Pattern[str]:
    ordered = sorted(forms, key=len, reverse=True)
    latin = "|".join(re.escape(word) for word in ordered if word.isascii())
    other = "|".join(re.escape(word) for word in ordered if not word.isascii())
    parts = [rf"(?<![a-z0-9])(?:{latin})(?:s|es)?(?![a-z0-9])"] if latin else []
    return re.compile("|".join([*parts, other] if other else parts) or r"(?!)")


def _key(word: str, forms: Mapping[str, tuple[str, ...]]) -> str:
    return next(key for key in (word, word.removesuffix("s"), word.removesuffix("es")) if key in forms)
