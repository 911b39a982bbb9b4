"""Indexing through `fill_vectors` against the model's own batch encoding of the same texts.

python bench/bench_indexing.py [texts]
"""

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench_search import COLLECTION, PER_DOCUMENT, fresh_app, seconds, texts
from sqlalchemy import update

from core.extensions import db
from retrieval.embedder import SentenceEmbedder, embedder
from retrieval.models import Passage
from retrieval.operations import Piece, fill_vectors, put_document

ROUNDS = 3
TARGET = 0.9


def put(sentences: list[str]) -> None:
    for start in range(0, len(sentences), PER_DOCUMENT):
        pieces = [Piece(sentence) for sentence in sentences[start : start + PER_DOCUMENT]]
        put_document(db.session(), COLLECTION, str(start), pieces)
    db.session.commit()


def empty() -> None:
    db.session.execute(update(Passage).values(model=None, vector=None))
    db.session.commit()


def main(count: int) -> None:
    with tempfile.TemporaryDirectory() as name, fresh_app(Path(name)).app_context():
        db.create_all()
        model, sentences = embedder(), texts(count)
        assert isinstance(model, SentenceEmbedder)
        put(sentences)
        model.passages(sentences[:32])
        own = through = 0.0
        for _ in range(ROUNDS):
            empty()
            own += seconds(lambda: model.model.encode_document(sentences, show_progress_bar=False))
            through += seconds(fill_vectors)
        db.session.remove()
    print(f"the model's own batches  {count * ROUNDS / own:6.1f} texts/s")
    print(f"through fill_vectors     {count * ROUNDS / through:6.1f} texts/s")
    print(f"fill_vectors / own batches = {own / through:.2f}   target >= {TARGET}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 600)
