"""Background work: one huey queue in the instance folder, each task inside the application."""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from flask import Flask
from huey import SqliteHuey
from huey.consumer import Consumer

from core.settings import load_settings

P = ParamSpec("P")
R = TypeVar("R")

# Threads of the consumer: a slow mail server, the scanner and the embedding of passages may each keep one waiting, and
# still a batch is published at its minute.
WORKERS = 4

_app: Flask | None = None


def _queue() -> SqliteHuey:
    instance = load_settings().instance
    instance.mkdir(parents=True, exist_ok=True)
    return SqliteHuey("marketplace", filename=str(instance / "jobs.db"))


huey = _queue()


def bind(app: Flask) -> None:
    """Make `app` the application that tasks of this process run in."""
    global _app  # noqa: PLW0603 - a consumer process has exactly one application
    _app = app


def in_app(function: Callable[P, R]) -> Callable[P, R]:
    """Run `function` as the bound application, where addresses can be written: paths, as on a page."""

    @wraps(function)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> R:
        if _app is None:
            raise RuntimeError("no application is bound to the job queue")
        address = _app.extensions["settings"].public_url
        # A context of its own, also where one is pushed: with it a session of its own.
        with _app.app_context(), _app.test_request_context(base_url=address):
            return function(*args, **kwargs)

    return wrapped


def job(**options: Any) -> Callable[[Callable[..., Any]], Any]:
    """Declare a task: `@job()`; calling the result enqueues it."""
    return lambda function: huey.task(**options)(in_app(function))


def periodic(schedule: Any, **options: Any) -> Callable[[Callable[[], Any]], Any]:
    """Declare a task that the consumer starts by `schedule` (huey.crontab)."""
    return lambda function: huey.periodic_task(schedule, **options)(in_app(function))


def consumer() -> Consumer:
    """Return what runs the queue's tasks, each in one of `WORKERS` threads, once it is started."""
    return huey.create_consumer(workers=WORKERS, worker_type="thread", check_worker_health=False)
