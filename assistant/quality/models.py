"""Ratings and the sentences called wrong, which go with their conversation; complaints and evaluation cases, which stay."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from assistant.models import Turn
from core.orm import Base


class Rating(Base):
    """What the asker says of an answer; `reason` is one of rules.REASONS, "" for a helpful one."""

    __tablename__ = "answer_rating"

    id: Mapped[int] = mapped_column(primary_key=True)
    turn_id: Mapped[int] = mapped_column(ForeignKey("conversation_turn.id", ondelete="CASCADE"), unique=True)
    helpful: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(16), default="")
    comment: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime] = mapped_column(index=True)
    turn: Mapped[Turn] = relationship()
    wrong: Mapped[list["WrongSentence"]] = relationship(cascade="all, delete-orphan", order_by="WrongSentence.place")


class WrongSentence(Base):
    """A sentence of an answer that the asker calls wrong: its place among those shown, and its text."""

    __tablename__ = "answer_wrong_sentence"
    __table_args__ = (UniqueConstraint("rating_id", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    rating_id: Mapped[int] = mapped_column(ForeignKey("answer_rating.id", ondelete="CASCADE"))
    place: Mapped[int]
    text: Mapped[str] = mapped_column(Text)


class Complaint(Base):
    """A complaint under a number, to be replied to by `due`. Whoever has `token` can read it.

    Question and answer are copies: the conversation may be deleted. `contact` is forgotten some days after the reply.
    """

    __tablename__ = "answer_complaint"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    token: Mapped[str] = mapped_column(String(43), unique=True)
    text: Mapped[str] = mapped_column(Text)
    contact: Mapped[str] = mapped_column(String(200), default="")
    question: Mapped[str] = mapped_column(Text, default="")
    answer: Mapped[str] = mapped_column(Text, default="")
    made_at: Mapped[datetime]
    due: Mapped[date] = mapped_column(index=True)
    reply: Mapped[str] = mapped_column(Text, default="")
    replied_at: Mapped[datetime | None]


class EvaluationCase(Base):
    """A real question for the evaluation set, personal data masked, with what an operator says is right."""

    __tablename__ = "assistant_evaluation_case"

    id: Mapped[int] = mapped_column(primary_key=True)
    question: Mapped[str] = mapped_column(Text, unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    gold: Mapped[list[Any]] = mapped_column(JSON, default=list)
    made_at: Mapped[datetime]
