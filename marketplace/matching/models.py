"""Shortlists as they were frozen, and whom an agency invited from them."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.access.models import Person
from core.orm import Base
from marketplace.solutions.models import Solution
from scenario_catalog.models import Scenario


class Shortlist(Base):
    """The ranking of a scenario's solutions as it stood: by which model, index and rule, among how many solutions.

    `index_version` is the last change of the passages that was seen; `digest` is the SHA-256 of the entries.
    """

    __tablename__ = "shortlist"

    id: Mapped[int] = mapped_column(primary_key=True)
    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenario.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    made_at: Mapped[datetime]
    model: Mapped[str] = mapped_column(String(120))
    index_version: Mapped[str] = mapped_column(String(200))
    rule_version: Mapped[str] = mapped_column(String(40))
    compared: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    scenario: Mapped[Scenario] = relationship()
    person: Mapped[Person | None] = relationship()
    entries: Mapped[list["ShortlistEntry"]] = relationship(
        cascade="all, delete-orphan", order_by="ShortlistEntry.position"
    )


class ShortlistEntry(Base):
    """A solution in a frozen ranking: its version, score, whether it fits, and the sentences and checks that were shown."""

    __tablename__ = "shortlist_entry"
    __table_args__ = (UniqueConstraint("shortlist_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    shortlist_id: Mapped[int] = mapped_column(ForeignKey("shortlist.id", ondelete="CASCADE"))
    position: Mapped[int]
    solution_id: Mapped[int] = mapped_column(ForeignKey("solution.id", ondelete="CASCADE"), index=True)
    revision: Mapped[int]
    score: Mapped[float]
    fits: Mapped[bool]
    pairs: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    eligibility: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    solution: Mapped[Solution] = relationship(lazy="joined", innerjoin=True)
    shortlist: Mapped[Shortlist] = relationship(back_populates="entries")


class BidInvitation(Base):
    """An agency asked an enterprise to look at its scenario: once for each scenario and enterprise."""

    __tablename__ = "bid_invitation"
    __table_args__ = (UniqueConstraint("scenario_id", "organisation_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenario.id", ondelete="CASCADE"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    solution_id: Mapped[int] = mapped_column(ForeignKey("solution.id", ondelete="CASCADE"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    invited_at: Mapped[datetime]
    scenario: Mapped[Scenario] = relationship(lazy="joined", innerjoin=True)
    solution: Mapped[Solution] = relationship(lazy="joined", innerjoin=True)


class MatchStatistics(Base):
    """What the field of one model looked like at a moment: a snapshot that every process measures by, until the next."""

    __tablename__ = "match_statistics"

    id: Mapped[int] = mapped_column(primary_key=True)
    made_at: Mapped[datetime]
    model: Mapped[str] = mapped_column(String(128), index=True)
    heads: Mapped[str] = mapped_column(String(120))
    needs: Mapped[int]
    solutions: Mapped[int]
    samples: Mapped[bytes] = mapped_column(LargeBinary)
