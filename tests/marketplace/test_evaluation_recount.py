"""A bid that is struck after the ranking: the others are counted anew, on record and visibly. And the city's own figures."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from core.audit import AuditEvent
from core.city import Judging, load_city
from core.extensions import db
from core.lifecycle import LifecycleError
from core.settings import SettingsError
from marketplace.awards import operations as awards
from marketplace.bids.models import Bid
from marketplace.calls.queries import terms_of
from marketplace.evaluation import agreeing, operations, queries, rules
from marketplace.evaluation.agreeing import Cause
from marketplace.evaluation.operations import Declaration
from tests.factories import member
from tests.marketplace.judging import AGENCY, JUDGE, Court, agreed, membership, opened, panelled, priced, ranked, scored
from tests.pages import PageClient, visible

CAUSE = Cause("false_material", "公告第八条", "业绩证明系伪造")
ROOT = Path(__file__).parents[2]


@pytest.fixture
def court(app: Flask) -> Court:
    """Judge three bids to their ranking, of which the last has the lowest price."""
    return priced(agreed(scored(panelled(opened()))), prices=("100", "125", "50"))


def points(court: Court) -> list[tuple[str, int | None, float | None]]:
    return [(one.bid.alias, one.rank, one.price_points) for one in queries.ranked(db.session(), court.scenario)]


def counted() -> int:
    events = select(AuditEvent).where(AuditEvent.subject_type == "evaluation", AuditEvent.verb == "rank")
    return len(db.session.scalars(events).all())


@pytest.mark.parametrize(
    ("status", "rank", "expected"),
    [
        ("ranked", 1, True),
        ("ranked", 3, True),
        ("ranked", None, False),
        ("agreed", None, False),
        ("scoring", None, False),
    ],
)
def test_the_others_are_counted_anew_only_where_the_bid_held_a_rank(
    status: str, rank: int | None, *, expected: bool
) -> None:
    assert rules.recounts(status, rank) is expected


def test_the_lowest_price_is_looked_for_anew(court: Court) -> None:
    price = terms_of(db.session(), court.scenario).price
    assert price
    whole = float(price.weight)
    before = dict((alias, part) for alias, _rank, part in points(court))  # noqa: C402 - three parts, two of which count
    assert before["方案 03"] == whole
    ranked_at = court.evaluation.ranked_at
    agreeing.disqualify(db.session(), AGENCY, court.bids[2], CAUSE)
    assert points(court) == [("方案 01", 1, whole), ("方案 02", 2, whole * 0.8)]
    found = queries.ranked(db.session(), court.scenario)
    assert [one.total for one in found] == [one.technical + (one.price_points or 0) for one in found]
    assert counted() == 2
    assert court.evaluation.ranked_at != ranked_at
    assert queries.recounted(db.session(), court.scenario) == [court.bids[2]]


def test_finalists_are_counted_anew_too_and_one_that_did_not_pass_changes_nothing(app: Flask) -> None:
    court = priced(agreed(scored(panelled(opened())), given=(90, 20, 70)))
    agreeing.disqualify(db.session(), AGENCY, court.bids[1], CAUSE)
    assert counted() == 1
    assert not queries.recounted(db.session(), court.scenario)
    awards.shortlist(db.session(), AGENCY, court.scenario, {court.bids[0].id, court.bids[2].id})
    agreeing.disqualify(db.session(), AGENCY, court.bids[0], CAUSE)
    assert [(alias, rank) for alias, rank, _part in points(court)] == [("方案 03", 1)]
    assert counted() == 2


def test_the_pages_say_that_it_was_counted_anew(app: Flask, court: Court) -> None:
    client = PageClient(app).sign_in(member("agency", "approver", court.scenario.agency))
    desk = f"/desk/evaluations/{court.scenario.id}"
    assert "重新计算" not in visible(client.get(desk))
    form = {"code": CAUSE.code, "article": CAUSE.article, "words": CAUSE.words}
    client.post(f"{desk}/bids/{court.bids[2].token}/disqualify", form, status=303)
    page = visible(client.get(desk))
    assert "已取消方案 03的资格，其余方案的价格分、总分和名次已重新计算" in page
    assert "方案 03 在排名之后被取消资格" in page
    assert "方案 03 在排名之后被取消资格" in visible(client.get(f"/desk/awards/{court.scenario.id}"))
    assert db.session.get_one(Bid, court.bids[2].id).status == "disqualified"


def test_the_city_s_file_says_what_the_defaults_say() -> None:
    assert load_city(ROOT / "city.toml").judging == Judging()


def test_a_city_has_figures_of_its_own(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "city.toml").read_text(encoding="utf-8")
    own = tmp_path / "city.toml"
    own.write_text(text.replace("smallest_panel = 3", "smallest_panel = 5"), encoding="utf-8")
    monkeypatch.setitem(app.extensions, "city", load_city(own))
    court = opened()
    for judge in court.judges:
        seat = operations.appoint(db.session(), AGENCY, court.scenario, membership(judge))
        operations.declare(db.session(), JUDGE, seat, Declaration(free=True))
    with pytest.raises(LifecycleError, match="评审组至少 5 人，现在已申报无冲突的有 3 人"):
        operations.begin(db.session(), AGENCY, court.evaluation)
    own.write_text(text.replace("wide_spread = 20", "wide_spread = 0"), encoding="utf-8")
    with pytest.raises(SettingsError, match=r"judging\.wide_spread"):
        load_city(own)


def test_the_spread_that_needs_a_reason_is_the_city_s(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    court = ranked()
    sheets = queries.sheets(db.session(), court.evaluation)
    changed = sheets[0]
    key = next(iter(changed.scores))
    changed.scores = {**changed.scores, key: {**changed.scores[key], "points": changed.scores[key]["points"] - 10}}
    assert not agreeing.wide(sheets, changed.bid_id)
    city = app.extensions["city"]
    judging = city.judging.model_copy(update={"wide_spread": 10})
    monkeypatch.setitem(app.extensions, "city", city.model_copy(update={"judging": judging}))
    assert agreeing.wide(sheets, changed.bid_id) == {key}
