"""Who may do what here."""

from core.access import SIGNED_IN, Access

ACCESS: tuple[Access, ...] = (Access("scenario.follow", "关注场景", frozenset({SIGNED_IN})),)
