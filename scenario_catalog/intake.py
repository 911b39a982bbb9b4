"""Taking a checked list in: agencies, drafts and, when asked, the batch that publishes them."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from accounts import queries as accounts
from accounts.models import Organisation
from accounts.operations import OrganisationFacts, ensure_organisation
from accounts.rules import SYSTEM, UNVERIFIED, VERIFIED
from core.audit import Actor
from core.city import city
from policies import queries as policies
from scenario_catalog import importing, operations, queries
from scenario_catalog.columns import Terms, plain
from scenario_catalog.importing import Complaint, ListError, Taken
from scenario_catalog.models import Batch, Scenario
from scenario_catalog.sheet import Sheet


@dataclass(frozen=True)
class Intake:
    """What was taken in."""

    scenarios: Sequence[Scenario]
    new_agencies: Sequence[str]
    batch: Batch | None


def take(session: Session, actor: Actor, sheet: Sheet, *, create_agencies: bool, publish: str | None) -> Intake:
    """Write the rows of a list down as drafts, and publish them as a batch of that title. All or nothing.

    Who runs the site vouches for the agencies of a list; those that a person brings have to be verified like any other.

    Raises ListError with all that is wrong with the rows, InvalidInputError for a list without any.
    """
    agencies = _agencies()
    rows, complaints = importing.check(sheet, terms(None if create_agencies else agencies.keys()))
    complaints += _taken_already(rows)
    if complaints:
        raise ListError(complaints, sheet)
    standing = VERIFIED if actor.role in SYSTEM else UNVERIFIED
    new = [*dict.fromkeys(row.agency for row in rows if plain(row.agency) not in agencies)]
    for name in new:
        agencies[plain(name)] = ensure_organisation(session, actor, OrganisationFacts(name=name, verification=standing))
    scenarios = [operations.create_draft(session, actor, agencies[plain(row.agency)], row.draft) for row in rows]
    return Intake(scenarios, new, _published(session, actor, scenarios, publish) if publish else None)


def terms(agencies: Collection[str] | None) -> Terms:
    """Return what cells may name: the city's words, the articles of its plan as it is now, and agencies."""
    version = policies.current_version(city().policy.id)
    articles = frozenset(article.ordinal for article in version.articles) if version else frozenset()
    return Terms(city(), articles, None if agencies is None else frozenset(agencies))


def _published(session: Session, actor: Actor, scenarios: Sequence[Scenario], title: str) -> Batch:
    batch = operations.create_batch(session, actor, title)
    for scenario in scenarios:
        operations.move(session, actor, scenario, "submit")
        operations.move(session, actor, scenario, "approve")
        scenario.batch = batch
    operations.publish_batch(session, actor, batch)
    return batch


def _agencies() -> dict[str, Organisation]:
    """Return the agencies by name and by code."""
    found = list(accounts.list_agencies())
    return {key: agency for agency in found for key in (agency.code, plain(agency.name))}


def _taken_already(rows: Sequence[Taken]) -> Iterator[Complaint]:
    """Yield a complaint for each row that is in the list already."""
    numbers = queries.numbers_taken([row.draft.number for row in rows if row.draft.number])
    names = {(plain(agency), title) for agency, title in queries.titles_by_agency([row.draft.title for row in rows])}
    for row in rows:
        if row.draft.number in numbers:
            yield Complaint(row.place, "编号", f"{row.draft.number} 已经有了", row.draft.number or "")
        elif (plain(row.agency), row.draft.title) in names:
            yield Complaint(row.place, "场景名称", f"“{row.agency}”已经有同名的场景", row.draft.title)
