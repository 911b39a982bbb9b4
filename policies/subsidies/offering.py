"""The calculator offered to whoever asks about a support and names an amount: the assistant."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal

from policies.facts.rules import Fact
from policies.subsidies.amounts import money, percent, short
from policies.subsidies.folders import types_of
from policies.subsidies.rules import Result, calculate


@dataclass(frozen=True)
class Offer:
    """A computed result; `values` are those of url_for("subsidies.calculator", **values), `text` says it in a line."""

    article: int
    label: str
    result: Result
    values: dict[str, str]
    text: str


def offers(document: str, facts: Iterable[Fact], amount: Decimal, articles: Collection[int] = ()) -> list[Offer]:
    """Return what an investment of `amount` 元 comes to under the supports of these articles, of all if none is named.

    Only confirmed facts count, and only supports that take a share of the investment. None for an amount of 0 or less.
    """
    types = types_of(document, [fact for fact in facts if fact.reviewed]) if amount > 0 else []
    return [
        Offer(
            one.programme.first.article,
            one.label,
            result := calculate(one.programme, amount),
            {"policy_id": document, "type": one.code, "amount": short(amount)},
            say(result, one.label),
        )
        for one in types
        if one.programme.needs_investment and (not articles or one.programme.first.article in articles)
    ]


def say(result: Result, label: str) -> str:
    """Return the computation in a line: 投入2,000万元，按不超过项目总投入的50%计为1,000万元，封顶1,000万元，最多1,000万元."""
    programme, parts = result.programme, []
    if result.investment is None or result.amount is None or programme.share is None:
        return f"{label}：{money(result.amount)}" if result.amount is not None else f"{label}：原文未规定比例，无法测算"
    if result.short and programme.minimum is not None:
        return f"{label}：投入{money(result.investment)}，未达到{money(programme.minimum)}以上的要求"
    of = f"{programme.base or '投入'}的{percent(programme.share)}"
    parts = [
        f"投入{money(result.investment)}",
        f"按{'不超过' if programme.at_most else ''}{of}计为{money(result.of_share or Decimal(0))}",
    ]
    if programme.cap is not None:
        parts.append(f"封顶{money(programme.cap)}")
    bound = "最多" if programme.at_most or programme.cap is not None else "为"
    return f"{label}：{'，'.join(parts)}，{bound}{money(result.amount)}"
