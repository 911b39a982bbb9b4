"""Bids, who bids together, the receipts, and where the encrypted files lie."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import Organisation
from core.orm import Base
from scenario_catalog.models import Scenario


class Bid(Base):
    """A bid. `token` is random: addresses, logs and the audit log know a bid by nothing else before the opening.

    `draft` is encrypted under the bidder's code; `content_sealed` and `price_sealed` under the scenario's keys. `content`
    and `price` are what the openings read: null before. `confirmed` is the newest material corrigendum that the bidder has
    bid under. `alias` is what evaluators call the bid. `points` are the totals of the evaluation (0–100).
    """

    __tablename__ = "bid"
    __table_args__ = (
        UniqueConstraint("scenario_id", "organisation_id"),
        Index("ix_bid_scenario_status", "scenario_id", "status"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token: Mapped[str] = mapped_column(String(32), unique=True)
    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenario.id", ondelete="CASCADE"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    status: Mapped[str] = mapped_column(String(20), default="draft")
    draft: Mapped[bytes | None] = mapped_column(LargeBinary)
    revision: Mapped[int] = mapped_column(default=0)
    saved_at: Mapped[datetime]
    content_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    price_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    submitted_at: Mapped[datetime | None]
    confirmed: Mapped[int] = mapped_column(default=0)
    content: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    price: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    fault: Mapped[str] = mapped_column(String(200), default="")
    alias: Mapped[str] = mapped_column(String(20), default="")
    reason: Mapped[str] = mapped_column(String(40), default="")
    article: Mapped[str] = mapped_column(String(120), default="")
    words: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    demo: Mapped[bool] = mapped_column(default=False, index=True)
    scenario: Mapped[Scenario] = relationship()
    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)
    partners: Mapped[list["BidPartner"]] = relationship(
        back_populates="bid", cascade="all, delete-orphan", lazy="selectin", order_by="BidPartner.id"
    )
    receipts: Mapped[list["BidReceipt"]] = relationship(
        back_populates="bid", passive_deletes=True, order_by="BidReceipt.id"
    )
    files: Mapped[list["BidFile"]] = relationship(cascade="all, delete-orphan", order_by="BidFile.id")


class BidPartner(Base):
    """An enterprise asked to bid together with the lead; it counts once it has accepted."""

    __tablename__ = "bid_partner"
    __table_args__ = (UniqueConstraint("bid_id", "organisation_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id", ondelete="CASCADE"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    part: Mapped[str] = mapped_column(String(200), default="")
    status: Mapped[str] = mapped_column(String(16), default="invited")
    invited_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    bid: Mapped[Bid] = relationship(back_populates="partners")
    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)


class BidReceipt(Base):
    """That a content with this digest was received at this instant; kept when the bid is withdrawn, sent again or deleted.

    `digest` is the SHA-256 of the exact content; `price_digest` that of the exact price, which the content also states.
    """

    __tablename__ = "bid_receipt"

    id: Mapped[int] = mapped_column(primary_key=True)
    bid_id: Mapped[int | None] = mapped_column(ForeignKey("bid.id", ondelete="SET NULL"), index=True)
    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenario.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    price_digest: Mapped[str] = mapped_column(String(64))
    received_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    bid: Mapped[Bid | None] = relationship(back_populates="receipts")
    scenario: Mapped[Scenario] = relationship()


class BidFile(Base):
    """Where an encrypted file lies. Its name, kind and key are in the bid's text, which is sealed itself."""

    __tablename__ = "bid_file"

    id: Mapped[int] = mapped_column(primary_key=True)
    bid_id: Mapped[int] = mapped_column(ForeignKey("bid.id", ondelete="CASCADE"), index=True)
    token: Mapped[str] = mapped_column(String(32), unique=True)
    size: Mapped[int]
    created_at: Mapped[datetime]
