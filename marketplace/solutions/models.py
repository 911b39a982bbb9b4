"""Profiles of enterprises, their solutions with every version, and notices that look for partners."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.access.models import Person
from accounts.models import Organisation
from core.files import StoredFile
from core.orm import Base


class EnterpriseProfile(Base):
    """What an enterprise says of itself beyond the register of organisations. All of it is public."""

    __tablename__ = "enterprise_profile"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), unique=True)
    size: Mapped[str] = mapped_column(String(16), default="")
    founded: Mapped[int | None]
    representative: Mapped[str] = mapped_column(String(60), default="", server_default="", index=True)
    qualifications: Mapped[list[str]] = mapped_column(JSON, default=list)
    certifications: Mapped[list[str]] = mapped_column(JSON, default=list)
    model_filing: Mapped[str] = mapped_column(String(80), default="")
    algorithm_filing: Mapped[str] = mapped_column(String(80), default="")
    updated_at: Mapped[datetime]
    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)


class Solution(Base):
    """A solution as it is now. `revision` is the number of its newest version, what a form began from.

    `digest` is that of its text: the same text twice is told. Only what is `published` is anybody else's to see.
    """

    __tablename__ = "solution"
    __table_args__ = (Index("ix_solution_organisation_status", "organisation_id", "status"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(60))
    summary: Mapped[str] = mapped_column(Text, default="")
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    trl: Mapped[int | None] = mapped_column(index=True)
    status: Mapped[str] = mapped_column(String(16), default="draft", index=True)
    digest: Mapped[str] = mapped_column(String(64), index=True)
    revision: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    demo: Mapped[bool] = mapped_column(default=False, index=True)
    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)
    terms: Mapped[list["SolutionTerm"]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="SolutionTerm.kind, SolutionTerm.code"
    )
    versions: Mapped[list["SolutionVersion"]] = relationship(
        cascade="all, delete-orphan", order_by="SolutionVersion.number"
    )
    attachments: Mapped[list["SolutionAttachment"]] = relationship(
        cascade="all, delete-orphan", order_by="SolutionAttachment.id"
    )


class SolutionTerm(Base):
    """A code that a solution is found by: `kind` is domain or deployment."""

    __tablename__ = "solution_term"
    __table_args__ = (Index("ix_solution_term_code", "kind", "code"),)

    solution_id: Mapped[int] = mapped_column(ForeignKey("solution.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    code: Mapped[str] = mapped_column(String(40), primary_key=True)


class SolutionVersion(Base):
    """A solution as it was saved."""

    __tablename__ = "solution_version"
    __table_args__ = (UniqueConstraint("solution_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    solution_id: Mapped[int] = mapped_column(ForeignKey("solution.id", ondelete="CASCADE"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    saved_at: Mapped[datetime]
    person: Mapped[Person | None] = relationship()


class SolutionAttachment(Base):
    """A document of a solution: a test report, a white paper."""

    __tablename__ = "solution_attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    solution_id: Mapped[int] = mapped_column(ForeignKey("solution.id", ondelete="CASCADE"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    added_at: Mapped[datetime]
    file: Mapped[StoredFile] = relationship(lazy="joined", innerjoin=True)


class ResearchNotice(Base):
    """寻求联合研发: an enterprise looks for others to build an industry model with (article 10 of the plan)."""

    __tablename__ = "research_notice"

    id: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(String(80))
    text: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(16), default="draft", index=True)
    created_at: Mapped[datetime]
    published_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    demo: Mapped[bool] = mapped_column(default=False, index=True)
    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)
