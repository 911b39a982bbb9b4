"""Two people's texts of one need: where they differ, and the text that comes of what was picked. Plain values only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.diffing import Row, diff_text
from scenario_catalog.columns import Terms
from scenario_catalog.drafting.content import Content, shown, whole
from scenario_catalog.drafting.guidance import GUIDES, Kind

THEIRS, MINE, MERGED = "theirs", "mine", "merged"
MERGEABLE = frozenset({"line", "text"})


@dataclass(frozen=True)
class Difference:
    """A field that the two have differently: both texts to the letter, and set side by side as people read them.

    `pick` is what is offered first: the side that alone changed it, else a text to be written of both.
    """

    field: str
    label: str
    kind: Kind
    theirs: str | list[str]
    mine: str | list[str]
    rows: Sequence[Row]
    pick: str

    @property
    def mergeable(self) -> bool:
        """Whether a third text may be typed."""
        return self.kind in MERGEABLE


def differences(theirs: Content, mine: Content, terms: Terms, before: Content | None = None) -> list[Difference]:
    """Return the fields that differ, in the order of the form; `before` is the text that both began from, if known."""
    left, right, base = whole(theirs), whole(mine), whole(before) if before else {}
    return [
        Difference(
            field,
            guide.label,
            guide.kind,
            left[field],
            right[field],
            diff_text(shown(field, left[field], terms), shown(field, right[field], terms)),
            _pick(guide.kind, left[field], right[field], base.get(field)),
        )
        for field, guide in GUIDES.items()
        if left[field] != right[field]
    ]


def merged(theirs: Content, mine: Content, picks: Mapping[str, str], texts: Mapping[str, str]) -> Content:
    """Return the text that comes of the picks, by field; where nothing was picked, one's own stays."""
    found = whole(theirs)
    for field, own in whole(mine).items():
        pick = picks.get(field, MINE)
        if pick == MERGED and field in texts:
            found[field] = whole({field: texts[field]})[field]
        elif pick != THEIRS:
            found[field] = own
    return found


def _pick(kind: Kind, theirs: str | list[str], mine: str | list[str], before: str | list[str] | None) -> str:
    if mine == before or (before is None and not mine):
        return THEIRS
    if theirs == before or (before is None and not theirs) or kind not in MERGEABLE:
        return MINE
    return MERGED
