"""Supports made of facts, and what they come to. Amounts are Decimals in 元."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_DOWN, ROUND_UP, Decimal

from policies.facts.rules import SUPPORT, TERM, Fact, place_of

FEN = Decimal("0.01")
BASE = re.compile(r"(?:按照?(?:不超过)?|不超过|不高于)([^,，。;；、\d]{2,16}?)的?\Z")
TOGETHER = re.compile(r"重复(?:享受|申报|申请|资助|奖励)|就高|叠加|同时享受|不得兼得|择优")
APPLYING = re.compile(r"申请|申报|提交|受理|报名|材料")


@dataclass(frozen=True)
class Programme:
    """One support of a sentence: a share with a ceiling, or a fixed sum.

    `facts` are those it is made of. `base` is what the share is taken of (项目总投入), `minimum` the investment from
    which on it is given; None and "" where the text says nothing.
    """

    name: str
    facts: tuple[Fact, ...]
    share: Decimal | None = None
    cap: Decimal | None = None
    fixed: Decimal | None = None
    minimum: Decimal | None = None
    base: str = ""
    at_most: bool = False

    @property
    def first(self) -> Fact:
        return self.facts[0]

    @property
    def needs_investment(self) -> bool:
        return self.share is not None


@dataclass(frozen=True)
class Result:
    """What a programme comes to: `amount` is never above the ceiling; None where the text does not let it be computed.

    `of_share` is the share before the ceiling, `capped` tells that the ceiling holds, `short` that the investment lies
    under the programme's minimum.
    """

    programme: Programme
    investment: Decimal | None
    amount: Decimal | None
    of_share: Decimal | None = None
    capped: bool = False
    short: bool = False


def programmes(facts: Iterable[Fact]) -> list[Programme]:
    """Return the supports that the facts make up, in the order of the text: those of one sentence with a share or a sum."""
    usable = [one for one in sorted(facts, key=place_of) if _counts(one)]
    found: list[Programme] = []
    for fact in usable:
        if fact.role == SUPPORT:
            if found and _goes_with(found[-1], fact):
                found[-1] = _with(found[-1], fact)
            else:
                found.append(_with(Programme("", ()), fact))
    return [_finished(one, usable) for one in found]


def calculate(programme: Programme, investment: Decimal | None = None) -> Result:
    """Return what a programme comes to for an investment in 元, rounded down to 分.

    Raises ValueError for an investment that is not above 0, or for none where a share is taken of it.
    """
    if investment is not None and investment <= 0:
        raise ValueError("an investment is above 0")
    if programme.share is None:
        return Result(programme, investment, programme.fixed)
    if investment is None:
        raise ValueError("a share needs an investment")
    if programme.minimum is not None and investment < programme.minimum:
        return Result(programme, investment, Decimal(0), short=True)
    of_share = (investment * programme.share / 100).quantize(FEN, ROUND_DOWN)
    amount = of_share if programme.cap is None else min(of_share, programme.cap)
    return Result(programme, investment, amount, of_share, capped=amount < of_share)


def sum_of(results: Iterable[Result]) -> Decimal:
    """Return what several results come to, if nothing forbids having them together."""
    return sum((one.amount or Decimal(0) for one in results), Decimal(0))


def enough(programme: Programme) -> Decimal | None:
    """Return the investment from which on the ceiling holds; None without a share or a ceiling."""
    if not programme.share or programme.cap is None:
        return None
    return (programme.cap * 100 / programme.share).quantize(FEN, ROUND_UP)


def unsaid(programme: Programme, article_text: str) -> list[str]:
    """Return what neither the programme's sentence nor its article says: codes of UNSAID."""
    stated = {
        "who": any(one.body for one in programme.facts),
        "when": any(one.deadline for one in programme.facts),
        "procedure": bool(APPLYING.search(article_text)),
        "eligible": not any("符合条件" in one.quote for one in programme.facts),
        "share": programme.share is not None or programme.fixed is not None,
        "cap": programme.cap is not None or programme.fixed is not None,
    }
    return [code for code in UNSAID if not stated[code]]


UNSAID = {
    "who": "由哪个部门受理、审核",
    "when": "什么时候申报、什么时候拨付",
    "procedure": "怎样申请、要交哪些材料",
    "eligible": "“符合条件”的具体条件",
    "share": "资助比例",
    "cap": "资助上限",
}


def on_combining(sentences: Iterable[str]) -> list[str]:
    """Return the sentences of a document that say whether supports may be had together."""
    return [one for one in sentences if TOGETHER.search(one)]


def _counts(fact: Fact) -> bool:
    """Tell whether a fact can be part of a programme: a share, a sum in 元, or the least investment."""
    if fact.role == TERM:
        return fact.kind == "money" and fact.is_lower and fact.unit == "元"
    return fact.role == SUPPORT and (fact.kind == "share" or (fact.kind == "money" and fact.unit == "元"))


def _goes_with(programme: Programme, fact: Fact) -> bool:
    """Tell whether a fact completes a programme: a ceiling after a share in the same sentence, or in the line after it."""
    last = programme.facts[-1]
    same = (last.article, last.start) == (fact.article, fact.start)
    next_line = last.article == fact.article and 0 <= fact.start - last.end <= 1 and last.quote.endswith(("，", ","))
    missing_cap = programme.cap is None and fact.kind == "money" and fact.is_upper
    return (same or next_line) and programme.share is not None and missing_cap


def _with(programme: Programme, fact: Fact) -> Programme:
    facts = (*programme.facts, fact)
    if fact.kind == "share":
        return replace(programme, facts=facts, share=fact.value, at_most=fact.is_upper, base=_base(fact))
    if fact.is_upper:
        return replace(programme, facts=facts, cap=fact.value)
    return replace(programme, facts=facts, fixed=fact.value)


def _base(fact: Fact) -> str:
    found = BASE.search(fact.quote[: fact.at - fact.start])
    return found[1] if found else ""


def _finished(programme: Programme, usable: Sequence[Fact]) -> Programme:
    first = programme.first
    least = [
        one.value for one in usable if one.role == TERM and (one.article, one.start) == (first.article, first.start)
    ]
    name = re.sub(r"(?:资助|奖励|补贴|补助|拨付)?(?:比例|上限|金额)$", "", first.indicator)
    return replace(programme, name=name or first.indicator, minimum=least[0] if least and programme.share else None)
