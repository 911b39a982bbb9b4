"""Where a quote stands in an article: to the letter, but for Unicode's compatible forms (NFKC) and white space."""

import unicodedata
from dataclasses import dataclass

from assistant.corpus import Entry, Sentence

SHORTEST, MOST_SENTENCES = 6, 3


@dataclass(frozen=True)
class Place:
    """The sentences that a quote stands in, without a gap; `start:end` of the article's text."""

    start: int
    end: int
    sentences: tuple[Sentence, ...]


def plain(text: str) -> str:
    """Return a text as quotes are compared."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def find(entry: Entry, quote: str) -> Place | None:
    """Return the whole sentences that a quote stands in; None if it does not stand in the article, or is hardly one."""
    wanted, (text, places) = plain(quote), _mapped(entry.text)
    at = text.find(wanted)
    if len(wanted) < SHORTEST or at < 0:
        return None
    first, last = places[at], places[at + len(wanted) - 1]
    found = tuple(one for one in entry.sentences if one.start <= last and one.end > first)
    if not found or len(found) > MOST_SENTENCES:
        return None
    return Place(found[0].start, found[-1].end, found)


def _mapped(text: str) -> tuple[str, list[int]]:
    """Return the plain form of a text and, for each of its characters, where it comes from."""
    pairs = [(form, place) for place, one in enumerate(text) for form in plain(one)]
    return "".join(form for form, _ in pairs), [place for _, place in pairs]
