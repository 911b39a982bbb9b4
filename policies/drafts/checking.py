"""What is wrong, or at least odd, with a draft: numbers that jump or stand twice, empty and very long articles."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext

from policies.drafts.composing import Drafted, Outline, compose, outline, titles
from policies.drafts.marks import Mark, mark_of
from policies.drafts.rules import LONG_ARTICLE, Paragraph
from policies.parser import LONGEST_HEADING, PolicyFormatError, parse

SHOWN = 20


def _(words: str, **values: object) -> str:
    return str(gettext(words, **values))


@dataclass(frozen=True)
class Problem:
    """One line for a person; `place` counts the paragraph from 0, `blocks` keeps the draft from being published."""

    text: str
    place: int | None = None
    blocks: bool = False


def problems_of(about: Mapping[str, str], paragraphs: Sequence[Paragraph]) -> list[Problem]:
    """Return what is wrong with a draft, what keeps it from being published first."""
    found = outline(paragraphs)
    named = titles(paragraphs)
    odd = [*_of_articles(found.articles), *_of_chapters(found), *_of_numbers(found)]
    if named and about.get("title") and named != about["title"]:
        odd.append(Problem(_("标题段落与“标题”一栏不同，发布时以“标题”一栏为准")))
    if not any(one.blocks for one in odd) and (refused := _refusal(about, paragraphs)):
        odd.append(refused)
    return sorted(odd, key=lambda one: not one.blocks)


def _refusal(about: Mapping[str, str], paragraphs: Sequence[Paragraph]) -> Problem | None:
    """Return why the strict format cannot take the draft: what publishing would say."""
    text = compose(about, paragraphs)
    try:
        parse(text)
    except PolicyFormatError as error:
        line = text.split("\n")[error.line - 1].lstrip("# ")[:SHOWN]
        reason = _("%(reason)s（在“%(line)s”）", reason=error.reason, line=line) if line else error.reason
        return Problem(reason, blocks=True)
    return None


def _of_articles(articles: Sequence[Drafted]) -> Iterator[Problem]:
    if not articles:
        yield Problem(_("还没有条文：至少把一个段落设为“条”"), blocks=True)
    for one in articles:
        name = one.heading[:SHOWN]
        mark = mark_of(one.heading)
        says_all = mark is not None and mark.form == "clause" and one.heading.endswith(("。", "；", "："))
        if one.text == one.heading and not says_all:
            yield Problem(_("“%(name)s”没有内容", name=name), one.place, blocks=True)
        if len(one.heading) > LONGEST_HEADING[3]:
            yield Problem(
                _("“%(name)s…”的标题超过 %(most)s 字", name=name, most=LONGEST_HEADING[3]), one.place, blocks=True
            )
        if len(one.text) > LONG_ARTICLE:
            yield Problem(_("“%(name)s”有 %(n)s 字，是否漏分了条？", name=name, n=len(one.text)), one.place)


def _of_chapters(found: Outline) -> Iterator[Problem]:
    used = {one.chapter for one in found.articles} | {one["chapter"] for one in found.asides}
    for heading, place in found.chapters:
        if len(heading) > LONGEST_HEADING[2]:
            reason = _("“%(name)s…”的标题超过 %(most)s 字", name=heading[:SHOWN], most=LONGEST_HEADING[2])
            yield Problem(reason, place, blocks=True)
        if heading not in used:
            yield Problem(_("“%(name)s”之下没有内容，读者看不到这一章", name=heading[:SHOWN]), place)


def _of_numbers(found: Outline) -> Iterator[Problem]:
    yield from _in_order([(heading, place, "") for heading, place in found.chapters])
    yield from _in_order([(one.heading, one.place, one.chapter) for one in found.articles])


def _in_order(headings: Sequence[tuple[str, int, str]]) -> Iterator[Problem]:
    """Yield where numbers of a form jump or stand twice; they may begin anew in a new chapter."""
    last: dict[str, tuple[Mark, str]] = {}
    for heading, place, chapter in headings:
        mark = mark_of(heading)
        if mark is None:
            continue
        before, of_chapter = last.get(mark.form, (None, ""))
        odd = _odd(before, mark, anew=chapter != of_chapter)
        last[mark.form] = (mark, chapter)
        if odd:
            yield Problem(odd, place)


def _odd(before: Mark | None, mark: Mark, *, anew: bool) -> str:
    if before is None:
        return "" if mark.number == (1, 0) else _("编号从“%(mark)s”开始，前面是否有遗漏？", mark=mark.written)
    last, last_sub = before.number
    if (anew and mark.number == (1, 0)) or mark.number in {(last + 1, 0), (last, last_sub + 1)}:
        return ""
    if mark.number == before.number:
        return _("编号“%(mark)s”出现了两次", mark=mark.written)
    if mark.number == (1, 0):
        return _("编号在同一章里又从“%(mark)s”开始", mark=mark.written)
    return _("编号跳到了“%(mark)s”，上一个是“%(before)s”", mark=mark.written, before=before.written)
