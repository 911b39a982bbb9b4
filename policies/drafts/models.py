"""A policy file that is being prepared: its paragraphs, each with what it is in the document."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from core.orm import Base


class PolicyDraft(Base):
    """An imported file. `status` is a state of policies.drafts.rules.DRAFT.

    `about` holds what the front matter says, by name; `paragraphs` are {role, text} in order. `revision` counts savings,
    so that two people do not overwrite each other. `version_id` is what it became.
    """

    __tablename__ = "policy_draft"

    id: Mapped[int] = mapped_column(primary_key=True)
    status: Mapped[str] = mapped_column(String(16), default="draft")
    filename: Mapped[str] = mapped_column(String(255))
    about: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    paragraphs: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    revision: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    saved_at: Mapped[datetime]
    version_id: Mapped[int | None] = mapped_column(ForeignKey("policy_version.id"))
