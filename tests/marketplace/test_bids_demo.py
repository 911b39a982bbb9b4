"""The invented bids: consistent with the state of each scenario, the sealed ones openable, and removed without a trace."""

import json
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from accounts.models import Membership, Organisation
from accounts.people import demo as accounts_demo
from accounts.people.demo import VERIFIED_ENTERPRISE
from core import clock
from core.audit import SYSTEM, AuditEvent
from core.city import city
from core.extensions import db
from marketplace.awards.models import Award
from marketplace.awards.rules import notice_ends
from marketplace.bids import opening, vault
from marketplace.bids import operations as bidding
from marketplace.bids.content import Draft, missing
from marketplace.bids.models import Bid, BidFile, BidReceipt
from marketplace.bids.rules import DISQUALIFICATIONS
from marketplace.calls.queries import terms_of
from marketplace.demonstration import demo, people
from marketplace.evaluation import agreeing, countersigning, rules, scoring
from marketplace.evaluation import operations as evaluating
from marketplace.evaluation import queries as evaluations
from marketplace.evaluation.agreeing import Agreement
from marketplace.evaluation.models import Consensus, Evaluation, ScoreSheet
from marketplace.evaluation.rules import Offer
from marketplace.sealing import operations as sealing
from marketplace.sealing.models import Seal
from marketplace.sealing.queries import seal_of
from marketplace.solutions import demo as solutions_demo
from scenario_catalog import cli
from scenario_catalog import demo as catalog_demo
from scenario_catalog.landing import demo as landings_demo
from scenario_catalog.landing.models import Landing
from scenario_catalog.models import Scenario
from tests.conftest import make_app, opened

FINAL = ("finalists", "noticed", "awarded", "piloting", "landed", "failed")
AWARDED = ("awarded", "piloting", "landed", "failed")
WAITING = "离岸贸易单证真实性交叉核对"
SCORING, AGREEING = "冷冻电镜照片自动挑粒子与坏片剔除", "低空飞行计划冲突预检与审批辅助"


def silent(_line: str) -> None:
    return None


@contextmanager
def running(instance: Path) -> Iterator[Flask]:
    with opened(make_app(instance, demo_data=True)) as app:
        yield app


@contextmanager
def copied(source: Path, instance: Path) -> Iterator[Flask]:
    """Run an application on a copy of what was loaded: loading it anew takes seconds."""
    shutil.copytree(source, instance, dirs_exist_ok=True)
    with running(instance) as app:
        yield app


@pytest.fixture(scope="module")
def without_bids(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a site with all demonstration data but the bids."""
    folder = tmp_path_factory.mktemp("without")
    with running(folder):
        for part in (cli, accounts_demo, solutions_demo, landings_demo):
            part.seed(silent)
    return folder


@pytest.fixture(scope="module")
def with_bids(without_bids: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("with")
    with copied(without_bids, folder):
        demo.seed(silent)
    return folder


@pytest.fixture(scope="module")
def loaded(with_bids: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application with all demonstration data; tests only read, or roll back."""
    with copied(with_bids, tmp_path_factory.mktemp("loaded")) as app:
        yield app


@pytest.fixture
def shown(with_bids: Path, tmp_path: Path) -> Iterator[Flask]:
    with copied(with_bids, tmp_path) as app:
        yield app


def scenarios(*states: str) -> list[Scenario]:
    """Return the invented scenarios in these states that have bids."""
    known = select(Bid.scenario_id)
    found = select(Scenario).where(Scenario.demo, Scenario.status.in_(states), Scenario.id.in_(known))
    return list(db.session.scalars(found.order_by(Scenario.id)))


def titled(title: str) -> Scenario:
    return db.session.scalars(select(Scenario).where(Scenario.title == title)).one()


def bids_of(scenario: Scenario, *states: str) -> list[Bid]:
    found = db.session.scalars(select(Bid).where(Bid.scenario_id == scenario.id).order_by(Bid.alias, Bid.id))
    return [one for one in found if not states or one.status in states]


def award_of(scenario: Scenario) -> Award | None:
    return db.session.scalars(select(Award).where(Award.scenario_id == scenario.id)).one_or_none()


def evaluation_of(scenario: Scenario) -> Evaluation:
    return db.session.scalars(select(Evaluation).where(Evaluation.scenario_id == scenario.id)).one()


def counted(entity: type) -> int:
    return db.session.scalar(select(func.count()).select_from(entity)) or 0


def secrets_of(app: Flask, scenario: Scenario, kind: str) -> list[str]:
    """Return the shares or codes that the file names for a scenario, in their order."""
    text = (Path(app.instance_path) / demo.FILE).read_text(encoding="utf-8")
    block = text.partition(f"{scenario.number} {scenario.title}\n")[2]
    lines = block.splitlines()
    own = lines[: next((place for place, line in enumerate(lines) if not line.startswith("  ")), len(lines))]
    return [line.split()[-1] for line in own if kind in line]


def test_every_scenario_that_was_opened_has_its_bids(loaded: Flask) -> None:
    wanted = select(Scenario.title).where(Scenario.demo, Scenario.mode != "procurement")
    opened_ones = db.session.scalars(wanted.where(Scenario.status.in_(("evaluating", *FINAL[:-1])))).all()
    assert len(opened_ones) == 15
    assert {*opened_ones} <= {one.title for one in scenarios("evaluating", *FINAL)}
    assert all(2 <= len(bids_of(one)) <= 4 for one in scenarios("evaluating", *FINAL, "open"))
    assert {one.status for one in scenarios("evaluating", *FINAL, "open")} == {"evaluating", *FINAL, "open"}
    assert len(scenarios("open")) == 3


def test_every_bid_says_all_that_its_call_asks_for_and_not_who_wrote_it(loaded: Flask) -> None:
    for scenario in scenarios("evaluating", *FINAL):
        terms = terms_of(db.session(), scenario)
        for bid in bids_of(scenario):
            content = bid.content or {}
            assert missing(Draft(sections=content["sections"]), terms.sections, priced=False).keys() == {"declarations"}
            assert content["sections"].keys() == {one.key for one in terms.sections}
            assert bid.organisation.name not in json.dumps(content["sections"], ensure_ascii=False)
            assert bid.receipts[0].price_digest == content["price_digest"]
            assert all(vault.read(file) for file in content["files"])
            assert bid.receipts[0].received_at < clock.end_of_day(scenario.deadline)
        assert len({bid.alias for bid in bids_of(scenario)}) == len(bids_of(scenario))


def test_totals_and_ranks_are_what_the_rules_make_of_the_scores(loaded: Flask) -> None:
    for scenario in scenarios(*FINAL):
        terms, found = terms_of(db.session(), scenario), evaluations.ranked(db.session(), scenario)
        assert {one.bid for one in found} == {bid for bid in bids_of(scenario) if bid.status != "disqualified"}
        offers = [
            Offer(
                one.bid_id,
                rules.technical_total(one.scores, terms),
                rules.passes(one.scores, terms),
                rules.read_price(one.bid.price),
            )
            for one in found
        ]
        places = {one.bid: one for one in rules.ranking(offers, terms.price.weight if terms.price else None)}
        for one, given in zip(found, offers, strict=True):
            assert (one.rank, one.total) == (places[one.bid_id].rank, number(places[one.bid_id].total))
            assert (one.technical, one.passed) == (float(given.technical), given.passed)
            assert one.reason
        assert len([one.rank for one in found if one.rank]) == len({one.rank for one in found if one.rank})


def number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def test_consensus_lies_within_what_the_members_gave(loaded: Flask) -> None:
    for one in db.session.scalars(select(Consensus)):
        sheets = db.session.scalars(select(ScoreSheet).where(ScoreSheet.bid_id == one.bid_id)).all()
        assert [sheet.status for sheet in sheets] == ["submitted"] * 3
        for key, agreed in one.scores.items():
            given = [sheet.scores[key]["points"] for sheet in sheets]
            assert min(given) <= agreed["points"] <= max(given)
            assert bool(agreed["comment"]) == (rules.spread(given) >= city().judging.wide_spread)


def test_bids_stand_where_their_scenario_stands(loaded: Flask) -> None:
    for scenario in scenarios(*FINAL):
        found = evaluations.ranked(db.session(), scenario)
        first, award = found[0].bid, award_of(scenario)
        assert first.status == ("selected" if scenario.status in AWARDED else "finalist")
        assert (award is None) == (scenario.status == "finalists")
        assert all(one.bid.status == "not_selected" for one in found if not one.passed)
        if award:
            assert [winner.bid for winner in award.winners] == [first]
            assert award.status == ("awarded" if scenario.status in AWARDED else "noticed")
    struck = bids_of_status("disqualified")
    assert struck
    assert all(one.reason in DISQUALIFICATIONS and one.article and one.words for one in struck)


def bids_of_status(status: str) -> list[Bid]:
    return list(db.session.scalars(select(Bid).where(Bid.status == status)))


def test_winners_are_those_whose_landing_is_followed(loaded: Flask) -> None:
    for scenario in scenarios(*AWARDED):
        landing = db.session.scalars(select(Landing).where(Landing.scenario_id == scenario.id)).one()
        lead = next(party for party in landing.parties if party.lead)
        (winner,) = bids_of(scenario, "selected")
        assert (lead.organisation_id, lead.name) == (winner.organisation_id, winner.organisation.name)
        if landing.amount and winner.price:
            assert Decimal(winner.price["amount"]) * 10_000 == landing.amount


def test_what_happened_comes_in_its_order(loaded: Flask) -> None:
    now = clock.now()
    for scenario in scenarios(*FINAL):
        evaluation, moves = evaluation_of(scenario), {move.status: move.at for move in scenario.moves}
        seats = [one.declared_at for one in evaluation.panel]
        instants = [moves["evaluating"], evaluation.created_at, *seats, evaluation.scored_at, evaluation.agreed_at]
        instants += [evaluation.ranked_at, moves["finalists"]]
        award = award_of(scenario)
        if award:
            instants.append(award.noticed_at)
            answered = [one.decided_at for one in award.objections]
            assert all(award.noticed_at < one.raised_at < award.notice_ends for one in award.objections)
            assert all(at and at < (award.awarded_at or now) for at in answered)
            assert award.notice_ends == notice_ends(award.noticed_at, terms_of(db.session(), scenario).standstill_days)
            instants += [award.notice_ends, award.awarded_at] if award.awarded_at else []
        known = [at for at in instants if at]
        assert len(known) == len(instants)
        assert known == sorted(known)
        assert known[-1] < now
    objections = [one for scenario in scenarios(*FINAL) for one in (getattr(award_of(scenario), "objections", ()))]
    assert [one.status for one in objections] == ["rejected"] * 3


def test_nobody_judges_who_belongs_to_a_bidder(loaded: Flask) -> None:
    for evaluation in db.session.scalars(select(Evaluation)):
        assert len(evaluation.panel) == people.PANEL
        assert not any(
            evaluating.has_ties(db.session(), evaluation.scenario, one.person_id) for one in evaluation.panel
        )


def test_one_evaluator_is_late(loaded: Flask) -> None:
    evaluation = evaluation_of(titled(SCORING))
    assert evaluation.status == "scoring"
    assert evaluation.due
    assert evaluation.due < clock.now()
    assert [*scoring.owed(db.session(), evaluation).values()] == [2, 0, 0]
    assert [one.status for one in db.session.scalars(select(ScoreSheet)) if one.status == "draft"] == ["draft"]


def test_what_is_still_judged_can_be_judged_to_its_end(shown: Flask) -> None:
    session, scenario = db.session(), titled(AGREEING)
    evaluation = evaluation_of(scenario)
    settled = {one.bid_id for one in evaluations.consensuses(session, scenario)}
    (left,) = [bid for bid in bids_of(scenario) if bid.id not in settled]
    scores = evaluations.sheet(session, evaluation.panel[0], left)
    assert scores
    agreeing.settle(session, SYSTEM, evaluation.panel[0], left, Agreement(scores.scores, "合议一致"))
    for one in evaluations.consensuses(session, scenario):
        for seat in evaluation.panel:
            countersigning.agree_to(session, SYSTEM, seat, one.bid, one.agreed_at)
    agreeing.agree(session, SYSTEM, evaluation)
    session.commit()
    opening.open_prices(session, SYSTEM, *key(shown, scenario))
    agreeing.rank(session, SYSTEM, evaluation)
    session.commit()
    assert [one.rank for one in evaluations.ranked(session, scenario)] == [1, 2, 3]
    assert not any(bid.fault for bid in bids_of(scenario))


def key(app: Flask, scenario: Scenario) -> tuple[Seal, bytes]:
    """Present the first two of the shares that the file names that somebody holds."""
    session, shares = db.session(), secrets_of(app, scenario, "分片")
    seal = seal_of(session, scenario.id)
    assert seal
    held = [(holder, share) for holder, share in zip(seal.holders, shares, strict=True) if holder.person_id]
    assert sealing.present(session, SYSTEM, *held[0]) is None
    private = sealing.present(session, SYSTEM, *held[1])
    assert private
    return seal, private


def test_a_visitor_can_open_what_waits_for_its_opening(shown: Flask) -> None:
    session, scenario = db.session(), titled(WAITING)
    assert all(bid.content is None and bid.price is None and bid.draft for bid in bids_of(scenario))
    seal, private = key(shown, scenario)
    faults = opening.damaged(scenario.id, private)
    assert opening.open_bids(session, SYSTEM, seal, private, faults) == 2
    session.commit()
    found = bids_of(titled(WAITING))
    assert [(bid.status, bid.fault, bid.demo) for bid in found] == [("unsealed", "", True)] * 2
    assert all((bid.content or {})["sections"] for bid in found)


def test_the_codes_open_the_drafts(loaded: Flask) -> None:
    states = []
    for scenario in scenarios("open"):
        found = sorted(bids_of(scenario), key=lambda bid: bid.id)
        for bid, code in zip(found, secrets_of(loaded, scenario, "口令"), strict=True):
            assert bidding.read_draft(bid, code).sections
            states.append((bid.organisation.code == VERIFIED_ENTERPRISE, bid.status))
    assert sorted(states) == [(False, "submitted")] * 4 + [(True, "draft"), (True, "submitted")]


def test_the_secrets_are_the_owner_s_alone_and_say_what_they_are(loaded: Flask) -> None:
    path = Path(loaded.instance_path) / demo.FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text(encoding="utf-8").startswith("仅供演示")


def test_loading_again_adds_nothing(loaded: Flask) -> None:
    before = counted(Bid), counted(AuditEvent)
    lines: list[str] = []
    demo.seed(lines.append)
    assert lines == ["已经在库中"]
    assert (counted(Bid), counted(AuditEvent)) == before


def test_without_the_demonstration_nothing_is_loaded(app: Flask) -> None:
    demo.seed(silent)
    assert counted(Bid) == counted(Organisation) == 0


def test_what_a_visitor_worked_on_is_left_alone(without_bids: Path, tmp_path: Path) -> None:
    with copied(without_bids, tmp_path):
        session, scenario = db.session(), titled(AGREEING)
        assert counted(Bid) == 0
        person = session.scalars(select(Membership).where(Membership.role == "evaluator")).first()
        assert person
        evaluating.appoint(session, SYSTEM, scenario, person)
        session.commit()
        demo.seed(silent)
        assert not bids_of(scenario)
        assert bids_of(titled(SCORING))


def test_purging_takes_everything_that_hangs_on_it(shown: Flask, purged: Callable[[], None]) -> None:
    assert counted(BidFile) > 0
    purged()
    db.session.commit()
    assert [counted(kind) for kind in (Bid, BidFile, BidReceipt, Seal, Evaluation, Award)] == [0] * 6
    assert not list(db.session.scalars(select(Organisation).where(Organisation.demo)))
    assert not list((Path(shown.instance_path) / "bids").glob("*/*"))
    assert not (Path(shown.instance_path) / demo.FILE).exists()
    demo.seed(silent)
    assert counted(Bid) == 0


@pytest.fixture
def purged() -> Callable[[], None]:
    """Remove all demonstration data as `flask demo purge` does, the rooms above first."""

    def purge() -> None:
        session = db.session()
        for remove in (demo.purge, landings_demo.purge, solutions_demo.purge):
            remove(session)
        catalog_demo.purge(session, SYSTEM)

    return purge
