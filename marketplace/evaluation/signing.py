"""Who of a panel agrees to a consensus, who objects, and what the panel's head decided. Plain values only."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Signed:
    """Members (row ids) who agree; who objects, with words; and why the head lets the consensus stand, "" where not."""

    agreed: frozenset[int] = frozenset()
    objected: Mapping[int, str] = field(default_factory=dict)
    ruling: str = ""


def read(kept: Mapping[str, Any]) -> Signed:
    """Return what a consensus says of its signatures; none where it was written before there were any."""
    objected = {int(member): str(words) for member, words in kept.get("objected", {}).items()}
    return Signed(frozenset(kept.get("agreed", ())), objected, str(kept.get("ruling", "")))


def kept(signed: Signed) -> dict[str, Any]:
    """Return the signatures as a consensus keeps them."""
    objected = {str(member): words for member, words in sorted(signed.objected.items())}
    return {"agreed": sorted(signed.agreed), "objected": objected, "ruling": signed.ruling}


def agree(signed: Signed, member: int) -> Signed:
    """Return the signatures once a member has agreed, whatever it said before."""
    objected = {one: words for one, words in signed.objected.items() if one != member}
    return Signed(signed.agreed | {member}, objected, signed.ruling if objected else "")


def object_(signed: Signed, member: int, words: str) -> Signed:
    """Return the signatures once a member has objected: what the head decided before was not about this."""
    return Signed(signed.agreed - {member}, {**signed.objected, member: words}, "")


def overrule(signed: Signed, words: str) -> Signed:
    """Return the signatures once the head has said why the consensus stands against the objections."""
    return replace(signed, ruling=words)


def owing(signed: Signed, members: Collection[int]) -> list[int]:
    """Return the members who have neither agreed nor objected."""
    return [one for one in members if one not in signed.agreed and one not in signed.objected]


def is_open(signed: Signed) -> bool:
    """Tell whether an objection waits for the head."""
    return bool(signed.objected) and not signed.ruling


def is_final(signed: Signed, members: Collection[int]) -> bool:
    """Tell whether a consensus stands: everybody has answered, and no objection waits for the head."""
    return not owing(signed, members) and not is_open(signed)
