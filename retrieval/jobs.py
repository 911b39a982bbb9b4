"""Filling vectors in the background."""

from huey import crontab

from core.jobs import job, periodic
from retrieval import operations


@job()
def fill() -> int:
    """Embed what has no vector yet and write the index files; nothing if another process is at it."""
    return operations.bring_up_to_date(wait=False)


# What was put while a fill was running, or by a process that ended before it could ask for one.
@periodic(crontab(minute="*"))
def catch_up() -> int:
    return operations.bring_up_to_date(wait=False)


def schedule_fill() -> None:
    """Ask for vectors; call it after the commit that brought passages."""
    fill()
