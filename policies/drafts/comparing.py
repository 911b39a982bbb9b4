"""Two versions of a policy, article against article. What it returns, templates/diff/diff.html shows."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Protocol

from core.diffing import ALIKE, FieldDiff, diff_text, likeness
from policies.drafts.marks import without_mark


class Text(Protocol):
    @property
    def heading(self) -> str: ...
    @property
    def text(self) -> str: ...


def compare_articles(before: Sequence[Text], after: Sequence[Text]) -> list[FieldDiff]:
    """Return every article of both versions, each with its other version or with nothing, in the order of the text."""
    return [_compared(old, new) for old, new in _paired(before, after)]


def _compared(old: Text | None, new: Text | None) -> FieldDiff:
    heading = (new or old).heading  # type: ignore[union-attr]  # one of the two is there
    left, right = old.text if old else "", new.text if new else ""
    return FieldDiff(heading, heading, left, right, tuple(diff_text(left, right)))


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
