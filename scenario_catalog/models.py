"""Scenarios, the batches that publish them, and what a batch froze."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import Organisation
from core.orm import Base


class Batch(Base):
    """A numbered batch. `number` is given when it is published; `published_at` is its one instant."""

    __tablename__ = "batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int | None] = mapped_column(unique=True)
    title: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(String(16), default="draft")
    published_at: Mapped[datetime | None]
    demo: Mapped[bool] = mapped_column(default=False, index=True)
    scenarios: Mapped[list["Scenario"]] = relationship(back_populates="batch", order_by="Scenario.number")


class Scenario(Base):
    """A need of an agency. Budgets are in 万元 (both null: 面议); `deadline` is a whole day, included."""

    __tablename__ = "scenario"
    __table_args__ = (Index("ix_scenario_status_deadline", "status", "deadline"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str | None] = mapped_column(String(20), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    agency_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    system: Mapped[str] = mapped_column(String(40), index=True)
    domain: Mapped[str] = mapped_column(String(40), index=True)
    background: Mapped[str] = mapped_column(Text, default="")
    scope: Mapped[str] = mapped_column(Text, default="")
    indicators: Mapped[list[str]] = mapped_column(JSON, default=list)
    resources: Mapped[str] = mapped_column(Text, default="")
    district: Mapped[str] = mapped_column(String(32), index=True)
    mode: Mapped[str] = mapped_column(String(20), index=True)
    notice_url: Mapped[str] = mapped_column(String(500), default="")
    budget_min: Mapped[int | None]
    budget_max: Mapped[int | None]
    conditions: Mapped[str] = mapped_column(Text, default="")
    acceptance: Mapped[str] = mapped_column(Text, default="")
    deadline: Mapped[date]
    contact_name: Mapped[str] = mapped_column(String(60), default="")
    contact_phone: Mapped[str] = mapped_column(String(60), default="")
    status: Mapped[str] = mapped_column(String(16), default="draft")
    reason: Mapped[str] = mapped_column(String(40), default="")
    result: Mapped[str] = mapped_column(Text, default="")
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batch.id"), index=True)
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    demo: Mapped[bool] = mapped_column(default=False, index=True)
    agency: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)
    batch: Mapped[Batch | None] = relationship(back_populates="scenarios")
    tags: Mapped[list["ScenarioTag"]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="ScenarioTag.tag"
    )
    article_rows: Mapped[list["ScenarioArticle"]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="ScenarioArticle.ordinal"
    )
    moves: Mapped[list["ScenarioMove"]] = relationship(cascade="all, delete-orphan", order_by="ScenarioMove.at")

    @property
    def tag_codes(self) -> list[str]:
        return [row.tag for row in self.tags]

    @property
    def articles(self) -> list[int]:
        """The ordinals of the related articles of the city's own plan."""
        return [row.ordinal for row in self.article_rows]


class ScenarioTag(Base):
    """A sub-scene of a scenario, by its code in `city.toml`."""

    __tablename__ = "scenario_tag"

    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenario.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(40), primary_key=True, index=True)


class ScenarioArticle(Base):
    """An article of the city's own plan that a scenario serves, by its ordinal."""

    __tablename__ = "scenario_article"

    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenario.id", ondelete="CASCADE"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True, index=True)


class ScenarioMove(Base):
    """A move of the lifecycle that was made: what the timeline on the page is drawn from."""

    __tablename__ = "scenario_move"

    id: Mapped[int] = mapped_column(primary_key=True)
    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenario.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    verb: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(40), default="")


class BatchEntry(Base):
    """What a batch froze of one scenario at the instant of publication."""

    __tablename__ = "batch_entry"
    __table_args__ = (UniqueConstraint("batch_id", "scenario_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"), index=True)
    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenario.id"), index=True)
    position: Mapped[int]
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))
