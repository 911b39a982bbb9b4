"""An answer as it is shown, stored and written to a file."""

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any, Self, TypeVar

from assistant.judging import Status

EXTRACTIVE, LEXICAL, CATALOG = "extractive", "extractive-lexical", "catalog"
Quoted = TypeVar("Quoted")


@dataclass(frozen=True)
class Citation:
    """A verbatim quote at `start:end` of an article's text; `marks` are the asked-for figures in the quote.

    `title` is the document's where there are others to take it for.
    """

    document: str
    version: int
    article: int
    label: str
    quote: str
    start: int
    end: int
    marks: tuple[tuple[int, int], ...] = ()
    title: str = ""

    @property
    def pieces(self) -> list[tuple[str, bool]]:
        """Return the quote cut into parts, each with whether it is marked."""
        found, place = list[tuple[str, bool]](), 0
        for start, end in self.marks:
            found += [(self.quote[place:start], False), (self.quote[start:end], True)]
            place = end
        return [(text, marked) for text, marked in [*found, (self.quote[place:], False)] if text]

    @classmethod
    def from_stored(cls, stored: dict[str, Any]) -> Self:
        return cls(**{**stored, "marks": tuple(tuple(mark) for mark in stored["marks"])})


@dataclass(frozen=True)
class Link:
    """A way on: into the scenario list, with the number found there."""

    label: str
    url: str


@dataclass(frozen=True)
class Answer:
    """What is answered. `lead` and `note` frame the quotes; nothing else is said."""

    status: Status
    lead: str
    citations: tuple[Citation, ...] = ()
    note: str = ""
    mode: str = EXTRACTIVE
    rewritten: str = ""
    english: bool = False
    links: tuple[Link, ...] = ()
    suggestions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Return the whole answer as one text, quotes included."""
        quotes = [f"{label(one, english=self.english)}“{one.quote}”" for one in self.citations]
        return "\n".join(part for part in [self.lead, *quotes, self.note] if part)

    @property
    def groups(self) -> list[tuple[str, list[Citation]]]:
        """Return the quotes of each document under its title, "" for the title where there is only one document."""
        return grouped(self.citations, lambda one: one)

    def without_frame(self, lead: str) -> "Answer":
        return replace(self, lead=lead, note="")

    def stored(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_stored(cls, stored: dict[str, Any]) -> Self:
        return cls(
            **{
                **stored,
                "citations": tuple(Citation.from_stored(one) for one in stored["citations"]),
                "links": tuple(Link(**one) for one in stored["links"]),
                "suggestions": tuple(stored["suggestions"]),
            }
        )


def grouped(quoted: Iterable[Quoted], of: Callable[[Quoted], Citation]) -> list[tuple[str, list[Quoted]]]:
    """Return what is quoted under the title of its document, in the order in which the documents first come."""
    found: dict[tuple[str, str], list[Quoted]] = {}
    for one in quoted:
        found.setdefault((of(one).document, of(one).title), []).append(one)
    return [(title, those) for (_, title), those in found.items()]


def label(one: Citation, *, english: bool) -> str:
    """Return where a quote stands, before the quote."""
    document = f"《{one.title}》" if one.title else ""
    if english:
        return f"{document} Article {one.article}: ".lstrip()
    return f"{document}{one.label}："
