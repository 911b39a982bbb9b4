"""`flask assistant export-cases`: the evaluation cases made of real questions, as a question file."""

import json
from pathlib import Path

import click

from assistant.cli import commands
from assistant.quality import operations
from core.extensions import db


@commands.command("export-cases")
@click.option(
    "--output", "target", required=True, type=click.Path(path_type=Path), help="The file, a JSON object a line."
)
def export_cases(target: Path) -> None:
    """Write the evaluation cases that operators made of real questions."""
    cases = list(operations.exported(db.session()))
    target.write_text("".join(json.dumps(one, ensure_ascii=False) + "\n" for one in cases), encoding="utf-8")
    click.echo(f"{target}: {len(cases)} 道题")
