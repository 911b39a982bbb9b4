"""`flask assistant …`: answering and evaluating files of questions, purging old conversations."""

import json
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from flask import current_app
from flask.cli import AppGroup

from assistant import operations, question_files
from core import clock
from core.city import city
from core.errors import ProductError
from core.extensions import db
from core.settings import settings
from retrieval.embedder import ModelError, embedder
from retrieval.operations import fill_vectors

if TYPE_CHECKING:
    from assistant.answering import Answering

FILE = click.Path(path_type=Path)

commands = AppGroup("assistant", help="The policy assistant.")


@commands.command("answer")
@click.option("--input", "source", required=True, type=FILE, help="Questions, a JSON object a line.")
@click.option("--output", "target", required=True, type=FILE, help="Answers, in the order of the questions.")
@click.option("--policy", default="", help="Policy id; the city's own plan by default.")
def answer(source: Path, target: Path, policy: str) -> None:
    """Answer a file of questions."""
    try:
        questions = question_files.read(source)
        answers = [*_answers(_ready(policy), questions)]
        target.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in answers), encoding="utf-8")
    except (ProductError, OSError) as error:
        _fail(error)
    click.echo(f"{target}: {len(answers)} 个回答")


@commands.command("evaluate")
@click.argument("source", type=FILE, metavar="[QUESTIONS.jsonl]", required=False)
@click.option("--policy", default="", help="Policy id; the city's own plan by default.")
@click.option("--write", is_flag=True, help="Without a file: store the run as the one to compare with.")
def evaluate(source: Path | None, policy: str, write: bool) -> None:
    """Answer a file of evaluation questions and score the answers; without a file, the project's own, in every mode."""
    try:
        lines = [*_of_file(source, policy)] if source else [*_of_all(write=write)]
    except (ProductError, ModelError, KeyError) as error:
        _fail(error)
    click.echo("\n".join(lines))


@commands.command("calibrate")
def calibrate() -> None:
    """Fit the weights of ranking and abstention on the fitting questions, and print the curves."""
    from assistant import calibrating  # needs numpy and langchain, which pages do not wait for

    try:
        curves = calibrating.calibrate(lambda line: click.echo(line, err=True))
    except (ProductError, ModelError) as error:
        _fail(error)
    for name, points in curves.items():
        click.echo(f"{name}\n  threshold  yes held back  no held back")
        for one in points:
            click.echo(f"  {one.threshold:9.2f}  {one.false_refusals:13.3f}  {one.refused:12.3f}")


@commands.command("purge")
def purge() -> None:
    """Delete the conversations that are older than CONVERSATION_DAYS."""
    removed = operations.purge(db.session(), settings().conversation_days)
    db.session.commit()
    click.echo(f"已删除 {removed} 个对话")


def _ready(policy: str) -> "Answering":
    """Return the stages with the model loaded and every passage with its vector: no answer pays for that."""
    stages = operations.answering(policy or city().policy.id, catalog=not policy)
    try:
        embedder()
        fill_vectors(lambda line: click.echo(line, err=True))
    except ModelError as error:
        click.echo(f"向量模型不可用，只按词检索：{error}", err=True)
    stages.answer("热身")
    return stages


def _answers(stages: "Answering", questions: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    with current_app.test_request_context():
        for question in questions:
            started = time.perf_counter()
            found = stages.answer(question["q"], [(role, text) for role, text in question["history"]]).answer
            ms = 1000 * (time.perf_counter() - started)
            if found is None:
                raise RuntimeError("the last stage gave no answer")
            citations = [
                {
                    "document": one.document,
                    "article": one.article,
                    "quote": one.quote,
                    "start": one.start,
                    "end": one.end,
                }
                for one in found.citations
            ]
            yield {
                "id": question["id"],
                "status": found.status,
                "answer": found.text,
                "citations": citations,
                "rewritten": found.rewritten,
                "mode": found.mode,
                "ms": round(ms, 1),
            }


def _of_file(source: Path, policy: str) -> list[str]:
    from assistant import evaluating

    questions = question_files.read(source)
    stages = _ready(policy)
    with current_app.test_request_context():
        return evaluating.score(stages, questions).lines()


def _of_all(*, write: bool) -> Iterator[str]:
    from assistant import evaluating
    from assistant.llm.streaming import endpoint
    from assistant.wording_scores import Speaker

    known, address = settings(), endpoint(settings())
    speaker = Speaker(address, known.llm_at_once) if address else None
    found = list(evaluating.run(speaker=speaker))
    for one, reports in found:
        yield from evaluating.table(one, reports)
    now = evaluating.summary(found, clock.today())
    yield from evaluating.changes(evaluating.latest(), now)
    if write:
        evaluating.write(now)


def _fail(error: Exception) -> None:
    click.echo(f"error: {error}", err=True)
    sys.exit(1)
