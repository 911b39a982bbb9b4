"""Decisions for winners, their public notice, and the objections to it."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import Organisation
from core.files import StoredFile
from core.orm import Base
from marketplace.bids.models import Bid
from scenario_catalog.models import Scenario


class Award(Base):
    """A proposed award of a scenario and what became of it; after an un-award a new one is made with the next number.

    Objections are taken while `noticed_at` ≤ now < `notice_ends`.
    """

    __tablename__ = "award"
    __table_args__ = (UniqueConstraint("scenario_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenario.id", ondelete="CASCADE"))
    number: Mapped[int]
    status: Mapped[str] = mapped_column(String(16), default="noticed", index=True)
    reason: Mapped[str] = mapped_column(Text)
    noticed_at: Mapped[datetime]
    notice_ends: Mapped[datetime]
    awarded_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
    withdrawal: Mapped[str] = mapped_column(Text, default="")
    demo: Mapped[bool] = mapped_column(default=False, index=True)
    scenario: Mapped[Scenario] = relationship()
    winners: Mapped[list["AwardWinner"]] = relationship(cascade="all, delete-orphan", order_by="AwardWinner.id")
    objections: Mapped[list["Objection"]] = relationship(
        back_populates="award", cascade="all, delete-orphan", order_by="Objection.number"
    )


class AwardWinner(Base):
    """A bid that an award names."""

    __tablename__ = "award_winner"
    __table_args__ = (UniqueConstraint("award_id", "bid_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id", ondelete="CASCADE"))
    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id", ondelete="CASCADE"), index=True)
    bid: Mapped[Bid] = relationship(lazy="joined", innerjoin=True)


class Objection(Base):
    """An objection to a noticed award, public without its author's name, and its answer."""

    __tablename__ = "objection"
    __table_args__ = (UniqueConstraint("award_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    award_id: Mapped[int] = mapped_column(ForeignKey("award.id", ondelete="CASCADE"))
    number: Mapped[int]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(16), default="raised", index=True)
    answer: Mapped[str] = mapped_column(Text, default="")
    raised_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    award: Mapped[Award] = relationship(back_populates="objections")
    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)


class FinalistTrial(Base):
    """A third-party test or a pilot of a finalist before winners are named."""

    __tablename__ = "finalist_trial"

    id: Mapped[int] = mapped_column(primary_key=True)
    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    tester: Mapped[str] = mapped_column(String(120))
    result: Mapped[str] = mapped_column(Text)
    passed: Mapped[bool]
    file_id: Mapped[int | None] = mapped_column(ForeignKey("stored_file.id"), unique=True)
    recorded_at: Mapped[datetime]
    bid: Mapped[Bid] = relationship()
    file: Mapped[StoredFile | None] = relationship()
