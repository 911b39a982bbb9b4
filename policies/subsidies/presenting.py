"""What the calculator's page says of a result."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from flask_babel import gettext as _

from policies.facts.extraction import sentences_of
from policies.facts.rules import Fact
from policies.models import Article, PolicyVersion
from policies.subsidies.amounts import money, percent
from policies.subsidies.asking import Row
from policies.subsidies.rules import UNSAID, Programme, Result, enough, on_combining, sum_of, unsaid


@dataclass(frozen=True)
class Answer:
    """A result in words: `headline`, the steps to it, its facts by sentence, and what the text leaves open."""

    label: str
    hint: str
    headline: str
    steps: list[tuple[str, str]]
    notes: list[str]
    quotes: list[list[Fact]]
    unsaid: list[str]


@dataclass(frozen=True)
class Clause:
    """A sentence of an article with its place."""

    article: int
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Together:
    """Several results: their sum in words, and the sentences that say whether one may have them together."""

    total: str
    clauses: list[Clause]


def answer(row: Row, version: PolicyVersion) -> Answer:
    """Return what the page says of a row that could be computed."""
    if row.picked is None or row.result is None:
        raise ValueError("this row has no result")
    programme = row.result.programme
    article = next(one for one in version.articles if one.ordinal == programme.first.article)
    open_ = [_(UNSAID[code]) for code in unsaid(programme, article.text)]
    quotes = [list(own) for _place, own in groupby(programme.facts, key=lambda fact: fact.start)]
    return Answer(
        row.picked.label, row.picked.hint, _headline(row.result), _steps(row.result), _notes(row), quotes, open_
    )


def together(rows: Sequence[Row], version: PolicyVersion) -> Together | None:
    """Return the sum of several results, None for fewer than two."""
    results = [row.result for row in rows if row.result]
    if len(results) < 2:  # noqa: PLR2004 - one alone is no combination
        return None
    return Together(money(sum_of(results)), [one for article in version.articles for one in _clauses(article)])


def _clauses(article: Article) -> list[Clause]:
    cut = sentences_of(article)
    chosen = set(on_combining(one.text for one in cut))
    return [Clause(article.ordinal, one.start, one.end, one.text) for one in cut if one.text in chosen]


def _headline(result: Result) -> str:
    if result.amount is None:
        return str(_("原文未规定比例，无法测算"))
    if result.short:
        return str(_("未达到原文的门槛"))
    sum_ = money(result.amount)
    return str(_("最高 %(sum)s", sum=sum_)) if _bounded(result.programme) else sum_


def _bounded(programme: Programme) -> bool:
    return programme.at_most or (programme.cap is not None and programme.share is not None)


def _steps(result: Result) -> list[tuple[str, str]]:
    """Return the computation line by line, each with its name."""
    programme = result.programme
    steps: list[tuple[str, str]] = []
    if result.investment is not None:
        steps.append((_("填写的投入"), money(result.investment)))
    if programme.minimum is not None:
        steps.append((_("门槛"), _("%(sum)s以上", sum=money(programme.minimum))))
    if programme.share is not None:
        steps.append((_("比例"), _share(programme)))
    if result.of_share is not None:
        steps.append((_("按比例计"), money(result.of_share)))
    if programme.cap is not None:
        steps.append((_("封顶"), money(programme.cap)))
    if programme.fixed is not None:
        steps.append((_("定额"), money(programme.fixed)))
    return steps


def _share(programme: Programme) -> str:
    share = percent(programme.share) if programme.share is not None else ""
    of = _("%(base)s的 %(share)s", base=programme.base or _("投入"), share=share)
    return str(_("不超过%(of)s", of=of) if programme.at_most else of)


def _notes(row: Row) -> list[str]:
    """Return what the reader should know of this result."""
    notes = list[str]()
    if row.result and row.result.capped:
        notes.append(_("按比例计算的数超过封顶，以封顶为准。"))
    elif row.result and (least := enough(row.result.programme)) and not row.result.short:
        notes.append(_("投入达到 %(sum)s 时到封顶。", sum=money(least)))
    if row.picked and not row.picked.programme.needs_investment and row.typed:
        notes.append(_("这一项是定额，与填写的投入无关。"))
    return notes
