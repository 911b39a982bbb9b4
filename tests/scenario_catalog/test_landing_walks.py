"""Random walks over the landing tracker: what is done fits a small model, what is refused changes nothing, all is logged."""

from collections.abc import Callable
from random import Random
from typing import Any

from flask import Flask
from sqlalchemy import func, select

from core import audit, clock
from core.audit import SYSTEM, AuditEvent
from core.chain import Check
from core.errors import InvalidInputError
from core.extensions import db
from scenario_catalog.landing import evidence, operations, queries, returning, rules
from scenario_catalog.landing.evidence import Label
from scenario_catalog.landing.models import Landing
from scenario_catalog.landing.operations import Contract, Party, Plan
from scenario_catalog.models import Scenario
from tests.scenario_catalog.landing_world import World, awarded, upload

STEPS = 40
# Few milestones, so that a walk comes back to each of them.
MOST = 5
STATUS = {"pilot": "piloting", "verify": "landed", "fail": "failed"}


class Walker:
    """Does one thing after the other, sensible or not."""

    def __init__(self, world: World, seed: int) -> None:
        self.world, self.random, self.files = world, Random(seed), 0
        self.done: set[str] = set()

    @property
    def landing(self) -> Landing:
        found = queries.landing(self.world.number)
        assert found is not None
        return found

    def acts(self) -> dict[str, Callable[[], Any]]:
        session, landing, any_of = db.session(), self.landing, self.random.choice
        step = any_of(landing.milestones) if landing.milestones else None
        file = any_of(step.evidence) if step and step.evidence else None
        made = Plan(any_of([*rules.MILESTONE_KINDS]), "节点", clock.today())
        found: dict[str, Callable[[], Any]] = {
            "describe": lambda: operations.describe(session, SYSTEM, landing, Contract("合同", None, 1)),
            "report": lambda: operations.report(session, SYSTEM, landing, any_of(["", "成效"]), "条件"),
            "pilot": lambda: operations.start_pilot(session, SYSTEM, landing),
            "verify": lambda: operations.verify(session, SYSTEM, landing),
            "send_back": lambda: returning.send_back(session, SYSTEM, landing, any_of(["", "请补充测试报告"])),
            "resubmit": lambda: returning.resubmit(session, SYSTEM, landing),
            "begin": lambda: operations.begin(session, SYSTEM, landing.scenario, [Party(None, "候补公司")]),
        }
        if len(landing.milestones) < MOST:
            found["plan"] = lambda: operations.plan(session, SYSTEM, landing, made)
        if self.random.random() < 1 / 3:
            found["end"] = lambda: operations.end(session, SYSTEM, landing)
        if self.random.random() < 1 / 8:
            found["fail"] = lambda: operations.fail(session, SYSTEM, landing, any_of(["", "未达到"]))
        if step:
            found["drop"] = lambda: operations.drop(session, SYSTEM, step)
            for name in ("attach", "attach again"):
                found[name] = lambda: self.attach(step)
            for verb in ("meet", "meet_partly", "miss"):
                found[verb] = lambda verb=verb: operations.decide(session, SYSTEM, step, verb, any_of(["", "说明"]))
        if file:
            found["hide"] = lambda: evidence.hide(session, SYSTEM, file)
            found["remove"] = lambda: evidence.remove(session, SYSTEM, file, file.file.organisation_id)
        return found

    def attach(self, step: Any) -> None:
        self.files += 1
        evidence.attach(db.session(), SYSTEM, step, upload(f"file {self.files}".encode()), Label("other", "", True))

    def walk(self) -> None:
        acts = self.acts()
        name = self.random.choice([*acts])
        before, said, status = self.seen(), events(), self.landing.scenario.status
        try:
            acts[name]()
        except InvalidInputError:
            db.session.rollback()
            assert (self.seen(), events()) == (before, said), f"{name} was refused and changed something"
            return
        db.session.commit()
        assert events() > said, f"{name} is not in the log"
        assert self.landing.scenario.status == STATUS.get(name, status)
        self.done.add(name)

    def seen(self) -> list[Any]:
        """Return all that the tracker knows of the scenario, as plain values."""
        db.session.expire_all()
        landings = db.session.scalars(select(Landing).order_by(Landing.id)).unique().all()
        steps = [step for one in landings for step in one.milestones]
        rows = [*landings, *steps, *(one for step in steps for one in step.evidence), self.landing.scenario]
        return [audit.state(row) for row in rows]

    def holds(self) -> None:
        """What must hold after every step."""
        landings = db.session.scalars(select(Landing).order_by(Landing.id)).unique().all()
        assert sum(one.ended_at is None for one in landings) <= 1
        for one in landings:
            for step in one.milestones:
                assert step.status == rules.SCHEDULED or step.proofs
                assert step.status not in {rules.PARTIALLY_MET, rules.NOT_MET} or step.note
            verified = one.verified_at is not None
            assert not (verified and one.status == rules.RETURNED)
            assert one.status != rules.RETURNED or (one.wanted and one.returned_at)
            assert not verified or not rules.lacking_for_landing(one.milestones, one.results)
        counted = sum(one.verified_at is not None and one.ended_at is None for one in landings)
        scenario = db.session.scalars(select(Scenario)).one()
        assert scenario.status != "landed" or counted <= 1


def events() -> int:
    return db.session.scalar(select(func.count()).select_from(AuditEvent)) or 0


def test_landing_walks_fit_the_model(app: Flask) -> None:
    walker = Walker(awarded(), 0)
    for seed in range(3):
        walker.random.seed(seed)
        for _ in range(STEPS):
            walker.walk()
            walker.holds()
    chain = Check()
    for one in db.session.scalars(select(AuditEvent).order_by(AuditEvent.id)):
        assert not [*chain.read(audit.said(one), one.salt, one.hash)]
    assert {"plan", "attach", "meet", "end", "begin", "drop"} <= walker.done
