"""Every SELECT of the room."""

from sqlalchemy import Select, select

from accounts.models import Organisation
from core.extensions import db


def organisation_by_code(code: str) -> Organisation | None:
    return db.session.scalar(select(Organisation).where(Organisation.code == code))


def named(name: str) -> Select[Organisation]:
    """Select the organisation of a name."""
    return select(Organisation).where(Organisation.name == name)


def list_agencies() -> list[Organisation]:
    """Return all agencies, invented ones too, by name."""
    return list(
        db.session.scalars(select(Organisation).where(Organisation.kind == "agency").order_by(Organisation.name))
    )
