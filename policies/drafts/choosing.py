"""Which of the ways to number a document uses for its chapters, and which for its articles."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from policies.drafts.marks import ARABIC, BRACKETED, CHAPTER, CLAUSE, LISTED, PART, PATTERNS, Mark
from policies.drafts.sources import Source

# Longer than this, what stands after a number is no heading but the text itself.
LONGEST_HEADING = 45
DEPTH = {form: depth for depth, form in enumerate(PATTERNS)}
LIST_ENDS = ("；", ";", "，", "、", "；和", "；或")


@dataclass(frozen=True)
class Forms:
    """The forms of number that begin chapters and articles; where nothing is numbered, the levels of headings that do."""

    chapters: frozenset[str] = frozenset()
    article: str = ""
    chapter_level: int = 0
    article_level: int = 0


def choose(sources: Sequence[Source], marks: Sequence[Mark | None]) -> Forms:
    """Return the forms that this document uses. `marks` are the numbers its paragraphs begin with."""
    used = [mark.form for mark in marks if mark]
    upper = frozenset({PART, CHAPTER} & {*used})
    if CLAUSE in used:
        return Forms(upper, CLAUSE)
    if upper:
        return Forms(upper, next((form for form in (LISTED, BRACKETED, ARABIC) if form in used), ""))
    if LISTED in used:
        inner = next((form for form in (BRACKETED, ARABIC) if _heads(sources, marks, LISTED, form)), "")
        return Forms(frozenset({LISTED}), inner) if inner else Forms(article=LISTED)
    found = next((form for form in (BRACKETED, ARABIC) if form in used), "")
    return Forms(_headed_by(sources, marks, found), found) if found else _by_levels(sources)


def _heads(sources: Sequence[Source], marks: Sequence[Mark | None], outer: str, inner: str) -> bool:
    """Tell whether paragraphs of the form `outer` are headings of those of the form `inner`, which are no mere lists."""
    blocks = _blocks(marks, outer)
    inside = [place for block in blocks for place in block[1:] if _is(marks[place], inner)]
    if not inside or not _mostly(_is_heading(sources[block[0]].text) for block in blocks):
        return False
    if _goes_on(marks, blocks, inner):
        return True
    filled = sum(any(_is(marks[place], inner) for place in block[1:]) for block in blocks)
    enough = 2 * filled >= len(blocks) or len(inside) >= len(blocks)
    listed = _mostly(_is_listed(sources, place) for place in inside)
    return enough and not listed and _mostly(_has_text(sources, marks, place) for place in inside)


def _blocks(marks: Sequence[Mark | None], outer: str) -> list[list[int]]:
    """Return the places of each paragraph of the form `outer` with those below it."""
    starts = [place for place, mark in enumerate(marks) if _is(mark, outer)]
    return [[*range(start, end)] for start, end in pairwise([*starts, len(marks)])]


def _goes_on(marks: Sequence[Mark | None], blocks: Sequence[Sequence[int]], inner: str) -> bool:
    """Tell whether the inner numbers go on from one outer paragraph to the next: lists begin anew."""
    numbers = [[mark.number for place in block if (mark := marks[place]) and mark.form == inner] for block in blocks]
    filled = [found for found in numbers if found]
    return any(after[0] > before[-1] for before, after in pairwise(filled))


def _is_heading(text: str) -> bool:
    return len(text) <= LONGEST_HEADING and "。" not in text.rstrip("。") and not text.endswith(("：", ":", *LIST_ENDS))


def _is_listed(sources: Sequence[Source], place: int) -> bool:
    """Tell whether a numbered paragraph is an item of a list: a colon leads to it, or a semicolon ends it."""
    before = sources[place - 1].text if place else ""
    return sources[place].text.endswith(LIST_ENDS) or before.endswith(("：", ":", *LIST_ENDS))


def _has_text(sources: Sequence[Source], marks: Sequence[Mark | None], place: int) -> bool:
    """Tell whether a numbered paragraph is a heading with text of its own, in its line or below: items of a list have none."""
    head, stop, rest = sources[place].text.partition("。")
    if stop and rest.strip() and len(head) <= LONGEST_HEADING:
        return True
    mark, below = marks[place], marks[place + 1] if place + 1 < len(marks) else None
    is_last = place + 1 == len(marks)
    return not is_last and (below is None or (mark is not None and DEPTH[below.form] > DEPTH[mark.form]))


def _headed_by(sources: Sequence[Source], marks: Sequence[Mark | None], article: str) -> frozenset[str]:
    """Return 1. as the chapters of a document whose articles are （一） below them; mostly nothing."""
    return frozenset({ARABIC}) if article == BRACKETED and _heads(sources, marks, ARABIC, BRACKETED) else frozenset()


def _by_levels(sources: Sequence[Source]) -> Forms:
    """Return the two upper levels of headings as chapters and articles; a single level is that of articles."""
    levels = sorted({one.level for one in sources if one.level})
    if len(levels) > 1:
        return Forms(chapter_level=levels[0], article_level=levels[1])
    return Forms(article_level=levels[0]) if levels else Forms()


def _is(mark: Mark | None, form: str) -> bool:
    return mark is not None and mark.form == form


def _mostly(found: Iterable[bool]) -> bool:
    answers = list(found)
    return 2 * sum(answers) > len(answers)
