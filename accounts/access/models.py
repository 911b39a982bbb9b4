"""People and what signing in needs of them: the columns that Flask-Security asks for, and ours."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from flask import current_app
from flask_security import AsaList, RoleMixin, UserMixin, WebAuthnMixin
from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table
from sqlalchemy.ext.mutable import MutableList
from sqlalchemy.orm import Mapped, mapped_column, relationship

from core import clock
from core.orm import Base
from core.settings import settings

# The library wants site-wide roles to exist; ours belong to a membership, so that nobody is given one of these.
PERSON_ROLE = Table(
    "person_role",
    Base.metadata,
    Column("person_id", Integer, ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", Integer, ForeignKey("role.id", ondelete="CASCADE"), primary_key=True),
)


class Role(Base, RoleMixin):
    """Unused, and asked for by the library: see PERSON_ROLE."""

    __tablename__ = "role"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    description: Mapped[str | None] = mapped_column(String(255))
    permissions: Mapped[Any] = mapped_column(MutableList.as_mutable(AsaList()), nullable=True)


class Person(Base, UserMixin):
    """Someone with an account. `pseudonym` is what the audit log knows; erasure leaves only it and the row."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    pseudonym: Mapped[str] = mapped_column(String(32), unique=True, default=lambda: uuid4().hex)
    email: Mapped[str] = mapped_column(String(255), unique=True)
    name: Mapped[str] = mapped_column(String(60), default="")
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True, default=lambda: uuid4().hex)
    confirmed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    erased_at: Mapped[datetime | None]
    demo: Mapped[bool] = mapped_column(default=False, index=True)
    mail_level: Mapped[str] = mapped_column(String(8), default="all", server_default="all")
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    tf_primary_method: Mapped[str | None] = mapped_column(String(64))
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255))
    totp_counter: Mapped[int | None]
    tf_phone_number: Mapped[str | None] = mapped_column(String(128))
    mf_recovery_codes: Mapped[Any] = mapped_column(MutableList.as_mutable(AsaList()), nullable=True)
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(String(64), unique=True)  # type: ignore[assignment]  # the library declares it as never null
    roles: Mapped[list[Role]] = relationship(secondary=PERSON_ROLE)  # type: ignore[assignment]  # its own mixin there
    webauthn: Mapped[list["WebAuthn"]] = relationship(cascade="all, delete-orphan", back_populates="person")  # type: ignore[assignment]  # its own mixin there

    @property
    def locked(self) -> bool:
        return self.locked_until is not None and clock.now() < self.locked_until

    @property
    def shut(self) -> bool:
        """Whether this is an account to try the site with, on a site that others can reach."""
        return self.demo and not settings().demo_accounts

    @property
    def has_second_factor(self) -> bool:
        return bool(self.tf_primary_method and self.tf_totp_secret)

    def verify_and_update_password(self, password: str) -> bool:
        """Check the password; while the account is locked or shut none is right, and finding out takes as long."""
        right = super().verify_and_update_password(password)
        return right and not self.locked and not self.shut

    def check_tf_required(self, tf_setup_methods: list[tuple[str, str]], tf_fresh: bool) -> tuple[bool, Any]:
        """Ask for the second factor of whoever has one, and of whoever must have one."""
        required, methods = super().check_tf_required(tf_setup_methods, tf_fresh)
        return required or self.check_tf_required_setup(), methods

    def check_tf_required_setup(self) -> bool:
        required: bool = current_app.extensions["second_factor_required"](self)
        return required


class WebAuthn(Base, WebAuthnMixin):
    """A passkey: not offered, and asked for by the library's mappers."""

    __tablename__ = "webauthn"

    id: Mapped[int] = mapped_column(primary_key=True)
    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1024), unique=True, index=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    transports: Mapped[Any] = mapped_column(MutableList.as_mutable(AsaList()), nullable=True)
    extensions: Mapped[str | None] = mapped_column(String(255))
    backup_state: Mapped[bool] = mapped_column(default=False)
    device_type: Mapped[str] = mapped_column(String(64))
    create_datetime: Mapped[datetime]
    lastuse_datetime: Mapped[datetime]
    name: Mapped[str] = mapped_column(String(64))
    usage: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    person: Mapped[Person] = relationship(back_populates="webauthn")


class SignIn(Base):
    """A browser that is signed in: listed for its person, ended one by one or all at once.

    Only the SHA-256 of the token that its cookie carries is kept.
    """

    __tablename__ = "sign_in"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    browser: Mapped[str] = mapped_column(String(120), default="")
    address: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
