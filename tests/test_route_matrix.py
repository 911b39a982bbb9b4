"""Every route as every role, as a member of another organisation, and as nobody: who is let in, and who is not.

Views are replaced by a probe: what is tested is who reaches them. What a role may reach is written out here by hand,
apart from the table, by the beginning of the address.
"""

from flask import Flask
from werkzeug.routing import Rule

from accounts.models import Organisation
from accounts.rules import ALL_ROLES
from core import clock
from core.access import ANYONE, NOBODY, SIGNED_IN, Principal, access, rows, verb_of
from core.audit import SYSTEM
from core.extensions import db
from marketplace.bids.models import BidPartner
from marketplace.bids.operations import start
from marketplace.matching.models import Shortlist, ShortlistEntry
from marketplace.solutions.models import Solution
from marketplace.solutions.operations import write_notice
from scenario_catalog.models import Scenario
from tests.factories import OrganisationFactory, ScenarioFactory, SolutionFactory, published

REACHED = "reached"


def declared(app: Flask) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))


def test_route_matrix_every_route_declares_access(app: Flask) -> None:
    silent = [rule.rule for rule in declared(app) if not verb_of(app, rule.endpoint)]
    assert not silent, "these routes declare no access"
    unknown = {verb_of(app, rule.endpoint) for rule in declared(app) if not rows(verb_of(app, rule.endpoint))}
    assert not unknown, "these verbs have no row in the table"


def test_route_matrix_every_row_is_of_a_role_that_exists(app: Flask) -> None:
    for found in app.extensions["access"].values():
        for row in found:
            assert row.roles <= ALL_ROLES | {ANYONE, SIGNED_IN}, row
            assert row.roles, row
            assert row.label, row


def test_route_matrix_a_route_without_access_is_refused(app: Flask) -> None:
    app.add_url_rule("/silent", "silent", lambda: REACHED)
    assert app.test_client().get("/silent").status_code in {303, 401, 403}
    app.extensions["identify"] = lambda: Principal("p", 1, role="operator-owner", organisation=1, verified=True)
    assert app.test_client().get("/silent").status_code == 403


def probed(app: Flask) -> Flask:
    """Replace every view by a probe: what is tested is who reaches it."""
    for endpoint, view in app.view_functions.items():
        probe = access(verb_of(app, endpoint) or getattr(view, "access_verb", ""))(lambda **_values: REACHED)
        app.view_functions[endpoint] = probe
    return app


def values(rule: Rule, world: dict[str, object]) -> dict[str, object]:
    """Return values for an address: rows of the agency where it names one, else what fits its converters."""
    plain = {"IntegerConverter": 1, "AnyConverter": "x"}
    found = {}
    for name, converter in rule._converters.items():
        kind = type(converter).__name__
        choices = getattr(converter, "items", None)
        fallback = next(iter(choices)) if choices else plain.get(kind, "x")
        suits = kind != "IntegerConverter" or isinstance(world.get(name), int)
        found[name] = world.get(name, fallback) if suits else fallback
    return found


def ask(app: Flask, rule: Rule, who: Principal, given: dict[str, object]) -> bool:
    """Tell whether `who` reaches the view of an address."""
    app.extensions["identify"] = lambda: who
    method = "GET" if "GET" in (rule.methods or ()) else next(iter((rule.methods or set()) - {"HEAD", "OPTIONS"}))
    path = app.url_map.bind("localhost").build(rule.endpoint, given, method=method)
    answer = app.test_client().open(path, method=method)
    assert answer.status_code in {200, 303, 401, 403, 404}, (path, answer.status)
    return answer.get_data(as_text=True) == REACHED


# Written by hand, apart from the table: beginning of the address, and the kinds whose members may ever get there.
RESERVED = {
    "/desk/review": {"operator"},
    "/desk/batches": {"operator"},
    "/desk/import": {"operator"},
    "/desk/solutions": {"enterprise"},
    "/desk/enterprise": {"enterprise"},
    "/desk/notices": {"enterprise"},
    "/desk/bid-invitations": {"enterprise"},
    "/desk/shortlists": {"agency", "operator"},
    "/desk/coverage": {"operator"},
    "/desk/bids": {"enterprise"},
    "/desk/assistant": {"operator"},
    "/desk/landings": {"agency", "enterprise", "operator", "auditor"},
    "/desk/evaluations": {"agency", "operator", "auditor"},
    "/desk/awards": {"agency", "operator", "auditor"},
    "/desk/panel": {"agency", "operator", "auditor"},
    "/desk/objections": {"agency"},
    "/desk/policies": {"operator"},
    "/desk/targets": {"operator"},
    "/desk/seals": {"agency", "operator", "auditor"},
    "/audit/anchors": {"agency", "enterprise", "operator", "auditor"},
    "/audit": {"operator", "auditor"},
}


def shortlisted(scenario: Scenario, solution: Solution) -> dict[str, object]:
    """Freeze a ranking of a scenario by hand; returns the values that addresses name it by."""
    said = {"model": "fake", "index_version": "-", "rule_version": "-", "compared": 1, "digest": "-"}
    made = Shortlist(scenario_id=scenario.id, made_at=clock.now(), **said)
    entry = ShortlistEntry(position=1, solution_id=solution.id, revision=1, score=0.0, fits=True)
    entry.pairs, entry.eligibility = [], []
    made.entries = [entry]
    db.session.add(made)
    db.session.commit()
    return {"shortlist_id": made.id, "entry_id": entry.id}


def bidden(scenario: Scenario, lead: Organisation) -> dict[str, object]:
    """Begin a bid of an enterprise that asks itself to join; returns the values that addresses name it by."""
    bid, _code = start(db.session(), SYSTEM, scenario, lead)
    partner = BidPartner(bid=bid, organisation=lead, invited_at=clock.now())
    db.session.add(partner)
    db.session.commit()
    return {"token": bid.token, "partner_id": partner.id}


def test_route_matrix_every_route_as_every_role_and_as_another_organisation(app: Flask) -> None:
    scenario = ScenarioFactory()
    draft = ScenarioFactory(agency=scenario.agency)
    published(scenario)
    solution = SolutionFactory()
    agency, other = scenario.agency_id, solution.organisation_id
    notice = write_notice(db.session(), SYSTEM, solution.organisation, "寻求联合研发", "共建模型")
    db.session.commit()
    world = {"scenario_id": draft.id, "number": scenario.number}
    world |= {"solution_id": solution.id, "notice_id": notice.id}
    world |= shortlisted(scenario, solution)
    world |= bidden(scenario, solution.organisation)
    reached: dict[str, set[str]] = {}
    for rule in declared(probed(app)):
        given = values(rule, world)
        found = rows(verb_of(app, rule.endpoint))
        for role in sorted(ALL_ROLES):
            for organisation in (agency, other):
                who = Principal("p", 1, role=role, organisation=organisation, verified=True)
                may = any(
                    row.roles & {role, ANYONE, SIGNED_IN} and (row.owner is None or row.owner(**given) == organisation)
                    for row in found
                )
                assert ask(app, rule, who, given) == may, (rule.rule, role, organisation == agency)
                if may:
                    reached.setdefault(rule.rule, set()).add(role.partition("-")[0])
        public = any(ANYONE in row.roles for row in found)
        assert ask(app, rule, NOBODY, given) == public, rule.rule
    for path, kinds in reached.items():
        beginning = next((start for start in RESERVED if path.startswith(start)), None)
        assert beginning is None or kinds <= RESERVED[beginning], path
    assert any(path.startswith("/desk/review") for path in reached)
    assert sum(path.startswith("/desk/solutions/") for path in reached) > 5
    assert sum(path.startswith("/desk/shortlists/") for path in reached) == 2


def test_route_matrix_an_agency_s_draft_is_its_own(app: Flask) -> None:
    draft = ScenarioFactory()
    stranger = OrganisationFactory()
    db.session.commit()
    rules = [
        rule
        for rule in declared(probed(app))
        if rule.endpoint.startswith("drafting.") and "scenario_id" in rule.arguments
    ]
    assert rules
    for rule in rules:
        who = Principal("p", 1, role="agency-owner", organisation=stranger.id, verified=True)
        assert not ask(app, rule, who, values(rule, {"scenario_id": draft.id})), rule.rule
