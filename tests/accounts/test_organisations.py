"""Registering organisations."""

from flask import Flask

from accounts import queries
from accounts.operations import OrganisationFacts, code_for, ensure_organisation
from core.audit import SYSTEM, AuditEvent
from core.extensions import db


def test_an_organisation_is_registered_once(app: Flask):
    first = ensure_organisation(db.session(), SYSTEM, OrganisationFacts("深圳市某局", summary="管事"))
    again = ensure_organisation(db.session(), SYSTEM, OrganisationFacts("深圳市某局", summary="别的"))
    assert first is again
    assert again.summary == "管事"
    assert db.session.query(AuditEvent).filter_by(verb="register").count() == 1


def test_a_code_is_given_when_there_is_none_and_kept_when_there_is(app: Flask):
    given = ensure_organisation(db.session(), SYSTEM, OrganisationFacts("甲局", code="jia"))
    derived = ensure_organisation(db.session(), SYSTEM, OrganisationFacts("乙局"))
    assert given.code == "jia"
    assert derived.code == code_for(OrganisationFacts("乙局"))
    assert derived.code != code_for(OrganisationFacts("丙局"))
    assert queries.organisation_by_code("jia") is given
    assert db.session.scalar(queries.named("乙局")) is derived
    assert queries.organisation_by_code("bing") is None


def test_only_agencies_are_listed(app: Flask):
    ensure_organisation(db.session(), SYSTEM, OrganisationFacts("甲公司", kind="enterprise"))
    agency = ensure_organisation(db.session(), SYSTEM, OrganisationFacts("乙局"))
    assert queries.list_agencies() == [agency]
