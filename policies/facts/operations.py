"""Proposing facts at import, and a person's decision on each. Callers own the transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from core import audit, clock
from core.audit import Actor
from core.errors import InvalidInputError
from core.statuses import change_status
from policies.facts import queries
from policies.facts.extraction import proposals, sentences_of
from policies.facts.models import PolicyFact, row_of
from policies.facts.reviewed import Table, moved, place
from policies.facts.rules import CONFIRMED, FACT, PROPOSED, Fact, overlaps
from policies.models import Article, PolicyVersion
from policies.quantities import quantities

SUBJECT = "policy_fact"


@dataclass(frozen=True)
class Correction:
    """What a person says a fact is; its place in the text stays."""

    indicator: str
    comparator: str
    value: Decimal | None
    unit: str
    kind: str
    role: str
    deadline: str = ""
    body: str = ""
    place: str = ""
    conditions: str = ""


def propose(
    session: Session, version: PolicyVersion, previous: PolicyVersion | None = None, table: Table | None = None
) -> list[PolicyFact]:
    """Give a new version its facts, and return them.

    Confirmed are those of the checked table and the previous version's whose sentence stands unchanged; what else the
    text states is proposed.
    """
    checked = place(table, version.articles).placed if table and table.document == version.document_id else []
    carried = [fact for fact in _carried(session, previous, version) if not _told(fact, checked)]
    read = [fact for fact in proposals(version.articles) if not _told(fact, [*checked, *carried])]
    rows = [row_of(fact, version, CONFIRMED, "table") for fact in checked]
    rows += [row_of(fact, version, CONFIRMED, "carried") for fact in carried]
    rows += [row_of(fact, version, PROPOSED, "text") for fact in read]
    session.add_all(rows)
    session.flush()
    return rows


def confirm(session: Session, actor: Actor, fact: PolicyFact) -> None:
    """Say that a fact is as the text has it. Raises LifecycleError."""
    _decide(session, actor, fact, "confirm")


def reject(session: Session, actor: Actor, fact: PolicyFact) -> None:
    """Say that this is no fact: it is shown nowhere. Raises LifecycleError."""
    _decide(session, actor, fact, "reject")


def correct(session: Session, actor: Actor, fact: PolicyFact, said: Correction) -> None:
    """Change what a fact says, and confirm it. Raises InvalidInputError where the text cannot mean that."""
    target = FACT.check(fact.status, "correct", actor.role)
    if problems := problems_of(said, fact.written):
        raise InvalidInputError(problems)
    with audit.change(session, actor, "correct", SUBJECT, fact):
        for name, value in vars(said).items():
            setattr(fact, name, value)
        change_status(session, fact, target)
        fact.source, fact.decided_at = "person", clock.now()


def add(session: Session, actor: Actor, article: Article, written: str, said: Correction) -> PolicyFact:
    """Add a fact that the reading of the text has missed, at the only place where `written` stands in the article.

    Raises InvalidInputError with what is wrong.
    """
    FACT.check(PROPOSED, "confirm", actor.role)
    found = _stands(article, written)
    problems = problems_of(said, written)
    if found is None:
        problems.insert(0, f"“{written}”在这一条里不是恰好出现一次")
    if problems or found is None:
        raise InvalidInputError(problems)
    row = row_of(_fact(article, written, found, said), article.version, CONFIRMED, "person")
    row.decided_at = clock.now()
    session.add(row)
    session.flush()
    audit.record(session, actor, "add", SUBJECT, row.id, after=audit.state(row))
    return row


def problems_of(said: Correction, written: str) -> list[str]:
    """Return what cannot be said of the figure `written`: a value that it does not have."""
    figures = [one for one in quantities(written) if one.kind != "year"]
    if said.value is None or not figures or any(one.exact == said.value for one in figures):
        return []
    return [f"原文写的是“{written}”，读作 {figures[0].exact:f}{figures[0].unit}，与填写的数值 {said.value:f} 不一致"]


def _decide(session: Session, actor: Actor, fact: PolicyFact, verb: str) -> None:
    target = FACT.check(fact.status, verb, actor.role)
    with audit.change(session, actor, verb, SUBJECT, fact):
        change_status(session, fact, target)
        fact.decided_at = clock.now()


def _carried(session: Session, previous: PolicyVersion | None, version: PolicyVersion) -> list[Fact]:
    known = queries.confirmed_facts(session, previous) if previous else []
    return [fact for one in known if (fact := moved(one, version.articles))]


def _told(fact: Fact, others: Sequence[Fact]) -> bool:
    return any(overlaps(fact, other) for other in others)


def _stands(article: Article, written: str) -> tuple[int, int, int] | None:
    """Return sentence start, sentence end and offset of what stands once in the article, inside one sentence."""
    if not written.strip() or article.text.count(written) != 1:
        return None
    at = article.text.index(written)
    holding = [one for one in sentences_of(article) if one.start <= at and at + len(written) <= one.end]
    return (holding[0].start, holding[0].end, at) if holding else None


def _fact(article: Article, written: str, place_: tuple[int, int, int], said: Correction) -> Fact:
    start, end, at = place_
    quote = article.text[start:end]
    return Fact(article.ordinal, **vars(said), quote=quote, start=start, end=end, written=written, at=at, reviewed=True)
