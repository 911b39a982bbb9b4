"""Every SELECT of matching, among what the public may see."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import Select, func, select

from accounts.models import Organisation
from core.extensions import db
from marketplace.matching.models import BidInvitation, MatchStatistics, Shortlist, ShortlistEntry
from marketplace.solutions.models import Solution
from marketplace.solutions.queries import public as public_solution
from retrieval.models import Passage
from scenario_catalog.models import Scenario
from scenario_catalog.queries import public


def ever_matched() -> Select[int]:
    """Select the row ids of the scenarios for which a shortlist with a fitting solution was frozen."""
    fitting = select(Shortlist.scenario_id).join(ShortlistEntry).where(ShortlistEntry.fits.is_(True))
    return fitting.distinct()


def open_numbers(today: date) -> Select[str | None]:
    """Select the numbers of the scenarios that take bids on this day: the closing day is included."""
    is_open = (Scenario.status == "open") & (Scenario.deadline >= today)
    return select(Scenario.number).where(public(), is_open).order_by(Scenario.number)


def published_numbers(most: int) -> Select[str | None]:
    """Select the numbers of the newest scenarios, open or not."""
    newest = (Scenario.published_at.desc(), Scenario.number.desc())
    return select(Scenario.number).where(public()).order_by(*newest).limit(most)


def by_number(numbers: Collection[str]) -> Select[Scenario]:
    return select(Scenario).where(public(), Scenario.number.in_(numbers))


def by_id(scenario_id: int) -> Select[Scenario]:
    return select(Scenario).where(public(), Scenario.id == scenario_id)


def solution_ids(most: int | None = None) -> Select[int]:
    """Select the ids of the public solutions, the newest first."""
    found = select(Solution.id).where(public_solution()).order_by(Solution.published_at.desc(), Solution.id.desc())
    return found if most is None else found.limit(most)


def public_ids(most: int | None = None) -> Select[int]:
    """Select the ids of the public solutions, or of up to so many, in no order: enough to tell whether there are more."""
    return select(Solution.id).where(public_solution()).limit(most)


def those_public(ids: Collection[int]) -> Select[int]:
    """Select those of these solutions that are public."""
    return select(Solution.id).where(public_solution(), Solution.id.in_(ids))


def stored(collection: str, documents: Collection[str], model: str) -> Select[int, str, str, str, bytes | None]:
    """Select what is compared of the passages with a vector of `model`, document by document."""
    found = select(Passage.id, Passage.document, Passage.heading, Passage.text, Passage.vector)
    found = found.where(Passage.collection == collection, Passage.document.in_(documents))
    found = found.where(Passage.model == model, Passage.vector.is_not(None))
    return found.order_by(Passage.document, Passage.position)


def progress(collections: Sequence[str], document: str, model: str) -> Select[int, int]:
    """Select how many passages of a document have a vector of `model`, and how many there are."""
    ours = func.count().filter(Passage.model == model)
    return select(ours, func.count()).where(Passage.collection.in_(collections), Passage.document == document)


def statistics(model: str) -> Select[int]:
    """Select the id of the newest snapshot of a model."""
    found = select(MatchStatistics.id).where(MatchStatistics.model == model)
    return found.order_by(MatchStatistics.id.desc()).limit(1)


def shortlist(shortlist_id: int) -> Shortlist | None:
    return db.session.get(Shortlist, shortlist_id)


def shortlists_of(scenario_id: int) -> Select[Shortlist]:
    """Select the frozen rankings of a scenario, the newest first."""
    return select(Shortlist).where(Shortlist.scenario_id == scenario_id).order_by(Shortlist.id.desc())


def entry(shortlist_id: int, entry_id: int) -> Select[ShortlistEntry]:
    return select(ShortlistEntry).where(ShortlistEntry.shortlist_id == shortlist_id, ShortlistEntry.id == entry_id)


def invitation(scenario_id: int, organisation_id: int) -> Select[BidInvitation]:
    found = select(BidInvitation).where(BidInvitation.scenario_id == scenario_id)
    return found.where(BidInvitation.organisation_id == organisation_id)


def invitations_of(scenario_id: int) -> Select[BidInvitation]:
    return select(BidInvitation).where(BidInvitation.scenario_id == scenario_id)


def invitations_to(organisation_id: int) -> Select[BidInvitation]:
    """Select the invitations an enterprise got, the newest first."""
    found = select(BidInvitation).join(Scenario, Scenario.id == BidInvitation.scenario_id)
    found = found.where(BidInvitation.organisation_id == organisation_id, public())
    return found.order_by(BidInvitation.invited_at.desc(), BidInvitation.id.desc())


def frozen_by(person: int) -> Select[str | None, datetime]:
    """Select (scenario's number, when) of the shortlists that a person froze."""
    found = select(Scenario.number, Shortlist.made_at).join(Scenario, Scenario.id == Shortlist.scenario_id)
    return found.where(Shortlist.person_id == person).order_by(Shortlist.id)


def invited_by(person: int) -> Select[str | None, str, datetime]:
    """Select (scenario's number, enterprise's name, when) of the invitations that a person sent."""
    found = select(Scenario.number, Organisation.name, BidInvitation.invited_at)
    found = found.join(Scenario, Scenario.id == BidInvitation.scenario_id)
    found = found.join(Organisation, Organisation.id == BidInvitation.organisation_id)
    return found.where(BidInvitation.person_id == person).order_by(BidInvitation.id)


def agency_of_shortlist(shortlist_id: int, **_values: object) -> int | None:
    """Return the agency whose scenario a shortlist is for, for the authorisation table."""
    found = shortlist(shortlist_id)
    return found.scenario.agency_id if found else None
