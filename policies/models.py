"""Policy documents: each import of a changed text is a new version; articles belong to a version."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.orm import Base


class PolicyDocument(Base):
    """A policy under its permanent id, which is the noun in its address.

    `status` is a state of policies.rules.POLICY. One that no longer holds names its successor or the reason, and since when.
    """

    __tablename__ = "policy_document"

    id: Mapped[str] = mapped_column(String(80), primary_key=True)
    status: Mapped[str] = mapped_column(String(16), default="in_force", server_default="in_force")
    replaced_by: Mapped[str | None] = mapped_column(ForeignKey("policy_document.id"))
    ended_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(String(200), default="", server_default="")
    versions: Mapped[list["PolicyVersion"]] = relationship(back_populates="document", order_by="PolicyVersion.number")
    successor: Mapped["PolicyDocument | None"] = relationship(remote_side="PolicyDocument.id")

    @property
    def current(self) -> "PolicyVersion":
        return self.versions[-1]


class PolicyVersion(Base):
    """One text of a policy. `digest` is the SHA-256 of the normalised file.

    It holds from `effective` to `expires`, that day included, where the text says so.
    `asides` are what stands outside the articles: before (an ordinal), chapter, text.
    """

    __tablename__ = "policy_version"
    __table_args__ = (UniqueConstraint("document_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("policy_document.id"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(255))
    title_en: Mapped[str] = mapped_column(String(255), default="")
    issuer: Mapped[str] = mapped_column(String(255), default="")
    issued: Mapped[date | None]
    effective: Mapped[date | None]
    expires: Mapped[date | None]
    source: Mapped[str] = mapped_column(String(500), default="")
    language: Mapped[str] = mapped_column(String(16), default="zh-CN")
    digest: Mapped[str] = mapped_column(String(64))
    asides: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    imported_at: Mapped[datetime]
    document: Mapped[PolicyDocument] = relationship(back_populates="versions")
    articles: Mapped[list["Article"]] = relationship(back_populates="version", order_by="Article.ordinal")


class Article(Base):
    """An article: `ordinal` counts from 1 through the document; offsets of citations count in `text`.

    `text` is verbatim: the heading (without its mark), a newline, the body.
    """

    __tablename__ = "policy_article"
    __table_args__ = (UniqueConstraint("version_id", "ordinal"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("policy_version.id"))
    ordinal: Mapped[int]
    chapter: Mapped[str] = mapped_column(String(255), default="")
    label: Mapped[str] = mapped_column(String(32), default="")
    heading: Mapped[str] = mapped_column(String(500))
    text: Mapped[str] = mapped_column(Text)
    version: Mapped[PolicyVersion] = relationship(back_populates="articles")

    @property
    def anchor(self) -> str:
        return f"article-{self.ordinal}"
