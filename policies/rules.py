"""Whether a policy holds: what operators have said of it, and the dates of its own text."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from accounts.rules import OPERATORS, SYSTEM
from core.lifecycle import Lifecycle, Move

IN_FORCE, SUPERSEDED, WITHDRAWN = "in_force", "superseded", "withdrawn"
KEPT = "这是本市的行动方案，场景清单、目标和政策助手都以它为依据，不能撤下；有新文件时请标为“已被替代”"
_KEEPERS = OPERATORS | SYSTEM


def _not_the_plan(facts: Mapping[str, Any]) -> str | None:
    """Refuse for the city's plan: the marketplace is built on it, its articles stand on every scenario."""
    return KEPT if facts.get("is_plan") else None


POLICY = Lifecycle(
    name="policy",
    states={IN_FORCE: "现行", SUPERSEDED: "已被替代", WITHDRAWN: "已撤下"},
    moves=(
        Move(IN_FORCE, SUPERSEDED, "supersede", "标为已被替代", _KEEPERS),
        Move(IN_FORCE, WITHDRAWN, "withdraw", "撤下", _KEEPERS, _not_the_plan),
        Move(SUPERSEDED, WITHDRAWN, "withdraw", "撤下", _KEEPERS, _not_the_plan),
        Move(SUPERSEDED, IN_FORCE, "restore", "恢复为现行", _KEEPERS),
        Move(WITHDRAWN, IN_FORCE, "restore", "恢复为现行", _KEEPERS),
    ),
)

Validity = Literal["in_force", "not_yet", "expired", "superseded", "withdrawn"]


def validity(status: str, effective: date | None, expires: date | None, ended_on: date | None, today: date) -> Validity:
    """Return how a policy stands on a day. `expires` is its last day; a successor counts from `ended_on` on."""
    if status == WITHDRAWN:
        return "withdrawn"
    if status == SUPERSEDED and (ended_on is None or ended_on <= today):
        return "superseded"
    if effective and today < effective:
        return "not_yet"
    return "expired" if expires and today > expires else "in_force"
