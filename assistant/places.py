"""Names of places outside a city: a question that names one asks about somewhere else."""

import re
from functools import cache
from pathlib import Path

DATA = Path(__file__).with_name("data")


@cache
def _pattern(file: str) -> re.Pattern[str]:
    words = (DATA / file).read_text(encoding="utf-8").split("\n")
    names = {name for line in words if not line.startswith("#") for name in line.split()}
    return re.compile("|".join(sorted(map(re.escape, names), key=len, reverse=True)))


def places_in(folded: str) -> list[str]:
    """Return the provinces, cities and countries named in a folded text, in order."""
    return [found[0] for found in _pattern("places.txt").finditer(folded) if _is_whole(folded, found)]


def districts_in(folded: str) -> list[str]:
    """Return the districts of big cities named in a folded text, in order."""
    found = (found for found in _pattern("districts.txt").finditer(folded) if _is_whole(folded, found))
    return list(dict.fromkeys(one[0] for one in found))


def _is_whole(folded: str, found: re.Match[str]) -> bool:
    """Tell whether a Latin name stands as a word of its own."""
    if not found[0].isascii():
        return True
    before, after = folded[found.start() - 1 : found.start()], folded[found.end() : found.end() + 1]
    return not (before.isascii() and before.isalpha()) and not (after.isascii() and after.isalpha())
