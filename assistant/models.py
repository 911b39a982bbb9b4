"""Conversations, which open only in the session that began them, and their turns with all that led to each answer."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.orm import Base


class Conversation(Base):
    """A conversation under a random id. `owner` is the SHA-256 of a secret that only the asker's session holds."""

    __tablename__ = "conversation"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    owner: Mapped[str] = mapped_column(String(64), index=True)
    policy: Mapped[str] = mapped_column(String(80))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime] = mapped_column(index=True)
    turns: Mapped[list["Turn"]] = relationship(
        back_populates="conversation", cascade="all, delete-orphan", order_by="Turn.position"
    )


class Turn(Base):
    """A question (personal data masked) and its answer. `status` is `pending` until it is answered, once.

    `stages` holds the name, input and output of every stage; `ms` is the time the answer took. `written` is what a model
    wrote and what became of it, empty where none was asked.
    """

    __tablename__ = "conversation_turn"
    __table_args__ = (UniqueConstraint("conversation_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id", ondelete="CASCADE"))
    position: Mapped[int]
    question: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(16), default="pending")
    answer: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    stages: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    written: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    ms: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    conversation: Mapped[Conversation] = relationship(back_populates="turns")
