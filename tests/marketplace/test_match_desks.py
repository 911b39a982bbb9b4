"""What enterprises, agencies and the public see of a ranking; what must vanish; who is not let in."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from accounts.models import Organisation
from core import clock
from core.audit import SYSTEM
from core.extensions import db
from marketplace.matching import matcher, presenting
from marketplace.solutions import operations as solutions
from marketplace.solutions.models import EnterpriseProfile, Solution
from marketplace.solutions.rules import Facts, facts_of
from retrieval.operations import fill_vectors
from scenario_catalog import operations as catalog
from scenario_catalog.models import Scenario
from scenario_catalog.rules import Ground
from tests.factories import OrganisationFactory, SolutionFactory, member, offered
from tests.marketplace.conftest import echo, in_own_words
from tests.pages import PageClient, visible


@pytest.fixture
def enterprise(app: Flask) -> Organisation:
    return OrganisationFactory(kind="enterprise", name="临海测漏有限公司", verification="verified", district="南山区")


@pytest.fixture
def owner(app: Flask, enterprise: Organisation) -> PageClient:
    return PageClient(app).sign_in(member("enterprise", "owner", enterprise))


@pytest.fixture
def at_agency(app: Flask, agency: Organisation) -> Callable[[str], PageClient]:
    return lambda role: PageClient(app).sign_in(member("agency", role, agency))


@pytest.fixture
def wanted(eight_open: list[Scenario]) -> Scenario:
    return eight_open[1]


@pytest.fixture
def solution(wanted: Scenario, enterprise: Organisation) -> Solution:
    return echo(wanted, enterprise)


def matches(solution: Solution) -> str:
    return f"/desk/solutions/{solution.id}/matches"


def ranked(scenario: Scenario) -> str:
    return f"/desk/scenarios/{scenario.id}/solutions"


# The enterprise.


def test_an_enterprise_sees_the_scenario_its_reasons_and_its_conditions(
    owner: PageClient, solution: Solution, wanted: Scenario
) -> None:
    wanted.conditions = "近三年通过 ISO 27001 信息安全认证。近三年有一个同类系统上线案例。"
    db.session.add(
        EnterpriseProfile(
            organisation=solution.organisation, certifications=["ISO 27001"], qualifications=[], updated_at=clock.now()
        )
    )
    db.session.commit()
    page = owner.get(matches(solution))
    said, html = visible(page), page.get_data(as_text=True)
    assert "1 个合适的场景" in said
    assert wanted.agency.name in said
    assert "还有 20 天" in said
    assert any(word in said for word in ("很合适", "合适", "可以看看"))
    assert re.search(r'title="评分 -?\d+\.\d\d', html), "the number stands behind the word"
    first = html.partition('<details class="match-near">')[0]
    assert first.count('<div class="pair">') in {1, 2, 3}
    assert "<mark>" in html
    checks = re.findall(r'class="check check-(\w+)">.*?<b>([^<]+)</b>：([^<]+)<', html, re.DOTALL)
    assert ("met", "ISO 27001", "近三年通过 ISO 27001 信息安全认证。") in checks
    assert ("unknown", "申报条件", "近三年有一个同类系统上线案例。") in checks
    assert "满足 ISO 27001" in said, "the state stands in words"
    assert "资格核对（不影响排序）" in said


def test_a_solution_that_fits_nothing_is_told_what_is_missing(owner: PageClient, enterprise: Organisation) -> None:
    found = SolutionFactory(organisation=enterprise, name="甜品台", summary="承接婚礼甜品台，动物奶油和当季水果。" * 3)
    offered(found)
    fill_vectors()
    assert "目前没有报名中的场景" in visible(owner.get(matches(found)))


def test_a_draft_is_compared_in_a_request_of_its_own_and_nothing_is_stored(
    owner: PageClient, enterprise: Organisation, wanted: Scenario
) -> None:
    draft = SolutionFactory(organisation=enterprise, name=wanted.title, summary=in_own_words(wanted), capabilities=())
    db.session.commit()
    first = owner.get(matches(draft))
    assert "正在逐句比对" in visible(first)
    assert f'hx-get="{matches(draft)}"' in first.get_data(as_text=True)
    for answer in (owner.fragment(matches(draft)), owner.get(matches(draft) + "?now=1")):
        assert wanted.title in visible(answer)
    assert "这是草稿，还不参与匹配" in visible(first)
    assert not matcher.scenarios_for(draft, clock.today()).matches
    assert matcher.scenarios_for(draft, clock.today()).total == 0


def test_a_draft_that_says_nothing_yet_and_an_archived_solution_have_no_ranking(
    owner: PageClient, enterprise: Organisation
) -> None:
    empty = SolutionFactory(organisation=enterprise, name="还没写", summary="", capabilities=())
    db.session.commit()
    assert "还没有可以比对的文字" in visible(owner.get(matches(empty)))
    solutions.move(db.session(), SYSTEM, empty, "archive")
    db.session.commit()
    assert "方案已归档" in visible(owner.get(matches(empty)))


def test_while_vectors_are_missing_the_page_shows_how_far_it_is_and_then_the_result(
    owner: PageClient, enterprise: Organisation, wanted: Scenario
) -> None:
    found = SolutionFactory(organisation=enterprise, name=wanted.title, summary=in_own_words(wanted) * 2)
    offered(found)
    total = matcher.scenarios_for(found, clock.today()).total
    page = owner.get(matches(found))
    assert f"正在整理成可以比对的句子：0 / {total}" in visible(page)
    assert 'hx-trigger="load delay:1s"' in page.get_data(as_text=True)
    assert "没有合适" not in visible(page)
    public = owner.fragment(f"/solutions/{found.id}/scenarios")
    assert f"0 / {total}" in visible(public)
    fill_vectors()
    for answer in (owner.fragment(matches(found)), owner.fragment(f"/solutions/{found.id}/scenarios")):
        assert wanted.title in visible(answer)
        assert "hx-trigger" not in answer.get_data(as_text=True)


def test_while_the_model_is_loading_nothing_is_called_unfit(
    owner: PageClient,
    at_agency: Callable[[str], PageClient],
    solution: Solution,
    wanted: Scenario,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for module in (matcher, presenting):
        monkeypatch.setattr(module, "ready", lambda: False)
    pages = [owner.get(matches(solution)), owner.get(f"/solutions/{solution.id}/scenarios")]
    for page in (*pages, at_agency("reader").get(ranked(wanted))):
        assert "语义模型正在载入" in visible(page)
        assert "没有合适" not in visible(page)
        assert "目前没有" not in visible(page)


# In public.


def test_the_public_page_of_a_solution_shows_a_few_scenarios(
    client: PageClient, solution: Solution, wanted: Scenario
) -> None:
    address = f"/solutions/{solution.id}/scenarios"
    assert f'hx-get="{address}"' in client.get(f"/solutions/{solution.id}").get_data(as_text=True)
    fragment, page = client.fragment(address), client.get(address)
    for answer in (fragment, page):
        assert wanted.title in visible(answer)
        assert "满足" not in visible(answer), "conditions are the enterprise's own matter"
    assert "<main" not in fragment.get_data(as_text=True)


def test_a_draft_has_no_public_scenarios(client: PageClient, enterprise: Organisation) -> None:
    draft = SolutionFactory(organisation=enterprise)
    db.session.commit()
    client.get(f"/solutions/{draft.id}/scenarios", status=404)


# The agency.


def test_an_agency_sees_who_offers_what_it_asks_for(
    at_agency: Callable[[str], PageClient], solution: Solution, wanted: Scenario, eight_open: list[Scenario]
) -> None:
    other = echo(eight_open[4])
    page = at_agency("reader").get(ranked(wanted))
    said, html = visible(page), page.get_data(as_text=True)
    assert "1 个合适的方案" in said
    assert "在 2 个公开方案里比对" in said
    assert solution.organisation.name in said
    assert "企业认证" in said
    assert f'/solutions/{other.id}"' not in html, "what is far is not shown"
    assert "固定为入围前短名单" not in said, "a reader does not commit the agency"
    assert "固定为入围前短名单" in visible(at_agency("member").get(ranked(wanted)))


def test_an_agency_without_a_fitting_solution_is_told_what_to_do(
    at_agency: Callable[[str], PageClient], solution: Solution, eight_open: list[Scenario]
) -> None:
    page = at_agency("approver").get(ranked(eight_open[7]))
    said, html = visible(page), page.get_data(as_text=True)
    assert "没有合适的方案" in said
    for address in ("/enterprises", "/notices", f"/desk/scenarios/{eight_open[7].id}/corrigendum"):
        assert address in html


def test_the_operator_sees_it_too_and_freezes_nothing(app: Flask, solution: Solution, wanted: Scenario) -> None:
    operator = PageClient(app).sign_in(member("operator", "member"))
    assert solution.name in visible(operator.get(ranked(wanted)))
    operator.post(ranked(wanted), status=403)


def test_the_pages_of_a_scenario_lead_there_for_those_who_may(
    client: PageClient, at_agency: Callable[[str], PageClient], wanted: Scenario
) -> None:
    link = f'href="{ranked(wanted)}"'
    assert link in at_agency("reader").get(f"/scenarios/{wanted.number}").get_data(as_text=True)
    assert link in at_agency("reader").get(f"/desk/scenarios/{wanted.id}").get_data(as_text=True)
    assert link not in client.get(f"/scenarios/{wanted.number}").get_data(as_text=True)


def test_a_need_that_is_not_public_is_compared_with_nothing(
    app: Flask, at_agency: Callable[[str], PageClient], wanted: Scenario
) -> None:
    wanted.published_at = None
    db.session.commit()
    for reader in (at_agency("owner"), PageClient(app).sign_in(member("operator", "owner"))):
        reader.get(ranked(wanted), status=404)


def test_other_organisations_do_not_get_in(app: Flask, solution: Solution, wanted: Scenario) -> None:
    stranger = PageClient(app).sign_in(member("agency", "owner"))
    stranger.get(ranked(wanted), status=404)
    stranger.post(ranked(wanted), status=404)
    rival = PageClient(app).sign_in(member("enterprise", "owner"))
    rival.get(matches(solution), status=404)
    rival.get(ranked(wanted), status=403)


# What must vanish.


def test_an_archived_solution_vanishes_at_once(
    at_agency: Callable[[str], PageClient], client: PageClient, solution: Solution, wanted: Scenario
) -> None:
    agency = at_agency("member")
    assert solution.name in visible(agency.get(ranked(wanted)))
    solutions.move(db.session(), SYSTEM, solution, "archive")
    db.session.commit()
    assert "没有合适的方案" in visible(agency.get(ranked(wanted)))
    client.get(f"/solutions/{solution.id}/scenarios", status=404)


def test_an_archived_solution_vanishes_even_where_its_passages_are_still_there(
    solution: Solution, wanted: Scenario
) -> None:
    ranking = matcher.solutions_for(wanted)
    solution.status = "archived"
    db.session.flush()
    assert ranking.matches
    assert presenting.offers(ranking, wanted) == []
    assert matcher.solutions_for(wanted).matches == []


def test_a_cancelled_scenario_vanishes(owner: PageClient, solution: Solution, wanted: Scenario) -> None:
    assert wanted.title in visible(owner.get(f"/solutions/{solution.id}/scenarios"))
    catalog.move(db.session(), SYSTEM, wanted, "cancel", Ground("need_changed"))
    db.session.commit()
    for address in (matches(solution), f"/solutions/{solution.id}/scenarios"):
        assert f"/scenarios/{wanted.number}" not in owner.get(address).get_data(as_text=True)


def test_a_scenario_vanishes_with_the_end_of_its_closing_day(solution: Solution, wanted: Scenario) -> None:
    last = clock.end_of_day(wanted.deadline)
    with clock.frozen(last - timedelta(seconds=1)):
        assert [row.scenario.number for row in presenting.for_solution(solution).fitting] == [wanted.number]
    with clock.frozen(last):
        assert presenting.for_solution(solution).fitting == []


# What must not raise a rank.


def test_saying_it_again_and_again_raises_nothing(wanted: Scenario, solution: Solution) -> None:
    (before,) = matcher.scenarios_for(solution, clock.today(), most=1).matches
    facts = facts_of(solution.content)
    again = Facts(**{**vars(facts), "summary": facts.summary * 3, "capabilities": facts.capabilities * 2})
    solutions.save(db.session(), SYSTEM, solution, None, again, solution.revision)
    db.session.commit()
    fill_vectors()
    (after,) = matcher.scenarios_for(solution, clock.today(), most=1).matches
    assert after == before


def test_size_age_and_place_of_an_enterprise_move_nothing(wanted: Scenario, solution: Solution) -> None:
    before = matcher.solutions_for(wanted).matches
    profile = EnterpriseProfile(
        organisation=solution.organisation,
        size="large",
        founded=1990,
        qualifications=["高新技术企业"],
        certifications=["CMMI 5"],
        updated_at=clock.now(),
    )
    db.session.add(profile)
    solution.organisation.district = wanted.district
    solution.published_at = clock.now()
    db.session.commit()
    assert matcher.solutions_for(wanted).matches == before
