"""Random walks through the operations on a real database: every verb as every role in any order, while the clock moves.

After each step the database is what the model says (catalogue_model.py), a refused step has left no trace in any table,
and one that was let through has written its events and no others (catalogue_walk.py).
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test
from sqlalchemy.orm import Session

from accounts.models import Organisation
from core import events as core_events
from core.audit import Actor
from core.extensions import db
from scenario_catalog import draft as drafts
from scenario_catalog import operations as catalog
from scenario_catalog.drafting import operations as drafting
from scenario_catalog.drafting import presenting
from scenario_catalog.models import Batch, Question, Scenario
from scenario_catalog.publishing import correcting, jobs, operations
from scenario_catalog.publishing.correcting import Proposal
from scenario_catalog.questions import operations as questions
from scenario_catalog.questions.operations import Asker, Wording
from scenario_catalog.review import operations as review
from scenario_catalog.review.operations import Seen
from scenario_catalog.rules import Ground
from tests.factories import OrganisationFactory, PersonFactory
from tests.lifecycle_tables import BATCH, QUESTION, ROLES, SCENARIO, Table
from tests.scenario_catalog import catalogue_model
from tests.scenario_catalog.catalogue_model import Need
from tests.scenario_catalog.catalogue_walk import AGENCY, SOME, Stage, Watched

PERSON, ENTERPRISE = 1, 2

GROUNDS = st.tuples(
    st.sampled_from(["", "nonsense", "need_changed", "merged", "no_bids", "winner_defaulted"]),
    st.sampled_from(["指标不清", "指标不清", ""]),
)


@pytest.fixture
def stages(app: Flask, monkeypatch: pytest.MonkeyPatch) -> list[Stage]:
    """Go the straight way once, so that walks begin everywhere along it."""
    monkeypatch.setattr(core_events, "deliver", lambda: None)  # the worker comes when time passes: see Walk.wait
    OrganisationFactory(kind="agency", verification="verified", name="某某局")
    OrganisationFactory(kind="enterprise", verification="verified", name="某某科技")
    PersonFactory()
    db.session.commit()
    walk = Walk(app, [])
    stages = [walk.stage(Path(app.instance_path)) for _point in walk.go_straight()]
    walk.teardown()
    return stages


def test_walks(app: Flask, stages: list[Stage]) -> None:
    run_state_machine_as_test(
        lambda: Walk(app, stages),
        settings=settings(max_examples=30, stateful_step_count=40, deadline=None, suppress_health_check=[*HealthCheck]),
    )


def likely(table: Table, state: str) -> st.SearchStrategy[tuple[str, str]]:
    """Draw a verb and a role: any, and as often ones that lead on from the state, so that walks get somewhere."""
    found = st.tuples(st.sampled_from(sorted({verb for _state, verb in table})), st.sampled_from(ROLES))
    onward = {verb: sorted(who) for (source, verb), (_to, who) in table.items() if source == state}
    lasting = {verb: who for verb, who in onward.items() if verb not in {"cancel", "fail"}}
    if onward:
        found |= st.tuples(st.sampled_from(sorted(onward)), st.sampled_from(ROLES))
    for more in filter(None, (onward, lasting, lasting)):
        found |= st.sampled_from([(verb, role) for verb, who in more.items() for role in who])
    return found


class Walk(Watched):
    def go_straight(self) -> Iterator[None]:
        """Bring some needs as far as they get, with a halt wherever something is new."""
        yield
        for days in (12, 14, 16, 20, 25, 30):
            self.create(days)
        ids = sorted(self.model.needs)
        for id_ in ids[1:]:
            self.step_on(id_, "submit", "agency-approver")
        for id_ in ids[2:4]:
            self.step_on(id_, "approve", "operator-member")
        yield
        for batch, verb in enumerate(("publish", "schedule"), 1):
            self.open_batch()
            self.compose(batch - 1)
            yield
            self.step_batch(batch, verb, "operator-approver", self.now + timedelta(hours=5))
            self.step_on(ids[3 + batch], "approve", "operator-owner")
        yield
        self.correct(0, {"conditions"}, 5, "数量有误", late=False)
        self.ask(0, "甲")
        self.ask(0, "乙")
        self.step_question(2, "decline", "agency-approver", "不属于本场景")
        yield
        self.step_on(ids[2], "evaluate", "agency-owner")  # too early
        self.wait(7)
        self.wait(24 * 31)
        self.step_on(ids[2], "evaluate", "agency-owner")  # a question is open
        self.step_question(1, "answer", "agency-member", "见第三条")
        for verb in ("evaluate", "shortlist", "notice", "award", "pilot"):
            self.step_on(ids[2], verb, "agency-owner")
            yield
        self.step_on(ids[2], "land", "operator-owner")
        yield

    # Steps.

    @precondition(lambda self: len(self.model.needs) < 9)
    @rule(days=st.integers(8, 30))
    def create(self, days: int) -> None:
        need = Need(
            f"第{len(self.model.needs) + 1}号需求",
            {"background": "窗口排队长。", "conditions": "", "contact_name": "陈工"},
            date.min,
        )
        need.deadline = catalogue_model.day_of(self.now) + timedelta(days=days)
        written = drafts.Draft(need.title, "public-service", "healthcare", "南山区", "pilot", need.deadline)
        written = replace(
            written, **need.words, scope="建窗口助手。", indicators=("准确率≥95%",), acceptance="试运行六十天。"
        )
        id_ = self.step(
            "agency-member",
            [("scenario", "create", None)],
            lambda session, actor: (
                catalog.create_draft(session, actor, session.get_one(Organisation, AGENCY), written).id
            ),
        )
        self.model.needs[id_] = need

    @precondition(lambda self: any(need.status in {"draft", "returned"} for need in self.model.needs.values()))
    @rule(which=SOME)
    def write(self, which: int) -> None:
        id_, text = self.need(which), f"窗口排队长，改了{self.now:%H%M%S}次。"
        events = self.model.write(id_, text)

        def save(session: Session, actor: Actor) -> int | None:
            scenario = session.get_one(Scenario, id_)
            content = {**drafting.present(scenario), "background": text}
            entry = drafting.Entry(PERSON, scenario.revision, content)
            outcome = drafting.save(session, actor, scenario, entry, presenting.terms())
            kept = max((one.id for one in scenario.versions), default=0)
            return kept if outcome is drafting.Outcome.MOVED_ON else None

        self.step("agency-member", events, save)

    @precondition(lambda self: self.model.needs)
    @rule(which=SOME, ground=GROUNDS, data=st.data())
    def move(self, which: int, ground: tuple[str, str], data: st.DataObject) -> None:
        id_ = self.need(which)
        verb, role = data.draw(likely(SCENARIO, self.model.needs[id_].status))
        self.step_on(id_, verb, role, ground)

    # Tried oftener than the rest.
    move_next = move_then = move_again = move

    def step_on(self, id_: int, verb: str, role: str, ground: tuple[str, str] = ("", "")) -> None:
        events = self.model.move(id_, verb, role, ground, self.now)
        self.step(
            role, events, lambda session, actor: moved(session, actor, session.get_one(Scenario, id_), verb, ground)
        )

    @precondition(lambda self: len(self.model.batches) < 3)
    @rule()
    def open_batch(self) -> None:
        id_ = self.step(
            "operator-member",
            [("batch", "create", None)],
            lambda session, actor: catalog.create_batch(session, actor, "一批").id,
        )
        self.model.batches[id_] = catalogue_model.Batch()

    @precondition(lambda self: self.model.batches and self.model.needs)
    @rule(which=SOME)
    def compose(self, which: int) -> None:
        id_, chosen = self.batch(which), sorted(self.model.needs)[which % 2 :]
        events = self.model.compose(id_, chosen)
        self.step(
            "operator-member",
            events,
            lambda session, actor: (
                operations.add_scenarios(session, actor, session.get_one(Batch, id_), chosen) and None
            ),
        )

    @precondition(lambda self: self.model.batches and self.model.needs)
    @rule(which=SOME, other=SOME)
    def drop(self, which: int, other: int) -> None:
        id_, need = self.batch(which), self.need(other)
        events = self.model.drop(id_, need)
        self.step(
            "operator-member",
            events,
            lambda session, actor: operations.drop_scenario(
                session, actor, session.get_one(Batch, id_), session.get_one(Scenario, need)
            ),
        )

    @precondition(lambda self: self.model.batches)
    @rule(which=SOME, hours=st.integers(-2, 72), data=st.data())
    def move_batch(self, which: int, hours: int, data: st.DataObject) -> None:
        id_ = self.batch(which)
        verb, role = data.draw(likely(BATCH, self.model.batches[id_].status))
        self.step_batch(id_, verb, role, self.now + timedelta(hours=hours))

    move_batch_again = move_batch

    def step_batch(self, id_: int, verb: str, role: str, at: datetime) -> None:
        if verb == "schedule":
            events = self.model.schedule(id_, role, at, self.now)
            work = lambda session, actor: operations.schedule(session, actor, session.get_one(Batch, id_), at)  # noqa: E731
        else:
            events = (
                self.model.unschedule(id_, role) if verb == "unschedule" else self.model.publish(id_, role, self.now)
            )
            done = operations.unschedule if verb == "unschedule" else operations.publish
            work = lambda session, actor: done(session, actor, session.get_one(Batch, id_))  # noqa: E731
        self.step(role, events, work)

    @rule(hours=st.sampled_from([1, 7, 24, 24 * 6, 24 * 13]))
    def wait(self, hours: int) -> None:
        """Let time pass, and the worker come."""
        self.now += timedelta(hours=hours)
        db.session.remove()
        events = self.model.tick(self.now)
        self.step("system", events, lambda _session, _actor: jobs.publish_due() and None)
        core_events.deliver_what_was_missed()
        core_events.deliver_what_was_missed()  # what those who follow the log added to it
        added = self.rows("SELECT subject_type, verb FROM audit_event WHERE id > ?", self.last)
        assert {(one["subject_type"], one["verb"]) for one in added} <= {("call", "freeze")}
        self.last += len(added)
        read = {row["event_id"] for row in self.rows("SELECT event_id FROM event_cursor")}
        assert (read or {0}) == {self.last}, "those who follow the log have read it to its end"

    @precondition(lambda self: self.model.needs)
    @rule(
        which=SOME,
        changed=st.sets(st.sampled_from(["background", "conditions", "contact_name"])),
        days=st.sampled_from([0, 5, 8, 4, -1]),
        reason=st.sampled_from(["数量有误", "数量有误", "数量有误", ""]),
        late=st.sampled_from([False, False, False, True]),
    )
    def correct(self, which: int, changed: set[str], days: int, reason: str, *, late: bool) -> None:
        id_ = self.need(which, published=True)
        need = self.model.needs[id_]
        number = need.corrigenda + (0 if late else 1)
        changes = {name: f"{name} 更正 {self.now:%d%H%M%S}" for name in changed}
        changes["deadline"] = (need.deadline + timedelta(days=days)).isoformat()
        events = None if late else self.model.correct(id_, changes, reason, self.now)

        def issue(session: Session, actor: Actor) -> int:
            scenario = session.get_one(Scenario, id_)
            typed = {**correcting.texts(scenario), **changes}
            return correcting.issue(session, actor, scenario, Proposal(typed, reason, number)).id

        self.step("agency-approver", events, issue)

    @precondition(lambda self: self.model.needs)
    @rule(which=SOME, word=st.sampled_from("甲乙丙丁"))
    def ask(self, which: int, word: str) -> None:
        id_, text = self.need(which, published=True), f"{word * 9}是什么意思？"
        events = self.model.ask(id_, text, self.now)
        asker = Asker(PERSON, ENTERPRISE, "某某科技")
        made = self.step(
            "enterprise-member",
            events,
            lambda session, actor: (
                questions.ask(session, actor, session.get_one(Scenario, id_), asker, Wording(text, sure=True)).id
            ),
        )
        if events:
            before = sum(one.need == id_ for one in self.model.questions.values())
            self.model.questions[made] = catalogue_model.Question(id_, before + 1, text)

    @precondition(lambda self: self.model.questions)
    @rule(which=SOME, words=st.sampled_from(["见第三条", "见第四条", "见附件", ""]), data=st.data())
    def decide(self, which: int, words: str, data: st.DataObject) -> None:
        id_ = sorted(self.model.questions)[which % len(self.model.questions)]
        verb, role = data.draw(likely(QUESTION, self.model.questions[id_].status))
        self.step_question(id_, verb, role, words)

    decide_again = decide

    def step_question(self, id_: int, verb: str, role: str, words: str) -> None:
        words = words if verb == "decline" else words or "见公告"
        events = self.model.decide(id_, verb, role, words)
        done = {"answer": questions.answer, "decline": questions.decline, "amend": questions.amend}[verb]
        self.step(role, events, lambda session, actor: done(session, actor, session.get_one(Question, id_), words))

    def need(self, which: int, *, published: bool = False) -> int:
        ids = sorted(id_ for id_, one in self.model.needs.items() if one.published_at or not published)
        ids = ids or sorted(self.model.needs)
        return ids[which % len(ids)]

    def batch(self, which: int) -> int:
        return sorted(self.model.batches)[which % len(self.model.batches)]


def moved(session: Session, actor: Actor, scenario: Scenario, verb: str, ground: tuple[str, str]) -> None:
    """Make a move by the operation of the desk that it is made at."""
    seen, given = Seen(PERSON, scenario.revision), Ground(*ground)
    if verb == "submit":
        handing = drafting.Handing(PERSON, presenting.terms(), presenting.case(scenario))
        drafting.submit(session, actor, scenario, handing)
    elif verb == "recall":
        drafting.recall(session, actor, scenario)
    elif verb == "approve":
        review.approve(session, actor, scenario, seen)
    elif verb == "return":
        review.send_back(session, actor, scenario, seen, given.words)
    elif verb == "land":
        catalog.land(session, actor, scenario)
    else:
        catalog.move(session, actor, scenario, verb, given)
