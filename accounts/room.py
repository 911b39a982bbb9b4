"""The face of `accounts` towards app.py."""

from flask import Flask
from sqlalchemy.orm import Session

from accounts import cli, identity
from accounts.access import setup as access_setup
from accounts.access.models import Person
from accounts.auditing import cli as auditing_cli
from accounts.auditing import table as auditing_table
from accounts.auditing import views as auditing
from accounts.inbox import notices
from accounts.inbox import operations as inbox_operations
from accounts.inbox import table as inbox_table
from accounts.inbox import views as inbox
from accounts.members import inviting, verifying
from accounts.members import room as members
from accounts.people import demo
from accounts.people import jobs as _people_jobs  # noqa: F401 - the consumer of jobs must know them
from accounts.people import table as people_table
from accounts.people import views as people_views
from accounts.rules import VERIFICATION
from core.registry import Consumer, Room, Seed


def _forget(session: Session, person: int) -> None:
    inbox_operations.erase(session, person)
    found = session.get_one(Person, person)
    inviting.forget(session, found)
    verifying.forget(session, found)


def _setup(app: Flask) -> None:
    access_setup.install(app)
    identity.install(app)


ROOM = Room(
    name="accounts",
    blueprints=[*members.BLUEPRINTS, people_views.blueprint, inbox.blueprint, auditing.blueprint],
    access=[*people_table.ACCESS, *members.ACCESS, *inbox_table.ACCESS, *auditing_table.ACCESS],
    desk=[*members.DESK, *inbox_table.DESK, *auditing_table.DESK],
    commands=[auditing_cli.commands, cli.commands],
    seeds=[Seed("演示账号", 45, demo.seed)],
    lifecycles=[VERIFICATION],
    consumers=[Consumer("accounts.notices", notices.tell)],
    personal=inbox_operations.personal,
    forget=_forget,
    globals={**members.GLOBALS, "inbox_count": inbox.unread, **people_views.GLOBALS},
    waiting=members.waiting,
    setup=_setup,
)
