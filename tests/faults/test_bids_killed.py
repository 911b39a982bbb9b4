"""Killing the process while bids are submitted or opened, or an award is made: nothing acknowledged is lost, nothing half done."""

import random
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import select

from core.extensions import db
from core.settings import ROOT
from marketplace.awards import operations as awards
from marketplace.awards.models import Award
from marketplace.bids.models import Bid, BidReceipt
from marketplace.sealing.models import Seal, SealWrap
from scenario_catalog.landing.models import Landing
from scenario_catalog.models import Scenario
from tests.bidding import begun, called, sent
from tests.conftest import make_app, opened
from tests.marketplace.judging import AGENCY, ranked

BIDS, KILLS = 30, 5


def start(instance: Path, verb: str, *words: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.faults.bidder", str(instance), verb, *words]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


def killed(process: subprocess.Popen[str], after: float) -> list[str]:
    """Kill a process after so many seconds; returns what it had acknowledged."""
    time.sleep(after)
    process.kill()
    said, _errors = process.communicate()
    return said.splitlines()


def test_a_submission_that_was_acknowledged_is_there(tmp_path: Path) -> None:
    rng = random.Random(5)
    with opened(make_app(tmp_path)):
        call = called()
        for number in range(BIDS):
            begun(call, f"第{number}份")
        pairs = [f"{token}={code}" for token, code in call.codes.items()]
    acknowledged: dict[str, str] = {}
    for _turn in range(KILLS):
        said = killed(start(tmp_path, "submit", *pairs), rng.uniform(0.02, 0.35))
        acknowledged |= dict(line.split() for line in said if len(line.split()) == 2)
        check_submitted(tmp_path, acknowledged)
    process = start(tmp_path, "submit", *pairs)
    _said, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert len(check_submitted(tmp_path, acknowledged)) == BIDS


def check_submitted(instance: Path, acknowledged: dict[str, str]) -> list[str]:
    with opened(make_app(instance)):
        rows = db.session.scalars(select(Bid)).all()
        digests = {one.bid_id: one.digest for one in db.session.scalars(select(BidReceipt))}
        for bid in rows:
            whole = {bid.content_sealed is not None, bid.price_sealed is not None, bid.submitted_at is not None}
            assert whole == {bid.status == "submitted"}
            assert (bid.id in digests) == (bid.status == "submitted")
        there = {bid.token: digests[bid.id] for bid in rows if bid.status == "submitted"}
    assert acknowledged.items() <= there.items()
    return list(there)


def test_a_killed_opening_opens_all_or_nothing(tmp_path: Path) -> None:
    rng = random.Random(9)
    with opened(make_app(tmp_path)):
        call = called()
        for number in range(BIDS):
            sent(call, f"第{number}份", files=[b"a report " * 20_000])
        number, shares = call.scenario.number or "", [f"{place}={share}" for place, share in enumerate(call.shares, 1)]
    for _turn in range(KILLS):
        said = killed(start(tmp_path, "unseal", number, *shares[:2]), rng.uniform(0.02, 0.4))
        done = check_opening(tmp_path)
        assert done or "opened" not in said
        if done:
            break
    else:
        process = start(tmp_path, "unseal", number, *shares[:2])
        said, errors = process.communicate(timeout=120)
        assert said.splitlines()[-1:] == ["opened"], errors
        assert check_opening(tmp_path)


def check_opening(instance: Path) -> bool:
    """Tell whether the opening is done; it must be done for all bids, the keys and the scenario, or for none."""
    with opened(make_app(instance)):
        states = set(db.session.scalars(select(Bid.status)))
        seal = db.session.scalars(select(Seal.status)).one()
        scenario = db.session.scalars(select(Scenario.status)).one()
        parts = set(db.session.scalars(select(SealWrap.part)))
    told = (states, seal, scenario, parts)
    before = ({"submitted"}, "ready", "open", {"content", "price"})
    after = ({"unsealed"}, "opened", "evaluating", {"price"})
    assert told in (before, after)
    return told == after


def test_a_killed_award_is_made_whole_or_not_at_all(tmp_path: Path) -> None:
    rng = random.Random(4)
    with opened(make_app(tmp_path)):
        court = ranked(4)
        chosen = {bid.id for bid in court.bids[:2]}
        awards.shortlist(db.session(), AGENCY, court.scenario, chosen)
        number = awards.notice(db.session(), AGENCY, court.scenario, {court.bids[0].id}, "综合得分第一").id
        db.session.commit()
    for _turn in range(KILLS):
        said = killed(start(tmp_path, "award", str(number)), rng.uniform(0.0, 0.12))
        done = check_award(tmp_path)
        assert done or "awarded" not in said
        if done:
            return
    process = start(tmp_path, "award", str(number))
    said_last, errors = process.communicate(timeout=120)
    assert said_last.splitlines() == ["awarded"], errors
    assert check_award(tmp_path)


def check_award(instance: Path) -> bool:
    """Tell whether the award is made: of award, bids, scenario and landing together, or of none."""
    with opened(make_app(instance)):
        award = db.session.scalars(select(Award.status)).one()
        states = sorted(db.session.scalars(select(Bid.status)))
        scenario = db.session.scalars(select(Scenario.status)).one()
        landings = len(db.session.scalars(select(Landing)).all())
    told = (award, states, scenario, landings)
    before = ("noticed", ["finalist", "finalist", "not_selected", "not_selected"], "noticed", 0)
    after = ("awarded", ["not_selected", "not_selected", "not_selected", "selected"], "awarded", 1)
    assert told in (before, after)
    return told == after
