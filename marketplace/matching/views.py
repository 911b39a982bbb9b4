"""The pages, and what the room's face needs of them."""

from marketplace.matching import desk_views, scenario_views, solution_views, text_views
from marketplace.matching.inviting import personal, tell
from marketplace.matching.routes import blueprint, public

__all__ = ["BLUEPRINTS", "PAGES", "personal", "tell"]

# Named, so that importing this module registers all of them.
PAGES = (text_views, solution_views, scenario_views, desk_views)
BLUEPRINTS = (public, blueprint)
