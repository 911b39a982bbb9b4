"""The face of `assistant` towards app.py."""

from assistant import cli, jobs, models, views
from assistant.llm import models as llm_models
from assistant.llm import streaming
from assistant.quality import cli as quality_cli
from assistant.quality import jobs as quality_jobs
from assistant.quality import models as quality_models
from assistant.quality import table as quality_table
from assistant.quality import views as quality
from assistant.terms import models as terms_models
from assistant.terms import table as terms_table
from assistant.terms import views as terms
from core.access import ANYONE, Access
from core.registry import MenuItem, Room

ROOM = Room(
    name="assistant",
    blueprints=[views.blueprint, quality.blueprint, terms.blueprint],
    commands=[cli.commands],
    access=[Access("assistant.ask", "向政策助手提问", frozenset({ANYONE})), *quality_table.ACCESS, *terms_table.ACCESS],
    menu=[MenuItem("政策问答", "assistant.ask", 50)],
    desk=[*quality_table.DESK, *terms_table.DESK],
    waiting=quality.waiting,
    warm=streaming.warm,
)

__all__ = ["ROOM", "jobs", "llm_models", "models", "quality_cli", "quality_jobs", "quality_models", "terms_models"]
