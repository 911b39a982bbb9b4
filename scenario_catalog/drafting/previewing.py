"""A need as it would be published: the public page's own template, with what publication would add."""

from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any

from core import clock
from core.city import city
from scenario_catalog import presenting
from scenario_catalog.models import Scenario

OPEN = "open"
# Stands for what is not chosen yet: the page names it like any code.
MISSING = "待选"


@dataclass(frozen=True)
class Preview:
    """A need with what its publication would give it."""

    row: Scenario
    published_at: datetime
    status: str = OPEN
    reason: str = ""
    batch: None = None

    @property
    def number(self) -> str:
        return self.row.number or f"{city().prefix}-{clock.local(self.published_at).year}-待编号"

    @property
    def title(self) -> str:
        return self.row.title or "（尚未填写场景名称）"

    @property
    def system(self) -> str:
        return self.row.system or MISSING

    @property
    def domain(self) -> str:
        return self.row.domain or MISSING

    @property
    def mode(self) -> str:
        return self.row.mode or MISSING

    @property
    def moves(self) -> list[Any]:
        return [SimpleNamespace(at=self.published_at, status=OPEN, reason="")]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.row, name)


def page(scenario: Scenario) -> dict[str, Any]:
    """Return what the template of the public page needs."""
    shown = Preview(scenario, clock.now())
    return {**presenting.scenario_page(shown, shown.moves), "follows": False, "is_preview": True}
