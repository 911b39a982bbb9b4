"""An answer as it is shown, stored and written to a file."""

from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from assistant.judging import Status

EXTRACTIVE, LEXICAL, CATALOG = "extractive", "extractive-lexical", "catalog"


@dataclass(frozen=True)
class Citation:
    """A verbatim quote at `start:end` of an article's text; `marks` are the asked-for figures in the quote."""

    document: str
    version: int
    article: int
    label: str
    quote: str
    start: int
    end: int
    marks: tuple[tuple[int, int], ...] = ()

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


def label(one: Citation, *, english: bool) -> str:
    return f"Article {one.article}: " if english else f"{one.label}："
