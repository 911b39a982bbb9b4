"""How the bids of a scenario were judged: panel, sheets, consensus, ranking; as far as its scenario has come."""

import json
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from accounts.models import Membership
from core import clock
from core.city import city
from marketplace.calls.queries import terms_of
from marketplace.calls.rules import Terms
from marketplace.demonstration.offering import Offered
from marketplace.demonstration.people import DEMO
from marketplace.demonstration.story import common, points
from marketplace.evaluation import rules
from marketplace.evaluation.models import Consensus, Evaluation, PanelMember, ScoreSheet
from marketplace.evaluation.operations import SEEDS
from marketplace.evaluation.rules import Offer
from marketplace.sealing import operations as sealing
from marketplace.sealing.models import Seal

SCORING, CONSENSUS, RANKED = "scoring", "consensus", "ranked"
# When what happened, as a part of the time that the judging took, or has taken until now.
NAMED, DECLARED, SCORED, DUE, LATE, AGREED, PRICED = 0.05, 0.12, 0.4, 0.5, 0.93, 0.7, 0.85

Moments = Callable[[float], datetime]


class Judging:
    """The judging of one scenario. `at` tells instants between its opening and its end."""

    def __init__(self, session: Session, seal: Seal, offered: Sequence[Offered], at: Moments) -> None:
        self.session, self.seal, self.at = session, seal, at
        self.offered = [one for one in offered if "struck" not in one.told]
        self.terms: Terms = terms_of(session, seal.scenario)

    def tell(self, panel: Sequence[Membership], stage: str) -> list[Consensus]:
        """Write down all that happened up to a stage; returns what was agreed, the best first."""
        evaluation = self._named(panel, stage)
        self._score(evaluation, late=stage == SCORING)
        if stage == SCORING:
            return []
        evaluation.scored_at = self.at(DUE)
        settled = self.offered[:-1] if stage == CONSENSUS else self.offered
        found = [self._settled(one, evaluation) for one in settled]
        if stage == RANKED:
            evaluation.agreed_at = self.at(AGREED)
            self._price()
            self._rank(found)
            evaluation.ranked_at = self.at(PRICED)
        self.session.flush()
        return sorted(found, key=lambda one: (one.rank is None, one.rank or 0))

    def _named(self, panel: Sequence[Membership], stage: str) -> Evaluation:
        due = clock.end_of_day(clock.local_date(self.at(LATE if stage == SCORING else DUE)))
        made = Evaluation(scenario=self.seal.scenario, status=stage, due=due, created_at=self.at(NAMED))
        for person, statement in zip(panel, common()["statements"], strict=True):
            seat = PanelMember(person_id=person.person_id, organisation_id=person.organisation_id, status="declared")
            seat.statement, seat.order_seed = statement, secrets.randbelow(SEEDS)
            seat.invited_at, seat.declared_at = self.at(NAMED), self.at(DECLARED)
            made.panel.append(seat)
        self.session.add(made)
        self.session.flush()
        return made

    def _score(self, evaluation: Evaluation, *, late: bool) -> None:
        """Have every member score every bid; with `late`, the first is in the middle of it: one sheet in, one begun."""
        for place, seat in enumerate(evaluation.panel):
            for number, one in enumerate(self.offered):
                if not (late and place == 0 and number > 1):
                    self._sheet(seat, one, place, submitted=not (late and place == 0 and number == 1))

    def _sheet(self, seat: PanelMember, one: Offered, place: int, *, submitted: bool) -> None:
        given = points(one.told, self.terms, place)
        if not submitted:
            given = dict([*given.items()][:2])
        at = self.at(SCORED)
        sheet = ScoreSheet(member=seat, bid=one.bid, scores=given, saved_at=at)
        sheet.status, sheet.submitted_at = ("submitted", at) if submitted else ("draft", None)
        self.session.add(sheet)

    def _settled(self, one: Offered, evaluation: Evaluation) -> Consensus:
        """Agree on the mean of what the members gave, in whole points; what lies far apart has words of its own."""
        sheets = [points(one.told, self.terms, place) for place in range(len(evaluation.panel))]
        scores = {}
        for criterion in self.terms.technical:
            given = [sheet[criterion.key]["points"] for sheet in sheets]
            words = one.told["settled"] if rules.spread(given) >= city().judging.wide_spread else ""
            scores[criterion.key] = {"points": float(round(rules.mean(given))), "comment": words}
        made = Consensus(
            bid=one.bid, scores=scores, reason=f"合议一致：{one.told['remark']}", agreed_at=self.at(AGREED)
        )
        made.technical = float(rules.technical_total(scores, self.terms))
        made.passed = rules.passes(scores, self.terms)
        made.person_id = evaluation.panel[0].person_id
        self.session.add(made)
        return made

    def _price(self) -> None:
        """Open the prices where they count."""
        if self.terms.price is None:
            return
        for verb, moment in (("ask_price", AGREED), ("open_prices", PRICED)):
            with clock.frozen(self.at(moment)):
                sealing.move(self.session, DEMO, self.seal, verb)
        for one in self.offered:
            one.bid.price, one.bid.price_sealed = json.loads(one.made.price), None

    def _rank(self, found: Sequence[Consensus]) -> None:
        price = self.terms.price
        self.session.flush()
        by_bid = {one.bid_id: one for one in found}
        offers = [
            Offer(one.bid_id, Decimal(str(one.technical)), one.passed, rules.read_price(one.bid.price)) for one in found
        ]
        for place in rules.ranking(offers, price.weight if price else None):
            row = by_bid[place.bid]
            row.rank = place.rank
            row.total = None if place.total is None else float(place.total)
            row.price_points = None if place.price_points is None else float(place.price_points)
