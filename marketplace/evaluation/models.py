"""Who judges, what each one scored, and what was agreed."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Float, ForeignKey, Index, String, Text, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.access.models import Person
from accounts.models import Organisation
from core.orm import Base
from marketplace.bids.models import Bid
from scenario_catalog.models import Scenario


class Evaluation(Base):
    """The judging of a scenario's bids: one a scenario, from the appointing of the panel. Scores are due on `due`."""

    __tablename__ = "evaluation"

    id: Mapped[int] = mapped_column(primary_key=True)
    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenario.id", ondelete="CASCADE"), unique=True)
    status: Mapped[str] = mapped_column(String(16), default="preparing", index=True)
    due: Mapped[datetime | None]
    created_at: Mapped[datetime]
    scored_at: Mapped[datetime | None]
    agreed_at: Mapped[datetime | None]
    ranked_at: Mapped[datetime | None]
    scenario: Mapped[Scenario] = relationship()
    panel: Mapped[list["PanelMember"]] = relationship(
        back_populates="evaluation", cascade="all, delete-orphan", order_by="PanelMember.id"
    )


class PanelMember(Base):
    """A person on a panel. Nothing of a bid is shown before the declaration; who has a conflict is recused.

    `chairs` marks the head that the agency picked, at most one; where none is, `queries.head` says who is the head.
    Of who was let go on `released_at`, overdue, the sheets count where the scores were closed before: all were in then.
    """

    __tablename__ = "panel_member"
    __table_args__ = (
        UniqueConstraint("evaluation_id", "person_id"),
        Index(
            "ix_panel_member_chair",
            "evaluation_id",
            unique=True,
            sqlite_where=text("chairs"),
            postgresql_where=text("chairs"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    evaluation_id: Mapped[int] = mapped_column(ForeignKey("evaluation.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    status: Mapped[str] = mapped_column(String(16), default="invited")
    statement: Mapped[str] = mapped_column(Text, default="")
    order_seed: Mapped[int]
    invited_at: Mapped[datetime]
    declared_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    chairs: Mapped[bool] = mapped_column(default=False, server_default=false())
    evaluation: Mapped[Evaluation] = relationship(back_populates="panel")
    person: Mapped[Person | None] = relationship(lazy="joined")
    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)


class ScoreSheet(Base):
    """What one member gives one bid: `scores` maps a criterion's key to {points (0–100), comment}."""

    __tablename__ = "score_sheet"
    __table_args__ = (UniqueConstraint("member_id", "bid_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("panel_member.id", ondelete="CASCADE"))
    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id", ondelete="CASCADE"), index=True)
    scores: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    status: Mapped[str] = mapped_column(String(16), default="draft")
    saved_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    member: Mapped[PanelMember] = relationship()
    bid: Mapped[Bid] = relationship()


class Consensus(Base):
    """What the panel agreed on for one bid: `scores` as in a sheet, with the reason. Totals are of 100 points.

    `signatures` are who agreed, who objects and what the head ruled: see `signing`; empty where nobody was asked to sign.
    `technical` is the weighted sum of the technical criteria, `price_points` that of the price, once it was opened.
    """

    __tablename__ = "consensus"

    id: Mapped[int] = mapped_column(primary_key=True)
    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id", ondelete="CASCADE"), unique=True)
    scores: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    signatures: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")
    reason: Mapped[str] = mapped_column(Text, default="")
    technical: Mapped[float] = mapped_column(Float, default=0.0)
    passed: Mapped[bool] = mapped_column(default=True)
    price_points: Mapped[float | None]
    total: Mapped[float | None]
    rank: Mapped[int | None]
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    agreed_at: Mapped[datetime]
    bid: Mapped[Bid] = relationship()
