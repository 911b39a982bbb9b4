"""Bids through their operations: writing, sealing, sending, what is refused and what is kept."""

import json
import subprocess
import zipfile
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from threading import Barrier, Thread

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import FileStorage

from accounts.models import Organisation
from core import clock
from core.audit import SYSTEM, Actor, record
from core.city import city
from core.errors import InvalidInputError
from core.extensions import db
from core.lifecycle import LifecycleError
from marketplace.bids import content, jobs, operations, queries, vault
from marketplace.bids.content import Draft
from marketplace.bids.models import Bid, BidFile, BidReceipt
from marketplace.bids.operations import LateError, StaleError
from marketplace.bids.rules import DECLARATIONS
from marketplace.sealing import codes
from marketplace.solutions.operations import Profile, describe
from scenario_catalog.models import Corrigendum
from tests.bidding import Call, begun, called, draft, opened, sent
from tests.factories import OrganisationFactory, ScenarioFactory, published


def submit(call: Call, bid: Bid, received: datetime | None = None) -> BidReceipt:
    return operations.submit(db.session(), SYSTEM, bid, call.codes[bid.token], received or clock.now())


def firm() -> Organisation:
    found: Organisation = OrganisationFactory(kind="enterprise", verification="verified")
    return found


@given(
    st.text(max_size=200), st.text(max_size=50), st.dictionaries(st.text(max_size=9), st.text(max_size=99), max_size=4)
)
def test_a_draft_is_read_as_it_was_written(team: str, note: str, sections: dict[str, str]) -> None:
    made = Draft(sections=sections, team=team, price_note=note, declarations=("true",))
    assert content.loaded(content.dumped(made)) == made


@pytest.mark.parametrize(
    ("text", "found"),
    [("12.5", "12.5"), (" 1,200 ", "1200"), ("0", "0"), ("", None), ("-1", None), ("1e3", None), ("12.34567", None),
     ("九十万", None), ("99999999", None), ("nan", None)],
)  # fmt: skip
def test_a_price_is_an_amount_in_ten_thousands(text: str, found: str | None) -> None:
    amount = content.amount_of(text)
    assert (None if amount is None else str(amount)) == found


def test_the_receipt_verifies_with_the_documented_recipe(app: Flask, tmp_path: Path) -> None:
    call = called()
    bid = begun(call, files=[b"first file", b"second file"])
    receipt = submit(call, bid)
    db.session.commit()
    copy = operations.read_draft(bid, call.codes[bid.token]).copy
    for name in ("content", "price"):
        (tmp_path / f"{name}.json").write_bytes(copy[name].encode())
    told = subprocess.run(
        ["sha256sum", "content.json", "price.json"], cwd=tmp_path, capture_output=True, text=True, check=True
    ).stdout.split()
    said = json.loads(copy["content"])
    assert told[0] == receipt.digest
    assert told[2] == said["price_digest"] == receipt.price_digest
    assert [one["digest"] for one in said["files"]] == [
        sha256(data).hexdigest() for data in (b"first file", b"second file")
    ]
    text = content.receipt_text(call.scenario.number or "", bid.token, told[0], receipt.received_at, "x")
    assert told[0] in text
    assert "sha256sum content.json" in text


def test_the_same_text_has_another_digest_each_time(app: Flask) -> None:
    call = called()
    digests = {queries.last_receipt(db.session(), sent(call, "同一份").id).digest for _turn in range(3)}
    assert len(digests) == 3


def test_what_is_missing_is_named_and_nothing_is_sent(app: Flask) -> None:
    call = called()
    lead = firm()
    bid, code = operations.start(db.session(), SYSTEM, call.scenario, lead)
    call.codes[bid.token] = code
    missing = operations.problems(db.session(), bid, Draft())
    assert {"price", "declarations"} < missing.keys()
    assert any(name.startswith("section-") for name in missing)
    with pytest.raises(InvalidInputError):
        submit(call, bid)
    assert bid.status == "draft"


def test_a_bid_is_taken_until_the_last_instant_and_never_after(app: Flask) -> None:
    call = called()
    early, late = begun(call, "准时"), begun(call, "迟到")
    last = clock.end_of_day(call.scenario.deadline)
    submit(call, early, last - timedelta(microseconds=1))
    with pytest.raises(LateError, match="草稿已保留"):
        submit(call, late, last)
    db.session.rollback()
    assert operations.read_draft(late, call.codes[late.token]).team == "迟到团队"
    assert late.status == "draft"


def test_the_time_of_entry_counts_and_not_the_time_of_the_lock(app: Flask) -> None:
    call = called()
    bid = begun(call)
    last = clock.end_of_day(call.scenario.deadline)
    with clock.frozen(last + timedelta(seconds=30)):
        submit(call, bid, last - timedelta(seconds=1))
    assert bid.status == "submitted"


def test_a_clock_that_was_set_back_takes_nothing(app: Flask) -> None:
    call = called()
    record(db.session(), SYSTEM, "sign_in", "person", "x")
    db.session.commit()
    with clock.frozen(clock.now() - timedelta(minutes=5)), pytest.raises(LifecycleError, match="时钟"):
        operations.entry(db.session())
    assert operations.entry(db.session())
    assert call.scenario.status == "open"


def test_two_presses_at_once_make_one_bid_submitted(app: Flask) -> None:
    call = called()
    bid = begun(call)
    token, code, barrier, told = bid.token, call.codes[bid.token], Barrier(2), []
    db.session.remove()

    def press() -> None:
        with app.app_context():
            found = queries.bid(token)
            assert found
            barrier.wait()
            try:
                operations.submit(db.session(), SYSTEM, found, code, clock.now())
                db.session.commit()
                told.append("taken")
            except InvalidInputError as error:
                db.session.rollback()
                told.append(str(error))

    threads = [Thread(target=press) for _turn in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    again = queries.bid(token)
    assert again
    assert told.count("taken") == 1
    assert len(told) == 2
    assert len(again.receipts) == 1


def test_withdrawn_sent_again_and_each_receipt_stays(app: Flask) -> None:
    call = called()
    bid, session = sent(call, "第一稿"), db.session()
    code = call.codes[bid.token]
    with pytest.raises(LifecycleError, match="先撤回"):
        operations.save(session, SYSTEM, bid, code, draft(call.scenario, "改"), bid.revision)
    operations.withdraw(session, SYSTEM, bid, clock.now())
    assert (bid.status, bid.content_sealed, bid.price_sealed) == ("withdrawn", None, None)
    operations.save(session, SYSTEM, bid, code, draft(call.scenario, "第二稿"), bid.revision)
    submit(call, bid)
    session.commit()
    session.refresh(bid)
    first, second = bid.receipts
    assert first.withdrawn_at
    assert second.withdrawn_at is None
    assert first.digest != second.digest
    assert "第二稿团队" in str(opened(call)[0].content)


def test_a_withdrawn_bid_is_not_opened(app: Flask) -> None:
    call = called()
    bid = sent(call)
    operations.withdraw(db.session(), SYSTEM, bid, clock.now())
    db.session.commit()
    sent(call, "另一家")
    assert len(opened(call)) == 1


def test_one_enterprise_one_bid(app: Flask) -> None:
    call, session = called(), db.session()
    lead = sent(call).organisation
    with pytest.raises(InvalidInputError, match="同一场景只能参加一份"):
        operations.start(session, SYSTEM, call.scenario, lead)
    other, partner = begun(call, "乙"), firm()
    asked = operations.ask_partner(session, SYSTEM, other, lead, "数据标注")
    with pytest.raises(InvalidInputError, match="同一场景只能参加一份"):
        operations.decide_partner(session, SYSTEM, asked, "accept")
    operations.decide_partner(session, SYSTEM, asked, "decline")
    joined = operations.ask_partner(session, SYSTEM, other, partner, "硬件")
    assert "partners" in operations.problems(session, other, draft(call.scenario))
    operations.decide_partner(session, SYSTEM, joined, "accept")
    with pytest.raises(InvalidInputError, match="同一场景只能参加一份"):
        operations.start(session, SYSTEM, call.scenario, partner)
    submit(call, other)
    session.commit()
    said = next(one.content for one in opened(call) if one.token == other.token)
    assert said
    assert said["partners"] == [{"name": joined.organisation.name, "part": "硬件"}]


def test_at_most_four_partners_and_only_verified_enterprises(app: Flask) -> None:
    call, session = called(), db.session()
    bid = begun(call)
    for _turn in range(4):
        operations.ask_partner(session, SYSTEM, bid, firm(), "")
    for other, words in (
        (firm(), "最多 4 家"),
        (bid.organisation, "不能邀请本单位"),
        (OrganisationFactory(kind="enterprise"), "已认证"),
        (OrganisationFactory(verification="verified"), "已认证"),
    ):
        with pytest.raises(InvalidInputError, match=words):
            operations.ask_partner(session, SYSTEM, bid, other, "")


def corrected(call: Call, *, material: bool) -> None:
    number = queries.newest_material(db.session(), call.scenario.id) + 1
    made = Corrigendum(scenario_id=call.scenario.id, number=number, at=clock.now(), reason="指标调整", changes=[])
    made.material = material
    db.session.add(made)
    db.session.commit()


def test_after_a_material_corrigendum_a_bid_is_reconfirmed_or_lapses(app: Flask) -> None:
    call, session = called(), db.session()
    confirmed, lapsed = sent(call, "确认"), sent(call, "没看见")
    with pytest.raises(LifecycleError, match="没有需要确认"):
        operations.reconfirm(session, SYSTEM, confirmed, clock.now())
    session.rollback()
    corrected(call, material=True)
    operations.reconfirm(session, SYSTEM, confirmed, clock.now())
    session.commit()
    after = sent(call, "之后递交")
    tokens, gone = {confirmed.token, after.token}, lapsed.token
    assert {one.token for one in opened(call)} == tokens
    old = queries.bid(gone)
    assert old
    assert (old.status, old.content, old.content_sealed) == ("lapsed", None, None)


def test_a_small_corrigendum_asks_for_nothing(app: Flask) -> None:
    call = called()
    sent(call)
    corrected(call, material=False)
    assert len(opened(call)) == 1


def test_a_wrong_code_opens_no_draft(app: Flask) -> None:
    call = called()
    bid = begun(call)
    for code in (codes.new_code(), "7K2M", call.codes[bid.token][:-1]):
        with pytest.raises(InvalidInputError):
            operations.read_draft(bid, code)


def test_a_save_from_an_older_revision_is_refused(app: Flask) -> None:
    call = called()
    bid = begun(call)
    with pytest.raises(StaleError):
        operations.save(db.session(), SYSTEM, bid, call.codes[bid.token], Draft(), bid.revision - 1)


def test_without_keys_nothing_is_sent_and_the_draft_stays(app: Flask) -> None:
    scenario = ScenarioFactory()
    published(scenario)
    call = Call(scenario, [], [])
    bid = begun(call)
    with pytest.raises(LifecycleError, match="密钥尚未就绪"):
        submit(call, bid)
    db.session.rollback()
    assert operations.read_draft(bid, call.codes[bid.token]).price == "88.5"


def test_public_procurement_takes_no_bids(app: Flask) -> None:
    scenario = ScenarioFactory(mode="procurement", notice_url="https://example.org/1")
    published(scenario)
    with pytest.raises(LifecycleError, match="采购公告"):
        operations.start(db.session(), SYSTEM, scenario, firm())


def test_a_bid_that_was_sent_is_not_deleted(app: Flask) -> None:
    call = called()
    bid = sent(call)
    with pytest.raises(LifecycleError):
        operations.delete(db.session(), SYSTEM, bid)


def stored(app: Flask) -> list[Path]:
    return [*(app.extensions["settings"].instance / "bids").glob("*/*")]


def test_files_lie_encrypted_and_go_with_their_bid(app: Flask) -> None:
    call, session = called(), db.session()
    bid = begun(call, files=["PLANTED 甲方机密方案".encode() * 50])
    (path,) = stored(app)
    assert b"PLANTED" not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0
    kept = operations.read_draft(bid, call.codes[bid.token]).files[0]
    assert vault.read(content.asdict(kept)).startswith(b"PLANTED")
    path.write_bytes(path.read_bytes()[:-1] + b"x")
    with pytest.raises(vault.DamagedError):
        vault.read(content.asdict(kept))
    operations.delete(session, SYSTEM, bid)
    session.commit()
    assert stored(app) == []


def test_a_rolled_back_upload_leaves_nothing(app: Flask) -> None:
    call = called()
    bid = begun(call)
    operations.attach(db.session(), SYSTEM, bid, call.codes[bid.token], FileStorage(BytesIO(b"a text"), "a.txt"))
    assert len(stored(app)) == 1
    db.session.rollback()
    assert stored(app) == []


def bomb() -> bytes:
    data = BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros.txt", bytes(400 * 1024 * 1024))
    return data.getvalue()


@pytest.mark.parametrize(
    ("name", "data"), [("a.exe", b"MZ"), ("a.pdf", b"no pdf"), ("empty.txt", b""), ("cut.zip", b"PK\x03\x04cut")]
)
def test_a_file_that_is_not_taken_leaves_the_draft_as_it_was(app: Flask, name: str, data: bytes) -> None:
    call = called()
    bid = begun(call)
    with pytest.raises(InvalidInputError):
        operations.attach(db.session(), SYSTEM, bid, call.codes[bid.token], FileStorage(BytesIO(data), name))
    db.session.rollback()
    assert operations.read_draft(bid, call.codes[bid.token]).files == ()
    assert stored(app) == []


def test_an_archive_bomb_is_refused(app: Flask) -> None:
    call = called()
    bid = begun(call)
    with pytest.raises(InvalidInputError):
        operations.attach(db.session(), SYSTEM, bid, call.codes[bid.token], FileStorage(BytesIO(bomb()), "a.zip"))


def test_a_damaged_file_is_told_at_the_opening(app: Flask) -> None:
    call = called()
    sent(call, files=[b"a report"])
    (path,) = stored(app)
    path.unlink()
    (found,) = opened(call)
    assert "附件损坏或缺失" in found.fault
    assert found.content


def test_drafts_that_were_never_sent_are_cleared_in_the_end(app: Flask) -> None:
    call = called()
    begun(call, files=[b"a report"])
    sent(call, "另一家")
    opened(call)
    with clock.frozen(clock.end_of_day(call.scenario.deadline) + timedelta(days=city().retention.bid_drafts + 1)):
        jobs.clear()
    assert db.session.query(Bid).count() == 1
    assert db.session.query(BidFile).count() == 0


def test_aliases_tell_no_order(app: Flask) -> None:
    """Ten openings of three bids each: were names given in order of arrival, all ten would agree."""
    orders = set()
    for _turn in range(10):
        call = called(ScenarioFactory())
        tokens = [sent(call, f"第{number}份").token for number in range(3)]
        names = {one.token: one.alias for one in opened(call)}
        orders.add(tuple(names[token] for token in tokens))
    assert len(orders) > 1


def test_a_member_writes_and_only_an_approver_sends(app: Flask) -> None:
    call = called()
    bid = begun(call)
    with pytest.raises(LifecycleError, match="当前身份"):
        operations.submit(db.session(), Actor("p", "enterprise-member", "1"), bid, call.codes[bid.token], clock.now())
    assert set(DECLARATIONS) == set(draft(call.scenario).declarations)


def test_bids_that_share_a_legal_representative_are_told_once_they_are_open(app: Flask) -> None:
    call = called()
    for name, representative in (("甲", "周启明"), ("乙", "周启明"), ("丙", "吴岚"), ("丁", "")):
        lead = sent(call, name).organisation
        describe(db.session(), SYSTEM, lead, Profile(representative=representative))
    db.session.commit()
    assert queries.shared_representatives(db.session(), call.scenario.id) == {}
    opened(call)
    found = queries.shared_representatives(db.session(), call.scenario.id)
    assert found.keys() == {"周启明"}
    assert len(found["周启明"]) == 2


def test_what_losing_and_lapsed_bids_said_is_kept_as_long_as_the_city_says(app: Flask) -> None:
    call = called()
    lost, won = sent(call, "落选", files=[b"a report"]).token, sent(call, "中选").token
    opened(call)
    for token, verbs in ((lost, ["reject"]), (won, ["shortlist", "select"])):
        for verb in verbs:
            operations.move(db.session(), SYSTEM, queries.with_token(db.session(), token) or Bid(), verb)
    db.session.commit()
    for days, held in ((0, True), (1, False)):
        with clock.frozen(
            clock.start_of_day(call.scenario.deadline) + timedelta(days=city().retention.losing_bids + days)
        ):
            jobs.clear()
        db.session.expire_all()
        found = queries.bid(lost)
        assert found
        assert (found.content is not None) is held
    kept = queries.bid(won)
    assert kept
    assert kept.content
    assert stored(app) == []
    assert found.receipts


@pytest.mark.parametrize("field", sorted(content.LONGEST))
def test_a_text_that_is_too_long_is_refused_by_whoever_sends_it(app: Flask, field: str) -> None:
    call, session = called(), db.session()
    bid = begun(call)
    long = replace(draft(call.scenario), **{field: "长" * (content.LONGEST[field] + 1)})
    operations.save(session, SYSTEM, bid, call.codes[bid.token], long, bid.revision)
    assert operations.problems(session, bid, long).keys() == {field}
    with pytest.raises(InvalidInputError, match="最多"):
        submit(call, bid)
