"""What the page shows of a turn: its answer, and each cited article with the quote marked in it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l

from assistant import composing, operations
from assistant.answers import CATALOG, LEXICAL, Answer, Citation
from assistant.llm.failures import SAID
from assistant.llm.written import Claimed, Written
from assistant.models import Turn
from core.city import city
from policies import queries as policies

STAGES: Mapping[str, Any] = {
    "guard": _l("正在读问题…"),
    "route": _l("正在读问题…"),
    "whole": _l("正在联系上文…"),
    "retrieve": _l("正在查找条文…"),
    "choose": _l("正在比对原文…"),
    "compose": _l("正在摘录…"),
    "verify": _l("正在核对引文与数字…"),
    "write": _l("模型正在整理，每句核对后才显示…"),
}
STATUSES: Mapping[str, Any] = {
    "answered": _l("原文有规定"),
    "partial": _l("原文只规定了一部分"),
    "not_covered": _l("原文未规定"),
    "off_topic": _l("与政策无关"),
    "unsafe": _l("不作回答"),
    "unclear": _l("没有看懂"),
    "failed": _l("回答没有完成"),
    "answering": _l("正在回答"),
    "pending": _l("等待回答"),
}
# The words beside an English answer, which stand there whatever language the page is in.
IN_ENGLISH: Mapping[str, str] = {
    "answered": "Stated in the text",
    "partial": "Stated only in part",
    "not_covered": "Not covered by the text",
    "off_topic": "Not about the policy",
    "unsafe": "Not answered",
    "unclear": "Not understood",
}


@dataclass(frozen=True)
class Excerpt:
    """An article as it is shown beside an answer: lines of (text, in a quote, an asked-for figure)."""

    citation: Citation
    heading: str
    lines: list[list[tuple[str, bool, bool]]]


@dataclass(frozen=True)
class ShownTurn:
    """A turn for the page. `answer` is None while there is none, `written` where no model was asked."""

    turn: Turn
    answer: Answer | None
    status: Any
    excerpts: list[Excerpt]
    written: Written | None = None

    @property
    def open(self) -> bool:
        return self.turn.status in {"pending", "answering"} and not operations.is_abandoned(self.turn)

    @property
    def suggestions(self) -> tuple[str, ...]:
        return self.answer.suggestions if self.answer else ()

    @property
    def extractive(self) -> bool:
        """Whether the excerpts are shown: alone, or because a model gave nothing or not all."""
        return self.written is None or self.written.fell_back

    @property
    def kind(self) -> str:
        """Return the status that the verdict is drawn as: what corrects the question is no plain yes."""
        corrected = self.answer is not None and composing.corrects(self.answer.lead)
        return "partial" if corrected else self.turn.status

    @property
    def frame(self) -> list[str]:
        """Return what is said before whoever words the answer: a comparison, a correction, that a document does not hold."""
        return composing.parted(self.answer.lead)[0] if self.answer else []

    @property
    def opening(self) -> list[str]:
        """Return what opens the excerpts, where they are shown."""
        return composing.parted(self.answer.lead)[1] if self.answer and self.extractive else []

    @property
    def fallback(self) -> Any:
        """Return why a model gave nothing or not all, "" if it did or none was asked."""
        return SAID.get(self.written.reason, "") if self.written else ""

    @property
    def by_words_only(self) -> bool:
        return self.answer is not None and self.answer.mode == LEXICAL


def policy_id() -> str:
    return city().policy.id


def shown(turn: Turn) -> ShownTurn:
    answer = operations.stored_answer(turn) if turn.answer else None
    written = operations.stored_wording(turn)
    known = "failed" if operations.is_abandoned(turn) else turn.status
    status = _l("来自场景清单") if answer and answer.mode == CATALOG else STATUSES[known]
    if answer and answer.english:
        status = IN_ENGLISH.get(known, status)
    if answer and composing.corrects(answer.lead):
        status = "The text says otherwise" if answer.english else _l("问题与原文不符")
    excerpts = _excerpts(operations.cited(answer, written)) if answer else []
    return ShownTurn(turn, answer, status, excerpts, written)


def sentences(turn: Turn) -> Iterator[Claimed | Citation | str]:
    """Yield what is streamed one after another, each line by itself: the frame, claims or each quote, and the closing."""
    whole = shown(turn)
    if whole.answer is None:
        return
    yield from whole.frame
    yield from whole.written.claims if whole.written else ()
    if whole.fallback:
        yield str(fallen_back(whole))
    yield from whole.opening
    if whole.extractive:
        yield from whole.answer.citations
    yield from whole.answer.note.splitlines()


def fallen_back(whole: ShownTurn) -> Any:
    """Return the line that says that, and why, the excerpts stand in for a model."""
    return _l("%(reason)s，以下是原文摘录。", reason=whole.fallback)


def _excerpts(shown_citations: Sequence[Citation]) -> list[Excerpt]:
    by_article: dict[tuple[str, int, int], list[Citation]] = {}
    for citation in shown_citations:
        by_article.setdefault((citation.document, citation.version, citation.article), []).append(citation)
    found = [_excerpt(citations) for citations in by_article.values()]
    return [one for one in found if one is not None]


def _excerpt(citations: list[Citation]) -> Excerpt | None:
    first = citations[0]
    version = policies.version(first.document, first.version)
    article = policies.article(version, first.article) if version else None
    if article is None:
        return None
    return Excerpt(
        first, article.heading, _lines(article.text[len(article.heading) :], len(article.heading), citations)
    )


def _lines(body: str, offset: int, citations: list[Citation]) -> list[list[tuple[str, bool, bool]]]:
    quoted = {place for one in citations for place in range(one.start, one.end)}
    figures = {one.start + place for one in citations for start, end in one.marks for place in range(start, end)}
    lines: list[list[tuple[str, bool, bool]]] = [[]]
    for place, character in enumerate(body, offset):
        if character == "\n":
            lines.append([])
            continue
        kind = (place in quoted, place in figures)
        if lines[-1] and lines[-1][-1][1:] == kind:
            lines[-1][-1] = (lines[-1][-1][0] + character, *kind)
        else:
            lines[-1].append((character, *kind))
    return [line for line in lines if line]
