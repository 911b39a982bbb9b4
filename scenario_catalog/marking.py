"""Marking what was searched for in a text, verbatim, in whatever width, case or script it is written."""

from collections.abc import Collection, Iterator
from functools import lru_cache

from markupsafe import Markup, escape

from retrieval.text import fold

# Words of a question that say nothing of its subject.
EMPTY_WORDS = frozenset("的了和与在是有吗呢") | {"怎么", "什么", "如何", "哪些", "哪个", "可以", "需要", "我们"}


def mark(text: str, words: Collection[str]) -> Markup | None:
    """Return `text` escaped, with each of the folded `words` in <mark>; None when none of them stands in it."""
    spans = [*_spans(text, words)]
    if not spans:
        return None
    parts, done = [], 0
    for start, end in spans:
        parts += [escape(text[done:start]), Markup("<mark>"), escape(text[start:end]), Markup("</mark>")]
        done = end
    return Markup("").join([*parts, escape(text[done:])])


def mark_all(text: str) -> Markup:
    """Return the whole text marked: it was found by its meaning."""
    return Markup("<mark>{}</mark>").format(text)


def worth_marking(tokens: Collection[str]) -> frozenset[str]:
    """Return the tokens that are worth marking: single characters only when there is nothing longer."""
    kept = frozenset(token for token in tokens if token not in EMPTY_WORDS)
    return frozenset(token for token in kept if len(token) > 1) or kept


def _spans(text: str, words: Collection[str]) -> Iterator[tuple[int, int]]:
    """Yield the places of the words in `text`, in order, those that touch or overlap as one."""
    folded, origin = _folded(text)
    found = sorted({span for word in words if word for span in _found(folded, word)})
    merged: list[tuple[int, int]] = []
    for start, end in found:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    for start, end in merged:
        yield origin[start], origin[end - 1] + 1


def _found(folded: str, word: str) -> Iterator[tuple[int, int]]:
    start = folded.find(word)
    while start >= 0:
        end = start + len(word)
        if not _cuts_word(folded, start, end):
            yield start, end
        start = folded.find(word, start + 1)


def _cuts_word(folded: str, start: int, end: int) -> bool:
    """Tell whether the place begins or ends inside a Latin word or a number."""
    return _joined(folded[start - 1 : start], folded[start]) or _joined(folded[end - 1], folded[end : end + 1])


def _joined(left: str, right: str) -> bool:
    return all(side.isascii() and side.isalnum() for side in (left, right)) and left.isdigit() == right.isdigit()


def _folded(text: str) -> tuple[str, list[int]]:
    """Fold character by character, and tell for each folded character which one of `text` it comes from."""
    folded = [_fold(character) for character in text]
    return "".join(folded), [place for place, part in enumerate(folded) for _ in part]


@lru_cache(maxsize=8192)
def _fold(character: str) -> str:
    return fold(character)
