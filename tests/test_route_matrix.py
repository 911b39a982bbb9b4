"""Every route as every role, as a member of another organisation, and as nobody: who is let in, and who is not.

Views are replaced by a probe: what is tested is who reaches them. What a role may reach is written out here by hand,
apart from the table, by the beginning of the address.
"""

from flask import Flask
from werkzeug.routing import Rule

from accounts.rules import ALL_ROLES
from core.access import ANYONE, SIGNED_IN, Principal, rows, verb_of

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
