"""What seals a bid: shares, boxes, holders, and what can be derived from everything that is stored."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import LargeBinary, func, select

from accounts.queries import memberships_of
from core import clock
from core.audit import SYSTEM, AuditEvent
from core.errors import InvalidInputError
from core.extensions import db
from core.lifecycle import LifecycleError
from core.orm import Base
from marketplace.bids import opening
from marketplace.sealing import boxes, codes, operations
from marketplace.sealing.models import SealWrap
from marketplace.sealing.rules import LINES, Appointed
from scenario_catalog import operations as catalog
from scenario_catalog.rules import Ground
from tests.bidding import Call, appointed, called, key_of, opened, sent
from tests.factories import ScenarioFactory, member, published

SECRETS = st.binary(min_size=16, max_size=16)


@given(SECRETS)
def test_seal_a_secret_reads_as_it_was_written(secret: bytes) -> None:
    text = codes.written(secret)
    assert codes.read(text) == secret
    assert codes.read(text.lower().replace("-", " ").replace("0", "o").replace("1", "l")) == secret
    assert len(text.split("-")) == 7


@given(SECRETS, st.integers(0, 27), st.sampled_from(codes.SIGNS))
def test_seal_a_slip_of_the_pen_is_told_from_a_wrong_secret(secret: bytes, place: int, sign: str) -> None:
    signs = codes.written(secret).replace("-", "")
    mistyped = signs[:place] + sign + signs[place + 1 :]
    if mistyped != signs:
        # Ten bits of check let one in a thousand pass: then it is another secret, never this one.
        with suppress(InvalidInputError):
            assert codes.read(mistyped) != secret


@pytest.mark.parametrize("text", ["", "7K2M", "7K2M-" * 9, "密钥", "*" * 28])
def test_seal_what_is_no_secret_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        codes.read(text)


@given(st.binary(max_size=9000), st.integers(0, 10**6), st.integers(1, 255))
def test_seal_a_box_tells_a_changed_bit_and_hides_the_length(plain: bytes, place: int, change: int) -> None:
    private, public = boxes.new_pair()
    sealed = boxes.seal_text(plain, public)
    assert boxes.unseal_text(sealed, private) == plain
    assert len(sealed) % boxes.BLOCK == len(boxes.seal_text(b"", public)) % boxes.BLOCK
    at = place % len(sealed)
    with pytest.raises(boxes.WrongKeyError):
        boxes.unseal_text(sealed[:at] + bytes([sealed[at] ^ change]) + sealed[at + 1 :], private)


def test_seal_a_share_stands_for_another_key_in_each_scenario() -> None:
    assert boxes.pair_of(b"1" * 16, "seal 1") != boxes.pair_of(b"1" * 16, "seal 2")


def test_seal_any_two_holders_open_in_either_order(app: Flask) -> None:
    for first, second in permutations(range(3), 2):
        call = called(ScenarioFactory())
        bid = sent(call, f"甲{first}{second}")
        found = opened(call, first, second)
        assert [one.id for one in found] == [bid.id]
        assert f"甲{first}{second}团队" in str(found[0].content)
        assert found[0].price is None


def test_seal_one_share_twice_opens_nothing(app: Flask) -> None:
    call = called()
    sent(call)
    with clock.frozen(clock.end_of_day(call.scenario.deadline)):
        for _turn in range(3):
            assert operations.present(db.session(), SYSTEM, call.seal.holders[0], call.shares[0]) is None


def test_seal_nobody_opens_before_the_deadline(app: Flask) -> None:
    call = called()
    sent(call)
    last = clock.end_of_day(call.scenario.deadline)
    with clock.frozen(last - timedelta(microseconds=1)), pytest.raises(LifecycleError, match="尚未截止"):
        operations.present(db.session(), SYSTEM, call.seal.holders[0], call.shares[0])
    with clock.frozen(last):
        operations.present(db.session(), SYSTEM, call.seal.holders[0], call.shares[0])


def test_seal_a_wrong_share_and_another_holder_s_are_refused(app: Flask) -> None:
    call = called()
    with clock.frozen(clock.end_of_day(call.scenario.deadline)):
        for share in (codes.new_code(), call.shares[1]):
            with pytest.raises(InvalidInputError, match="不是您"):
                operations.present(db.session(), SYSTEM, call.seal.holders[0], share)


def test_seal_a_holder_who_left_presents_no_more_and_the_others_do(app: Flask) -> None:
    call = called()
    bid = sent(call)
    gone = db.session.scalars(memberships_of(call.people[0].id)).one()
    gone.ended_at = clock.now()
    db.session.commit()
    with clock.frozen(clock.end_of_day(call.scenario.deadline)), pytest.raises(LifecycleError, match="已不是"):
        operations.present(db.session(), SYSTEM, call.seal.holders[0], call.shares[0])
    assert [one.id for one in opened(call, 1, 2)] == [bid.id]


def stored_bytes() -> list[bytes]:
    """Return every binary value of the database."""
    columns = [
        one for table in Base.metadata.tables.values() for one in table.columns if isinstance(one.type, LargeBinary)
    ]
    return [value for one in columns for value in db.session.scalars(select(one).where(one.is_not(None)))]


def test_seal_the_whole_database_and_one_share_open_nothing(app: Flask) -> None:
    """Try every stored byte string as a key, and all that a single holder can derive, on every box."""
    call = called()
    bid = sent(call)
    everything = stored_bytes()
    keys = [value for value in everything if len(value) == boxes.KEY]
    share = codes.read(call.shares[0])
    own, _public = boxes.pair_of(share, f"seal {call.seal.id}")
    peeled = [boxes.unseal(one.wrapped, own) for one in db.session.scalars(select(SealWrap)) if one.outer == 1]
    keys += [own, boxes.derived(share, f"bid {bid.token}"), *(value[: boxes.KEY] for value in peeled)]
    assert len(peeled) == 4
    for box in (bid.content_sealed, bid.price_sealed, bid.draft, *peeled):
        assert box
        for key in keys:
            for opened_by in (boxes.unseal, boxes.unlock):
                with pytest.raises(boxes.WrongKeyError):
                    opened_by(box, key)


def test_seal_every_pair_has_both_keys_wrapped_and_nothing_else_is_kept(app: Flask) -> None:
    seal = called().seal
    found = {(one.part, one.outer, one.inner) for one in db.session.scalars(select(SealWrap))}
    assert found == {(part, *pair) for part in ("content", "price") for pair in permutations((1, 2, 3), 2)}
    assert len({holder.public_key for holder in seal.holders}) == 3
    assert seal.content_key != seal.price_key


def test_seal_the_content_key_does_not_open_the_price(app: Flask) -> None:
    call = called()
    bid = sent(call)
    with clock.frozen(clock.end_of_day(call.scenario.deadline)):
        private = key_of(call)
    assert boxes.unseal_text(bid.content_sealed or b"", private)
    with pytest.raises(boxes.WrongKeyError):
        boxes.unseal_text(bid.price_sealed or b"", private)


def test_seal_prices_open_only_when_they_are_asked_for(app: Flask) -> None:
    call = called()
    sent(call, price="123.45")
    found = opened(call)
    session = db.session()
    with pytest.raises(LifecycleError, match="没有待开启"):
        operations.present(session, SYSTEM, call.seal.holders[0], call.shares[0])
    operations.move(session, SYSTEM, call.seal, "ask_price")
    session.commit()
    private = key_of(call, 2, 0)
    assert opening.open_prices(session, SYSTEM, call.seal, private) == 1
    session.commit()
    assert (found[0].price or {})["amount"] == "123.45"
    assert call.seal.status == "priced"
    assert not db.session.scalar(select(func.count()).select_from(SealWrap))


def test_seal_cancelling_destroys_the_keys_and_returns_what_was_sent(app: Flask) -> None:
    call = called()
    bid = sent(call, files=[b"a file of the bid"])
    catalog.move(db.session(), SYSTEM, call.scenario, "cancel", Ground("need_changed"))
    db.session.commit()
    db.session.refresh(bid)
    assert (bid.status, bid.content_sealed, bid.price_sealed) == ("returned_unopened", None, None)
    assert call.seal.status == "destroyed"
    assert not db.session.scalar(select(func.count()).select_from(SealWrap))
    assert not [*(app_files(app))]


def app_files(app: Flask) -> list[str]:
    folder = app.extensions["settings"].instance / "bids"
    return [path.name for path in folder.glob("*/*")]


def test_seal_no_bid_at_the_opening_fails_the_scenario(app: Flask) -> None:
    call = called()
    assert opened(call) == []
    db.session.refresh(call.scenario)
    assert (call.scenario.status, call.scenario.reason, call.seal.status) == ("failed", "no_bids", "destroyed")


def test_seal_who_may_hold(app: Flask) -> None:
    scenario = ScenarioFactory()
    published(scenario)
    agency, operator, auditor = member("agency", "approver", scenario.agency), member("operator"), member("auditor")
    firm = member("enterprise")
    fit = [appointed("agency", agency), appointed("operator", operator), appointed("outside", auditor)]
    session = db.session()
    for wrong in (
        fit[:2],
        [fit[0], fit[1], appointed("outside", firm)],
        [fit[0], fit[1], appointed("outside", operator)],
        [fit[0], fit[1], replace(fit[0], line="outside")],
        [appointed("agency", auditor), fit[1], fit[2]],
        [fit[0], appointed("operator", auditor), fit[2]],
    ):
        with pytest.raises(InvalidInputError):
            operations.appoint(session, SYSTEM, scenario, wrong)
        session.rollback()
    seal = operations.appoint(session, SYSTEM, scenario, fit)
    operations.take_share(session, SYSTEM, seal.holders[0])
    kept = seal.holders[0].public_key
    again = operations.appoint(session, SYSTEM, scenario, [fit[0], fit[1], appointed("outside", member("auditor"))])
    assert (again.holders[0].public_key, again.status) == (kept, "preparing")


def test_seal_a_share_is_given_once(app: Flask) -> None:
    call = called()
    with pytest.raises(LifecycleError, match="只显示一次"):
        operations.take_share(db.session(), SYSTEM, call.seal.holders[0])
    with pytest.raises(LifecycleError, match="已经生成"):
        operations.appoint(db.session(), SYSTEM, call.scenario, appointed_again(call))


def appointed_again(call: Call) -> list[Appointed]:
    return [appointed(line, person) for line, person in zip(LINES, call.people, strict=True)]


def test_seal_everything_is_in_the_log_without_names(app: Flask) -> None:
    call = called()
    bid = sent(call)
    opened(call)
    events = db.session.scalars(
        select(AuditEvent).where(AuditEvent.subject_type.in_(("seal", "bid"))).order_by(AuditEvent.id)
    ).all()
    verbs = [entry.verb for entry in events]
    assert verbs == [
        "appoint", "take_share", "take_share", "take_share", "complete",
        "start", "save", "submit", "present", "unseal", "open",
    ]  # fmt: skip
    before = [entry for entry in events if entry.verb in {"start", "save", "submit"}]
    assert all(entry.actor.startswith("~") for entry in before)
    assert all(entry.subject_id == bid.token for entry in before)


def test_seal_a_bid_is_never_opened_twice(app: Flask) -> None:
    call = called()
    sent(call)
    opened(call)
    session = db.session()
    with pytest.raises(LifecycleError):
        opening.open_bids(session, SYSTEM, call.seal, b"x" * 32, {})


def test_seal_a_changed_box_is_told_and_opens_no_other(app: Flask) -> None:
    call = called()
    good, bad = sent(call, "好").token, sent(call, "坏")
    bad.content_sealed = (bad.content_sealed or b"")[:-1] + b"\0"
    db.session.commit()
    faults = {one.token: one.fault for one in opened(call)}
    assert faults.pop(good) == ""
    assert [*faults.values()] == [opening.UNREADABLE]
