"""What bidders are asked for and judged by."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.orm import Base
from scenario_catalog.models import Scenario


class Call(Base):
    """The terms of a scenario's bidding, one a scenario; written before publication, `frozen_at` it, never changed after.

    `sections` are {key, title, hint, required, longest (characters)}; `criteria` are {key, title, weight, minimum, kind
    (technical or price), rubric: [{points, text}, …]}, whose weights sum to 100 and which are scored from 0 to 100.
    `digest` is the SHA-256 of what was frozen. Days are calendar days.
    """

    __tablename__ = "call"

    id: Mapped[int] = mapped_column(primary_key=True)
    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenario.id", ondelete="CASCADE"), unique=True)
    sections: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    criteria: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    most_finalists: Mapped[int] = mapped_column(default=3)
    standstill_days: Mapped[int] = mapped_column(default=5)
    revision: Mapped[int] = mapped_column(default=0)
    frozen_at: Mapped[datetime | None]
    digest: Mapped[str] = mapped_column(String(64), default="")
    updated_at: Mapped[datetime]
    scenario: Mapped[Scenario] = relationship()
