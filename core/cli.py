"""`flask data`: what the site needs before it can be served; `flask jobs`: the consumer of background work; `flask backup`."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_migrate import upgrade

from core import stamp
from core.backup import BackupError
from core.backup import backup as make_backup
from core.jobs import consumer
from core.registry import Room
from core.settings import settings


@contextmanager
def one_line(*errors: type[Exception]) -> Iterator[None]:
    """Tell these errors in one line, and leave the command with a code that is not zero."""
    try:
        yield
    except errors as error:
        raise click.ClickException(str(error)) from None


@click.command("data")
@with_appcontext
def data() -> None:
    """Prepare model, database, corpus, demonstration data and index."""
    click.echo("· 数据库迁移")
    upgrade()
    rooms: tuple[Room, ...] = current_app.extensions["rooms"]
    for seed in sorted((seed for room in rooms for seed in room.seeds), key=lambda seed: seed.order):
        started = time.monotonic()
        click.echo(f"· {seed.label}")
        seed.run(lambda line: click.echo(f"    {line}"))
        click.echo(f"    完成 {time.monotonic() - started:.1f} 秒")
    stamp.write(settings())


@click.command("jobs")
@with_appcontext
def jobs() -> None:
    """Consume background work until a signal comes."""
    consumer().run()


@click.command("backup")
@click.option("--label", default="", help="A word for the file's name.")
@with_appcontext
def backup(label: str) -> None:
    """Copy the database into the instance folder while the site runs; print the copy's path and size."""
    with one_line(BackupError):
        path = make_backup(label)
    click.echo(f"{path} ({path.stat().st_size / 1024**2:.1f} MiB)")
