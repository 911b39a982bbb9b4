"""Recommendations among 100,000 solutions against the bare engine in the same run, with their recall of the exact ranking.

    python bench/bench_matching.py [solutions]

Solutions are mixed from the demonstration ones, texts and vectors alike, so that neighbours are as crowded as real ones.
"""

import resource
import statistics
import sys
import tempfile
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import faiss
import numpy as np
from bench_search import Vectors, fresh_app, random_vectors, seconds
from sqlalchemy import insert

from accounts.models import Organisation
from core import clock
from core.extensions import db
from marketplace.matching import background, matcher, rules
from marketplace.matching.rules import Match, Text
from marketplace.matching.statistics import present_field
from marketplace.solutions.models import Solution
from marketplace.solutions.operations import COLLECTION, WHOLES
from retrieval.embedder import Embedder, embedder
from retrieval.models import Passage, PassageChange
from scenario_catalog.compared import Wording

SENTENCES, BATCH, NEEDS, PLACES = 4, 5_000, 12, 20
RECALL, RATIO = 0.99, 1.5
NOISE = 0.25


def mixed(count: int, real: list[Text]) -> list[Text]:
    """Return `count` solutions, each between two real ones, with some sentences of both."""
    choose = np.random.default_rng(7)
    pairs = choose.integers(len(real), size=(count, 2))
    share = choose.uniform(0.2, 0.8, (count, 1)).astype(np.float32)
    noise = random_vectors(count, len(real[0].whole)) * NOISE
    wholes = np.stack([one.whole for one in real])
    rows = rules.unit(share * wholes[pairs[:, 0]] + (1 - share) * wholes[pairs[:, 1]] + noise)
    return [_mixed(str(place + 1), [real[at] for at in pairs[place]], rows[place], choose) for place in range(count)]


def _mixed(id_: str, parents: list[Text], whole: Vectors, choose: np.random.Generator) -> Text:
    said = [(text, row) for one in parents for text, row in zip(one.wording.sentences, one.sentences, strict=True)]
    kept = [said[at] for at in choose.choice(len(said), min(SENTENCES, len(said)), replace=False)]
    wording = Wording("".join(text for text, _ in kept), [text for text, _ in kept], ["summary"] * len(kept))
    return Text(id_, wording, whole, np.stack([row for _, row in kept]))


def store(found: list[Text], model: Embedder) -> None:
    """Write solutions and passages as they stand after they were published and embedded."""
    session, now = db.session(), clock.now()
    session.add(Organisation(id=1, code="bench", kind="enterprise", name="Bench", verification="verified"))
    session.flush()
    common = {"organisation_id": 1, "name": "", "summary": "", "content": {}, "status": "published", "digest": ""}
    dates = {"created_at": now, "updated_at": now, "published_at": now, "revision": 1, "demo": False}
    for start in range(0, len(found), BATCH):
        part = found[start : start + BATCH]
        session.execute(insert(Solution), [{**common, **dates, "id": int(one.id)} for one in part])
        rows = [row for one in part for row in _passages(one, model.name)]
        session.execute(insert(Passage), rows)
    for collection in (COLLECTION, WHOLES):
        session.add(PassageChange(collection=collection, passage_id=1, stamp=1))
    session.commit()


def _passages(one: Text, model: str) -> list[dict[str, object]]:
    said = [(COLLECTION, "summary", *each) for each in zip(one.wording.sentences, one.sentences, strict=True)]
    everything = [(WHOLES, "whole", one.wording.whole, one.whole), *said]
    common = {"document": one.id, "start": 0, "end": 0, "digest": "", "model": model}
    return [
        {**common, "collection": name, "position": at, "heading": heading, "text": text, "vector": row.tobytes()}
        for at, (name, heading, text, row) in enumerate(everything)
    ]


def flat(rows: Vectors) -> faiss.IndexFlatIP:
    faiss.omp_set_num_threads(1)
    index = faiss.IndexFlatIP(rows.shape[1])
    index.add(rows)
    return index


def recommend(need: Text) -> list[Match]:
    _, field = present_field()
    (placed,) = rules.place([need], "need", field)
    candidates = rules.place(matcher.candidates(need, field), "solution", field)
    return rules.solutions_for(placed, candidates, PLACES)


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as name, fresh_app(Path(name)).app_context():
        db.create_all()
        model = embedder()
        needs = background.embedded(model, [*background.need_texts()][:NEEDS])
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        found = mixed(count, background.embedded(model, [*background.solution_texts()]))
        store(found, model)
        _, field = present_field()
        exact = rules.place(found, "solution", field)
        wholes = flat(np.stack([one.whole for one in found]))
        sentences = flat(np.concatenate([one.sentences for one in found]))
        recommend(needs[0])
        times: dict[str, list[float]] = {"recommend": [], "wholes": [], "sentences": []}
        recalls = list[float]()
        for need in needs:
            times["recommend"].append(seconds(partial(recommend, need)))
            times["wholes"].append(seconds(partial(wholes.search, need.whole[None], matcher.MOST_CANDIDATES)))
            times["sentences"].append(seconds(partial(sentences.search, need.sentences, matcher.MOST_CANDIDATES)))
            (placed,) = rules.place([need], "need", field)
            best = {match.id for match in rules.solutions_for(placed, exact, PLACES)}
            recalls.append(len(best & {match.id for match in recommend(need)}) / PLACES)
        _report(count, times, recalls, before)


def _report(count: int, times: dict[str, list[float]], recalls: list[float], before: int) -> None:
    middle = {name: 1000 * statistics.median(found) for name, found in times.items()}
    raw = middle["wholes"] + middle["sentences"]
    print(f"{count} solutions, recommendations {middle['recommend']:.1f} ms")
    print(
        f"bare FAISS: whole {middle['wholes']:.1f} ms, its sentences among all sentences {middle['sentences']:.1f} ms"
    )
    print(f"ratio to both (what an exact ranking asks of the engine) {middle['recommend'] / raw:.2f} (aim {RATIO})")
    print(f"ratio to the search of the whole alone {middle['recommend'] / middle['wholes']:.2f}")
    print(
        f"recall@{PLACES} of the exact ranking {statistics.mean(recalls):.3f} (aim {RECALL}), worst {min(recalls):.2f}"
    )
    per = 4 * 384 * 100_000 / 2**20
    print(
        f"memory of the index of wholes per 100,000 solutions: {per:.0f} MB; per 100,000 sentences searched by words and meaning as much"
    )
    print(
        f"this run, exact ranking and all texts in memory: {(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024:.0f} MB"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
