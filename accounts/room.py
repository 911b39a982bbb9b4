"""The face of `accounts` towards app.py."""

from core.registry import Room

ROOM = Room(name="accounts")
