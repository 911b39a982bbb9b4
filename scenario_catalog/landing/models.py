"""What becomes of an awarded scenario."""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.models import Organisation
from core.files import StoredFile
from core.orm import Base
from scenario_catalog.models import Scenario


class Landing(Base):
    """The way of one scenario from award to landed. Amounts are in 元: contracts name them to the last one.

    `verified_at` is set by the operator alone: only then does the landing count. `conditions` are 可复制条件. One that an
    un-award or a failure ended has `ended_at` and stays as it was; the next award begins another: at most one of a
    scenario has not ended. `status` tells whether the operator sent it back, `wanted` what was missing then. `decided_on` and `notice_url` are the official result of a procurement, which was decided
    elsewhere.
    """

    __tablename__ = "landing"
    __table_args__ = (
        Index(
            "ix_landing_present",
            "scenario_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenario.id", ondelete="CASCADE"), index=True)
    contract: Mapped[str] = mapped_column(String(200), default="")
    contract_date: Mapped[date | None]
    amount: Mapped[int | None] = mapped_column(BigInteger)
    decided_on: Mapped[date | None]
    notice_url: Mapped[str] = mapped_column(String(500), default="")
    results: Mapped[str] = mapped_column(Text, default="")
    conditions: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(16), default="under_way", server_default="under_way")
    wanted: Mapped[str] = mapped_column(Text, default="", server_default="")
    returned_at: Mapped[datetime | None]
    resubmitted_at: Mapped[datetime | None]
    verified_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    demo: Mapped[bool] = mapped_column(default=False, index=True)
    scenario: Mapped[Scenario] = relationship()
    parties: Mapped[list["LandingParty"]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="LandingParty.id"
    )
    milestones: Mapped[list["Milestone"]] = relationship(
        back_populates="landing", cascade="all, delete-orphan", order_by="Milestone.due, Milestone.id"
    )
    replications: Mapped[list["Replication"]] = relationship(
        cascade="all, delete-orphan", order_by="Replication.since, Replication.id"
    )


class LandingParty(Base):
    """By whom: an enterprise known here, or by name alone where the result came from an official procurement notice."""

    __tablename__ = "landing_party"

    id: Mapped[int] = mapped_column(primary_key=True)
    landing_id: Mapped[int] = mapped_column(ForeignKey("landing.id", ondelete="CASCADE"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    lead: Mapped[bool] = mapped_column(default=True)
    organisation: Mapped[Organisation | None] = relationship()


class Milestone(Base):
    """A step that was agreed on: `kind` is contract, pilot, acceptance or other; whether it was met is said with evidence."""

    __tablename__ = "milestone"

    id: Mapped[int] = mapped_column(primary_key=True)
    landing_id: Mapped[int] = mapped_column(ForeignKey("landing.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(120))
    due: Mapped[date]
    status: Mapped[str] = mapped_column(String(16), default="scheduled", index=True)
    note: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None]
    landing: Mapped[Landing] = relationship(back_populates="milestones")
    evidence: Mapped[list["MilestoneEvidence"]] = relationship(
        back_populates="milestone", cascade="all, delete-orphan", lazy="selectin", order_by="MilestoneEvidence.id"
    )

    @property
    def proofs(self) -> list["MilestoneEvidence"]:
        """The evidence that passed the scan, and can be read."""
        return [one for one in self.evidence if one.file.state == "clean"]


class MilestoneEvidence(Base):
    """A file that shows it: `kind` is contract, test_report, user_report, acceptance or other. `public` ones are offered to all."""

    __tablename__ = "milestone_evidence"

    id: Mapped[int] = mapped_column(primary_key=True)
    milestone_id: Mapped[int] = mapped_column(ForeignKey("milestone.id", ondelete="CASCADE"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(String(120))
    public: Mapped[bool] = mapped_column(default=False)
    added_at: Mapped[datetime]
    milestone: Mapped[Milestone] = relationship(back_populates="evidence")
    file: Mapped[StoredFile] = relationship(lazy="joined", innerjoin=True)


class Replication(Base):
    """Where a landed scenario was taken over."""

    __tablename__ = "replication"
    __table_args__ = (UniqueConstraint("landing_id", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    landing_id: Mapped[int] = mapped_column(ForeignKey("landing.id", ondelete="CASCADE"))
    place: Mapped[str] = mapped_column(String(120))
    note: Mapped[str] = mapped_column(Text, default="")
    since: Mapped[date]
