"""From a pasted text to the open scenarios that fit. Nothing of the text is written anywhere."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

import numpy as np
from markupsafe import Markup, escape
from sqlalchemy import Select

from core.extensions import db
from marketplace.matching import queries, rules
from marketplace.matching.rules import Candidate, Match, Pair, Solution
from retrieval import lexical, search
from retrieval.embedder import embedder, ready
from retrieval.queries import batches
from retrieval.search import Hit
from retrieval.text import sentences
from scenario_catalog.marking import mark
from scenario_catalog.models import Scenario

COLLECTION = "scenarios"
# Scenarios compared in full; where more are open, the nearest of them.
MOST_CANDIDATES = 300
# Scenarios that make the field distances are measured in.
BACKGROUND = 60
SHORTEST_SENTENCE = 4
# Texts embedded at a time.
TOGETHER = 8
HITS = 20
# Words both sides of any pair are full of.
MEASURES = frozenset(
    [
        "以上",
        "以下",
        "以内",
        "不少",
        "不得",
        "左右",
        "超过",
        "其中",
        "支持",
        "提供",
        "需要",
        "使用",
        "通过",
        "实现",
        "相关",
        "公司",
        "项目",
    ]
)


@dataclass(frozen=True)
class Shown:
    """A match as the page shows it: the scenario, its match, and each pair with the words both sides share marked."""

    scenario: Scenario
    match: Match
    pairs: Sequence[tuple[Pair, Markup, Markup]]
    conditions: Sequence[str]


@dataclass(frozen=True)
class Found:
    """What was found; `by_meaning` is false while only words could be compared; `open` counts the open scenarios."""

    shown: Sequence[Shown]
    by_meaning: bool
    open: int


def match_text(text: str, today: date) -> Found:
    """Return the open scenarios that fit a text, best first."""
    numbers = _numbers(queries.open_numbers(today))
    parts = _sentences(text)
    matches = _by_meaning(parts, numbers) if ready() else None
    found = _by_words(parts, numbers) if matches is None else matches
    return Found(_shown(found), matches is not None, len(numbers))


def _numbers(query: Select[str | None]) -> list[str]:
    return [number for number in db.session.scalars(query) if number]


def _sentences(text: str) -> list[str]:
    found = dict.fromkeys(span.text for span in sentences(text))
    long_enough = [sentence for sentence in found if len(sentence) >= SHORTEST_SENTENCE]
    return long_enough or list(found)


def _by_meaning(parts: Sequence[str], numbers: Sequence[str]) -> list[Match] | None:
    """Return None if no vectors are there yet."""
    solution = Solution(parts, _vectors(parts), _vectors(rules.windows(parts)))
    nearest = _nearest(solution, numbers)
    others = _numbers(queries.published_numbers(BACKGROUND))
    field = _candidates(list(dict.fromkeys([*nearest, *others])))
    chosen = [candidate for candidate in field if candidate.number in set(nearest)]
    if nearest and not chosen:
        return None
    return rules.by_meaning(solution, chosen, field)


def _vectors(texts: Sequence[str]) -> rules.Vectors:
    """Embed texts in small batches of like length: little padding, and other readers' questions get in between."""
    model = embedder()
    order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
    found = np.empty((len(texts), model.dimensions), np.float32)
    for places in batches(order, TOGETHER):
        found[places] = model.queries([texts[place] for place in places])
    return found


def _nearest(solution: Solution, numbers: Sequence[str]) -> list[str]:
    if len(numbers) <= MOST_CANDIDATES:
        return list(numbers)
    allowed, best = set(numbers), dict[str, float]()
    rows = np.concatenate([solution.wholes, solution.vectors])
    for hits in search.search_vectors(COLLECTION, rows, k=MOST_CANDIDATES):
        for hit in hits:
            best[hit.document] = max(hit.score, best.get(hit.document, -1.0))
    return sorted(allowed & best.keys(), key=lambda number: (-best[number], number))[:MOST_CANDIDATES]


def _candidates(numbers: Sequence[str]) -> list[Candidate]:
    found = search.vectors_of(COLLECTION, numbers)
    return [_candidate(number, found[number]) for number in numbers if number in found]


def _candidate(number: str, passages: Sequence[tuple[Hit, rules.Vectors]]) -> Candidate:
    hits = [hit for hit, _ in passages]
    vectors = np.stack([vector for _, vector in passages])
    return Candidate(number, [hit.heading for hit in hits], [hit.text for hit in hits], vectors)


def _by_words(parts: Sequence[str], numbers: Sequence[str]) -> list[Match]:
    pairs, words = list[tuple[str, Pair]](), defaultdict[str, set[str]](set)
    for part in parts:
        for hit in search.search(COLLECTION, part, k=HITS, mode="lexical", documents=numbers):
            if hit.heading not in rules.UNSCORED_FIELDS:
                pairs.append((hit.document, Pair(part, hit.text, hit.heading, hit.score)))
                words[hit.document] |= shared_words(part, hit.text)
    return rules.by_words(pairs, {number: len(found) for number, found in words.items()})


def shared_words(one: str, other: str) -> set[str]:
    """Return the words of two or more characters, folded, that both texts hold and that tell something."""
    both = set(lexical.words(one)) & set(lexical.words(other))
    return {word for word in both - MEASURES if len(word) > 1 and not word.isdigit()}


def _shown(matches: Sequence[Match]) -> list[Shown]:
    rows = db.session.scalars(queries.by_number([match.number for match in matches])).unique()
    scenarios = {cast("str", scenario.number): scenario for scenario in rows}
    return [_one(scenarios[match.number], match) for match in matches if match.number in scenarios]


def _one(scenario: Scenario, match: Match) -> Shown:
    pairs = []
    for pair in match.pairs:
        words = shared_words(pair.sentence, pair.passage)
        pairs.append((pair, _marked(pair.sentence, words), _marked(pair.passage, words)))
    return Shown(scenario, match, pairs, [span.text for span in sentences(scenario.conditions)])


def _marked(text: str, words: Collection[str]) -> Markup:
    return mark(text, words) or escape(text)
