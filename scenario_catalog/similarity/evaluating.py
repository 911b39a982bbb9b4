"""How often the same need in other words comes first: the product against the plain model, on labelled needs."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from retrieval.embedder import embedder
from scenario_catalog.similarity.sets import Entry, Ranking, alike
from scenario_catalog.similarity.vectors import embed

FOLDER = Path(__file__).with_name("evaluation")
DEMO = Path(__file__).parent.parent / "demo"
ROLES = ("need", "copy", "lookalike")
HALVES = ("fit", "test")
PLACES = 3


@dataclass(frozen=True)
class Case:
    """A need, the same need in other words, and one that shares its words but wants something else."""

    id: str
    kind: str
    need: Entry
    copy: Entry
    lookalike: Entry


@dataclass(frozen=True)
class Figures:
    """Shares of the needs whose copy comes first and among the first three, and the mean of 1 / place."""

    first: float
    third: float
    reciprocal: float


def cases(half: str) -> list[Case]:
    """Return the labelled cases of a half."""
    lines = (FOLDER / f"{half}.jsonl").read_text(encoding="utf-8").splitlines()
    return [_case(json.loads(line)) for line in lines if line]


def others() -> list[Entry]:
    """Return the demonstration scenarios: what stands beside the cases."""
    files = sorted(DEMO.glob("batch-*.json"))
    rows = [row for file in files for row in json.loads(file.read_text(encoding="utf-8"))["scenarios"]]
    return [Entry(f"demo-{place}", row["title"], row["background"] + row["scope"]) for place, row in enumerate(rows)]


def entries_of(found: Sequence[Case]) -> list[Entry]:
    return [entry for case in found for entry in (case.need, case.copy, case.lookalike)]


def product(entries: Sequence[Entry]) -> dict[str, Ranking]:
    return alike(entries, most=len(entries))


def plain(entries: Sequence[Entry]) -> dict[str, Ranking]:
    """Rank by the cosine of the whole texts alone."""
    rows = embed(embedder(), [f"{entry.title}。{entry.description}" for entry in entries])
    near = rows @ rows.T
    np.fill_diagonal(near, -np.inf)
    order = np.argsort(-near, axis=1, kind="stable")[:, :-1]
    return {
        entry.id: [(entries[other].id, float(near[place, other])) for other in order[place]]
        for place, entry in enumerate(entries)
    }


def figures(found: Sequence[Case], rankings: dict[str, Ranking]) -> Figures:
    places = np.array([_place(rankings[case.need.id], case.copy.id) for case in found])
    shares = (places == 1).mean(), (places <= PLACES).mean(), (1 / places).mean()
    return Figures(*(float(share) for share in shares))


def _place(ranking: Ranking, wanted: str) -> int:
    """Return the place of `wanted`, counted from 1; what is not listed stands after the last."""
    ids = [id_ for id_, _ in ranking]
    return ids.index(wanted) + 1 if wanted in ids else len(ids) + 1


def _case(row: dict[str, object]) -> Case:
    entries = {}
    for role in ROLES:
        texts = row[role]
        assert isinstance(texts, dict)  # noqa: S101 - our own file
        entries[role] = Entry(f"{row['id']}/{role}", texts["title"], texts["description"])
    return Case(str(row["id"]), str(row["kind"]), **entries)
