"""Which answers a model was asked for: what the limits are counted by, and what became of each."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from core.orm import Base


class ModelCall(Base):
    """One call of a model. `asker` is a keyed digest of who asked, forgotten after a day; `outcome` "" means whole."""

    __tablename__ = "model_call"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    asker: Mapped[str] = mapped_column(String(64), index=True)
    prompt: Mapped[str] = mapped_column(String(40))
    outcome: Mapped[str] = mapped_column(String(16), default="left")
    shown: Mapped[int] = mapped_column(default=0)
    dropped: Mapped[int] = mapped_column(default=0)
    ms: Mapped[int] = mapped_column(default=0)
