"""What a room declares; app.py joins the declarations of all rooms."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import click
from flask import Blueprint, Flask

Progress = Callable[[str], None]


@dataclass(frozen=True)
class MenuItem:
    """An entry of the main menu: label, endpoint, and its place."""

    label: str
    endpoint: str
    order: int


@dataclass(frozen=True)
class Seed:
    """A step of `flask data`, idempotent and quick when nothing is to be done; lower `order` runs first."""

    label: str
    order: int
    run: Callable[[Progress], None]


@dataclass(frozen=True)
class Room:
    """The face of a room towards app.py.

    `setup` is called with the application after extensions are bound; `warm` starts, in each web worker,
    loading in the background what is slow; `globals` become Jinja globals.
    """

    name: str
    blueprints: Sequence[Blueprint] = ()
    commands: Sequence[click.Command] = ()
    menu: Sequence[MenuItem] = ()
    seeds: Sequence[Seed] = ()
    globals: Mapping[str, Any] = field(default_factory=dict)
    setup: Callable[[Flask], None] | None = None
    warm: Callable[[Flask], None] | None = None
