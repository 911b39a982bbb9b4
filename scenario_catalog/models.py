"""Scenarios, the batches that publish them, and all that belongs to either."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accounts.access.models import Person
from accounts.models import Organisation
from core.files import StoredFile
from core.orm import Base


class Batch(Base):
    """A numbered batch. `number` is given when it is published; `published_at` is its one instant.

    `scheduled_for` is when a scheduled one is to be published; `note` says why a schedule was not kept.
    """

    __tablename__ = "batch"

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int | None] = mapped_column(unique=True)
    title: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[str] = mapped_column(String(16), default="draft")
    scheduled_for: Mapped[datetime | None] = mapped_column(index=True)
    note: Mapped[str] = mapped_column(Text, default="")
    published_at: Mapped[datetime | None]
    demo: Mapped[bool] = mapped_column(default=False, index=True)
    scenarios: Mapped[list["Scenario"]] = relationship(back_populates="batch", order_by="Scenario.number")


class Scenario(Base):
    """A need of an agency. Budgets are in 万元 (both null: 面议); `deadline` is a whole day, included.

    `revision` counts the saves of its draft: a save that started from another one is a conflict. `responsible_id` is the
    person of the agency who looks after it; `approval_requested_at` is set while an approver is asked to submit it.
    """

    __tablename__ = "scenario"
    __table_args__ = (Index("ix_scenario_status_deadline", "status", "deadline"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str | None] = mapped_column(String(20), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    agency_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    system: Mapped[str] = mapped_column(String(40), index=True)
    domain: Mapped[str] = mapped_column(String(40), index=True)
    background: Mapped[str] = mapped_column(Text, default="")
    scope: Mapped[str] = mapped_column(Text, default="")
    indicators: Mapped[list[str]] = mapped_column(JSON, default=list)
    resources: Mapped[str] = mapped_column(Text, default="")
    district: Mapped[str] = mapped_column(String(32), index=True)
    mode: Mapped[str] = mapped_column(String(20), index=True)
    notice_url: Mapped[str] = mapped_column(String(500), default="")
    budget_min: Mapped[int | None]
    budget_max: Mapped[int | None]
    conditions: Mapped[str] = mapped_column(Text, default="")
    acceptance: Mapped[str] = mapped_column(Text, default="")
    deadline: Mapped[date]
    contact_name: Mapped[str] = mapped_column(String(60), default="")
    contact_phone: Mapped[str] = mapped_column(String(60), default="")
    status: Mapped[str] = mapped_column(String(16), default="draft")
    reason: Mapped[str] = mapped_column(String(40), default="")
    result: Mapped[str] = mapped_column(Text, default="")
    revision: Mapped[int] = mapped_column(default=0)
    responsible_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    approval_requested_at: Mapped[datetime | None]
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("batch.id"), index=True)
    published_at: Mapped[datetime | None] = mapped_column(index=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    demo: Mapped[bool] = mapped_column(default=False, index=True)
    agency: Mapped[Organisation] = relationship(lazy="joined", innerjoin=True)
    batch: Mapped[Batch | None] = relationship(back_populates="scenarios")
    responsible: Mapped[Person | None] = relationship()
    tags: Mapped[list["ScenarioTag"]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="ScenarioTag.tag"
    )
    article_rows: Mapped[list["ScenarioArticle"]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="ScenarioArticle.ordinal"
    )
    moves: Mapped[list["ScenarioMove"]] = relationship(cascade="all, delete-orphan", order_by="ScenarioMove.at")
    versions: Mapped[list["ScenarioVersion"]] = relationship(
        cascade="all, delete-orphan", order_by="ScenarioVersion.number"
    )
    attachments: Mapped[list["Attachment"]] = relationship(
        cascade="all, delete-orphan", order_by="Attachment.position, Attachment.id"
    )

    @property
    def tag_codes(self) -> list[str]:
        return [row.tag for row in self.tags]

    @property
    def articles(self) -> list[int]:
        """The ordinals of the related articles of the city's own plan."""
        return [row.ordinal for row in self.article_rows]


class ScenarioTag(Base):
    """A sub-scene of a scenario, by its code in `city.toml`."""

    __tablename__ = "scenario_tag"

    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenario.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(40), primary_key=True, index=True)


class ScenarioArticle(Base):
    """An article of the city's own plan that a scenario serves, by its ordinal."""

    __tablename__ = "scenario_article"

    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenario.id", ondelete="CASCADE"), primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True, index=True)


class ScenarioMove(Base):
    """A move of the lifecycle that was made: what the timeline on the page is drawn from.

    `reason` is a code that people may read; `note` are the words of a return, for the agency and the operator only.
    """

    __tablename__ = "scenario_move"

    id: Mapped[int] = mapped_column(primary_key=True)
    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenario.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    verb: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(40), default="")
    note: Mapped[str] = mapped_column(Text, default="")


class BatchEntry(Base):
    """What a batch froze of one scenario at the instant of publication."""

    __tablename__ = "batch_entry"
    __table_args__ = (UniqueConstraint("batch_id", "scenario_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id"), index=True)
    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenario.id"), index=True)
    position: Mapped[int]
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64))


class ScenarioVersion(Base):
    """A need as it was typed: `content` maps each field of the form to its text. A submitted one is `sealed`.

    The scenario's own columns hold what could be read of the newest version. One `aside` was typed from an older
    revision: kept for its author to merge, and never the need's present text.
    """

    __tablename__ = "scenario_version"
    __table_args__ = (UniqueConstraint("scenario_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenario.id", ondelete="CASCADE"))
    number: Mapped[int]
    content: Mapped[dict[str, Any]] = mapped_column(JSON)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    saved_at: Mapped[datetime]
    sealed: Mapped[bool] = mapped_column(default=False)
    aside: Mapped[bool] = mapped_column(default=False)
    person: Mapped[Person | None] = relationship()


class PreviewLink(Base):
    """A link by which anyone who has it sees a need as it would be published, until it expires. Its SHA-256 is kept."""

    __tablename__ = "preview_link"

    id: Mapped[int] = mapped_column(primary_key=True)
    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenario.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class Attachment(Base):
    """A document of a need. After publication only a corrigendum adds or removes one (`removed_at`)."""

    __tablename__ = "attachment"

    id: Mapped[int] = mapped_column(primary_key=True)
    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenario.id", ondelete="CASCADE"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), unique=True)
    title: Mapped[str] = mapped_column(String(120))
    position: Mapped[int] = mapped_column(default=0)
    added_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    file: Mapped[StoredFile] = relationship(lazy="joined", innerjoin=True)


class ReviewComment(Base):
    """What the operator says about one field of a submitted version."""

    __tablename__ = "review_comment"

    id: Mapped[int] = mapped_column(primary_key=True)
    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenario.id", ondelete="CASCADE"), index=True)
    version: Mapped[int]
    field: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    written_at: Mapped[datetime]
    resolved_at: Mapped[datetime | None]
    person: Mapped[Person | None] = relationship()


class Review(Base):
    """Who looks at a submitted need, so that two operators do not decide twice; and who decided last, what and when."""

    __tablename__ = "review"

    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenario.id", ondelete="CASCADE"), primary_key=True)
    reviewer_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"), index=True)
    taken_at: Mapped[datetime | None]
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    decided_at: Mapped[datetime | None]
    verb: Mapped[str] = mapped_column(String(16), default="")
    reviewer: Mapped[Person | None] = relationship(foreign_keys=[reviewer_id], lazy="joined")
    decided_by: Mapped[Person | None] = relationship(foreign_keys=[decided_by_id], lazy="joined")


class Corrigendum(Base):
    """A numbered change of what is public. `changes` are {field, before, after}, as texts that people read."""

    __tablename__ = "corrigendum"
    __table_args__ = (UniqueConstraint("scenario_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenario.id", ondelete="CASCADE"))
    number: Mapped[int]
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
    material: Mapped[bool] = mapped_column(default=False)
    changes: Mapped[list[dict[str, str]]] = mapped_column(JSON)
    scenario: Mapped[Scenario] = relationship()


class Redaction(Base):
    """The tombstone of something removed from public sight: why and when, never what."""

    __tablename__ = "redaction"

    id: Mapped[int] = mapped_column(primary_key=True)
    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenario.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(Text, default="")
    places: Mapped[list[str]] = mapped_column(JSON, default=list)


class Question(Base):
    """A question of an enterprise, answered in public. Who asks is shown to nobody else until the bids are opened."""

    __tablename__ = "question"
    __table_args__ = (UniqueConstraint("scenario_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenario.id", ondelete="CASCADE"))
    number: Mapped[int]
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="SET NULL"))
    text: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(16), default="asked", index=True)
    answer: Mapped[str] = mapped_column(Text, default="")
    decided_at: Mapped[datetime | None]
    scenario: Mapped[Scenario] = relationship()
    supplements: Mapped[list["QuestionSupplement"]] = relationship(
        cascade="all, delete-orphan", lazy="selectin", order_by="QuestionSupplement.id"
    )


class QuestionSupplement(Base):
    """What was added to an answer later: the first answer stays as it was."""

    __tablename__ = "question_supplement"

    id: Mapped[int] = mapped_column(primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("question.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    text: Mapped[str] = mapped_column(Text)


class Follow(Base):
    """A person who wants to be told what happens to a scenario."""

    __tablename__ = "follow"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenario.id", ondelete="CASCADE"), primary_key=True)
    since: Mapped[datetime]
