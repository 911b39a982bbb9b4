"""Writing the terms of a scenario's bidding down, and freezing them. Callers own the transaction."""

from collections.abc import Mapping, Sequence

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from core import audit, chain, clock
from core.audit import SYSTEM, Actor, AuditEvent
from core.errors import InvalidInputError
from marketplace.calls import queries, rules
from marketplace.calls.models import Call
from marketplace.calls.rules import Criterion, Section, Terms
from scenario_catalog import operations as catalog
from scenario_catalog.models import Scenario


class StaleError(InvalidInputError):
    """A save that began from an older revision: somebody else saved meanwhile. Nothing was written."""


class UnsoundError(InvalidInputError):
    """Terms that cannot be taken; `by_field` says why."""

    def __init__(self, by_field: Mapping[str, str]) -> None:
        self.by_field = by_field
        super().__init__(list(by_field.values()))


def save_call(  # noqa: PLR0913, PLR0917 - who, for what, the four parts of the terms, and from where it began
    session: Session,
    actor: Actor,
    scenario: Scenario,
    sections: Sequence[Section],
    criteria: Sequence[Criterion],
    most_finalists: int,
    standstill_days: int,
    revision: int,
) -> Call:
    """Write down the terms of a need that may still be changed; `revision` is 0 where none were written.

    Raises UnsoundError with what is wrong by field, StaleError if somebody saved meanwhile, InvalidInputError for a need
    that was submitted, or takes no bids.
    """
    catalog.hold(session, scenario)
    _refuse_closed(scenario)
    terms = Terms(tuple(sections), tuple(criteria), most_finalists, standstill_days)
    wrong = rules.problems(terms)
    if wrong:
        raise UnsoundError(wrong)
    found = queries.call_of(session, scenario) or _begin(session, scenario)
    if found.revision != revision:
        raise StaleError(_("您编辑期间，其他人保存过；您输入的内容仍在页面上，请对照后再保存"))
    if not found.revision or queries.terms_in(found) != terms:
        with audit.change(session, actor, "save", "call", found):
            _write(found, terms)
            found.revision += 1
    return found


def freeze(session: Session, scenario: Scenario) -> Call | None:
    """Make the terms of a published scenario final, those of its mode where none were written; None where none take bids."""
    if not rules.takes_bids(scenario.mode):
        return None
    found = queries.call_of(session, scenario) or _begin(session, scenario)
    if found.frozen_at is None:
        with audit.change(session, SYSTEM, "freeze", "call", found):
            found.frozen_at, found.digest = clock.now(), digest(queries.terms_in(found))
    return found


def follow(session: Session, events: Sequence[AuditEvent]) -> None:
    """Freeze the terms of what was published: a consumer of committed events."""
    for event in events:
        if (event.subject_type, event.verb) == ("scenario", "publish"):
            scenario = session.get(Scenario, int(event.subject_id))
            if scenario is not None:
                freeze(session, scenario)


def digest(terms: Terms) -> str:
    """Return the SHA-256 of terms: of their canonical JSON."""
    return chain.digest(chain.canonical(rules.content_of(terms)))


def _begin(session: Session, scenario: Scenario) -> Call:
    made = Call(scenario_id=scenario.id, revision=0)
    _write(made, rules.default_terms(scenario.mode))
    session.add(made)
    session.flush()
    return made


def _write(call: Call, terms: Terms) -> None:
    for name, value in rules.content_of(terms).items():
        setattr(call, name, value)
    call.updated_at = clock.now()


def _refuse_closed(scenario: Scenario) -> None:
    if not rules.takes_bids(scenario.mode):
        raise InvalidInputError(_("采购场景以官方公告为准，不在本站征集方案"))
    if scenario.status not in catalog.EDITABLE:
        raise InvalidInputError(_("场景已提交或已发布，揭榜要求与评分标准不能再改"))
