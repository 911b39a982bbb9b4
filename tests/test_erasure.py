"""Once an account is erased, nothing that stays names the person any more but past memberships."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import JSON, Column, func, insert, select

from accounts.access.models import Person, SignIn
from accounts.members.models import Claim
from accounts.models import Invitation, Membership, Notice, Verification
from accounts.people.operations import erase
from core import clock
from core.audit import SYSTEM
from core.extensions import db
from core.orm import Base, UtcDateTime
from scenario_catalog.models import (
    Follow,
    PreviewLink,
    Question,
    Review,
    ReviewComment,
    Scenario,
    ScenarioVersion,
)
from tests.factories import MembershipFactory, OrganisationFactory, PersonFactory, ScenarioFactory
from tests.pages import PageClient, visible

# A past membership keeps who was in which role, under a pseudonym. The library's own tables stay empty: nobody is given
# a role of the whole site, and passkeys are not offered.
KEPT = {"membership.person_id"}
EMPTY = {"person_role.person_id", "webauthn.person_id"}


def pointing() -> dict[str, Column]:
    """Return every column of every table that names a person."""
    return {
        f"{table.name}.{column.name}": column
        for table in Base.metadata.tables.values()
        for column in table.columns
        if any(key.target_fullname == "person.id" for key in column.foreign_keys)
    }


def naming(person: int) -> set[str]:
    """Return the columns in which a person is named."""
    return {
        name
        for name, column in pointing().items()
        if db.session.scalar(select(func.count()).select_from(column.table).where(column == person))
    }


@pytest.fixture
def busy(app: Flask) -> Person:
    """Someone who left an agency, and who is named wherever a person can be."""
    person, now = PersonFactory(name="王五"), clock.now()
    who = {"person_id": person.id}
    agency = OrganisationFactory(verification="verified")
    MembershipFactory(organisation=agency, person=person, ended_at=now)
    need = ScenarioFactory(agency=agency, status="cancelled", responsible_id=person.id)
    until = now + timedelta(days=1)
    db.session.add_all(
        [
            ScenarioVersion(scenario_id=need.id, number=1, content={}, saved_at=now, **who),
            PreviewLink(scenario_id=need.id, digest="d", created_at=now, expires_at=until, **who),
            ReviewComment(scenario_id=need.id, version=1, field="scope", text="请补充", written_at=now, **who),
            Review(scenario_id=need.id, reviewer_id=person.id, decided_by_id=person.id, taken_at=now, decided_at=now),
            Question(scenario_id=need.id, number=1, organisation_id=agency.id, text="?", asked_at=now, **who),
            Follow(scenario_id=need.id, since=now, **who),
            Notice(key="k", title="t", url="/", at=now, **who),
            SignIn(digest="d", created_at=now, seen_at=now, **who),
            Claim(organisation=agency, created_at=now, **who),
            _invitation(agency.id, person.id),
            Verification(
                organisation=agency, credit_code="x", applied_by=person.id, decided_by=person.id, applied_at=now
            ),
        ]
    )
    db.session.commit()
    return person


def _invitation(organisation: int, inviter: int) -> Invitation:
    now = clock.now()
    made = Invitation(
        organisation_id=organisation, email="guest@example.org", role="member", digest="d", created_at=now
    )
    made.invited_by, made.expires_at = inviter, now + timedelta(days=7)
    return made


def anything(column: Column) -> object:
    """Return a value that the column takes."""
    if isinstance(column.type, UtcDateTime):
        return clock.now()
    return {} if isinstance(column.type, JSON) else column.type.python_type(1)


def point(column: Column, person: int) -> None:
    """Write a row that names the person in this column, with anything in those it must have besides."""
    needed = [other for other in column.table.columns if not (other.nullable or other.default or other.primary_key)]
    values = {other.name: anything(other) for other in needed} | {column.name: person}
    with db.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.execute(insert(column.table).values(values))
        connection.commit()
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")


def test_nothing_points_to_who_was_erased(app: Flask, busy: Person) -> None:
    for name in pointing().keys() - EMPTY - naming(busy.id):
        point(pointing()[name], busy.id)  # in a room above, which is asked to forget like any other
    assert naming(busy.id) == pointing().keys() - EMPTY
    erase(db.session(), SYSTEM, busy, app.extensions["rooms"])
    db.session.commit()
    assert naming(busy.id) == KEPT
    for kept in (Scenario, ScenarioVersion, PreviewLink, ReviewComment, Review, Question, Verification, Invitation):
        assert db.session.scalar(select(func.count()).select_from(kept)) == 1, "what others go on with stays"
    assert db.session.scalars(select(Membership)).one().person.name == ""


def test_the_agencys_desk_says_that_nobody_looks_after_a_need(app: Flask, busy: Person, client: PageClient) -> None:
    need = db.session.scalars(select(Scenario)).one()
    colleague = MembershipFactory(organisation=need.agency, role="owner").person
    erase(db.session(), SYSTEM, busy, app.extensions["rooms"])
    db.session.commit()
    client.sign_in(colleague)
    assert "负责人 未指定" in visible(client.get(f"/desk/scenarios/{need.id}"))
