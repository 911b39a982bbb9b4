"""The vectors of published needs, made once: a page compares, and embeds nothing but the text being written."""

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from core.orm import Base


class ScenarioNeed(Base):
    """The vectors of a published scenario's text, whose digest tells whether they are still its own.

    `vectors` are float16, row by row those of `rules.parts`; derived, so they may be deleted at any time.
    """

    __tablename__ = "scenario_need"

    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenario.id", ondelete="CASCADE"), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    model: Mapped[str] = mapped_column(String(128))
    vectors: Mapped[bytes] = mapped_column(LargeBinary)
