"""Random walks through evaluation and award on a real database: every verb as every kind of role, while the clock moves.

After each step the database is what the model says (judging_model.py), a refused step has left no trace in any table,
and one that was let through has written its events and no others.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy.orm import Session

from accounts.models import Membership, Organisation
from core import clock
from core import events as core_events
from core.audit import Actor
from core.extensions import db
from marketplace.awards import objecting
from marketplace.awards import operations as awards
from marketplace.awards.models import Objection
from marketplace.awards.objecting import Objector
from marketplace.bids.models import Bid
from marketplace.evaluation import agreeing, countersigning, operations, queries, releasing, scoring
from marketplace.evaluation.agreeing import Agreement, Cause
from marketplace.evaluation.countersigning import Said
from marketplace.evaluation.models import PanelMember
from marketplace.evaluation.operations import Declaration
from marketplace.sealing.models import Seal
from scenario_catalog.models import Scenario
from scenario_catalog.rules import Ground
from tests.marketplace.judging import Court, opened
from tests.marketplace.judging_walk import SOME, START, Watched

JUDGED: Any = precondition(lambda self: self.model.scenario == "evaluating")
DECIDED: Any = precondition(lambda self: self.model.scenario != "evaluating" or self.model.evaluation == "ranked")
# Oftener the one who may.
BY_AGENCY = st.sampled_from(["agency"] * 6 + ["judge", "enterprise"])
BY_JUDGE = st.sampled_from(["judge"] * 6 + ["agency", "enterprise"])
CAUSE = Cause("collusion", "第八条", "两份方案雷同")
TEXTS = st.sampled_from(["中选方的业绩证明与公开信息不符，请予核实。", "试用报告的测试条件与需求不一致，请予说明。"])


SIGNING_DAYS = 5


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def court(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Court:
    monkeypatch.setattr(core_events, "deliver", lambda: None)
    with clock.frozen(START):
        return opened(4, 4)


def test_walks(app: Flask, court: Court) -> None:
    straight = Walk(app, court, [])
    stages = [straight.stage() for _point in straight.go_straight()]
    straight.teardown()
    run_state_machine_as_test(
        lambda: Walk(app, court, stages),
        settings=settings(max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=[*HealthCheck]),
    )


class Walk(Watched):
    # The straight way.

    def go_straight(self) -> Any:
        """Go from the opening to the award, with a halt wherever something is new."""
        yield
        for place in range(4):
            self.appoint(place)
        for seat in sorted(self.model.members):
            self.change(seat, "declare", "judge")
        yield
        self.advance("begin", "agency")
        yield
        for seat in sorted(self.model.members):
            for bid in sorted(self.model.bids):
                self.give(seat, bid, "save", 80)
                self.give(seat, bid, "submit", 80)
        yield
        self.give(min(self.model.members), min(self.model.bids), "save", 70)  # it was handed in
        self.advance("close_scores", "agency")
        yield
        for bid in sorted(self.model.bids):
            self.agree_on(min(self.model.members), bid)
        yield
        self.advance("agree", "agency")  # nobody has signed
        first, *others = sorted(self.model.members)
        for seat in others:
            for bid in sorted(self.model.bids):
                self.sign(seat, bid, "object" if (seat, bid) == (others[0], min(self.model.bids)) else "agree")
        yield
        self.advance("agree", "agency")  # an objection is left
        self.sign(first, min(self.model.bids), "overrule")
        yield
        self.advance("agree", "agency")
        self.open_prices()
        self.advance("rank", "agency")
        yield
        self.list_(set(sorted(self.model.bids)[:3]), "agency")
        yield
        self.name({min(self.model.bids)}, "agency")
        yield
        self.object_("试用测试的条件与公告不一致，请公布全部原始记录。", "enterprise")
        self.make_award("agency")  # too early
        self.award_in_the_end()  # an objection is open
        yield
        self.answer(0, "reject", "agency")
        self.award_in_the_end()
        yield
        self.take_back({min(self.model.bids)}, "agency")
        yield

    # Steps.

    @JUDGED
    @rule(which=SOME)
    def appoint(self, which: int) -> None:
        person = which % len(self.people)
        seat = self.seats.get(person)
        events = self.model.appoint(seat)

        def work(session: Session, actor: Actor) -> int:
            someone = session.get_one(Membership, self.people[person])
            return operations.appoint(session, actor, session.get_one(Scenario, self.scenario), someone).id

        made = self.step("agency", events, work)
        if events:
            self.seats[person], self.model.members[made] = made, "invited"

    @JUDGED
    @precondition(lambda self: self.model.members)
    @rule(which=SOME, verb=st.sampled_from(["declare", "declare", "declare", "recuse", "remove"]), role=BY_JUDGE)
    def change_some(self, which: int, verb: str, role: str) -> None:
        self.change(self.seat(which), verb, "agency" if verb == "remove" and role == "judge" else role)

    def change(self, seat: int, verb: str, role: str) -> None:
        events = self.model.change_member(seat, verb, role)

        def work(session: Session, actor: Actor) -> None:
            member = session.get_one(PanelMember, seat)
            if verb == "declare":
                operations.declare(session, actor, member, Declaration(free=True))
            else:
                {"recuse": operations.recuse, "remove": operations.remove}[verb](session, actor, member, "另有安排")

        self.step(role, events, work)

    @JUDGED
    @precondition(lambda self: self.model.active)
    @rule(which=SOME, role=BY_AGENCY)
    def release_some(self, which: int, role: str) -> None:
        self.release(sorted(self.model.active)[which % len(self.model.active)], role)

    def release(self, seat: int, role: str) -> None:
        day = timedelta(days=1)
        (row,) = self.rows("SELECT due FROM evaluation")
        written = self.rows("SELECT bid_id, agreed_at FROM consensus")
        today = clock.local_date(self.now)
        late = {
            one["bid_id"] for one in written if today > clock.local_date(moment(one["agreed_at"])) + SIGNING_DAYS * day
        }
        events = self.model.release(
            seat, role, due=row["due"] is not None and self.now >= moment(row["due"]), late=late
        )
        self.step(
            role,
            events,
            lambda session, actor: releasing.release(
                session, actor, session.get_one(PanelMember, seat), "多次催办未办"
            ),
        )

    @precondition(
        lambda self: self.model.evaluation in {"preparing", "scoring"} and self.model.scenario == "evaluating"
    )
    @rule()
    def set_due(self) -> None:
        day = clock.local_date(self.now)

        def work(session: Session, actor: Actor) -> None:
            evaluation = queries.evaluation_of(session, session.get_one(Scenario, self.scenario))
            assert evaluation is not None
            operations.set_due(session, actor, evaluation, day)

        self.step("agency", [("evaluation", "set_due")], work)

    @JUDGED
    @precondition(lambda self: self.model.members)
    @rule(which=SOME)
    def chair_some(self, which: int) -> None:
        self.chair(self.seat(which))

    def chair(self, seat: int) -> None:
        events = self.model.chair(seat)
        self.step(
            "agency",
            events,
            lambda session, actor: operations.chair(session, actor, session.get_one(PanelMember, seat)),
        )

    @JUDGED
    @precondition(lambda self: self.model.evaluation)
    @rule(verb=st.sampled_from(["begin", "close_scores", "agree", "rank"]), role=BY_AGENCY)
    def advance(self, verb: str, role: str) -> None:
        events = self.model.step(verb, role)
        done = {"begin": operations.begin, "close_scores": scoring.close_scores}
        done |= {"agree": agreeing.agree, "rank": agreeing.rank}

        def work(session: Session, actor: Actor) -> None:
            evaluation = queries.evaluation_of(session, session.get_one(Scenario, self.scenario))
            assert evaluation is not None
            done[verb](session, actor, evaluation)

        self.step(role, events, work)

    # Tried oftener than the rest.
    advance_again = advance

    @JUDGED
    @precondition(lambda self: self.model.members)
    @rule(which=SOME, other=SOME, verb=st.sampled_from(["save", "submit"]), points=st.sampled_from([70, 80.5]))
    def give_some(self, which: int, other: int, verb: str, points: float) -> None:
        self.give(self.seat(which), self.bid(other), verb, points)

    @precondition(lambda self: self.model.evaluation == "scoring" and self.model.active)
    @rule()
    def give_all(self) -> None:
        """Hand in all that is owed: alone, single steps rarely get there."""
        for seat in sorted(self.model.active):
            for bid in sorted(self.model.judged):
                if (seat, bid) not in self.model.handed_in:
                    self.give(seat, bid, "save", 80)
                    self.give(seat, bid, "submit", 80)

    def give(self, seat: int, bid: int, verb: str, points: float) -> None:
        def changes() -> bool:
            member, found = db.session.get_one(PanelMember, seat), db.session.get_one(Bid, bid)
            sheet = queries.sheet(db.session(), member, found)
            return sheet is None or sheet.scores != self.whole(points)

        changed = changes()
        db.session.rollback()
        events = self.model.score(seat, bid, verb, changed=changed)

        def work(session: Session, actor: Actor) -> None:
            member, found = session.get_one(PanelMember, seat), session.get_one(Bid, bid)
            if verb == "submit":
                scoring.submit_sheet(session, actor, member, found)
            else:
                scoring.save_sheet(session, actor, member, found, self.whole(points))

        self.step("judge", events, work)

    @JUDGED
    @precondition(lambda self: self.model.members)
    @rule(which=SOME, other=SOME)
    def agree_on_some(self, which: int, other: int) -> None:
        self.agree_on(self.seat(which), self.bid(other))

    @precondition(lambda self: self.model.evaluation == "consensus" and self.model.active)
    @rule()
    def agree_on_all(self) -> None:
        for bid in sorted(self.model.judged - self.model.settled):
            self.agree_on(min(self.model.active), bid)

    @precondition(lambda self: self.model.evaluation == "consensus" and self.model.active and self.model.settled)
    @rule()
    def sign_all(self) -> None:
        for bid in sorted(self.model.judged & self.model.settled):
            for seat in sorted(self.model.active - self.model.agreed[bid] - self.model.objected[bid]):
                self.sign(seat, bid, "agree")

    @JUDGED
    @precondition(lambda self: self.model.settled)
    @rule(which=SOME, other=SOME, verb=st.sampled_from(["agree", "object", "overrule", "overrule"]))
    def sign_some(self, which: int, other: int, verb: str) -> None:
        self.sign(self.seat(which), self.bid(other), verb)

    def sign(self, seat: int, bid: int, verb: str) -> None:
        events = self.model.sign(seat, bid, verb)

        def work(session: Session, actor: Actor) -> None:
            member, found = session.get_one(PanelMember, seat), session.get_one(Bid, bid)
            kept = queries.consensus_of(session, found)
            said = Said("理由不足", kept.agreed_at if kept else None)
            if verb == "agree":
                countersigning.agree_to(session, actor, member, found, said.seen)
            else:
                {"object": countersigning.object_to, "overrule": countersigning.overrule}[verb](
                    session, actor, member, found, said
                )

        self.step("judge", events, work)

    def agree_on(self, seat: int, bid: int) -> None:
        events = self.model.settle(seat, bid)

        def work(session: Session, actor: Actor) -> None:
            member, found = session.get_one(PanelMember, seat), session.get_one(Bid, bid)
            kept = queries.consensus_of(session, found)
            said = Agreement(self.whole(80), "一致", kept.agreed_at if kept else None)
            agreeing.settle(session, actor, member, found, said)

        self.step("judge", events, work)

    @precondition(lambda self: self.model.seal == "price_due")
    @rule()
    def open_prices(self) -> None:
        """Do what the ceremony does, whose own tests are elsewhere."""
        self.model.seal = "priced"
        for bid in self.model.judged:
            db.session.get_one(Bid, bid).price = {"amount": self.prices[bid]}
        db.session.query(Seal).update({"status": "priced"})
        db.session.commit()

    @rule(which=SOME, role=BY_AGENCY, sure=st.sampled_from([True, False, False]))
    def strike(self, which: int, role: str, *, sure: bool) -> None:
        if not sure:
            return
        bid = self.bid(which)
        events = self.model.disqualify(bid, role)
        self.step(
            role, events, lambda session, actor: agreeing.disqualify(session, actor, session.get_one(Bid, bid), CAUSE)
        )

    @precondition(lambda self: self.model.evaluation in {"agreed", "ranked"})
    @rule(picked=st.sets(SOME, max_size=4), role=BY_AGENCY)
    def list_some(self, picked: set[int], role: str) -> None:
        self.list_({self.bid(which) for which in picked}, role)

    def list_(self, chosen: set[int], role: str) -> None:
        events = self.model.shortlist(chosen, role)
        self.step(
            role,
            events,
            lambda session, actor: awards.shortlist(
                session, actor, session.get_one(Scenario, self.scenario), chosen, "评审组建议"
            ),
        )

    @DECIDED
    @rule(picked=st.sets(SOME, max_size=2), role=BY_AGENCY)
    def name_some(self, picked: set[int], role: str) -> None:
        self.name({self.bid(which) for which in picked}, role)

    name_others = name_some

    def name(self, chosen: set[int], role: str) -> None:
        events = self.model.notice(chosen, role)
        self.step(
            role,
            events,
            lambda session, actor: (
                awards.notice(session, actor, session.get_one(Scenario, self.scenario), chosen, "得分最高").id
            ),
        )

    @precondition(lambda self: self.model.awards)
    @rule(role=BY_AGENCY)
    def make_award(self, role: str) -> None:
        found = self.newest()
        events = self.model.award(role, ended=self.now >= found.notice_ends)
        self.step(role, events, lambda session, actor: awards.award(session, actor, self.newest()))

    @precondition(lambda self: self.model.scenario == "noticed")
    @rule()
    def award_in_the_end(self) -> None:
        self.now += timedelta(days=7)
        self.make_award("agency")

    @precondition(lambda self: self.model.awards)
    @rule(role=BY_AGENCY)
    def withdraw(self, role: str) -> None:
        events = self.model.withdraw(role)
        self.step(role, events, lambda session, actor: awards.withdraw(session, actor, self.newest(), "材料存疑"))

    @precondition(lambda self: self.model.awards)
    @rule(picked=st.sets(SOME, max_size=2), role=BY_AGENCY)
    def unaward(self, picked: set[int], role: str) -> None:
        defaulted = {self.bid(which) for which in picked}
        if self.model.winners and len(picked) == 1:
            defaulted = {min(self.model.winners)}
        self.take_back(defaulted, role)

    def take_back(self, defaulted: set[int], role: str) -> None:
        events = self.model.unaward(defaulted, role)
        self.step(
            role, events, lambda session, actor: awards.unaward(session, actor, self.newest(), defaulted, "逾期不签")
        )

    @precondition(lambda self: self.model.awards)
    @rule(text=TEXTS, role=st.sampled_from(["enterprise"] * 4 + ["agency"]))
    def object_(self, text: str, role: str) -> None:
        found = self.newest()
        within = found.noticed_at <= self.now < found.notice_ends
        said = self.rows("SELECT text FROM objection WHERE award_id = ?", found.id)
        events = self.model.object_(within=within, text_is_new=all(one["text"] != text for one in said), role=role)

        def work(session: Session, actor: Actor) -> int:
            who = Objector(1, session.get_one(Organisation, self.objector))
            return objecting.raise_objection(session, actor, self.newest(), who, text).id

        made = self.step(role, events, work)
        if events:
            self.model.objections[made] = (len(self.model.awards), "raised")

    @precondition(lambda self: self.model.objections)
    @rule(which=SOME, verb=st.sampled_from(["reject", "reject", "uphold"]), role=BY_AGENCY)
    def answer(self, which: int, verb: str, role: str) -> None:
        id_ = sorted(self.model.objections)[which % len(self.model.objections)]
        events = self.model.answer(id_, verb, role)
        self.step(
            role,
            events,
            lambda session, actor: objecting.answer(session, actor, session.get_one(Objection, id_), verb, "经核实"),
        )

    @rule(code=st.sampled_from(["", "none_passed", "nonsense"]), role=BY_AGENCY, sure=st.integers(0, 9))
    def fail(self, code: str, role: str, sure: int) -> None:
        if sure:
            return
        events = self.model.fail(code, role)
        self.step(
            role,
            events,
            lambda session, actor: awards.fail(
                session, actor, session.get_one(Scenario, self.scenario), Ground(code, "没有合格方案")
            ),
        )

    @rule(days=st.sampled_from([1, 3, 7]))
    def wait(self, days: int) -> None:
        self.now += timedelta(days=days)
