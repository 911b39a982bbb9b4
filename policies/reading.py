"""A policy as a page shows it: sections in order, and lines cut where a figure or the cited sentence begins and ends."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import Any, Protocol

from policies.figures import Figure, figures
from policies.numbering import read_label

LINE = re.compile(r"[^\n]*\S[^\n]*")
LONGEST_SUBJECT = 80
MARK = re.compile(r"(\d{1,7})-(\d{1,7})", re.ASCII)


@dataclass(frozen=True)
class Piece:
    """Text of one kind; `meaning` is empty unless it is a figure."""

    text: str
    meaning: str = ""


@dataclass(frozen=True)
class Run:
    """Neighbouring pieces, all inside the cited sentence or all outside; `first` is the beginning of the citation."""

    marked: bool
    first: bool
    pieces: list[Piece]


@dataclass(frozen=True)
class Line:
    """A line of the article; `start` counts in the article's text."""

    start: int
    runs: list[Run]


class Numbered(Protocol):
    @property
    def ordinal(self) -> int: ...
    @property
    def chapter(self) -> str: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True)
class Part:
    """An article, or text outside the articles (`ordinal` 0)."""

    chapter: str
    ordinal: int
    lines: list[Line]

    @property
    def heading(self) -> str:
        return "".join(piece.text for run in self.lines[0].runs for piece in run.pieces)

    @property
    def subject(self) -> str:
        """What the heading names: without number and full stop, short enough to stand in a question."""
        label = read_label(self.heading)
        name = self.heading[len(label.written) if label else 0 :].strip().rstrip("。；：")
        return name if len(name) <= LONGEST_SUBJECT else name[:LONGEST_SUBJECT] + "…"


@dataclass(frozen=True)
class Section:
    """A chapter with its parts in order; what precedes the first chapter has no heading."""

    heading: str
    parts: list[Part]


Mark = tuple[int, int]


def sections(
    articles: Sequence[Numbered], asides: Sequence[dict[str, Any]], cited: int = 0, mark: Mark | None = None
) -> list[Section]:
    """Return a document's text in reading order; `mark` is the cited place in the article `cited`."""
    shown = [(aside["before"], 0, Part(aside["chapter"], 0, lines(aside["text"]))) for aside in asides]
    for article in articles:
        parts = lines(article.text, mark if article.ordinal == cited else None)
        shown.append((article.ordinal, 1, Part(article.chapter, article.ordinal, parts)))
    ordered = [part for _, _, part in sorted(shown, key=lambda place: place[:2])]
    return [Section(heading, list(parts)) for heading, parts in groupby(ordered, key=lambda part: part.chapter)]


def read_mark(written: str, length: int) -> Mark | None:
    """Read `start-end` of a citation; None unless it lies within a text of `length` characters."""
    found = MARK.fullmatch(written)
    if found is None:
        return None
    start, end = int(found[1]), int(found[2])
    return (start, end) if start < end <= length else None


def lines(text: str, mark: Mark | None = None) -> list[Line]:
    """Return the lines of a text that are not blank; the first line of an article is its heading."""
    start, end = mark or (0, 0)
    while start < end and text[start].isspace():
        start += 1
    return [_line(found.start(), found[0], (start, end)) for found in LINE.finditer(text)]


def _line(start: int, text: str, mark: Mark) -> Line:
    low, high = (min(max(place - start, 0), len(text)) for place in mark)
    found = list(figures(text))
    cuts = sorted({0, low, high, len(text), *(place for figure in found for place in (figure.start, figure.end))})
    pieces = [(low <= a < high, a, Piece(text[a:b], _meaning(found, a))) for a, b in pairwise(cuts)]
    return Line(start, list(_runs(pieces, starts_here=start <= mark[0])))


def _runs(pieces: Sequence[tuple[bool, int, Piece]], *, starts_here: bool) -> Iterator[Run]:
    for marked, group in groupby(pieces, key=lambda piece: piece[0]):
        yield Run(marked, marked and starts_here, [piece for _, _, piece in group])


def _meaning(found: Sequence[Figure], place: int) -> str:
    return next((figure.meaning for figure in found if figure.start <= place < figure.end), "")
