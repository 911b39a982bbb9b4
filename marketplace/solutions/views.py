"""The pages, and what the room's face needs of them."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from marketplace.solutions import (
    document_views,
    profile_views,
    public_views,
    queries,
    solution_views,
    version_views,
)
from marketplace.solutions.routes import blueprint

__all__ = ["BLUEPRINTS", "PAGES", "personal"]

# Named, so that importing this module registers all of them.
PAGES = (solution_views, version_views, document_views, profile_views)
BLUEPRINTS = (blueprint, public_views.blueprint)


def personal(session: Session, person: int) -> Mapping[str, Any]:
    """Return what a person saved, for the person's own export."""
    return {
        "solutions": [
            {"solution": solution.name, "version": version.number, "saved_at": version.saved_at.isoformat()}
            for version, solution in session.execute(queries.saved_by(person)).unique()
        ]
    }
