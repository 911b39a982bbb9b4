"""What of a text is compared with other texts: its whole, and its sentences. Plain functions."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.typed import stripped, typed
from retrieval.text import fold, sentences

SHORTEST_SENTENCE = 4
# Of a text so many sentences are compared, and so many characters are read as one.
MOST_SENTENCES, LONGEST_WHOLE = 40, 1_000
# A need whose scope says less than this is read with its background.
SHORTEST_SCOPE = 40


@dataclass(frozen=True)
class Wording:
    """A text as it is compared: its whole, and each of its sentences with the field it stands in; never empty."""

    whole: str
    sentences: Sequence[str]
    fields: Sequence[str]


def wording(title: str, texts: Sequence[tuple[str, str]], heading: str = "title") -> Wording:
    """Return the wording of a title, whose field is `heading`, and (field, text) pairs; what stands twice counts once."""
    title, found = stripped(title), dict[str, tuple[str, str]]()
    for field, text in [(heading, title), *texts]:
        for span in sentences(typed(text)):
            if len(span.text) >= SHORTEST_SENTENCE:
                found.setdefault("".join(fold(span.text).split()), (field, span.text))
    kept = list(found.values())[:MOST_SENTENCES] or [(heading, title or "—")]
    said = "".join(text for field, text in kept if field != heading)
    whole = "。".join(part for part in (title, said) if part)[:LONGEST_WHOLE]
    return Wording(whole or "—", [text for _, text in kept], [field for field, _ in kept])


def need_wording(title: str, scope: str, background: str) -> Wording:
    """Return what is compared of a need: what is to be built, and why only where that says too little."""
    brief = len(scope) < SHORTEST_SCOPE
    return wording(title, [*([("background", background)] if brief else []), ("scope", scope)])
