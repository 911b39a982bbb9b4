"""The paragraphs of a file, each with what it is: a proposal that a person looks at and corrects.

Documents number differently: 第一条 under 第一章, （一） under 一、 as in plans, 一、 alone, 1. in notices, or headings
without numbers. Which form this document uses for its articles is read from all of it; what is numbered otherwise below an
article is its text.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from policies.drafts.choosing import LONGEST_HEADING, choose
from policies.drafts.leading import ATTACHMENT_HEADING, ATTACHMENT_LIST, contents_of, signature_of, title_of
from policies.drafts.marks import ARABIC, CLAUSE, SECTION, Mark, mark_of, without_mark
from policies.drafts.rules import ARTICLE, ASIDE, BODY, CHAPTER, OMITTED, TITLE, Paragraph
from policies.drafts.sources import Source

SENTENCE = re.compile(r"[^。！？]*[。！？]+[”’」』）】》]*")
NAMED = re.compile(r"\s*(?:[(（][^)）]{1,30}[)）]|【[^】]{1,30}】)")
COLON = re.compile(r"[^：:。]{2,20}[：:]")
LONGEST_RUN_IN, LONGEST_CLAUSE = 60, 120
CLOSED = ("。", "；", "：", "！", "？")
JOINT = " "


def propose(paragraphs: Sequence[Source]) -> list[Paragraph]:
    """Return the paragraphs with their roles, in order; a heading that runs into its text becomes two paragraphs."""
    sources = [Source(text, one.level) for one in paragraphs if (text := one.text.strip())]
    found = [*_Split(sources).paragraphs()]
    return [part for one in _with_articles(found) for part in _headed(*one)]


class _Split:
    """A document that is being gone through from top to bottom."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self.sources = sources
        self.marks = [mark_of(one.text) for one in sources]
        self.left_out = contents_of(sources)
        kept = [place for place in range(len(sources)) if place not in self.left_out]
        self.title = title_of(sources, self.marks, self.left_out)
        self.first = max(self.title, default=-1) + 1
        told = [place for place in kept if place >= self.first]
        self.forms = choose([sources[place] for place in told], [self.marks[place] for place in told])
        self.signed = signature_of(sources, self.marks, self.first)
        self.chapter, self.begun, self.inside, self.attached, self.listing = "", False, False, False, False

    def paragraphs(self) -> Iterator[Paragraph]:
        for place, one in enumerate(self.sources):
            role, text = self._role(place, one), one.text
            if role == CHAPTER and self._is(place, SECTION):
                text = f"{self.chapter}{JOINT}{one.text}" if self.chapter else one.text
            elif role == CHAPTER:
                self.chapter = one.text
                if self._opens_section(place):
                    continue
            yield Paragraph(role, text)

    def _role(self, place: int, one: Source) -> str:
        role = self._around(place, one) or self._numbered(place) or self._headed(place, one)
        if role in {ARTICLE, CHAPTER}:
            self.inside, self.listing = role == ARTICLE, False
            self.begun = self.begun or self.inside
        elif not role:
            self.listing = self.listing or (self.inside and bool(ATTACHMENT_LIST.match(one.text)))
            role = BODY if self.inside and not self.listing else ASIDE
        return role

    def _around(self, place: int, one: Source) -> str:
        """Return what a paragraph is that stands around the articles, "" for any other."""
        if place in self.left_out:
            return OMITTED
        if place in self.title:
            return TITLE
        if self.begun and not self.attached and ATTACHMENT_HEADING.match(one.text):
            self.attached = True
            return CHAPTER
        if place in self.signed:
            self.inside = False
        return ASIDE if place < self.first or self.attached or place in self.signed else ""

    def _numbered(self, place: int) -> str:
        mark, forms = self.marks[place], self.forms
        if mark is None:
            return ""
        if mark.form in forms.chapters or (mark.form == SECTION and forms.article == CLAUSE):
            return CHAPTER
        if mark.form != forms.article or (self.listing and mark.form == ARABIC):
            return ""
        return ARTICLE

    def _headed(self, place: int, one: Source) -> str:
        """Return what a heading without a number is: the style says that it is one, its level which."""
        if not one.level or self.marks[place]:
            return ""
        if not self.forms.article:
            levels = {self.forms.chapter_level: CHAPTER, self.forms.article_level: ARTICLE}
            return levels.get(one.level, "")
        level = self._level_of_articles()
        return (CHAPTER if one.level < level else ARTICLE) if one.level <= level else ""

    def _level_of_articles(self) -> int:
        pairs = zip(self.sources, self.marks, strict=True)
        levels = [one.level for one, mark in pairs if one.level and mark and mark.form == self.forms.article]
        return min(levels, default=3)

    def _is(self, place: int, form: str) -> bool:
        mark = self.marks[place] if place < len(self.marks) else None
        return mark is not None and mark.form == form

    def _opens_section(self, place: int) -> bool:
        """Tell whether a chapter is but the beginning of its first section: the section bears both names."""
        return self.forms.article == CLAUSE and self._is(place + 1, SECTION)


def _with_articles(found: Sequence[Paragraph]) -> Iterator[tuple[Paragraph, bool]]:
    """Yield each paragraph with whether text follows it as its own; a chapter of plain text gets an article for it.

    What stands in no article can be read, but is neither searched nor quoted.
    """
    chapters = [place for place, one in enumerate(found) if one.role == CHAPTER]
    plain = {start for start, end in pairwise([*chapters, len(found)]) if _is_plain(found[start:end])}
    moved = False
    for place, one in enumerate(found):
        moved = place in plain if one.role == CHAPTER else moved
        following = found[place + 1].role == BODY if place + 1 < len(found) else False
        if place in plain:
            head = next(_sentences(one.text))
            yield Paragraph(CHAPTER, head), True
            yield Paragraph(ARTICLE, without_mark(head).rstrip("。") or head), True
            if rest := one.text[len(head) :].strip():
                yield Paragraph(BODY, rest), True
        else:
            yield (Paragraph(BODY, one.text) if moved and one.role == ASIDE else one), following


def _is_plain(block: Sequence[Paragraph]) -> bool:
    heading, *below = block
    if ATTACHMENT_HEADING.match(heading.text) or any(one.role == ARTICLE for one in below):
        return False
    return any(one.role == ASIDE for one in below) or len(heading.text) > LONGEST_RUN_IN


def _sentences(text: str) -> Iterator[str]:
    """Yield the first sentence, or all that there is."""
    found = SENTENCE.match(text)
    yield found[0] if found and found[0].strip() else text


def _headed(one: Paragraph, followed: bool) -> Iterator[Paragraph]:
    """Yield the heading of an article and the text it runs into; anything else as it is."""
    mark = mark_of(one.text)
    if one.role != ARTICLE or "\n" in one.text or (mark is None and followed):
        yield one
        return
    end = _end_of_heading(one.text, mark, followed=followed)
    yield Paragraph(ARTICLE, one.text[:end].strip())
    if rest := one.text[end:].strip():
        yield Paragraph(BODY, rest)


def _end_of_heading(text: str, mark: Mark | None, *, followed: bool) -> int:
    label = len(mark.written) if mark else 0
    is_clause = mark is not None and mark.form == CLAUSE
    if is_clause and (named := NAMED.match(text, label)):
        return named.end()
    first = next(_sentences(text))
    whole = is_clause and text.endswith(("。", "；", "："))
    if len(first) == len(text) and (followed or whole):
        return len(text) if len(text) <= LONGEST_CLAUSE or not label else label
    if len(first) < len(text) and len(first) <= (LONGEST_CLAUSE if is_clause else LONGEST_RUN_IN):
        return len(first)
    if not text.endswith(CLOSED) and len(text) <= LONGEST_HEADING:
        return len(text)
    colon = COLON.match(text, label)
    return colon.end() if colon and colon.end() < len(text) else label or len(text)
