"""A conversation as a text file: what was asked, what was quoted, and what a model wrote, marked as such."""

from collections.abc import Iterable, Iterator

from flask_babel import gettext as _

from assistant.answers import Answer, Citation, label
from assistant.glossing import PASSAGE, gloss
from assistant.llm.written import MARK, Written
from assistant.presenting import ShownTurn, fallen_back
from core import clock
from core.city import city
from core.formats import moment


def text(turns: Iterable[ShownTurn]) -> str:
    """Return the conversation, a blank line between its turns."""
    shown = list(turns)
    head = [city().site_title, _("导出于 %(at)s", at=moment(clock.now()))]
    if any(one.written and one.written.claims for one in shown):
        head.append(_("标有“%(mark)s”的句子由模型生成，以引文为准。", mark=MARK))
    return "\n\n".join(["\n".join(head), *("\n".join(_turn(one)) for one in shown)]) + "\n"


def _turn(shown: ShownTurn) -> Iterator[str]:
    yield _("问：") + shown.turn.question
    yield str(shown.status)
    if shown.answer is None:
        return
    yield from shown.frame
    if shown.written:
        yield from _written(shown.written)
    if shown.fallback:
        yield str(fallen_back(shown))
    yield from shown.opening
    if shown.extractive:
        yield from _excerpts(shown.answer)
    if shown.answer.note:
        yield shown.answer.note


def _written(written: Written) -> Iterator[str]:
    if written.claims:
        yield f"〔{MARK} · {written.author} · {written.number}〕"
    for one in written.claims:
        yield f"〔{MARK}〕{one.text}"
        yield _quoted(one.citation)


def _excerpts(answer: Answer) -> Iterator[str]:
    for one in answer.citations:
        yield _quoted(one, english=answer.english)
        if answer.english:
            yield from _glossed(one)
    if answer.citations:
        yield f"〔{_('原文摘录，非官方解释')}〕"


def _glossed(one: Citation) -> Iterator[str]:
    """Yield what stands in a quote in English, for whoever asked in it."""
    found = gloss(one.quote)
    if found:
        yield f"  {PASSAGE}"
        yield from (f"    {part.text} — {part.english}" for part in found)


def _quoted(one: Citation, *, english: bool = False) -> str:
    return f"  {label(one, english=english)}“{one.quote}”"
