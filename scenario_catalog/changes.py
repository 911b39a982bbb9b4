"""What changed in the list between two instants, from the moves made and the closing days passed."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from core import clock
from scenario_catalog.rules import CLOSED, SHOWN


def changes(
    moves: Iterable[tuple[str, str]], deadlines: Iterable[tuple[str, date]], after: datetime, until: datetime
) -> Mapping[str, list[str]]:
    """Return the scenario numbers by the status they came to, in the order of the lifecycle.

    `moves` are (number, status) in time, those in (after, until]; a closing day counts where no move followed it.
    """
    came_to = {number: CLOSED for number, day in deadlines if after < clock.end_of_day(day) <= until}
    came_to |= {number: status for number, status in moves if status in SHOWN}
    found: dict[str, list[str]] = {status: [] for status in SHOWN}
    for number, status in sorted(came_to.items()):
        found[status].append(number)
    return {status: numbers for status, numbers in found.items() if numbers}
