"""Who may do what here."""

from core.access import SIGNED_IN, Access
from core.registry import DeskItem

ACCESS: tuple[Access, ...] = (Access("scenario.follow", "关注场景", frozenset({SIGNED_IN})),)

DESK: tuple[DeskItem, ...] = (DeskItem("我关注的场景", "following.followed", "scenario.follow", 60, "eye"),)
