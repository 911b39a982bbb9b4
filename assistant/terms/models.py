"""What operators have added to the glossary, changed in it, or switched off."""

from datetime import datetime

from sqlalchemy import JSON, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.orm import Base


class GlossaryTerm(Base):
    """A word as people say it (`language` zh) or in English (en), and what policies say for it.

    It stands in the place of a word of the same name that comes with the software; without `forms` the word is off.
    """

    __tablename__ = "glossary_term"
    __table_args__ = (UniqueConstraint("language", "word"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    language: Mapped[str] = mapped_column(String(2))
    word: Mapped[str] = mapped_column(String(60))
    forms: Mapped[list[str]] = mapped_column(JSON, default=list)
    note: Mapped[str] = mapped_column(String(200), default="")
    changed_at: Mapped[datetime]
