"""Lifecycles as data: states, and the moves between them, each with its verb, role, guard and label."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import InvalidInputError

Guard = Callable[[Mapping[str, Any]], str | None]


class LifecycleError(InvalidInputError):
    """The move is not in the table, not for this role, or its guard refuses."""


@dataclass(frozen=True)
class Move:
    """One arrow. `guard` gets the facts of the case and returns why not, or None."""

    source: str
    target: str
    verb: str
    label: str
    roles: frozenset[str]
    guard: Guard | None = None


@dataclass(frozen=True)
class Lifecycle:
    """A table of moves over states; `states` maps each code to the word people read."""

    name: str
    states: Mapping[str, str]
    moves: tuple[Move, ...]

    def __post_init__(self) -> None:
        for move in self.moves:
            for state in (move.source, move.target):
                if state not in self.states:
                    raise ValueError(f"{self.name}: move {move.verb} names an unknown state {state!r}")

    def moves_from(self, state: str, role: str) -> list[Move]:
        return [move for move in self.moves if move.source == state and role in move.roles]

    def check(self, state: str, verb: str, role: str, **facts: Any) -> str:
        """Return the state that `verb` leads to. Raises LifecycleError with a readable reason."""
        move = next((move for move in self.moves if (move.source, move.verb) == (state, verb)), None)
        if move is None:
            raise LifecycleError(f"“{self.states.get(state, state)}”状态下不能执行“{self.label(verb)}”")
        if role not in move.roles:
            raise LifecycleError(f"当前身份不能执行“{move.label}”")
        refusal = move.guard(facts) if move.guard else None
        if refusal:
            raise LifecycleError(refusal)
        return move.target

    def label(self, verb: str) -> str:
        return next((move.label for move in self.moves if move.verb == verb), verb)
