"""What the pages show: the last evaluation, and how the answers of the last days went."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l

from assistant.llm import queries as llm
from assistant.models import Turn
from assistant.presenting import STATUSES
from assistant.quality import operations, queries, rules
from assistant.quality.models import Rating
from core import clock
from core.extensions import db
from core.web import Page

LATEST = Path(__file__).parent.parent / "evaluation" / "latest.json"
DAYS = 30
FIGURES: Mapping[str, Any] = {
    "size": _l("题数"),
    "strict": _l("完全答对"),
    "strict_model": _l("由模型整理时完全答对"),
    "false_refusals": _l("误拒"),
    "near_misses_refused": _l("未规定的问题被识别"),
    "citation_precision": _l("引用精确率"),
    "citation_recall": _l("引用召回率"),
}
# What people read for the names of the question sets; `fitted on` are those that the weights were learnt from.
SETS: Mapping[str, Any] = {
    "own": _l("自编题，行动方案"),
    "own, second policy": _l("自编题，第二份文件"),
    "unseen, plan": _l("另编的题，行动方案"),
    "unseen, third policy": _l("另编的题，第三份文件"),
    "fitted on": _l("用来调校的题，行动方案"),
    "held out, plan": _l("调校时没有看过的题，行动方案"),
    "held out, fourth policy": _l("调校时没有看过的题，第四份文件"),
    "fresh, plan": _l("最后才出的题，行动方案"),
    "fresh, seventh policy": _l("最后才出的题，第七份文件"),
    "many documents": _l("同时问几份文件"),
}
COUNTED = frozenset({"size"})


@dataclass(frozen=True)
class Lately:
    """How many answers of each status, how many helpful of how many ratings, and how many of a model's claims were dropped."""

    statuses: Sequence[tuple[Any, int]]
    helpful: int
    rated: int
    written: int
    shown: int
    dropped: int

    @property
    def answers(self) -> int:
        return sum(count for _, count in self.statuses)


@dataclass(frozen=True)
class Feedback:
    """The rating of a turn, if there is one, and the sentences that may be called wrong."""

    turn: Turn
    rating: Rating | None
    sentences: Sequence[str]

    reasons: Mapping[str, Any] = field(default_factory=lambda: rules.REASONS)

    @property
    def reason(self) -> Any:
        return reason(self.rating.reason) if self.rating else ""


@dataclass(frozen=True)
class Board:
    """A page of the questions that were not, or not well, answered, narrowed to `chosen`, and what people said of them."""

    page: Page
    chosen: str
    ratings: Sequence[Rating]
    names: Mapping[str, Any] = field(default_factory=lambda: {"": _l("全部"), **rules.OPEN, "rated": _l("评价不好的")})
    kinds: Mapping[str, Any] = field(default_factory=lambda: rules.KINDS)

    @property
    def rows(self) -> Sequence[tuple[Any, str, Sequence[Rating]]]:
        """Return each row with its question masked, and the ratings of its answers."""
        return [
            (row, rules.masked(row[0]), [one for one in self.ratings if one.turn.question == row[0]])
            for row in self.page.items
        ]


def reason(code: str) -> Any:
    """Return what people read for a reason."""
    return rules.REASONS.get(code, "")


def feedback(turn: Turn) -> Feedback:
    """Return what the page needs to take an opinion of a turn."""
    return Feedback(turn, queries.rating(turn.id), operations.sentences(turn))


def evaluation(file: Path = LATEST) -> Mapping[str, Any] | None:
    """Return the run committed last with the columns it has; None if there is none."""
    if not file.exists():
        return None
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    columns = {name: said for name, said in FIGURES.items() if any(name in one for one in found["sets"])}
    rows = [
        (SETS.get(one["name"], one["name"]), [_figure(name, one.get(name)) for name in columns])
        for one in found["sets"]
    ]
    return {**found, "columns": list(columns.values()), "rows": rows}


def lately() -> Lately:
    """Return what the last DAYS days were like."""
    since = clock.now() - timedelta(days=DAYS)
    statuses = dict(db.session.execute(queries.statuses_since(since)).all())
    ratings = dict(db.session.execute(queries.ratings_since(since)).all())
    calls = db.session.execute(llm.outcomes_since(since)).all()
    return Lately(
        statuses=[(said, statuses[code]) for code, said in STATUSES.items() if code in statuses],
        helpful=ratings.get(True, 0),
        rated=sum(ratings.values()),
        written=sum(count for _, count, _, _ in calls),
        shown=sum(shown for _, _, shown, _ in calls),
        dropped=sum(dropped for _, _, _, dropped in calls),
    )


def _figure(name: str, value: Any) -> str:
    if value is None:
        return "—"
    return str(value) if name in COUNTED else f"{100 * value:.1f}%"
