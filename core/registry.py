"""What a room declares; app.py joins the declarations of all rooms."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import click
from flask import Blueprint, Flask
from sqlalchemy.orm import Session

from core.access import Access, Principal
from core.audit import Actor, AuditEvent
from core.lifecycle import Lifecycle

Progress = Callable[[str], None]


@dataclass(frozen=True)
class MenuItem:
    """An entry of the main menu: label, endpoint, and its place."""

    label: str
    endpoint: str
    order: int


@dataclass(frozen=True)
class DeskItem:
    """An entry of the desk's menu, shown to those who may `verb`: a verb whose rows have no `owner`, or one without values."""

    label: str
    endpoint: str
    verb: str
    order: int
    icon: str = "list"


@dataclass(frozen=True)
class Seed:
    """A step of `flask data`, idempotent and quick when nothing is to be done; lower `order` runs first."""

    label: str
    order: int
    run: Callable[[Progress], None]


@dataclass(frozen=True)
class Waiting:
    """Something that waits for a person: shown on the desk, the oldest first."""

    label: str
    title: str
    url: str
    since: datetime


@dataclass(frozen=True)
class Consumer:
    """Something that reads committed audit events in their order, each once; `name` keeps its place.

    `handle` gets a session of its own, whose transaction also moves the place on: it writes rows and does not commit.
    """

    name: str
    handle: Callable[[Session, Sequence[AuditEvent]], None]


@dataclass(frozen=True)
class Holding:
    """What members hold personally in an organisation, so that an owner can pass on what a leaver left.

    `count(session, organisation, person)` and `reassign(session, actor, organisation, person, successor)` take row ids;
    the second returns how many were passed on.
    """

    label: str
    count: Callable[[Session, int, int], int]
    reassign: Callable[[Session, Actor, int, int, int], int]


@dataclass(frozen=True)
class Room:
    """The face of a room towards app.py.

    `setup` is called with the application after extensions are bound; `warm` starts, in each web worker,
    loading in the background what is slow; `globals` become Jinja globals. `access` are rows of the authorisation
    table. `lifecycles` are named as the
    audit log names their subjects, and give its pages their words. `waiting` returns what waits for a person,
    `personal` what the room knows of one (by row id), for the person's own export; `forget` removes it when the person's
    account is erased. `purge` removes what the demonstration data left in the room, before the room below lets go of what
    it hangs on. `stages` returns, for a stage of the way to a landing, the row ids of the scenarios that ever reached it.
    """

    name: str
    blueprints: Sequence[Blueprint] = ()
    commands: Sequence[click.Command] = ()
    menu: Sequence[MenuItem] = ()
    desk: Sequence[DeskItem] = ()
    seeds: Sequence[Seed] = ()
    globals: Mapping[str, Any] = field(default_factory=dict)
    access: Sequence[Access] = ()
    lifecycles: Sequence[Lifecycle] = ()
    consumers: Sequence[Consumer] = ()
    waiting: Callable[[Principal], Sequence[Waiting]] | None = None
    holdings: Sequence[Holding] = ()
    personal: Callable[[Session, int], Mapping[str, Any]] | None = None
    forget: Callable[[Session, int], None] | None = None
    purge: Callable[[Session], None] | None = None
    stages: Mapping[str, Callable[[Session], Collection[int]]] = field(default_factory=dict)
    setup: Callable[[Flask], None] | None = None
    warm: Callable[[Flask], None] | None = None
