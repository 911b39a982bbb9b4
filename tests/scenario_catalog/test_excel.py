"""A published batch as a workbook: imported into another site's desk, it says the same."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import select

from accounts.models import Organisation
from core import clock
from core.audit import SYSTEM
from core.extensions import db
from policies.cli import import_corpus
from scenario_catalog import draft as drafts
from scenario_catalog import operations as catalog
from scenario_catalog.columns import COLUMNS
from scenario_catalog.models import Batch, Scenario, ScenarioArticle, ScenarioTag
from scenario_catalog.publishing import operations
from scenario_catalog.rules import MODES
from tests.conftest import make_app, opened
from tests.factories import OrganisationFactory, ScenarioFactory, approve, member, published
from tests.pages import PageClient, visible

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
def operator(client: PageClient) -> PageClient:
    import_corpus(lambda _: None)
    return client.sign_in(member("operator", "approver"))


def varied() -> list[Scenario]:
    """Needs that differ in whatever a cell may be misread by."""
    hospital, bureau = OrganisationFactory(name="示范医院"), OrganisationFactory(name="某区（试点）数据局")
    made = [
        ScenarioFactory(
            agency=hospital,
            background="第一段。\n\n第二段：“引号”、<b>与</b>&amp;，制表\t不丢。",
            scope="=SUM(A1:A9)\n+1 不是公式\n@也不是\n-更不是",
            indicators=["敏感度≥95%", "单例用时≤30秒，P99", "2 次/天以上", "=0 次误报"],
            tags=[ScenarioTag(tag="consultation"), ScenarioTag(tag="social-insurance")],
            article_rows=[ScenarioArticle(ordinal=10), ScenarioArticle(ordinal=12)],
        ),
        ScenarioFactory(agency=hospital, budget_min=None, budget_max=None, resources="", conditions="", indicators=[]),
        ScenarioFactory(agency=bureau, budget_min=300, budget_max=300, district="全市", acceptance="00123"),
        ScenarioFactory(agency=bureau, budget_min=50, budget_max=None, background="2026-05-01", scope="1e5"),
        ScenarioFactory(agency=bureau, budget_min=None, budget_max=80, deadline=clock.today() + timedelta(days=400)),
    ]
    notice = "https://example.org/a?b=1&c=%E4%B8%AD"
    return made + [ScenarioFactory(agency=bureau, mode=mode, notice_url=notice) for mode in MODES]


def said(scenarios: Sequence[Scenario]) -> list[dict[str, Any]]:
    """Return what the scenarios say, with their agency, by number."""
    found = [{**asdict(drafts.of(one)), "agency": one.agency.name} for one in scenarios]
    return sorted(found, key=lambda one: str(one["number"]))


def upload(client: PageClient, exported: bytes, *, status: int = 303) -> Any:
    data = {"file": (BytesIO(exported), "清单.xlsx", XLSX), "create_agencies": "y"}
    return client.post("/desk/import", data, status=status)


def test_what_a_batch_exports_is_imported_unchanged(operator: PageClient, tmp_path: Path) -> None:
    needs = varied()
    batch = published(*needs)
    expected = said(needs)
    exported = operator.get(f"/batches/{batch.number}.xlsx").data
    with opened(make_app(tmp_path / "elsewhere")) as elsewhere:
        import_corpus(lambda _: None)
        other = PageClient(elsewhere).sign_in(member("operator", "approver"))
        page = visible(other.get(upload(other, exported).location))
        assert f"已导入 {len(needs)} 份草稿" in page
        assert "没有用到的列" not in page
        found = db.session.scalars(select(Scenario)).unique().all()
        assert {one.status for one in found} == {"draft"}
        assert said(found) == expected
        upload(other, exported, status=422)
        assert len(db.session.scalars(select(Scenario)).unique().all()) == len(needs), "taken once"


def test_a_blank_list_has_every_column_and_no_row(operator: PageClient) -> None:
    assert "/desk/import/list.xlsx" in operator.get("/desk/import").get_data(as_text=True)
    blank = operator.get("/desk/import/list.xlsx").data
    (header,) = load_workbook(BytesIO(blank)).worksheets[0].iter_rows(values_only=True)
    assert list(header) == [column.name for column in COLUMNS]
    assert "清单中没有场景" in visible(upload(operator, blank, status=422))


def test_only_a_mobile_number_is_not_handed_on(operator: PageClient, tmp_path: Path) -> None:
    published(ScenarioFactory(contact_phone="13900001234"))
    exported = operator.get("/batches/1.xlsx").data
    with opened(make_app(tmp_path / "elsewhere")) as elsewhere:
        other = PageClient(elsewhere).sign_in(member("operator", "approver"))
        upload(other, exported)
        assert db.session.scalars(select(Scenario.contact_phone)).all() == ["139 **** 1234"]


def test_agencies_that_an_operator_imports_still_have_to_be_verified(operator: PageClient) -> None:
    known = OrganisationFactory(name="示范医院", verification="verified")
    batch = published(ScenarioFactory(agency=known), ScenarioFactory(agency=OrganisationFactory(name="某新设数据局")))
    exported = operator.get(f"/batches/{batch.number}.xlsx").data
    _clear()
    page = visible(operator.get(upload(operator, exported).location))
    assert "新登记了 1 个单位；单位认证后才能发布场景" in page
    found = {one.name: one.verification for one in db.session.scalars(select(Organisation).filter_by(kind="agency"))}
    assert found == {"示范医院": "verified", "某新设数据局": "unverified"}
    session, needs = db.session(), db.session.scalars(select(Scenario)).unique().all()
    second = catalog.create_batch(session, SYSTEM, "第二批清单")
    operations.add_scenarios(session, SYSTEM, second, [approve(need).id for need in needs])
    session.commit()
    page = visible(operator.post(f"/desk/batches/{second.id}/publish", {"count": "2"}, status=422))
    assert "“某新设数据局”尚未认证" in page
    assert "“示范医院”尚未认证" not in page


def test_who_runs_the_site_vouches_for_the_agencies_of_a_list(app: Flask, operator: PageClient, tmp_path: Path) -> None:
    batch = published(ScenarioFactory(agency=OrganisationFactory(name="某新设数据局")))
    file = tmp_path / "清单.xlsx"
    file.write_bytes(operator.get(f"/batches/{batch.number}.xlsx").data)
    _clear()
    result = app.test_cli_runner().invoke(args=["catalog", "import", str(file), "--create-agencies"])
    assert result.exit_code == 0, result.output
    (agency,) = db.session.scalars(select(Organisation).filter_by(kind="agency"))
    assert (agency.name, agency.verification) == ("某新设数据局", "verified")


def _clear() -> None:
    """Leave of what was published nothing, and of its agencies those that are verified."""
    session = db.session()
    for batch in session.scalars(select(Batch)).all():
        session.execute(db.text("DELETE FROM batch_entry"))
        for need in batch.scenarios:
            session.delete(need)
        session.flush()
        session.delete(batch)
    session.flush()
    for agency in session.scalars(select(Organisation).filter_by(kind="agency", verification="unverified")):
        session.delete(agency)
    session.commit()
