"""The log's pages: who may read it, what it shows, how it is narrowed and written out; everybody's own history."""

import ast
import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask import Flask

from accounts.auditing import words
from accounts.queries import memberships_of
from accounts.rules import VERIFICATION, role_of
from core import anchors, audit, chain, clock
from core.audit import SYSTEM, Actor
from core.extensions import db
from core.settings import ROOT
from tests.factories import OrganisationFactory, member
from tests.pages import PageClient, visible


def actor_of(person: object) -> Actor:
    """The person as operations know them."""
    membership = db.session.scalars(memberships_of(person.id)).one()  # type: ignore[attr-defined]  # a Person
    organisation = membership.organisation
    return Actor(person.pseudonym, role_of(organisation.kind, membership.role), str(organisation.id))  # type: ignore[attr-defined]  # a Person


def act(actor: Actor = SYSTEM, verb: str = "save", subject_type: str = "scenario", subject_id: object = 1) -> int:
    found = audit.record(db.session(), actor, verb, subject_type, subject_id, after={"x": 1}).id
    db.session.commit()
    return found


def rows(client: PageClient, query: str = "") -> list[int]:
    """The numbers of the events that the export of a query holds."""
    lines = client.get(f"/audit/export.jsonl{query}").get_data(as_text=True).splitlines()
    return [json.loads(line)["id"] for line in lines]


@pytest.fixture
def operator(app: Flask, client: PageClient) -> PageClient:
    return client.sign_in(member("operator", "member"))


@pytest.mark.parametrize(
    ("kind", "role", "status"),
    [
        ("operator", "owner", 200),
        ("operator", "reader", 200),
        ("auditor", "reader", 200),
        ("auditor", "owner", 200),
        ("agency", "owner", 403),
        ("enterprise", "owner", 403),
    ],
)
def test_the_operator_and_auditors_read_the_log(
    app: Flask, client: PageClient, kind: str, role: str, status: int
) -> None:
    client.sign_in(member(kind, role))
    for path in ("/audit", "/audit/export.csv", "/audit/export.jsonl"):
        client.get(path, status=status)


def test_the_log_says_who_did_what_in_words(app: Flask, operator: PageClient) -> None:
    agency = member("agency", "approver")
    act(actor_of(agency), "submit", "scenario", 7)
    act(SYSTEM, "import", "policy", "plan")
    page = visible(operator.get("/audit"))
    organisation = db.session.scalars(memberships_of(agency.id)).one().organisation.name
    for shown in ("提交审核", "场景 7", organisation, "需求单位审批人", "导入", "政策文件 plan", "系统"):
        assert shown in page
    assert agency.pseudonym[:8] in page
    assert agency.name not in page, "the operator knows members of other organisations by pseudonym"
    operator.fragment("/audit?verb=submit")


def test_names_are_told_within_an_organisation_only(app: Flask, client: PageClient) -> None:
    organisation = OrganisationFactory(kind="operator", verification="verified")
    reader, colleague = (member(organisation=organisation) for _ in range(2))
    act(actor_of(colleague))
    assert colleague.name in visible(client.sign_in(reader).get("/audit"))
    assert colleague.name not in visible(client.sign_in(member("auditor", "reader")).get("/audit"))


def test_each_filter_narrows(app: Flask, operator: PageClient) -> None:
    agency = member("agency", "owner")
    actor = actor_of(agency)
    organisation = db.session.scalars(memberships_of(agency.id)).one().organisation
    with clock.frozen(datetime(2026, 4, 30, 15, 59, tzinfo=UTC)):
        old = act(subject_id=11)
    with clock.frozen(datetime(2026, 4, 30, 16, 0, tzinfo=UTC)):
        midnight = act(actor, "submit", subject_id=12)
    new = act(actor, "apply", "verification", 1)
    assert rows(operator) == [old, midnight, new]
    for query, found in {
        "?verb=submit": [midnight],
        "?subject_type=verification": [new],
        "?subject_type=scenario&subject_id=11": [old],
        f"?actor={agency.pseudonym}": [midnight, new],
        f"?actor={agency.pseudonym[:8]}": [midnight, new],
        "?actor=%25": [],
        "?actor=system": [old],
        f"?organisation={organisation.id}": [midnight, new],
        f"?organisation={organisation.name[:-1]}": [midnight, new],
        "?organisation=nobody": [],
        "?since=2026-05-01&until=2026-05-01": [midnight],
        "?until=2026-04-30": [old],
        f"?verb=apply&actor={agency.pseudonym}&page=1": [new],
    }.items():
        assert rows(operator, query) == found, query
        page = visible(operator.get(f"/audit{query}"))
        assert (f"符合条件的 {len(found)} 条" in page) == (len(found) < 3)


@pytest.mark.parametrize(
    "query",
    ["verb=magic", "subject_type=x", "since=yesterday", "since=2026-05-02&until=2026-05-01", f"actor={'x' * 65}"],
)
def test_what_cannot_be_asked_is_said_beside_the_field(app: Flask, operator: PageClient, query: str) -> None:
    act()
    page = operator.get(f"/audit?{query}", status=422)
    assert "请检查以下内容" in visible(page)
    assert "field-error" in page.get_data(as_text=True)
    operator.get(f"/audit/export.csv?{query}", status=422)


def test_a_long_log_has_pages(app: Flask, operator: PageClient) -> None:
    for number in range(51):
        audit.record(db.session(), SYSTEM, "save", "thing", number)
    db.session.commit()
    assert "thing 50" in visible(operator.get("/audit"))
    assert "thing 0" in visible(operator.get("/audit?page=2"))
    operator.get("/audit?page=3", status=404)


def test_an_export_holds_what_is_hashed_and_no_salt(app: Flask, operator: PageClient) -> None:
    act()
    act()
    (line, _) = operator.get("/audit/export.jsonl").get_data(as_text=True).splitlines()
    values = json.loads(line)
    assert values.pop("hash") == chain.link(values)
    assert "salt" not in values
    response = operator.get("/audit/export.csv")
    table = list(csv.DictReader(io.StringIO(response.get_data().decode("utf-8-sig"))))
    assert [row["id"] for row in table] == ["1", "2"]
    assert table[0] == {**{name: str(value) for name, value in values.items()}, "hash": table[1]["previous"]}
    assert "attachment" in response.headers["Content-Disposition"]


def test_reading_is_not_recorded(app: Flask, operator: PageClient) -> None:
    act()
    for path in ("/audit", "/audit/export.csv", "/account/history"):
        operator.get(path)
    assert rows(operator) == [1]


def test_everybody_sees_what_they_did_and_what_was_done_with_their_account(app: Flask, client: PageClient) -> None:
    me, other = member("enterprise", "member"), member("agency", "owner")
    act(actor_of(me), "follow", "follow", 31)
    act(actor_of(other), "submit", "scenario", 32)
    act(SYSTEM, "erase", "person", me.pseudonym)
    page = visible(client.sign_in(me).get("/account/history"))
    assert "关注 31" in page
    assert "注销并清除" in page
    assert "场景 32" not in page
    assert "共 2 条" in page
    client.fragment("/account/history")
    assert "还没有操作记录" in visible(client.sign_in(member()).get("/account/history"))


def test_who_is_concealed_is_found_by_nobody_but_themselves(app: Flask, client: PageClient) -> None:
    me, owner = member("enterprise", "member"), None
    organisation = db.session.scalars(memberships_of(me.id)).one().organisation
    owner = member("enterprise", "owner", organisation)
    rival = member("enterprise", "owner")
    for person, number in ((me, 41), (rival, 42)):
        act(audit.concealed(actor_of(person), f"question:{number}"), "ask", "question", number)
    own = visible(client.sign_in(me).get("/account/history"))
    assert "提问 41" in own
    assert "本人（对他人匿名）" in own
    assert "提问 42" not in own
    ours = visible(client.sign_in(owner).get("/account/history/organisation"))
    assert "提问 41" in ours
    assert "提问 42" not in ours
    assert me.name not in visible(client.get("/account/history/organisation")).split("单位操作记录")[-1]
    for reader in (member("operator", "owner"), member("auditor", "reader")):
        page = client.sign_in(reader).get("/audit").get_data(as_text=True)
        assert "提问 41" in page
        assert "匿名" in page
        for secret in (me.pseudonym, me.name, organisation.name):
            assert secret not in page


def test_an_owner_sees_the_organisations_history_with_names(app: Flask, client: PageClient) -> None:
    organisation = OrganisationFactory(verification="verified")
    owner, worker = member(role="owner", organisation=organisation), member(organisation=organisation)
    outsider = member("operator", "approver")
    act(actor_of(worker), "save", "scenario", 51)
    act(actor_of(outsider), "verify", "organisation", organisation.id)
    act(actor_of(outsider), "save", "scenario", 52)
    page = visible(client.sign_in(owner).get("/account/history/organisation"))
    assert "场景 51" in page
    assert worker.name in page
    assert "共 2 条" in page
    assert outsider.name not in page
    assert "场景 52" not in page
    client.sign_in(worker).get("/account/history/organisation", status=403)


def test_histories_ask_to_sign_in(client: PageClient) -> None:
    for path in ("/account/history", "/account/history/organisation", "/audit"):
        client.get(path, status=303)


def test_anyone_may_keep_the_anchors(app: Flask, client: PageClient) -> None:
    assert "还没有锚点" in visible(client.get("/audit/anchors"))
    assert client.get("/audit/anchors.jsonl").get_data() == b""
    act(SYSTEM, "publish", "batch", 1)
    page = visible(client.get("/audit/anchors"))
    found = anchors.newest()[-1]
    assert found.hash in page
    assert "批次发布" in page
    assert json.loads(client.get("/audit/anchors.jsonl").get_data())["hash"] == found.hash


def test_a_verb_is_called_by_its_lifecycle_then_the_common_word_then_the_table_then_its_code() -> None:
    table = {"thing.use": "使用"}
    assert words.verb_label("verification", "verify", [VERIFICATION], {}) == "通过认证"
    assert words.verb_label("thing", "verify", [VERIFICATION], {}) == "verify"
    assert words.verb_label("thing", "save", [], table) == "保存"
    assert words.verb_label("thing", "use", [], table) == "使用"


def test_every_verb_and_subject_that_the_code_records_has_a_word(app: Flask) -> None:
    """Whatever stands as a plain text in a call that records an event is a word on the page."""
    lifecycles = [lifecycle for room in app.extensions["rooms"] for lifecycle in room.lifecycles]
    moves = {move.verb for lifecycle in lifecycles for move in lifecycle.moves}
    unnamed = set()
    rooms = ("accounts", "policies", "scenario_catalog", "marketplace", "assistant", "core")
    for path in (file for room in rooms for file in (ROOT / room).rglob("*.py")):
        for verb, subject in recorded(ast.parse(path.read_text())):
            unnamed |= {verb} - {"", *words.VERBS, *moves}
            unnamed |= {subject} - {"", *words.SUBJECTS}
    assert not unnamed, f"give these a word in accounts/auditing/words.py: {sorted(unnamed)}"


def recorded(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Yield verb and subject type of each call that records an event, "" for what is no plain text there."""
    for node in ast.walk(tree):
        name = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
        if name in {"audit.record", "audit.change"}:
            verb, subject = (arg.value if isinstance(arg, ast.Constant) else "" for arg in node.args[2:4])
            yield verb, subject
        elif name.rpartition(".")[2] == "note" and isinstance(node.args[1], ast.Constant):
            yield node.args[1].value, ""
