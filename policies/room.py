"""The face of `policies` towards app.py."""

from core.registry import MenuItem, Room, Seed
from policies import cli, views
from policies.drafts import draft_views as drafts
from policies.drafts import models as drafts_models
from policies.drafts import views as corpus
from policies.drafts.rules import DRAFT
from policies.facts import table as facts_table
from policies.facts import views as facts
from policies.facts.rules import FACT
from policies.rules import POLICY
from policies.subsidies import views as subsidies
from policies.targets import views as targets

ROOM = Room(
    name="policies",
    blueprints=[
        views.blueprint,
        corpus.blueprint,
        drafts.blueprint,
        facts.blueprint,
        subsidies.blueprint,
        targets.blueprint,
    ],
    commands=[cli.commands],
    menu=[MenuItem("行动方案", "policies.index", 40)],
    desk=facts_table.DESK,
    access=facts_table.ACCESS,
    lifecycles=[POLICY, DRAFT, FACT],
    waiting=corpus.waiting,
    seeds=[Seed("导入政策文件", 30, cli.import_corpus)],
)

__all__ = ["ROOM", "drafts_models"]
