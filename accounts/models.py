"""Organisations. People, members and roles come with sign-in."""

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.orm import Base


class Organisation(Base):
    """An agency, an enterprise, the operator or an auditor. `code` is the noun in its address."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(120), unique=True)
    district: Mapped[str] = mapped_column(String(32), default="")
    summary: Mapped[str] = mapped_column(Text, default="")
    phone: Mapped[str] = mapped_column(String(64), default="")
    website: Mapped[str] = mapped_column(String(255), default="")
    demo: Mapped[bool] = mapped_column(default=False, index=True)
