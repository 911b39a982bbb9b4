"""What a model sends, read while it arrives: JSON objects with text, document, article and quote; all else is passed over."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from policies.numbering import numeral

FIELDS = ("text", "article", "quote")
DEEPEST = 8


@dataclass(frozen=True)
class Claim:
    """A sentence of a model, the article that is to prove it, and the words of that article that do.

    `document` is the letter of the document whose article it is, "" where the model named none.
    """

    text: str
    article: int
    quote: str
    document: str = ""


class Reader:
    """Finds claims in a text that arrives in pieces: JSON lines, an array, or a list inside an object.

    Text around the objects is never a claim. `seen` tells whether any claim came.
    """

    def __init__(self) -> None:
        self.text = ""
        self.seen = 0
        self._starts: list[int] = []
        self._in_string = False
        self._escaped = False

    def feed(self, piece: str) -> Iterator[Claim]:
        """Take the next piece; yield the claims that it completes."""
        offset = len(self.text)
        self.text += piece
        for place, character in enumerate(piece, offset):
            if self._closes(character, place):
                claim = _claim(self.text[self._starts.pop() : place + 1])
                if claim:
                    self.seen += 1
                    yield claim

    def _closes(self, character: str, place: int) -> bool:
        """Follow strings and braces; tell whether an object ends here. A string never goes on in the next line."""
        if character == "\n":
            self._in_string = self._escaped = False
        elif self._in_string:
            self._in_string = self._escaped or character != '"'
            self._escaped = character == "\\" and not self._escaped
        elif character == '"':
            self._in_string = bool(self._starts)
        elif character == "{":
            self._starts = [*self._starts, place][-DEEPEST:]
        return character == "}" and not self._in_string and bool(self._starts)


def _claim(written: str) -> Claim | None:
    try:
        found = json.loads(written)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or any(name not in found for name in FIELDS):
        return None
    text, quote, document = found["text"], found["quote"], found.get("document", "")
    article = _ordinal(found["article"])
    if not all(isinstance(one, str) for one in (text, quote, document)) or article is None:
        return None
    return Claim(text.strip(), article, quote.strip(), document.strip())


def _ordinal(given: Any) -> int | None:
    """Return the number of an article given as 9, "9", "第九条" or "(九)"."""
    if isinstance(given, int) and not isinstance(given, bool):
        return given
    return numeral(given.strip("第条()（） ")) if isinstance(given, str) else None
