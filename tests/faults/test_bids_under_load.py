"""Five hundred bids: opened in the memory of one, and submitted in the last minute without one lost or one too late."""

import random
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from core import clock
from core.audit import SYSTEM
from core.chain import canonical
from core.extensions import db
from marketplace.bids import opening, operations
from marketplace.bids import queries as bids
from marketplace.bids.models import Bid, BidReceipt
from tests.bidding import begun, called, key_of
from tests.conftest import make_app, opened
from tests.factories import OrganisationFactory

COUNT, SIZE, THREADS = 500, 5 * 1024 * 1024, 8


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    with opened(make_app(tmp_path)) as app:
        yield app


def peak() -> int:
    """Return the most memory that the process has had since `forget_peak`, in bytes."""
    line = next(one for one in Path("/proc/self/status").read_text().splitlines() if one.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text("5")


def report(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def test_opening_500_bids_of_5_mb_takes_the_memory_of_one(app: Flask) -> None:
    call, rng = called(), random.Random(3)
    for _turn in range(COUNT):
        data = rng.randbytes(SIZE // 2).hex().encode()
        bid = begun(call, files=[data])
        operations.submit(db.session(), SYSTEM, bid, call.codes[bid.token], clock.now())
        db.session.commit()
    with clock.frozen(clock.end_of_day(call.scenario.deadline)):
        private = key_of(call)
        db.session.rollback()
        forget_peak()
        before, started = peak(), time.monotonic()
        assert opening.damaged(call.scenario.id, private) == {}
        assert opening.open_bids(db.session(), SYSTEM, call.seal, private, {}) == COUNT
        db.session.commit()
    grown = peak() - before
    report(f"opened {COUNT} bids of {SIZE >> 20} MB in {time.monotonic() - started:.1f} s, memory +{grown >> 20} MB")
    assert grown < 10 * SIZE
    assert db.session.scalar(select(func.count()).where(Bid.status == "unsealed")) == COUNT


def test_500_submissions_in_the_last_minute(app: Flask) -> None:
    """Eight threads hand in bids whose entry is spread around the deadline: the entry alone decides."""
    call, rng = called(), random.Random(7)
    firms = [OrganisationFactory(kind="enterprise", verification="verified") for _turn in range(COUNT)]
    tokens = [begun(call, f"第{number}份", lead=firm).token for number, firm in enumerate(firms)]
    last = clock.end_of_day(call.scenario.deadline)
    entries = {token: last + timedelta(seconds=rng.uniform(-60, 6)) for token in tokens}
    db.session.remove()

    def hand_in(token: str) -> str | None:
        with app.app_context():
            bid = bids.bid(token)
            assert bid
            try:
                receipt = operations.submit(db.session(), SYSTEM, bid, call.codes[token], entries[token])
            except operations.LateError:
                db.session.rollback()
                return None
            db.session.commit()
            return receipt.digest

    started = time.monotonic()
    with ThreadPoolExecutor(THREADS) as pool:
        receipts = dict(zip(tokens, pool.map(hand_in, tokens), strict=True))
    report(f"{COUNT} submissions in {time.monotonic() - started:.1f} s")
    assert {token for token, digest in receipts.items() if digest} == {one for one, at in entries.items() if at < last}
    with clock.frozen(last):
        private = key_of(call)
        db.session.rollback()
        taken = opening.open_bids(db.session(), SYSTEM, call.seal, private, {})
        db.session.commit()
    assert taken == sum(digest is not None for digest in receipts.values())
    for bid in bids.opened(db.session(), call.scenario.id):
        assert sha256(canonical(bid.content or {}).encode()).hexdigest() == receipts[bid.token]
        assert bid.fault == ""
    assert db.session.scalar(select(func.count()).select_from(BidReceipt)) == taken
