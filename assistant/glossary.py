"""People's words and what policies say for them, in Chinese and from English: data files that anyone may edit."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from retrieval.text import fold

DATA = Path(__file__).with_name("data")


@dataclass(frozen=True)
class Found:
    """A word of the glossary at `start:end` of the folded text it was looked up in."""

    start: int
    end: int
    word: str
    forms: tuple[str, ...]


@dataclass(frozen=True)
class Glossary:
    """Words with the forms they may take in a policy; longer words win over shorter ones."""

    forms: dict[str, tuple[str, ...]]
    pattern: re.Pattern[str]

    def find(self, folded: str, single: frozenset[str] = frozenset()) -> list[Found]:
        """Return the words of a folded text; of one Chinese character only those in `single`, its tokens."""
        found = [
            Found(m.start(), m.end(), m[0], self.forms[_key(m[0], self.forms)]) for m in self.pattern.finditer(folded)
        ]
        return [one for one in found if one.word.isascii() or len(one.word) > 1 or one.word in single]


def read(lines: str) -> Glossary:
    """Read `word: form form` lines. Raises ValueError with the number of a line that is not one."""
    forms: dict[str, tuple[str, ...]] = {}
    for number, line in enumerate(lines.split("\n"), 1):
        if not line.strip() or line.startswith("#"):
            continue
        word, colon, rest = line.partition(":")
        if not colon or not word.strip() or not rest.split():
            raise ValueError(f"line {number}: not `word: form form`")
        forms[fold(word.strip())] = tuple(fold(form) for form in rest.split())
    return Glossary(forms, _compile(forms))


@cache
def chinese() -> Glossary:
    return read((DATA / "glossary.txt").read_text(encoding="utf-8"))


@cache
def english() -> Glossary:
    return read((DATA / "glossary-en.txt").read_text(encoding="utf-8"))


def _compile(forms: dict[str, tuple[str, ...]]) -> re.Pattern[str]:
    ordered = sorted(forms, key=len, reverse=True)
    latin = "|".join(re.escape(word) for word in ordered if word.isascii())
    other = "|".join(re.escape(word) for word in ordered if not word.isascii())
    parts = [rf"(?<![a-z0-9])(?:{latin})(?:s|es)?(?![a-z0-9])"] if latin else []
    return re.compile("|".join([*parts, other] if other else parts))


def _key(word: str, forms: dict[str, tuple[str, ...]]) -> str:
    return next(key for key in (word, word.removesuffix("s"), word.removesuffix("es")) if key in forms)
