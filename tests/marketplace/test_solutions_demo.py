"""The invented enterprises: loaded as history through the real operations, once, and removed without a trace."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from accounts.models import Organisation
from accounts.people import demo as accounts_demo
from core import clock
from core.audit import AuditEvent
from core.city import city
from core.extensions import db
from marketplace.solutions import demo, queries, rules
from marketplace.solutions.models import (
    EnterpriseProfile,
    ResearchNotice,
    Solution,
    SolutionAttachment,
    SolutionVersion,
)
from retrieval.models import Passage
from scenario_catalog import cli
from tests.conftest import make_app, opened
from tests.factories import SolutionFactory, offered
from tests.pages import PageClient, visible


def silent(_line: str) -> None:
    return None


def load() -> None:
    cli.seed(silent)
    accounts_demo.seed(silent)
    demo.seed(silent)


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application with all demonstration data; tests only read."""
    with opened(make_app(tmp_path_factory.mktemp("offers"), demo_data=True)) as app:
        load()
        yield app


@pytest.fixture
def shown(tmp_path: Path) -> Iterator[Flask]:
    with opened(make_app(tmp_path, demo_data=True)) as app:
        yield app


def counted(entity: type) -> int:
    return db.session.scalar(select(func.count()).select_from(entity)) or 0


def test_all_of_it_is_there(loaded: Flask) -> None:
    rows = db.session.scalars(select(Solution)).unique().all()
    given = demo.enterprises()
    assert len(rows) == sum(len(one["solutions"]) for one in given) == 94
    assert all(row.demo and row.organisation.demo for row in rows)
    assert Counter(row.status for row in rows) == {"published": 92, "draft": 2}
    assert {term.code for row in rows for term in row.terms if term.kind == "domain"} == {
        d.code for d in city().domains
    }
    assert db.session.scalars(select(ResearchNotice.status)).all() == ["open"] * 6
    assert counted(EnterpriseProfile) == len(given)


def test_those_that_lost_their_verification_still_offer_what_they_published(loaded: Flask) -> None:
    unverified = {one["code"] for one in demo.enterprises() if not one["verified"]} - {"demo-xinya-robotics"}
    found = db.session.scalars(select(Organisation).where(Organisation.code.in_(unverified))).all()
    assert {one.verification for one in found} == {"unverified"}
    assert all(db.session.scalars(queries.public_of(one.id)).first() for one in found)
    page = PageClient(loaded).get(f"/enterprises/{found[0].code}")
    assert "未认证" in visible(page)


def test_the_accounts_to_try_the_site_with_have_their_own(loaded: Flask) -> None:
    states = {}
    for code in ("demo-yunlan-ai", "demo-xinya-robotics"):
        owner = db.session.scalars(select(Organisation).where(Organisation.code == code)).one()
        states[code] = [row.status for row in db.session.scalars(queries.own(owner.id)).unique()]
    assert states == {"demo-yunlan-ai": ["published"] * 2, "demo-xinya-robotics": ["draft"] * 2}


def test_it_happened_over_past_days(loaded: Flask) -> None:
    days = {clock.local_date(row.published_at) for row in db.session.scalars(queries.public_solutions()).unique()}
    assert len(days) > 20
    assert max(days) < clock.today()
    at = select(AuditEvent.at).where(AuditEvent.subject_type == "solution").order_by(AuditEvent.id)
    instants = list(db.session.scalars(at))
    assert instants == sorted(instants)


def test_every_text_is_as_a_person_could_have_saved_it(loaded: Flask) -> None:
    from marketplace.solutions.reading import read, typed_of

    for row in db.session.scalars(select(Solution)).unique():
        facts = rules.facts_of(row.content)
        reading = read(typed_of(facts), [domain.code for domain in city().domains])
        assert not reading.problems, row.name
        assert reading.facts == facts, row.name


def test_loading_again_adds_nothing(shown: Flask) -> None:
    load()
    before = counted(AuditEvent)
    demo.seed(silent)
    assert (counted(Solution), counted(AuditEvent)) == (94, before)


def test_without_the_demonstration_nothing_is_loaded(app: Flask) -> None:
    lines: list[str] = []
    demo.seed(lines.append)
    assert lines == ["没有演示场景：不载入演示方案"]
    assert counted(Solution) == 0


def test_another_city_s_words_are_not_its_own(loaded: Flask) -> None:
    place = city()
    assert demo.fits(place)
    assert not demo.fits(place.model_copy(update={"domains": place.domains[:3]}))
    assert not demo.fits(place.model_copy(update={"districts": place.districts[:3]}))


def test_purging_takes_solutions_passages_and_enterprises(shown: Flask) -> None:
    load()
    kept = offered(SolutionFactory())
    result = shown.test_cli_runner().invoke(args=["demo", "purge"])
    assert result.exit_code == 0, result.output
    db.session.expire_all()
    assert list(db.session.scalars(select(Solution.id))) == [kept.id]
    assert counted(SolutionVersion) == 1
    assert counted(ResearchNotice) == counted(EnterpriseProfile) == counted(SolutionAttachment) == 0
    documents = select(Passage.document).where(Passage.collection.in_(["solutions", "solution-wholes"])).distinct()
    assert list(db.session.scalars(documents)) == [str(kept.id)]
    assert list(db.session.scalars(select(Organisation).where(Organisation.demo))) == []
    demo.seed(silent)
    assert counted(Solution) == 1
