"""The checker finds whatever is not as it was written, and nothing in a chain that is."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import chain
from core.chain import SAID, START, Anchor, AnchorsError, Check, Finding


@dataclass(frozen=True)
class Row:
    said: dict[str, Any]
    salt: str
    hash: str

    @property
    def number(self) -> int:
        return int(self.said["id"])

    def sealed(self) -> "Row":
        return replace(self, hash=chain.link(self.said))

    def saying(self, **changes: Any) -> "Row":
        return replace(self, said={**self.said, **changes})


def make(length: int) -> list[Row]:
    rows: list[Row] = []
    for number in range(1, length + 1):
        said: dict[str, Any] = {name: f"{name}-{number}" for name in SAID}
        salt = f"{number:032x}" if number % 2 else ""
        previous = rows[-1].hash if rows else START
        said |= {"id": number, "previous": previous, "salt_digest": chain.digest(salt) if salt else ""}
        rows.append(Row(said, salt, "").sealed())
    return rows


def findings(
    rows: list[Row], anchors: tuple[Anchor, ...] = (), head: tuple[int | None, str | None] | None = None
) -> list[Finding]:
    check = Check(anchors)
    found = [*check.start()]
    for row in sorted(rows, key=lambda row: row.number):
        found += check.read(row.said, row.salt, row.hash)
    count, last = head or (rows[-1].number if rows else 0, rows[-1].hash if rows else START)
    return [*found, *check.end(count, last)]


def rewritten(rows: list[Row], first: int, **changes: Any) -> list[Row]:
    """Change an event and write everything after it anew, as someone with the whole database can."""
    made = rows[: first - 1]
    for row in rows[first - 1 :]:
        said = {**row.said, "previous": made[-1].hash if made else START}
        made.append(replace(row, said=said | (changes if row.number == first else {})).sealed())
    return made


def anchor(rows: list[Row], count: int) -> Anchor:
    return Anchor(count, rows[count - 1].hash if count else START, "2026-05-01", "daily", 1)


def test_a_chain_as_it_was_written_has_no_findings() -> None:
    rows = make(9)
    assert findings(rows, tuple(anchor(rows, count) for count in (0, 3, 9))) == []
    assert findings([], (Anchor(0, START, "", ""),)) == []
    assert findings([replace(row, salt="") for row in rows]) == [], "salts may be blanked"


@pytest.mark.parametrize("column", SAID[1:])
def test_an_edit_of_any_column_is_found_at_its_event(column: str) -> None:
    rows = make(9)
    rows[4] = rows[4].saying(**{column: "x"})
    assert [found.event for found in findings(rows)] == [5]


def test_an_edit_with_its_hash_made_to_fit_is_found_at_the_next_event() -> None:
    rows = make(9)
    rows[4] = rows[4].saying(verb="x").sealed()
    assert [found.event for found in findings(rows)] == [6]


CASES: dict[str, tuple[Callable[[list[Row]], list[Row]], int]] = {
    "a deletion": (lambda rows: rows[:3] + rows[4:], 4),
    "several deletions": (lambda rows: rows[:3] + rows[6:], 4),
    "the first deleted": (lambda rows: rows[1:], 1),
    "a deletion closed up": (
        lambda rows: rows[:3] + [row.saying(id=row.number - 1) for row in rows[4:]],
        4,
    ),
    "two exchanged": (
        lambda rows: [*rows[:3], rows[4].saying(id=4), rows[3].saying(id=5), *rows[5:]],
        4,
    ),
    "one inserted": (
        lambda rows: (
            rows[:3] + [rows[3].saying(verb="x").sealed()] + [row.saying(id=row.number + 1) for row in rows[3:]]
        ),
        5,
    ),
    "one before the first": (lambda rows: [rows[0].saying(id=0).sealed(), *rows], 1),
    "another salt": (lambda rows: [*rows[:4], replace(rows[4], salt="0" * 32), *rows[5:]], 5),
    "a salt where there was none": (lambda rows: [*rows[:3], replace(rows[3], salt="0" * 32), *rows[4:]], 4),
    "another hash": (lambda rows: [*rows[:4], replace(rows[4], hash="0" * 64), *rows[5:]], 5),
}


@pytest.mark.parametrize(("spoil", "event"), CASES.values(), ids=CASES.keys())
def test_what_was_moved_taken_or_put_in_is_found(spoil: Callable[[list[Row]], list[Row]], event: int) -> None:
    found = findings(spoil(make(9)), head=(9, make(9)[-1].hash))
    assert event in [each.event for each in found]


def test_truncation_shows_against_the_head_and_the_anchors() -> None:
    rows = make(9)
    last = (9, rows[-1].hash)
    assert [each.event for each in findings(rows[:6], head=last)] == [7]
    assert findings(rows[:6]) == [], "with the head moved back, the log alone cannot tell"
    assert [each.event for each in findings(rows[:6], (anchor(rows, 8),))] == [8]
    assert [each.event for each in findings([], (anchor(rows, 8),))] == [8]


@pytest.mark.parametrize("head", [(6, "x"), (9, "0" * 64), (None, None), ("9", None)])
def test_a_head_that_does_not_fit_is_found(head: Any) -> None:
    assert len(findings(make(9), head=head)) == 1


def test_a_chain_rewritten_as_a_whole_is_found_against_anchors_only() -> None:
    rows = make(9)
    other = rewritten(rows, 4, actor="somebody else")
    assert findings(other) == []
    assert findings(other, (anchor(rows, 3),)) == [], "nothing before that anchor was changed"
    assert [each.event for each in findings(other, (anchor(rows, 3), anchor(rows, 6)))] == [6]


@given(st.data())
def test_no_change_of_one_place_escapes(data: st.DataObject) -> None:
    rows = make(data.draw(st.integers(1, 12)))
    at = data.draw(st.integers(0, len(rows) - 1))
    column = data.draw(st.sampled_from([*SAID[1:], "hash"]))
    value = data.draw(st.text(max_size=8) | st.none() | st.integers())
    if column == "hash":
        rows[at] = replace(rows[at], hash=value)  # type: ignore[arg-type]
    else:
        rows[at] = rows[at].saying(**{column: value})
    true_last = make(len(rows))[-1].hash
    assert bool(findings(rows, head=(len(rows), true_last))) == (rows != make(len(rows)))


@given(st.lists(st.integers(1, 10), unique=True, min_size=1, max_size=9))
def test_no_deletion_escapes(gone: list[int]) -> None:
    rows = make(10)
    left = [row for row in rows if row.number not in gone]
    assert findings(left, head=(10, rows[-1].hash))


def test_memory_does_not_grow_with_the_chain() -> None:
    check = Check()
    for row in make(50):
        assert [*check.read(row.said, row.salt, row.hash)] == []
    assert check._waiting == {}


def test_an_instant_is_read_as_it_is_stored_and_in_no_other_way() -> None:
    assert chain.stored_instant("2026-05-01 02:03:04.000005") == "2026-05-01T02:03:04.000005+00:00"
    for other in ("2026-05-01T02:03:04.000005", "2026-05-01 02:03:04", " 2026-05-01 02:03:04.000005", 5, None):
        assert chain.stored_instant(other) == other


def test_anchors_are_read_line_by_line() -> None:
    line = json.dumps({"count": 3, "hash": "a" * 64, "at": "2026-05-01", "cause": "daily"})
    assert chain.parse_anchors([line, "\n", line]) == [
        Anchor(3, "a" * 64, "2026-05-01", "daily", 1),
        Anchor(3, "a" * 64, "2026-05-01", "daily", 3),
    ]


@pytest.mark.parametrize(
    "line",
    ["x", "[]", "{}", "[" * 100_000, '{"count": "3"}', '{"count": true}', '{"count": -1}', '{"count": 3, "hash": "x"}'],
)
def test_what_is_no_anchor_is_named_by_its_line(line: str) -> None:
    good = json.dumps({"count": 3, "hash": "a" * 64})
    with pytest.raises(AnchorsError, match="第 2 行"):
        chain.parse_anchors([good, line])
