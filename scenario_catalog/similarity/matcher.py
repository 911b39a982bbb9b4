"""What a text being written is like: published scenarios, and articles of the city's plan. Nothing of it is kept."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from core.city import city
from core.extensions import db
from policies import queries as policies
from policies.operations import COLLECTION as PLAN
from policies.operations import passage_document
from retrieval.embedder import Embedder, embedder, ready
from retrieval.search import Hit, search_vectors, vectors_of
from retrieval.text import sentences
from scenario_catalog.operations import COLLECTION
from scenario_catalog.similarity import queries, rules
from scenario_catalog.similarity.operations import text_of
from scenario_catalog.similarity.rules import Likeness, Need, Pair, Vectors
from scenario_catalog.similarity.vectors import Text, background_of, embed, needs

Fields = Mapping[str, str | Sequence[str]]
Passages = Sequence[tuple[Hit, Vectors]]

# What a need is taken from, besides its title; a list of scenarios that knows no fields has a description.
BODY = ("background", "scope", "description")
WANTED = ("title", "scope", "description")
SHORTEST_TEXT = 8
# Scenarios judged in full; where more are published, the nearest of them.
MOST_CANDIDATES = 60
NEIGHBOURS = 400
# Needs kept in a process, some 30 KB each.
MOST_REMEMBERED = 1_000
SHORTEST_SENTENCE = 4
# Of a long text so many sentences are compared with others'.
MOST_SENTENCES = 40

# A title alone does not tell an article; below the cut none is offered. Measured on the demonstration data.
FEWEST_SENTENCES = 2
ARTICLE_CUT = 0.12


class Article(NamedTuple):
    """An article of the city's plan, its sentence nearest to the text, to the letter, and how near the text is to it."""

    ordinal: int
    sentence: str
    score: float


def similar_to_text(fields: Fields, *, exclude: str = "", count: int = 3) -> list[Likeness]:
    """Return up to `count` published scenarios like a text, best first; `exclude` is the number of its own scenario.

    Nothing while the model is not ready, and nothing that does not reach the cut.
    """
    text = _text(fields)
    if len("".join(text).strip()) < SHORTEST_TEXT or not ready():
        return []
    found = rules.shown(_judged(text, exclude), count)
    own = _sentences(fields)
    passages = vectors_of(COLLECTION, [number for number, _ in found])
    return [_likeness(number, score, own, passages.get(number, [])) for number, score in found]


def similar_to_scenario(number: str, count: int) -> list[str]:
    """Return the numbers of the scenarios that a published one is most like, best first.

    Nothing while its own are not: nothing is embedded for a reader's page.
    """
    own = _stored([number]).get(number) if ready() else None
    ranked = _ranked(own, _nearest(own), number) if own else []
    return [other for other, _ in ranked[:count]]


def suggested_articles(fields: Fields, count: int = 3) -> list[Article]:
    """Return up to `count` related articles of the city's plan.

    First the one that promises the list, which every scenario serves, then the nearest. Nothing while the model is
    not ready or the text is too short to tell.
    """
    version = policies.current_version(city().policy.id) if ready() else None
    own = [sentence for sentence, field in _sentences(fields) if field in WANTED]
    if version is None or len(own) < FEWEST_SENTENCES:
        return []
    document = passage_document(version)
    found = _articles(own, vectors_of(PLAN, [document]).get(document, []))
    promised = [one for one in found if one.ordinal == city().policy.scenario_article]
    others = [one for one in found if one not in promised and one.score >= ARTICLE_CUT]
    return [*promised, *others][:count]


def _text(fields: Fields) -> Text:
    body = (_joined(fields.get(name, "")) for name in BODY)
    return _joined(fields.get("title", "")), "\n".join(part for part in body if part)


def _joined(value: str | Sequence[str]) -> str:
    return (value if isinstance(value, str) else "\n".join(value)).strip()


def _judged(text: Text, exclude: str) -> list[tuple[str, float]]:
    (own,) = needs([text])
    return _ranked(own, _nearest(own), exclude)


def _nearest(own: Need) -> list[str]:
    """Return the numbers worth judging: all there are, or where there are more the nearest by the index."""
    newest = [number for number in db.session.scalars(queries.numbers(MOST_CANDIDATES + 1)) if number]
    if len(newest) <= MOST_CANDIDATES:
        return newest
    hits = search_vectors(COLLECTION, own.row[None], k=NEIGHBOURS)[0]
    return list(dict.fromkeys(hit.document for hit in hits))[:MOST_CANDIDATES]


def _ranked(own: Need, numbers: Sequence[str], exclude: str) -> list[tuple[str, float]]:
    stored = _stored([number for number in numbers if number != exclude])
    scored = [(number, rules.likeness(own, other)) for number, other in stored.items()]
    return sorted(scored, key=lambda one: (-one[1], one[0]))


def _stored(numbers: Sequence[str]) -> dict[str, Need]:
    """Return the needs of public scenarios that have vectors; those used last are kept, by the digests of their texts."""
    model = embedder()
    rows = db.session.execute(queries.digests(numbers, model.name)).all()
    remembered = {row.digest: _remembered.get((model.name, row.digest)) for row in rows}
    known = {digest: need for digest, need in remembered.items() if need}
    new = remembered.keys() - known.keys()
    for row in db.session.execute(queries.vectors(new, model.name)) if new else ():
        known[row.digest] = _need(row, model)
    _keep(model.name, known)
    return {row.number: known[row.digest] for row in rows if row.digest in known}


def _need(row: Any, model: Embedder) -> Need:
    vectors = np.frombuffer(row.vectors, np.float16).reshape(-1, model.dimensions).astype(np.float32)
    return rules.need(vectors, rules.words(rules.parts(*text_of(row))[0]), background_of(model))


def _keep(model: str, known: Mapping[str, Need]) -> None:
    if len(_remembered) > MOST_REMEMBERED:
        _remembered.clear()
    _remembered.update({(model, digest): need for digest, need in known.items()})


_remembered: dict[tuple[str, str], Need] = {}


def _sentences(fields: Fields) -> list[tuple[str, str]]:
    """Return (sentence, field) of a text, each sentence once."""
    parts = ((span.text, name) for name, value in fields.items() for span in sentences(_joined(value)))
    found = {sentence: name for sentence, name in parts if len(sentence) >= SHORTEST_SENTENCE}
    return list(found.items())[:MOST_SENTENCES]


def _likeness(number: str, score: float, own: Sequence[tuple[str, str]], passages: Passages) -> Likeness:
    pairs = [Pair(own[i][0], passages[j][0].text, passages[j][0].heading) for i, j in _cells(own, passages)]
    return Likeness(number, score, rules.level(score), pairs)


def _cells(own: Sequence[tuple[str, str]], passages: Passages) -> Iterator[tuple[int, int]]:
    if own and passages:
        near = _near([sentence for sentence, _ in own], np.stack([vector for _, vector in passages]))
        yield from ((row, column) for row, column, _ in rules.best_pairs(near))


def _near(own: Sequence[str], others: Vectors) -> Vectors:
    """Return the cosines (m, n) of own sentences and others' vectors, each from its own middle."""
    model = embedder()
    rows = rules.centred(embed(model, own), background_of(model).clauses)
    return rows @ rules.centred(others, others.mean(0)).T


def _articles(own: Sequence[str], passages: Passages) -> list[Article]:
    """Return every article with the mean over own sentences of its nearest one, best first."""
    near = _near(own, np.stack([vector for _, vector in passages])) if passages else np.empty((len(own), 0))
    places = dict[int, list[int]]()
    for place, (hit, _) in enumerate(passages):
        if anchor := re.fullmatch(r"article-(\d+)", hit.heading):
            places.setdefault(int(anchor[1]), []).append(place)
    found = []
    for ordinal, columns in places.items():
        part = near[:, columns]
        best = columns[int(part.max(0).argmax())]
        found.append(Article(ordinal, passages[best][0].text, float(part.max(1).mean())))
    return sorted(found, key=lambda one: (-one.score, one.ordinal))
