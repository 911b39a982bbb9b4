"""Recommendations among 100,000 solutions against the bare engine in the same run, with their recall of the exact ranking.

    python bench/bench_matching.py [solutions]

Solutions are mixed from the demonstration ones, texts and vectors alike, so that neighbours are as crowded as real ones.
Both run on one thread.
"""

import os
import statistics
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ["OPENBLAS_NUM_THREADS"] = "1"

import faiss
import numpy as np
from bench_search import Vectors, fresh_app, random_vectors, seconds
from sqlalchemy import insert, select

from accounts.models import Organisation
from core import clock
from core.extensions import db
from marketplace.matching import background, matcher, rules, store, vectors
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
    # Each with a number, so that no sentence's letters are known from another solution.
    said = [
        (f"{text}（{id_}）", row)
        for one in parents
        for text, row in zip(one.wording.sentences, one.sentences, strict=True)
    ]
    kept = [said[at] for at in choose.choice(len(said), min(SENTENCES, len(said)), replace=False)]
    wording = Wording("".join(text for text, _ in kept), [text for text, _ in kept], ["summary"] * len(kept))
    return Text(id_, wording, whole, np.stack([row for _, row in kept]))


def write(found: list[Text], model: Embedder) -> None:
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
    texts, _ = matcher.candidates(need, field, PLACES)
    return rules.solutions_for(placed, rules.place(texts, "solution", field), PLACES)


def held(need: Text) -> float:
    """Wait until the process holds the solutions; returns the seconds that took."""
    start = time.perf_counter()
    while store.nearest(need, PLACES) is None:
        time.sleep(0.01)
    return time.perf_counter() - start


def resident() -> float:
    """Return the memory of this process in MB."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


def changed(solution: int) -> None:
    """Record that a solution was embedded anew."""
    ids = db.session.scalars(select(Passage.id).where(Passage.document == str(solution))).all()
    rows = [{"collection": WHOLES, "passage_id": id_, "stamp": id_} for id_ in ids]
    db.session.execute(insert(PassageChange), rows)
    db.session.commit()


def compare(needs: list[Text], found: list[Text]) -> tuple[dict[str, list[float]], list[float]]:
    """Return times and recalls, need by need, so that a busy machine disturbs all alike."""
    _, field = present_field()
    exact = rules.place(found, "solution", field)
    wholes = flat(np.stack([one.whole for one in found]))
    sentences = flat(np.concatenate([one.sentences for one in found]))
    times: dict[str, list[float]] = {name: [] for name in ("recommend", "wholes", "sentences", "after a change")}
    recalls = list[float]()
    for number, need in enumerate(needs, 1):
        times["recommend"].append(seconds(partial(recommend, need)))
        times["wholes"].append(seconds(partial(wholes.search, need.whole[None], matcher.MOST_CANDIDATES)))
        times["sentences"].append(seconds(partial(sentences.search, need.sentences, matcher.MOST_CANDIDATES)))
        changed(number)
        times["after a change"].append(seconds(partial(recommend, need)))
        (placed,) = rules.place([need], "need", field)
        best = {match.id for match in rules.solutions_for(placed, exact, PLACES)}
        recalls.append(len(best & {match.id for match in recommend(need)}) / PLACES)
    return times, recalls


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as name, fresh_app(Path(name)).app_context():
        db.create_all()
        model = embedder()
        needs = background.embedded(model, [*background.need_texts()][:NEEDS])
        found = mixed(count, background.embedded(model, [*background.solution_texts()]))
        write(found, model)
        print(f"{count} solutions; until they are held, by the wholes alone: {1000 * _meanwhile(needs[0]):.0f} ms")
        before = resident()
        print(f"reading them beside the requests {held(needs[0]):.1f} s, in {resident() - before:.0f} MB")
        _report(*compare(needs, found))


def _meanwhile(need: Text) -> float:
    _, field = present_field()
    matcher.by_wholes(need, field)
    return seconds(lambda: rules.place(vectors.solutions(matcher.by_wholes(need, field)[0]), "solution", field))


def _report(times: dict[str, list[float]], recalls: list[float]) -> None:
    middle = {name: 1000 * statistics.median(found) for name, found in times.items()}
    raw = middle["wholes"] + middle["sentences"]
    print(f"a recommendation {middle['recommend']:.1f} ms, right after a change {middle['after a change']:.1f} ms")
    print(
        f"bare FAISS: whole {middle['wholes']:.1f} ms, its sentences among all sentences {middle['sentences']:.1f} ms"
    )
    print(f"ratio to both (what an exact ranking asks of the engine) {middle['recommend'] / raw:.2f} (aim {RATIO})")
    print(f"ratio to the search of the whole alone {middle['recommend'] / middle['wholes']:.2f}")
    print(
        f"recall@{PLACES} of the exact ranking {statistics.mean(recalls):.3f} (aim {RECALL}), worst {min(recalls):.2f}"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
