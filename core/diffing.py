"""Two versions of a text side by side: sentence against sentence, and what differs inside a sentence. Plain values only."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import groupby, pairwise
from typing import Any, Literal

Kind = Literal["same", "changed", "added", "removed"]

# A sentence with the marks that close it and the line ends after it; joined again they are the text.
SENTENCE = re.compile(r"[^\n。！？；!?;]*[。！？；!?;]*[”’」』）】》]*\n*")
# What is never cut: a number with its decimals, a Latin word; anything else is one character.
TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[A-Za-z]+|[\s\S]")
# Sentences that share fewer of their pairs of characters are not versions of one another.
ALIKE = 0.35
# What is as short as a name or a figure is the other's version when it stands in its place, whatever it says.
SHORT = 20
# Above this many pairs of sentences, or tokens of a sentence, places are compared in order, or marked whole.
MOST_PAIRS = 2500
MOST_TOKENS = 3000


@dataclass(frozen=True)
class Piece:
    """A part of a side of a row; `marked` is what the other side has not."""

    text: str
    marked: bool = False


@dataclass(frozen=True)
class Row:
    """A line of the view. The pieces of all rows of a side, joined, are its text to the letter; white space is no change."""

    kind: Kind
    left: tuple[Piece, ...] = ()
    right: tuple[Piece, ...] = ()


@dataclass(frozen=True)
class FieldDiff:
    """A field with its two texts and the rows that set them side by side; no rows where they are the same."""

    field: str
    label: str
    before: str
    after: str
    rows: tuple[Row, ...] = ()

    @property
    def changed(self) -> bool:
        return any(row.kind != "same" for row in self.rows)


def diff_fields(before: Mapping[str, Any], after: Mapping[str, Any], labels: Mapping[str, str]) -> list[FieldDiff]:
    """Compare the fields that `labels` names, in its order; lists count as one item a line, what is missing as empty."""
    found = []
    for field, label in labels.items():
        left, right = as_text(before.get(field)), as_text(after.get(field))
        rows = tuple(diff_text(left, right)) if left != right else ()
        found.append(FieldDiff(field, label, left, right, rows))
    return found


def as_text(value: Any) -> str:
    """Return a field's value as people read it: lists an item a line, nothing as an empty text."""
    if isinstance(value, list | tuple):
        return "\n".join(map(str, value))
    return "" if value is None else str(value)


def diff_text(before: str, after: str) -> list[Row]:
    """Set two texts side by side. Sentences that stayed are joined into one row for each run of them."""
    left, right = _sentences(before), _sentences(after)
    rows = [row for part in _opcodes(left, right) for row in _rows(*part)]
    return [row for kind, run in groupby(rows, lambda row: row.kind) for row in _joined(kind, [*run])]


def likeness(one: str, other: str) -> float:
    """Return how much two texts have in common, 0 to 1: the share of their pairs of characters."""
    return _likeness(_pairs(one), _pairs(other))


def _sentences(text: str) -> list[str]:
    return [found for found in SENTENCE.findall(text) if found]


def _opcodes(left: list[str], right: list[str]) -> Iterator[tuple[str, list[str], list[str]]]:
    matcher = SequenceMatcher(None, [text.strip() for text in left], [text.strip() for text in right])
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        yield tag, left[i1:i2], right[j1:j2]


def _rows(tag: str, left: list[str], right: list[str]) -> Iterator[Row]:
    if tag == "equal":
        yield _same("".join(left), "".join(right))
        return
    for one, other in _paired(left, right):
        if one.strip() == other.strip():
            yield _same(one, other)
        elif one and other:
            yield Row("changed", *_inside(one, other))
        elif one:
            yield Row("removed", (Piece(one, marked=True),))
        else:
            yield Row("added", (), (Piece(other, marked=True),))


def _same(left: str, right: str) -> Row:
    return Row("same", (Piece(left),), (Piece(right),))


def _joined(kind: Kind, run: list[Row]) -> list[Row]:
    if kind != "same":
        return run
    return [_same("".join(row.left[0].text for row in run), "".join(row.right[0].text for row in run))]


def _paired(left: Sequence[str], right: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the sentences of both sides in order, each with its other version or with nothing."""
    if len(left) == len(right) == 1 and max(len(left[0]), len(right[0])) <= SHORT:
        yield left[0], right[0]
        return
    if len(left) * len(right) > MOST_PAIRS:
        yield from ((one, "") for one in left)
        yield from (("", other) for other in right)
        return
    best = _best_alignment([_pairs(text) for text in left], [_pairs(text) for text in right])
    i = j = 0
    for next_i, next_j in [*best, (len(left), len(right))]:
        yield from ((one, "") for one in left[i:next_i])
        yield from (("", other) for other in right[j:next_j])
        if next_i < len(left):
            yield left[next_i], right[next_j]
        i, j = next_i + 1, next_j + 1


def _best_alignment(left: Sequence[Counter[str]], right: Sequence[Counter[str]]) -> list[tuple[int, int]]:
    """Return the places that belong together, in order on both sides, so that their likeness adds up to the most."""
    best = [[0.0] * (len(right) + 1) for _ in range(len(left) + 1)]
    alike = [[_likeness(one, other) for other in right] for one in left]
    for i in reversed(range(len(left))):
        for j in reversed(range(len(right))):
            paired = alike[i][j] + best[i + 1][j + 1] if alike[i][j] >= ALIKE else 0.0
            best[i][j] = max(paired, best[i + 1][j], best[i][j + 1])
    found, i, j = [], 0, 0
    while i < len(left) and j < len(right):
        if alike[i][j] >= ALIKE and best[i][j] == alike[i][j] + best[i + 1][j + 1]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return found


def _pairs(text: str) -> Counter[str]:
    """Count the pairs of characters, numbers aside: two versions of an indicator often differ in its figure only."""
    plain = re.sub(r"\d+", "0", f"^{text.strip()}$")
    return Counter(one + other for one, other in pairwise(plain))


def _likeness(one: Counter[str], other: Counter[str]) -> float:
    """Return the share of common pairs, 0 to 1."""
    return 2 * (one & other).total() / (one.total() + other.total())


def _inside(before: str, after: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Mark what differs inside a sentence; the line ends after it are never marked."""
    left, right = TOKEN.findall(before.rstrip("\n")), TOKEN.findall(after.rstrip("\n"))
    if max(len(left), len(right)) > MOST_TOKENS:
        return (Piece(before, marked=True),), (Piece(after, marked=True),)
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    steps = [
        (tag == "equal", "".join(left[i1:i2]), "".join(right[j1:j2])) for tag, i1, i2, j1, j2 in matcher.get_opcodes()
    ]
    tidy = [*_tidied(steps), (True, before[len("".join(left)) :], after[len("".join(right)) :])]
    return _pieces((text, not same) for same, text, _ in tidy), _pieces((text, not same) for same, _, text in tidy)


Step = tuple[bool, str, str]


def _tidied(steps: list[Step]) -> list[Step]:
    """Let changes swallow what little stayed between them: a salad of single characters is not readable."""
    found = steps
    while True:
        place = next((place for place in range(1, len(found) - 1) if _is_scrap(*found[place - 1 : place + 2])), None)
        if place is None:
            return found
        around = found[place - 1 : place + 2]
        merged = (False, "".join(left for _, left, _ in around), "".join(right for _, _, right in around))
        found = [*found[: place - 1], merged, *found[place + 2 :]]


def _is_scrap(before: Step, step: Step, after: Step) -> bool:
    """Tell whether what stayed is one character, or no longer than the changes on both sides of it."""
    length = len(step[1].strip())
    return step[0] and (length <= 1 or all(length <= max(len(one), len(other)) for _, one, other in (before, after)))


def _pieces(parts: Iterator[tuple[str, bool]]) -> tuple[Piece, ...]:
    return tuple(Piece(text, marked) for text, marked in parts if text)
