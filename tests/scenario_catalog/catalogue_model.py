"""What a scenario catalogue must become, step by step: a model that shares no rule with the product.

Each method answers one step with the audit events that it writes, or with None where the step is refused, and then
stays as it was. Tables: tests/lifecycle_tables.py. Of city.toml it knows the three numbers below.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone

from tests.lifecycle_tables import BATCH, PUBLISHERS, QUESTION, SCENARIO

SHORTEST_OPENING, EXTENSION, QUESTIONS_CLOSE = 10, 5, 3

FAILURES = {"no_bids", "acceptance_failed", "winner_defaulted", "objection_upheld"}
CANCELLATIONS = {"need_changed", "budget_withdrawn", "policy_changed", "merged"}
WORDED = {"return", "unaward", "reopen"}
MATERIAL = {"conditions", "deadline"}

# (kind of the subject, verb, row id); the id is None where the step makes the row.
Event = tuple[str, str, int | None]
Events = list[Event] | None


@dataclass
class Need:
    title: str
    words: dict[str, str]
    deadline: date
    status: str = "draft"
    revision: int = 0
    batch: int | None = None
    number: str | None = None
    published_at: datetime | None = None
    path: list[str] = field(default_factory=list)
    frozen: dict[str, str] | None = None
    corrigenda: int = 0

    @property
    def fields(self) -> dict[str, str]:
        return {**self.words, "deadline": self.deadline.isoformat()}


@dataclass
class Batch:
    status: str = "draft"
    scheduled_for: datetime | None = None
    number: int | None = None
    published_at: datetime | None = None
    returned: bool = False


@dataclass
class Question:
    need: int
    number: int
    text: str
    status: str = "asked"
    said: list[str] = field(default_factory=list)


def day_of(now: datetime) -> date:
    return now.astimezone(timezone(timedelta(hours=8))).date()


def passed(day: date, now: datetime) -> bool:
    """Tell whether a day of the city is over."""
    end = datetime.combine(day + timedelta(days=1), time(), timezone(timedelta(hours=8)))
    return now >= end.astimezone(UTC)


@dataclass
class Catalogue:
    needs: dict[int, Need] = field(default_factory=dict)
    batches: dict[int, Batch] = field(default_factory=dict)
    questions: dict[int, Question] = field(default_factory=dict)
    numbered: Counter[int] = field(default_factory=Counter)

    def move(self, id_: int, verb: str, role: str, ground: tuple[str, str], now: datetime) -> Events:
        need, (code, words) = self.needs[id_], ground
        target, roles = SCENARIO.get((need.status, verb), ("", frozenset()))
        hindered = (
            verb in {"publish", "record"}  # a batch's alone; procurement's alone
            or (verb == "submit" and need.deadline < day_of(now) + timedelta(days=SHORTEST_OPENING))
            or (verb in WORDED and not words)
            or (verb == "fail" and code not in FAILURES)
            or (verb == "cancel" and code not in CANCELLATIONS)
            or (verb == "evaluate" and (not passed(need.deadline, now) or self.has_unanswered(id_)))
        )
        if role not in roles or hindered:
            return None
        self._set(need, verb, target)
        return [("scenario", verb, id_)]

    def has_unanswered(self, id_: int) -> bool:
        return any(one.need == id_ and one.status == "asked" for one in self.questions.values())

    def write(self, id_: int, text: str) -> Events:
        need = self.needs[id_]
        if need.status not in {"draft", "returned"}:
            return [("scenario_version", "set_aside", None)]
        need.words["background"] = text
        need.revision += 1
        return [("scenario", "save", id_)]

    def compose(self, id_: int, chosen: Iterable[int]) -> Events:
        if self.batches[id_].status != "draft":
            return None
        free = [self.needs[one] for one in chosen if self.needs[one].status == "approved" and not self.needs[one].batch]
        for need in free:
            need.batch = id_
        return [("batch", "save", id_)] if free else []

    def drop(self, id_: int, need: int) -> Events:
        if self.batches[id_].status != "draft":
            return None
        if self.needs[need].batch != id_:
            return []
        self.needs[need].batch = None
        return [("batch", "save", id_)]

    def schedule(self, id_: int, role: str, at: datetime, now: datetime) -> Events:
        batch = self.batches[id_]
        if not self._may(batch, "schedule", role) or at <= now or not self.is_publishable(id_, at):
            return None
        batch.status, batch.scheduled_for, batch.returned = "scheduled", at, False
        return [("batch", "schedule", id_)]

    def unschedule(self, id_: int, role: str) -> Events:
        batch = self.batches[id_]
        if not self._may(batch, "unschedule", role):
            return None
        batch.status, batch.scheduled_for = "draft", None
        return [("batch", "unschedule", id_)]

    def publish(self, id_: int, role: str, now: datetime) -> Events:
        batch = self.batches[id_]
        if not self._may(batch, "publish", role) or not self.is_publishable(id_, now):
            return None
        batch.number = 1 + sum(other.number is not None for other in self.batches.values())
        batch.status, batch.published_at, batch.returned = "published", now, False
        members = sorted(one for one, need in self.needs.items() if need.batch == id_)
        for one in members:
            self._open(self.needs[one], now)
        return [*(("scenario", "publish", one) for one in members), ("batch", "publish", id_)]

    def tick(self, now: datetime) -> list[Event]:
        """What the worker does by the clock."""
        events: list[Event] = []
        waiting = [(one.scheduled_for, id_) for id_, one in self.batches.items() if one.status == "scheduled"]
        for _at, id_ in sorted((at, id_) for at, id_ in waiting if at and at <= now):
            published = self.publish(id_, "system", now)
            if published is None:
                self.batches[id_].status, self.batches[id_].returned = "draft", True
                published = [("batch", "return", id_)]
            events += published
        return events

    def is_publishable(self, id_: int, at: datetime) -> bool:
        members = [need for need in self.needs.values() if need.batch == id_]
        earliest = day_of(at) + timedelta(days=SHORTEST_OPENING)
        return bool(members) and all(one.status == "approved" and one.deadline >= earliest for one in members)

    def correct(self, id_: int, changes: dict[str, str], reason: str, now: datetime) -> Events:
        need = self.needs[id_]
        changed = {name: text for name, text in changes.items() if text != need.fields[name]}
        deadline = date.fromisoformat(changes.get("deadline", need.fields["deadline"]))
        if not need.published_at or not changed or not reason:
            return None
        is_open = need.status == "open" and not passed(need.deadline, now)
        if changed.keys() & MATERIAL and not (is_open and deadline >= need.deadline + timedelta(days=EXTENSION)):
            return None
        need.words |= {name: text for name, text in changed.items() if name != "deadline"}
        need.deadline = deadline
        need.corrigenda += 1
        return [("corrigendum", "issue", None)]

    def ask(self, id_: int, text: str, now: datetime) -> Events:
        need = self.needs[id_]
        repeated = any((one.need, one.text) == (id_, text) for one in self.questions.values())
        if need.status != "open" or passed(need.deadline - timedelta(days=QUESTIONS_CLOSE), now) or repeated:
            return None
        return [("question", "ask", None)]

    def decide(self, id_: int, verb: str, role: str, words: str) -> Events:
        question = self.questions[id_]
        target, roles = QUESTION.get((question.status, verb), ("", frozenset()))
        hindered = (verb == "decline" and not words) or (verb == "amend" and words in question.said)
        if self.needs[question.need].status != "open" or role not in roles or hindered:
            return None
        question.status = target
        question.said.append(words)
        return [("question", verb, id_)]

    def _open(self, need: Need, now: datetime) -> None:
        year = day_of(now).year
        self.numbered[year] += 1
        need.number, need.published_at, need.frozen = f"SZ-{year}-{self.numbered[year]:04d}", now, need.fields
        self._set(need, "publish", "open")

    @staticmethod
    def _set(need: Need, verb: str, target: str) -> None:
        need.status = target
        need.path.append(f"{verb} → {target}")

    @staticmethod
    def _may(batch: Batch, verb: str, role: str) -> bool:
        return (batch.status, verb) in BATCH and role in PUBLISHERS
