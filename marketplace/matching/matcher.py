"""Which solutions fit a scenario, and which scenarios a solution, by what is stored of both."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core.extensions import db
from marketplace.matching import queries, rules, store, vectors
from marketplace.matching.background import embedded
from marketplace.matching.rules import Field, Match, Placed, Text
from marketplace.matching.statistics import present_field
from marketplace.solutions.models import Solution
from marketplace.solutions.rules import compared
from retrieval.embedder import embedder, present_model, ready
from scenario_catalog.models import Scenario
from scenario_catalog.operations import NEED_WHOLES

# So many are read in full; where there are more, what the process holds of them tells who comes first. Those are read
# and scored anew: the more, the less it matters that they are held in half precision and measured in the last field.
READ_IN_FULL, READ_FOR_EACH = 200, 2
# While a process still reads them, those whose wholes are nearest are compared. Measured in bench/bench_matching.py.
MOST_CANDIDATES = 1_000
MOST_OPEN = 300


@dataclass(frozen=True)
class Ranking:
    """Matches, best first, among so many that were compared, by the field of this snapshot.

    `done` of `total` passages of the text itself have vectors: while not all have, nothing is ranked.
    """

    matches: Sequence[Match]
    compared: int
    field: int
    done: int = 0
    total: int = 0

    @property
    def waits(self) -> bool:
        return self.done < self.total

    @property
    def fitting(self) -> list[Match]:
        return [match for match in self.matches if match.fits]


def solutions_for(scenario: Scenario, most: int = rules.MOST_MATCHES) -> Ranking:
    """Rank the public solutions for a public scenario."""
    number = scenario.number or ""
    waiting = _progress(vectors.COMPARED_NEEDS, number)
    found = vectors.needs([number]) if ready() and not waiting.waits else []
    if not found:
        return waiting
    snapshot, field = present_field()
    (need,) = rules.place(found, "need", field)
    texts, compared_with = candidates(found[0], field, most)
    return Ranking(rules.solutions_for(need, rules.place(texts, "solution", field), most), compared_with, snapshot)


def scenarios_for(solution: Solution, today: date, most: int = rules.MOST_MATCHES) -> Ranking:
    """Rank the open scenarios for a public solution, by what is stored of it."""
    waiting = _progress(vectors.COMPARED_SOLUTIONS, str(solution.id))
    found = vectors.solutions([solution.id]) if ready() and not waiting.waits else []
    return _scenarios(found[0], today, most) if found else waiting


def scenarios_for_text(name: str, text: str, today: date, most: int = rules.MOST_MATCHES) -> Ranking:
    """Rank the open scenarios for a text that is stored nowhere; embeds it. Nothing while the model is loading."""
    if not ready():
        return Ranking([], 0, 0, 0, 1)
    said = compared(name, text)
    return _scenarios(embedded(embedder(), [("", said)])[0], today, most)


def _scenarios(solution: Text, today: date, most: int) -> Ranking:
    snapshot, field = present_field()
    placed = rules.place([solution], "solution", field)
    needs = rules.place(_open_needs(solution, field, today), "need", field)
    return Ranking(rules.needs_for(placed[0], needs, most), len(needs), snapshot)


def candidates(need: Text, field: Field, most: int) -> tuple[list[Text], int]:
    """Return the solutions that may be among the first `most` for a need, and among how many they were chosen."""
    ids = db.session.scalars(queries.public_ids(READ_IN_FULL + 1)).all()
    if len(ids) <= READ_IN_FULL:
        texts = vectors.solutions(ids)
        return texts, len(texts)
    ids, count = store.nearest(need, READ_FOR_EACH * most) or by_wholes(need, field)
    return vectors.solutions(db.session.scalars(queries.those_public(ids)).all()), count


def by_wholes(need: Text, field: Field) -> tuple[list[int], int]:
    row = rules.direction(need, "need", field)
    found = vectors.nearest(vectors.COMPARED_SOLUTIONS[0], row, MOST_CANDIDATES)
    return [int(id_) for id_ in found], len(found)


def _open_needs(solution: Text, field: Field, today: date) -> list[Text]:
    numbers = open_now(today)
    if len(numbers) > MOST_OPEN:
        row = rules.direction(solution, "solution", field)
        is_open = set(numbers)
        near = vectors.nearest(NEED_WHOLES, row, MOST_CANDIDATES)
        numbers = [number for number in near if number in is_open][:MOST_OPEN]
    return vectors.needs(numbers)


def _progress(collections: Sequence[str], document: str) -> Ranking:
    done, total = db.session.execute(queries.progress(collections, document, present_model())).one()
    return Ranking([], 0, 0, done, total)


def open_now(today: date) -> list[str]:
    """Return the numbers of the scenarios that take bids on this day."""
    return [number for number in db.session.scalars(queries.open_numbers(today)) if number]


def all_matches(today: date) -> Mapping[str, Sequence[Match]]:
    """Return for every open scenario its ranked solutions, among the newest of each."""
    _, field = present_field()
    numbers = open_now(today)
    newest = db.session.scalars(queries.solution_ids(MOST_CANDIDATES)).all()
    solutions = rules.place(vectors.solutions(newest), "solution", field)
    needs: list[Placed] = rules.place(vectors.needs(numbers), "need", field)
    return {need.id: rules.solutions_for(need, solutions) for need in needs}
