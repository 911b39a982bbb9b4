"""Random walks through the operations on bids, against a small model that knows only what is promised."""

from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from accounts.models import Organisation
from core import clock
from core.audit import SYSTEM
from core.errors import InvalidInputError
from core.extensions import db
from marketplace.bids import operations, queries
from marketplace.bids.models import Bid, BidReceipt
from scenario_catalog.models import Corrigendum
from tests.bidding import Call, called, draft, opened
from tests.conftest import make_app
from tests.conftest import opened as running
from tests.factories import OrganisationFactory

FIRMS = 3
STEPS = ("start", "save", "submit", "submit", "withdraw", "reconfirm", "delete")


@dataclass
class Promised:
    """What a bid must be after each step: its status, the terms it stands by, and how many receipts were given."""

    status: str = ""
    confirmed: int = 0
    receipts: int = 0
    complete: bool = False


@dataclass
class Walk:
    call: Call
    firms: list[int]
    newest: int = 0
    over: bool = False
    promised: dict[int, Promised] = field(default_factory=dict)
    # Receipts of bids that were deleted.
    left: int = 0

    def allowed(self, verb: str, one: Promised) -> bool:
        editable = one.status in {"draft", "withdrawn"}
        return {
            "start": not one.status and not self.over,
            "save": editable,
            "submit": editable and one.complete and not self.over,
            "withdraw": one.status == "submitted" and not self.over,
            "reconfirm": one.status == "submitted" and one.confirmed < self.newest and not self.over,
            "delete": editable,
        }[verb]

    def promise(self, verb: str, one: Promised, firm: int) -> None:
        if verb == "delete":
            self.left += one.receipts
            self.promised[firm] = Promised()
        elif verb == "save":
            one.complete = True
        else:
            states = {"start": "draft", "submit": "submitted", "withdraw": "withdrawn", "reconfirm": "submitted"}
            one.status = states[verb]
        if verb in {"submit", "reconfirm"}:
            one.confirmed = self.newest
        one.receipts += verb == "submit"

    def step(self, verb: str, firm: int) -> None:
        one = self.promised.setdefault(firm, Promised())
        expected = self.allowed(verb, one)
        bid = self.bid(firm)
        if bid is None and verb != "start":
            return
        try:
            self.run(verb, firm, bid)
            db.session.commit()
            done = True
        except InvalidInputError:
            db.session.rollback()
            done = False
        assert done == expected, (verb, one)
        if done:
            self.promise(verb, one, firm)
        self.check(firm)

    def run(self, verb: str, firm: int, bid: Bid | None) -> None:
        session, at = db.session(), clock.now()
        if verb == "start" or bid is None:
            lead = session.get_one(Organisation, firm)
            made, code = operations.start(session, SYSTEM, self.call.scenario, lead)
            self.call.codes[made.token] = code
            return
        code = self.call.codes[bid.token]
        if verb == "save":
            operations.save(session, SYSTEM, bid, code, draft(self.call.scenario), bid.revision)
        elif verb == "submit":
            operations.submit(session, SYSTEM, bid, code, at)
        elif verb == "delete":
            operations.delete(session, SYSTEM, bid)
        else:
            {"withdraw": operations.withdraw, "reconfirm": operations.reconfirm}[verb](session, SYSTEM, bid, at)

    def bid(self, firm: int) -> Bid | None:
        return db.session.scalars(queries.own(firm)).first()

    def check(self, firm: int) -> None:
        one, bid = self.promised[firm], self.bid(firm)
        assert (bid.status if bid else "") == one.status
        receipts = db.session.scalars(select(BidReceipt.bid_id)).all()
        assert receipts.count(None) == self.left
        assert len(receipts) == self.left + sum(every.receipts for every in self.promised.values())
        if bid:
            db.session.refresh(bid)
            assert len(bid.receipts) == one.receipts
            assert (bid.content_sealed is not None) == (one.status == "submitted")
            assert bid.content is None

    def correct(self) -> None:
        self.newest += 1
        made = Corrigendum(
            scenario_id=self.call.scenario.id, number=self.newest, at=clock.now(), reason="更正", changes=[]
        )
        made.material = True
        db.session.add(made)
        db.session.commit()


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from((*STEPS, "correct")), st.integers(0, FIRMS - 1)), min_size=8, max_size=30))
def test_bid_walks(steps: list[tuple[str, int]]) -> None:
    with TemporaryDirectory() as folder, running(make_app(Path(folder))):
        call = called()
        firms = [OrganisationFactory(kind="enterprise", verification="verified").id for _turn in range(FIRMS)]
        db.session.commit()
        walk = Walk(call, firms)
        for verb, place in [("start", 0), ("save", 0), ("submit", 0), *steps]:
            if verb == "correct":
                walk.correct()
            else:
                walk.step(verb, firms[place])
        with clock.frozen(clock.end_of_day(call.scenario.deadline)):
            walk.over = True
            for verb in ("submit", "withdraw", "reconfirm", "start"):
                for firm in firms:
                    walk.step(verb, firm)
        expected = {f for f, one in walk.promised.items() if one.status == "submitted" and one.confirmed == walk.newest}
        assert {bid.organisation_id for bid in opened(call)} == expected
