"""Nobody but the bidder learns anything of a sealed bid: not from a page, an export, a file, a log line or a letter.

Pages are compared whole: every address, for everybody else, must read the same with bids as without.
"""

import base64
import json
import logging
import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask

from accounts.models import Organisation
from core import anchors, clock
from core.access import NOBODY, Principal
from core.audit import SYSTEM, Actor
from core.database import checkpoint
from core.extensions import db
from marketplace.bids import jobs, operations
from tests.bidding import Call, begun, called, draft, opened, sent
from tests.factories import OrganisationFactory, member
from tests.test_route_matrix import declared, values

CHANGING = re.compile(r'(name="csrf_token"[^>]*value|name="csrf-token" content|nonce)="[^"]*"')
# What an address may not be asked for: it would leave, or write.
LEFT_OUT = ("/static/", "/account/sign-out")
# What says that it waits when it is first asked for.
WORKED_OUT = "/desk/coverage"


def people(app: Flask, call: Call, rival: Organisation) -> dict[str, Principal]:
    """Return one reader of each kind beside the bidder; holders of shares among them."""
    scenario, found = call.scenario, {"nobody": NOBODY}
    agency, operator, auditor = call.people
    for name, person, role, organisation in (
        ("agency", agency, "agency-owner", scenario.agency),
        ("evaluator", member("agency", "evaluator", scenario.agency), "agency-evaluator", scenario.agency),
        ("operator", operator, "operator-owner", None),
        ("auditor", auditor, "auditor-owner", None),
        ("rival", member("enterprise", "owner", rival), "enterprise-owner", rival),
    ):
        place = organisation or call.seal.holders[1 if name == "operator" else 2].organisation
        found[name] = Principal(person.pseudonym, person.id, person.name, role, place.id, place.name, verified=True)
    return found


def pages(app: Flask, who: dict[str, Principal], world: dict[str, object]) -> Iterator[tuple[str, str, str]]:
    """Yield (reader, address, what it says) of every address that can be read."""
    bound = app.url_map.bind("localhost")
    for rule in declared(app):
        if "GET" not in (rule.methods or ()) or rule.rule.startswith(LEFT_OUT):
            continue
        path = bound.build(rule.endpoint, values(rule, world), method="GET")
        for name, principal in who.items():
            app.extensions["identify"] = lambda principal=principal: principal
            answer = app.test_client().get(path)
            yield name, path, f"{answer.status_code} {readable(answer.data)}"
            answer.close()


def readable(data: bytes) -> str:
    """Return what an answer says; of a workbook or an archive its parts, without the moment at which it was made."""
    if data.startswith(b"PK"):
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist() if not name.startswith("docProps/")}
        return str(parts)
    return CHANGING.sub("", data.decode("utf-8", "replace"))


def all_pages(app: Flask, who: dict[str, Principal], world: dict[str, object]) -> dict[tuple[str, str], str]:
    app.extensions["identify"] = lambda: who.get("operator", NOBODY)
    app.test_client().get(WORKED_OUT)
    return {(name, path): text for name, path, text in pages(app, who, world)}


def test_leak_every_page_reads_the_same_with_bids_as_without(app: Flask) -> None:
    call, rival = called(), OrganisationFactory(kind="enterprise", verification="verified")
    lead, partner, third = (OrganisationFactory(kind="enterprise", verification="verified") for _turn in range(3))
    who = people(app, call, rival)
    world = {"scenario_id": call.scenario.id, "number": call.scenario.number, "holder_id": call.seal.holders[0].id}
    own = member("enterprise", "owner", lead)
    db.session.commit()
    who["own"] = Principal(own.pseudonym, own.id, own.name, "enterprise-owner", lead.id, lead.name, verified=True)
    now, closed = clock.now(), clock.end_of_day(call.scenario.deadline)
    others = {name: one for name, one in who.items() if name in {"agency", "operator", "auditor", "rival"}}
    with clock.frozen(now):
        before = all_pages(app, who, world)
    with clock.frozen(closed):
        waiting = all_pages(app, others, world)
    with clock.frozen(now):
        bid = begun(call, "机密", lead=lead)
        actor = Actor(own.pseudonym, "enterprise-owner", str(lead.id))
        operations.ask_partner(db.session(), actor, bid, partner, "硬件")
        db.session.commit()
        drafted = all_pages(app, {"own": who["own"], **others}, world)
        operations.decide_partner(db.session(), actor, bid.partners[0], "accept")
        operations.submit(db.session(), actor, bid, call.codes[bid.token], clock.now())
        db.session.commit()
        sent(call, "第二份", lead=third)
        jobs.cover()
        after = all_pages(app, who, world)
    with clock.frozen(closed):
        assert all_pages(app, others, world) == waiting, "nor after the deadline, until the bids are opened"
    assert len(before) > 500
    for later in (drafted, after):
        told = [place for place, text in later.items() if before[place] != text and place[0] != "own"]
        assert not told, "these pages tell of sealed bids"
    assert any(after[place] != text for place, text in before.items() if place[0] == "own"), "the bidder sees its own"


def test_leak_after_the_opening_the_auditor_reads_what_was_hidden(app: Flask) -> None:
    call = called()
    token = sent(call).token
    never_sent = begun(call, "没有递交").token
    rival = OrganisationFactory(kind="enterprise", verification="verified")
    auditor = people(app, call, rival)["auditor"]
    app.extensions["identify"] = lambda: auditor
    assert token not in app.test_client().get("/audit/export.csv").get_data(as_text=True)
    opened(call)
    log = app.test_client().get("/audit/export.csv").get_data(as_text=True)
    assert log.count(token) >= 3
    assert never_sent not in log


FORMS = (
    lambda text: text.encode(),
    lambda text: text.encode("utf-16-le"),
    lambda text: json.dumps(text)[1:-1].encode(),
    lambda text: base64.b64encode(text.encode())[:-4],
    lambda text: text.encode().hex().encode(),
)


def files(instance: Path) -> list[Path]:
    return [path for path in instance.rglob("*") if path.is_file()]


def test_leak_no_file_holds_what_was_planted(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    """Plant markers in text, price, file, partner's part and the codes; grep every file, before and after a checkpoint."""
    caplog.set_level(logging.DEBUG)
    instance = app.extensions["settings"].instance
    call = called()
    bid = begun(call, "PLANTED机密文字", "73519.42", files=[b"PLANTED-FILE " * 400])
    token, session = bid.token, db.session()
    code = call.codes[token]
    for turn in range(3):
        operations.save(session, SYSTEM, bid, code, draft(call.scenario, f"PLANTED第{turn}版"), bid.revision)
        session.commit()
    operations.submit(session, SYSTEM, bid, code, clock.now())
    session.commit()
    operations.withdraw(session, SYSTEM, bid, clock.now())
    session.commit()
    operations.submit(session, SYSTEM, bid, code, clock.now())
    session.commit()
    secrets = [code, code.replace("-", ""), *call.shares]
    planted = ["PLANTED", "机密文字", "73519.42", "PLANTED-FILE", *secrets]
    for _turn in range(2):
        found = files(instance)
        assert any(path.suffix == ".db" for path in found)
        for path in found:
            data = path.read_bytes()
            for text in planted:
                assert not [form for form in FORMS if form(text) in data], (path.name, text)
        db.session.remove()
        checkpoint(db.engine)
    assert not [text for text in planted if text in caplog.text]
    assert token not in "".join(str(one) for one in anchors.newest())


def test_leak_the_markers_are_found_where_they_may_stand(app: Flask) -> None:
    """The grep above can fail: after the opening the content stands in the database."""
    call = called()
    sent(call, "PLANTED")
    opened(call)
    db.session.remove()
    checkpoint(db.engine)
    assert any(b"PLANTED" in path.read_bytes() for path in files(app.extensions["settings"].instance))
