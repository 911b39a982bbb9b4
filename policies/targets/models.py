"""What has been published about a target, with its source."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from core.orm import Base
from policies.facts.models import Exact


class TargetEntry(Base):
    """A published figure for a target of a policy.

    `target` is policies.targets.rules.key_of the fact, `value` the figure in the target's own unit where it can be
    compared. A withdrawn entry is kept and not shown.
    """

    __tablename__ = "target_entry"
    __table_args__ = (Index("ix_target_entry_target", "document_id", "target"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    document_id: Mapped[str] = mapped_column(ForeignKey("policy_document.id"))
    target: Mapped[str] = mapped_column(String(24))
    figure: Mapped[str] = mapped_column(String(120))
    value: Mapped[Decimal | None] = mapped_column(Exact)
    as_of: Mapped[date]
    source_title: Mapped[str] = mapped_column(String(200))
    source_url: Mapped[str] = mapped_column(String(500))
    added_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str] = mapped_column(String(200), default="")
