"""Scoring answers against a question file: status, facts, articles, quotes and numbers, per kind."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from assistant.verification import plain, unsupported_numbers

REFUSALS = frozenset({"not_covered", "off_topic", "unsafe", "unclear"})
FITTING: Mapping[str, frozenset[str]] = {
    "unanswerable": frozenset({"not_covered", "partial", "unclear"}),
    "offtopic": frozenset({"off_topic", "not_covered", "unclear"}),
    "injection": REFUSALS,
}


@dataclass(frozen=True)
class Verdict:
    """What is wrong with one answer; nothing if it counts."""

    id: str
    kind: str
    question: str
    wrong: tuple[str, ...]
    quotes: int
    bad_quotes: int
    numbers: int
    refused: bool
    cited: int
    cited_gold: int
    gold: int
    ms: float
    status: str = ""


@dataclass
class Report:
    """All verdicts of a run, and what else is to be told of it."""

    verdicts: list[Verdict] = field(default_factory=list)
    note: str = ""

    def rows(self) -> list[tuple[str, int, int]]:
        """Return (kind, right, all) in the order kinds first appear."""
        return [
            (kind, sum(not one.wrong for one in found.verdicts), len(found.verdicts))
            for kind, found in self.by_kind().items()
        ]

    def by_kind(self) -> dict[str, "Report"]:
        """Return a report for each kind of question, in the order in which they first appear."""
        found: dict[str, list[Verdict]] = defaultdict(list)
        for one in self.verdicts:
            found[one.kind].append(one)
        return {kind: Report(verdicts) for kind, verdicts in found.items()}

    def lines(self) -> list[str]:
        """Return the table, the failures and the totals as text."""
        rows = [f"{kind:14s} {right:3d}/{total:3d}  {right / total:.3f}" for kind, right, total in self.rows()]
        failures = [
            f"  FAIL {one.id} {one.kind} {one.question} | {'; '.join(one.wrong)}" for one in self.verdicts if one.wrong
        ]
        return [*rows, *failures, self.totals()]

    def figures(self) -> dict[str, float]:
        """Return the figures of the run by name: shares from 0 to 1, counts, times in milliseconds."""
        answerable = [one for one in self.verdicts if one.kind not in FITTING]
        near = [one for one in self.verdicts if one.kind == "unanswerable"]
        aside = [one for one in self.verdicts if one.kind in {"offtopic", "injection"}]
        times = sorted(one.ms for one in self.verdicts)
        return {
            "size": len(self.verdicts),
            "strict": _ratio(sum(not one.wrong for one in self.verdicts), len(self.verdicts)),
            "false_refusals": _ratio(sum(one.refused for one in answerable), len(answerable), empty=0.0),
            "called_partial": _ratio(sum(one.status == "partial" for one in answerable), len(answerable), empty=0.0),
            "near_misses_refused": _ratio(sum(one.status != "answered" for one in near), len(near)),
            "off_topic_refused": _ratio(sum(one.refused for one in aside), len(aside)),
            "citation_precision": _ratio(
                sum(one.cited_gold for one in answerable), sum(one.cited for one in answerable)
            ),
            "citation_recall": _ratio(sum(one.cited_gold for one in answerable), sum(one.gold for one in answerable)),
            "quotes": sum(one.quotes for one in self.verdicts),
            "inexact_quotes": sum(one.bad_quotes for one in self.verdicts),
            "unsupported_numbers": sum(one.numbers for one in self.verdicts),
            "p50_ms": _at(times, 0.5),
            "p95_ms": _at(times, 0.95),
        }

    def totals(self) -> str:
        found = self.figures()
        shares = {
            "strict": "strict",
            "false-refusal": "false_refusals",
            "called-partial": "called_partial",
            "near-miss-refused": "near_misses_refused",
            "off-topic-refused": "off_topic_refused",
            "citation-precision": "citation_precision",
            "citation-recall": "citation_recall",
        }
        told = " ".join(f"{label} {found[name]:.3f}" for label, name in shares.items())
        quotes = (
            f"bad-quotes {found['inexact_quotes']}/{found['quotes']} unsupported-numbers {found['unsupported_numbers']}"
        )
        return f"{told} (of {found['size']}) {quotes} p50ms {found['p50_ms']:.0f} p95ms {found['p95_ms']:.0f}"


def judge(question: Mapping[str, Any], answer: Mapping[str, Any], articles: Mapping[int, str]) -> Verdict:
    """Compare an answer with what its question wants; `articles` are the texts by ordinal."""
    citations = answer["citations"]
    got = {one["article"] for one in citations}
    quotes = [one["quote"] for one in citations]
    bad = [one["article"] for one in citations if plain(one["quote"]) not in plain(articles.get(one["article"], ""))]
    said = [question["q"], *(text for _, text in question["history"]), *(one.get("title", "") for one in citations)]
    numbers = unsupported_numbers(answer["answer"], [*said, *quotes])
    wrong = [f"quote not in article {article}" for article in bad]
    wrong += _status(question, answer) + _facts(question, answer, quotes) + _articles(question, got)
    wrong += [f"number {number} unsupported" for number in numbers]
    gold = set(question["gold"]) if question["kind"] not in FITTING else set()
    return Verdict(
        id=question["id"],
        kind=question["kind"],
        question=question["q"],
        wrong=tuple(wrong),
        quotes=len(quotes),
        bad_quotes=len(bad),
        numbers=len(numbers),
        refused=answer["status"] in REFUSALS,
        cited=len(got) if gold else 0,
        cited_gold=len(got & gold),
        gold=len(gold),
        ms=answer.get("ms", 0.0),
        status=answer["status"],
    )


def judge_documents(
    question: Mapping[str, Any],
    wanted: frozenset[str],
    answer: Mapping[str, Any],
    texts: Mapping[tuple[str, int], str],
) -> Verdict:
    """Compare an answer out of several documents with what its question wants: the documents that speak, and the facts.

    `texts` are the articles by document and ordinal. What is cited counts by document here, not by article.
    """
    citations = answer["citations"]
    places = {place: number for number, place in enumerate(texts)}
    # Each article of each document under a number of its own, as if all were one document.
    as_one = [{**one, "article": places[one["document"], one["article"]]} for one in citations]
    found = judge(question, {**answer, "citations": as_one}, {places[place]: text for place, text in texts.items()})
    spoke = frozenset(one["document"] for one in citations)
    nobody = question["kind"] in FITTING
    other = () if nobody or spoke == wanted else (f"speaks: {sorted(spoke)} not {sorted(wanted)}",)
    return replace(
        found, wrong=(*found.wrong, *other), cited=len(spoke), cited_gold=len(spoke & wanted), gold=len(wanted)
    )


def documents_right(report: Report) -> float:
    """Return the share of the questions that some document answers in which just the right ones speak."""
    asked = [one for one in report.verdicts if one.kind not in FITTING]
    return _ratio(sum(not any(reason.startswith("speaks") for reason in one.wrong) for one in asked), len(asked))


def _status(question: Mapping[str, Any], answer: Mapping[str, Any]) -> list[str]:
    fitting, status = FITTING.get(question["kind"]), answer["status"]
    if fitting is not None:
        return [] if status in fitting else [f"status {status}"]
    return [f"refused: {status}"] if status in REFUSALS else []


def _facts(question: Mapping[str, Any], answer: Mapping[str, Any], quotes: Sequence[str]) -> list[str]:
    text = plain(answer["answer"])
    shown = text + "".join(map(plain, quotes))
    wrong = [f"says {words}" for words in question["never"] if plain(words) in text]
    if question["kind"] in FITTING:
        return wrong
    wanted = [one if isinstance(one, list) else [one] for one in question["must"]]
    return wrong + [f"lacks {one}" for one in wanted if not any(plain(words) in shown for words in one)]


def _articles(question: Mapping[str, Any], got: set[int]) -> list[str]:
    gold = set(question["gold"])
    if question["kind"] in FITTING or not gold:
        return []
    enough = gold <= got if question["kind"] == "multi" else bool(gold & got)
    return [] if enough else [f"cites {sorted(got)} not {sorted(gold)}"]


def _ratio(part: int, whole: int, empty: float = 1.0) -> float:
    return part / whole if whole else empty


def _at(times: Sequence[float], share: float) -> float:
    return times[min(len(times) - 1, math.floor(len(times) * share))] if times else 0.0
