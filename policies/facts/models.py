"""Facts of a version, each proposed, confirmed or rejected."""

from dataclasses import asdict
from datetime import datetime
from decimal import Decimal

from sqlalchemy import Dialect, ForeignKey, Index, String, Text, TypeDecorator
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core.orm import Base
from policies.facts.rules import CONFIRMED, FIELDS, Fact
from policies.models import PolicyVersion


class Exact(TypeDecorator[Decimal]):
    """A decimal number kept digit by digit: SQLite would make a binary fraction of it."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - the signature is SQLAlchemy's
        return None if value is None else format(value, "f")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002 - the signature is SQLAlchemy's
        return None if value is None else Decimal(value)


class PolicyFact(Base):
    """A fact of one version of a policy: see policies.facts.rules.Fact for its parts.

    `status` is a state of FACT, `source` how it came here: see SOURCES.
    """

    __tablename__ = "policy_fact"
    __table_args__ = (Index("ix_policy_fact_version", "version_id", "status"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("policy_version.id"))
    status: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(String(16))
    article: Mapped[int]
    indicator: Mapped[str] = mapped_column(String(200))
    comparator: Mapped[str] = mapped_column(String(16), default="")
    value: Mapped[Decimal | None] = mapped_column(Exact)
    unit: Mapped[str] = mapped_column(String(40), default="")
    kind: Mapped[str] = mapped_column(String(16))
    role: Mapped[str] = mapped_column(String(16))
    deadline: Mapped[str] = mapped_column(String(80), default="")
    body: Mapped[str] = mapped_column(String(200), default="")
    place: Mapped[str] = mapped_column(String(200), default="")
    conditions: Mapped[str] = mapped_column(String(600), default="")
    quote: Mapped[str] = mapped_column(Text)
    start: Mapped[int]
    end: Mapped[int]
    written: Mapped[str] = mapped_column(String(80), default="")
    at: Mapped[int]
    decided_at: Mapped[datetime | None]
    version: Mapped[PolicyVersion] = relationship()

    @property
    def fact(self) -> Fact:
        """The row as the rules know it."""
        parts = {name: getattr(self, name) for name in FIELDS if name != "reviewed"}
        return Fact(**parts, reviewed=self.status == CONFIRMED)


def row_of(fact: Fact, version: PolicyVersion, status: str, source: str) -> PolicyFact:
    """Return a fact as a row of a version."""
    parts = asdict(fact)
    del parts["reviewed"]
    return PolicyFact(version_id=version.id, status=status, source=source, **parts)
