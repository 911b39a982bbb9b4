"""Every lifecycle that app.py joins, by every pair of states and every role, against the document and the hand's tables.

A new lifecycle is covered as soon as a room declares it: `docs/lifecycles.md` says what is expected of it.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from itertools import product

import pytest

from accounts.rules import label_of
from app import ROOMS
from core.drawn import PLAIN
from core.lifecycle import Lifecycle, LifecycleError
from core.settings import ROOT
from tests.lifecycle_tables import BY_HAND, ROLES, Table

JOINED = [lifecycle for room in ROOMS for lifecycle in room.lifecycles]
LIFECYCLES = {lifecycle.name: lifecycle for lifecycle in JOINED}
PAIRS = [
    pytest.param(lifecycle, source, target, id=f"{lifecycle.name}-{source}-{target}")
    for lifecycle in JOINED
    for source, target in product(lifecycle.states, lifecycle.states)
]
NAMES = pytest.mark.parametrize("lifecycle", JOINED, ids=lambda lifecycle: lifecycle.name)
CODES: Mapping[str, str] = {PLAIN.get(role) or label_of(role): role for role in ROLES if role}
ROW = re.compile(r"\| (?P<source>[^|\n]+) \| [^|\n]+ `(?P<verb>\w+)` \| (?P<target>[^|\n]+) \| (?P<roles>[^|\n]+) \|")


@cache
def documented(name: str) -> Table:
    """Read the table of a lifecycle out of the document that people are given."""
    page = (ROOT / "docs" / "lifecycles.md").read_text(encoding="utf-8")
    _before, found, rest = page.partition(f"## {name}\n")
    assert found, f"docs/lifecycles.md does not tell of {name}: run `flask --app app docs`"
    codes = {label: state for state, label in LIFECYCLES[name].states.items()}
    return {
        (codes[row["source"]], row["verb"]): (
            codes[row["target"]],
            frozenset(CODES[label] for label in row["roles"].split("、")),
        )
        for row in ROW.finditer(rest.partition("\n## ")[0])
    }


def unguarded(lifecycle: Lifecycle) -> Lifecycle:
    return replace(lifecycle, moves=tuple(replace(move, guard=None) for move in lifecycle.moves))


def led(lifecycle: Lifecycle, source: str, verb: str, role: str) -> str | None:
    """Return where a verb leads this role; None where the table refuses."""
    try:
        return lifecycle.check(source, verb, role)
    except LifecycleError:
        return None


@pytest.mark.parametrize(("lifecycle", "source", "target"), PAIRS)
def test_from_each_state_to_each_for_each_role(lifecycle: Lifecycle, source: str, target: str) -> None:
    expected, table = documented(lifecycle.name), unguarded(lifecycle)
    verbs = {move.verb for move in lifecycle.moves} | {"", "no verb at all"}
    for role in ROLES:
        wanted = {
            verb for (state, verb), (to, who) in expected.items() if (state, to) == (source, target) and role in who
        }
        assert {verb for verb in verbs if led(table, source, verb, role) == target} == wanted, role
        offered = {move.verb for move in lifecycle.moves_from(source, role) if move.target == target}
        assert offered == wanted, f"the menu of {role}"


@NAMES
def test_a_guard_refuses_and_never_leads_elsewhere(lifecycle: Lifecycle) -> None:
    for move in lifecycle.moves:
        for role in move.roles:
            assert led(lifecycle, move.source, move.verb, role) in {None if move.guard else move.target, move.target}


@NAMES
def test_a_table_is_unambiguous_and_reaches_every_state(lifecycle: Lifecycle) -> None:
    moves = [(move.source, move.verb) for move in lifecycle.moves]
    assert len(moves) == len({*moves}), "a verb leads from a state to one other"
    reached, more = set[str](), {next(iter(lifecycle.states))}
    while more:
        reached |= more
        more = {move.target for move in lifecycle.moves if move.source in reached} - reached
    assert reached == {*lifecycle.states}
    assert len({*lifecycle.states.values()}) == len(lifecycle.states), "two states are not called the same"
    assert all(move.roles <= {*ROLES} and move.label for move in lifecycle.moves)


@NAMES
def test_an_unknown_state_leads_nowhere(lifecycle: Lifecycle) -> None:
    for verb, role in product({move.verb for move in lifecycle.moves}, ROLES):
        assert led(lifecycle, "no state at all", verb, role) is None


@pytest.mark.parametrize("name", BY_HAND)
def test_what_was_written_by_hand_is_the_table(name: str) -> None:
    assert documented(name) == BY_HAND[name]


def test_names_are_given_once() -> None:
    assert len(LIFECYCLES) == len(JOINED)
