"""The keys of a scenario, who holds the shares, and each private key wrapped for every two of them."""

from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.access.models import Person
from accounts.models import Organisation
from core.orm import Base
from scenario_catalog.models import Scenario


class Seal(Base):
    """Two public keys, one for content and one for prices. The private ones exist only in `SealWrap`, wrapped."""

    __tablename__ = "seal"

    id: Mapped[int] = mapped_column(primary_key=True)
    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenario.id", ondelete="CASCADE"), unique=True)
    status: Mapped[str] = mapped_column(String(16), default="preparing", index=True)
    content_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    price_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]
    ready_at: Mapped[datetime | None]
    opened_at: Mapped[datetime | None]
    priced_at: Mapped[datetime | None]
    destroyed_at: Mapped[datetime | None]
    scenario: Mapped[Scenario] = relationship()
    holders: Mapped[list["SealHolder"]] = relationship(
        back_populates="seal", cascade="all, delete-orphan", order_by="SealHolder.position"
    )


class SealHolder(Base):
    """One of three holders. `line` says whose: agency, operator or outside. Only the share's public key is kept."""

    __tablename__ = "seal_holder"
    __table_args__ = (UniqueConstraint("seal_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    seal_id: Mapped[int] = mapped_column(ForeignKey("seal.id", ondelete="CASCADE"))
    position: Mapped[int]
    line: Mapped[str] = mapped_column(String(16))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    public_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    taken_at: Mapped[datetime | None]
    seal: Mapped[Seal] = relationship(back_populates="holders")
    person: Mapped[Person | None] = relationship(lazy="joined")
    organisation: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)


class SealWrap(Base):
    """A private key sealed for `inner` and then for `outer` (positions of holders), by which those two open it.

    `part` is content or price. When the outer holder has presented the share, `peeled` is what is left: sealed for `inner`.
    """

    __tablename__ = "seal_wrap"
    __table_args__ = (UniqueConstraint("seal_id", "part", "outer", "inner"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    seal_id: Mapped[int] = mapped_column(ForeignKey("seal.id", ondelete="CASCADE"))
    part: Mapped[str] = mapped_column(String(8))
    outer: Mapped[int]
    inner: Mapped[int]
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    peeled: Mapped[bytes | None] = mapped_column(LargeBinary)
