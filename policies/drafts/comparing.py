"""Two versions of a policy, article against article. What it returns, templates/diff/diff.html shows."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise, zip_longest
from typing import Protocol

from policies.drafts.marks import without_mark

SENTENCE = re.compile(r"[^\n。！？；]*[。！？；]*[”’」』）】》]*\n*")
TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[A-Za-z]+|[\s\S]")
# Articles and sentences that share fewer of their pairs of characters are not versions of one another.
ALIKE = 0.35
MOST_TOKENS = 2000


class Text(Protocol):
    @property
    def heading(self) -> str: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True)
class Piece:
    """A part of a side of a row; `marked` is what the other side has not."""

    text: str
    marked: bool = False


@dataclass(frozen=True)
class Row:
    """A line of the view: same, changed, added or removed."""

    kind: str
    left: tuple[Piece, ...] = ()
    right: tuple[Piece, ...] = ()


@dataclass(frozen=True)
class Compared:
    """An article, or a part of the front matter, with its two texts side by side."""

    label: str
    rows: tuple[Row, ...]

    @property
    def changed(self) -> bool:
        return any(row.kind != "same" for row in self.rows)


def compare_articles(before: Sequence[Text], after: Sequence[Text]) -> list[Compared]:
    """Return every article of both versions, each with its other version or with nothing, in the order of the text."""
    return [
        Compared((new or old).heading, tuple(_compare(old.text if old else "", new.text if new else "")))  # type: ignore[union-attr]  # one of the two is there
        for old, new in _paired(before, after)
    ]


def compare_parts(before: Mapping[str, str], after: Mapping[str, str], labels: Mapping[str, str]) -> list[Compared]:
    """Return the named parts of both versions, in the order of `labels`."""
    return [
        Compared(label, tuple(_compare(before.get(name, ""), after.get(name, "")))) for name, label in labels.items()
    ]


def _paired(before: Sequence[Text], after: Sequence[Text]) -> Iterator[tuple[Text | None, Text | None]]:
    matcher = SequenceMatcher(None, [one.text for one in before], [one.text for one in after], autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        left, right = before[i1:i2], after[j1:j2]
        yield from zip(left, right, strict=True) if tag == "equal" else _matched(left, right)


def _matched(left: Sequence[Text], right: Sequence[Text]) -> Iterator[tuple[Text | None, Text | None]]:
    """Pair what is called the same; what is left between two pairs is paired in order, where it is alike."""
    names = [[without_mark(one.heading) for one in side] for side in (left, right)]
    matcher = SequenceMatcher(None, names[0], names[1], autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            yield from zip(left[i1:i2], right[j1:j2], strict=True)
        else:
            for old, new in zip_longest(left[i1:i2], right[j1:j2]):
                alike = old is not None and new is not None and likeness(old.text, new.text) >= ALIKE
                yield from [(old, new)] if alike or old is None or new is None else [(old, None), (None, new)]


def _compare(before: str, after: str) -> Iterator[Row]:
    if before == after:
        yield from [Row("same", (Piece(before),), (Piece(after),))] if before else []
        return
    left, right = ([one for one in SENTENCE.findall(text) if one] for text in (before, after))
    matcher = SequenceMatcher(None, [one.strip() for one in left], [one.strip() for one in right], autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            yield Row("same", (Piece("".join(left[i1:i2])),), (Piece("".join(right[j1:j2])),))
        else:
            yield from _changed(left[i1:i2], right[j1:j2])


def _changed(left: Sequence[str], right: Sequence[str]) -> Iterator[Row]:
    for old, new in zip_longest(left, right, fillvalue=""):
        if old and new and likeness(old, new) >= ALIKE:
            yield Row("changed", *_inside(old, new))
            continue
        if old:
            yield Row("removed", (Piece(old, marked=True),))
        if new:
            yield Row("added", (), (Piece(new, marked=True),))


def _inside(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    left, right = TOKEN.findall(before), TOKEN.findall(after)
    if max(len(left), len(right)) > MOST_TOKENS:
        return (Piece(before, marked=True),), (Piece(after, marked=True),)
    steps = SequenceMatcher(None, left, right, autojunk=False).get_opcodes()
    sides = [
        [(tag != "equal", "".join(left[i1:i2])) for tag, i1, i2, _, _ in steps],
        [(tag != "equal", "".join(right[j1:j2])) for tag, _, _, j1, j2 in steps],
    ]
    old, new = (tuple(Piece(text, marked) for marked, text in side if text) for side in sides)
    return old, new


def likeness(one: str, other: str) -> float:
    """Return how much two texts have in common, 0 to 1: the share of their pairs of characters, numbers aside."""
    pairs = [Counter(a + b for a, b in pairwise(f"^{re.sub(r'[0-9]+', '0', text.strip())}$")) for text in (one, other)]
    return 2 * (pairs[0] & pairs[1]).total() / (pairs[0].total() + pairs[1].total())
