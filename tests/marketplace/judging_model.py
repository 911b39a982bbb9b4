"""What evaluations and awards must do, written a second time apart from the code: plain data, no database.

A step returns the events that it must write, (subject, verb), or None where it must be refused.
"""

from dataclasses import dataclass, field

Events = list[tuple[str, str]] | None

SMALLEST = 3
MOST_FINALISTS = 3
LIVE = ("unsealed", "finalist")


@dataclass
class Judging:
    """One scenario: its state, that of its evaluation, members, bids, sheets, the awards by number, and objections."""

    scenario: str = "evaluating"
    evaluation: str = ""
    members: dict[int, str] = field(default_factory=dict)
    bids: dict[int, str] = field(default_factory=dict)
    drafts: set[tuple[int, int]] = field(default_factory=set)
    handed_in: set[tuple[int, int]] = field(default_factory=set)
    settled: set[int] = field(default_factory=set)
    # By bid: who agreed to what was settled, who objects, and whether the head has overruled.
    agreed: dict[int, set[int]] = field(default_factory=dict)
    objected: dict[int, set[int]] = field(default_factory=dict)
    overruled: set[int] = field(default_factory=set)
    head: int | None = None
    ranked: set[int] = field(default_factory=set)
    shortlisted: set[int] = field(default_factory=set)
    seal: str = "opened"
    awards: list[str] = field(default_factory=list)
    winners: set[int] = field(default_factory=set)
    objections: dict[int, tuple[int, str]] = field(default_factory=dict)
    landings: int = 0

    @property
    def judged(self) -> set[int]:
        return {id_ for id_, status in self.bids.items() if status != "disqualified"}

    @property
    def active(self) -> set[int]:
        return {id_ for id_, status in self.members.items() if status == "declared"}

    def in_state(self, *states: str) -> list[int]:
        """Return the bids in these states, by their alias."""
        return [id_ for id_, status in sorted(self.bids.items()) if status in states]

    def appoint(self, seat: int | None) -> Events:
        """Name a person; `seat` is the one that the person has already."""
        if self.scenario != "evaluating" or self.evaluation not in {"", "preparing", "scoring"}:
            return None
        if seat is not None and self.members[seat] != "removed":
            return None
        begun: list[tuple[str, str]] = [] if self.evaluation else [("evaluation", "create")]
        self.evaluation = self.evaluation or "preparing"
        return [*begun, ("panel_member", "appoint")]

    def change_member(self, seat: int, verb: str, role: str) -> Events:
        sources = {
            "declare": {"invited"},
            "recuse": {"invited", "declared"},
            "remove": {"invited", "declared"},
        }
        allowed = {"declare": {"judge"}, "recuse": {"judge", "agency"}, "remove": {"agency"}}
        if self.evaluation not in {"preparing", "scoring"} or self.members[seat] not in sources[verb]:
            return None
        if role not in allowed[verb]:
            return None
        if verb != "declare" and self.head == seat:
            self.head = None
        self.members[seat] = {"declare": "declared", "recuse": "recused", "remove": "removed"}[verb]
        return [("panel_member", verb)]

    def chair(self, seat: int) -> Events:
        """Pick the head, once more without any event; not after a ruling that stands."""
        open_ = self.scenario == "evaluating" and self.evaluation in {"preparing", "scoring", "consensus"}
        if not open_ or self.members[seat] not in {"invited", "declared"} or self.overruled & self.judged:
            return None
        changed, self.head = self.head != seat, seat
        return [("panel_member", "chair")] if changed else []

    def release(self, seat: int, role: str, *, due: bool, late: set[int]) -> Events:
        """Let go who owes sheets after `due`, or a signature to one of the bids that are `late`."""
        if self.scenario != "evaluating" or role != "agency" or seat not in self.active:
            return None
        owes = {bid for bid in self.judged if (seat, bid) not in self.handed_in}
        mute = {bid for bid in late & self.judged if seat not in self.agreed[bid] | self.objected[bid]}
        if not {"scoring": due and bool(owes), "consensus": bool(mute)}.get(self.evaluation):
            return None
        self.members[seat] = "released"
        self.head = None if self.head == seat else self.head
        events = [("panel_member", "release")]
        if self.evaluation == "consensus" and len(self.active) < SMALLEST:
            void = len(self.settled & self.judged)
            self.evaluation = "scoring"
            self.settled -= self.judged
            self.overruled -= self.judged
            events += [*[("consensus", "drop")] * void, ("evaluation", "reopen")]
        return events

    def step(self, verb: str, role: str) -> Events:
        """Move the evaluation on."""
        enough = len(self.active) >= SMALLEST
        owed = {(seat, bid) for seat in self.active for bid in self.judged} - self.handed_in
        ready = {
            "begin": self.evaluation == "preparing" and bool(self.judged) and enough,
            "close_scores": self.evaluation == "scoring" and not owed and enough,
            "agree": self.evaluation == "consensus" and all(self.stands(bid) for bid in self.judged),
            "rank": self.evaluation == "agreed" and self.seal == "priced",
        }
        if role != "agency" or self.scenario != "evaluating" or not ready[verb]:
            return None
        self.evaluation = {"begin": "scoring", "close_scores": "consensus", "agree": "agreed", "rank": "ranked"}[verb]
        events = [("evaluation", verb)]
        if verb == "agree":
            self.seal = "price_due"
            events.append(("seal", "ask_price"))
        if verb == "rank":
            self.ranked = set(self.judged)
        return events

    def score(self, seat: int, bid: int, verb: str, *, changed: bool) -> Events:
        """Save or hand in a whole sheet; a save that changes nothing writes no event."""
        wanted = self.evaluation == "scoring" and self.scenario == "evaluating" and self.members[seat] == "declared"
        if not wanted or bid not in self.judged or (seat, bid) in self.handed_in:
            return None
        if verb == "submit":
            if (seat, bid) not in self.drafts:
                return None
            self.handed_in.add((seat, bid))
            return [("score_sheet", "submit")]
        self.drafts.add((seat, bid))
        return [("score_sheet", "save")] if changed else []

    def settle(self, seat: int, bid: int) -> Events:
        wanted = self.evaluation == "consensus" and self.scenario == "evaluating" and self.members[seat] == "declared"
        if not wanted or bid not in self.judged:
            return None
        self.settled.add(bid)
        self.agreed[bid], self.objected[bid] = {seat}, set()
        self.overruled.discard(bid)
        return [("consensus", "conclude")]

    def stands(self, bid: int) -> bool:
        """Everybody has answered to what was settled, and no objection is left without a ruling."""
        if bid not in self.settled:
            return False
        answered = self.active <= self.agreed[bid] | self.objected[bid]
        return answered and (not self.objected[bid] or bid in self.overruled)

    def sign(self, seat: int, bid: int, verb: str) -> Events:
        """Agree to what was settled, object to it, or, as the head, overrule the objections."""
        wanted = self.evaluation == "consensus" and self.scenario == "evaluating" and self.members[seat] == "declared"
        if not wanted or bid not in self.judged & self.settled:
            return None
        if verb == "agree":
            changed = seat not in self.agreed[bid]
            self.agreed[bid].add(seat)
            self.objected[bid].discard(seat)
            if not self.objected[bid]:
                self.overruled.discard(bid)
            return [("consensus", "confirm")] if changed else []
        if verb == "object":
            self.agreed[bid].discard(seat)
            self.objected[bid].add(seat)
            self.overruled.discard(bid)
            return [("consensus", "refuse")]
        waiting = bool(self.objected[bid]) and bid not in self.overruled
        head = self.head if self.head in self.active else min(self.active)
        if seat != head or not waiting or seat in self.objected[bid]:
            return None
        self.overruled.add(bid)
        return [("consensus", "settle")]

    def disqualify(self, bid: int, role: str) -> Events:
        if role != "agency" or self.scenario not in {"evaluating", "finalists"} or self.bids[bid] not in LIVE:
            return None
        self.bids[bid] = "disqualified"
        recount = [("evaluation", "rank")] if self.evaluation == "ranked" else []
        return [("bid", "disqualify"), *recount]

    def shortlist(self, chosen: set[int], role: str) -> Events:
        """All have passed and a reason is given, so that only number and membership count."""
        if self.evaluation != "ranked" or self.scenario != "evaluating" or role != "agency":
            return None
        if not chosen or not chosen <= self.judged or len(chosen) > MOST_FINALISTS:
            return None
        self.scenario, self.shortlisted = "finalists", set(chosen)
        events = [("scenario", "shortlist")]
        for bid in sorted(self.judged):  # as they are ranked
            self.bids[bid] = "finalist" if bid in chosen else "not_selected"
            events.append(("bid", "shortlist" if bid in chosen else "reject"))
        return events

    def notice(self, chosen: set[int], role: str) -> Events:
        finalists = set(self.in_state("finalist"))
        if self.scenario != "finalists" or not chosen or not chosen <= finalists or role != "agency":
            return None
        self.scenario, self.winners = "noticed", set(chosen)
        self.awards.append("noticed")
        return [("scenario", "notice"), ("award", "notice")]

    def award(self, role: str, *, ended: bool) -> Events:
        waiting = [one for one in self.objections.values() if one == (len(self.awards), "raised")]
        if self.scenario != "noticed" or not ended or waiting or role != "agency":
            return None
        self.scenario, self.awards[-1] = "awarded", "awarded"
        self.landings += 1
        losers = [bid for bid in self.in_state("finalist") if bid not in self.winners]
        for bid in self.winners:
            self.bids[bid] = "selected"
        for bid in losers:
            self.bids[bid] = "not_selected"
        moved = [("bid", "select")] * len(self.winners) + [("bid", "reject")] * len(losers)
        return [("award", "award"), ("scenario", "award"), *moved, ("landing", "begin")]

    def withdraw(self, role: str) -> Events:
        if self.scenario != "noticed" or role != "agency":
            return None
        self.scenario, self.awards[-1] = "finalists", "withdrawn"
        return [("award", "withdraw"), ("scenario", "reopen")]

    def unaward(self, defaulted: set[int], role: str) -> Events:
        if self.scenario != "awarded" or not defaulted or not defaulted <= self.winners or role != "agency":
            return None
        self.scenario, self.awards[-1] = "finalists", "withdrawn"
        moved = []
        for bid in sorted(self.winners):
            self.bids[bid] = "defaulted" if bid in defaulted else "finalist"
            moved.append(("bid", "default" if bid in defaulted else "reinstate"))
        for bid in self.in_state("not_selected"):
            if bid in self.shortlisted:
                self.bids[bid] = "finalist"
                moved.append(("bid", "reinstate"))
        return [("award", "unaward"), ("scenario", "unaward"), *moved, ("landing", "end")]

    def object_(self, *, within: bool, text_is_new: bool, role: str) -> Events:
        if self.scenario != "noticed" or not within or not text_is_new or role != "enterprise":
            return None
        return [("objection", "raise")]

    def answer(self, id_: int, verb: str, role: str) -> Events:
        number, status = self.objections[id_]
        if status != "raised" or role != "agency":
            return None
        self.objections[id_] = (number, {"reject": "rejected", "uphold": "upheld"}[verb])
        events = [("objection", verb)]
        if verb == "uphold" and self.scenario == "noticed" and number == len(self.awards):
            events += self.withdraw(role) or []
        return events

    def fail(self, code: str, role: str) -> Events:
        if self.scenario not in {"evaluating", "finalists", "noticed"} or code != "none_passed" or role != "agency":
            return None
        events = [("scenario", "fail")]
        if self.scenario == "noticed":
            self.awards[-1] = "withdrawn"
            events.append(("award", "withdraw"))
        live = self.in_state(*LIVE)
        for bid in live:
            self.bids[bid] = "not_selected"
            self.shortlisted.discard(bid)
        self.scenario = "failed"
        return events + [("bid", "reject")] * len(live)
