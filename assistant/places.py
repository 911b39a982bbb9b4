"""Names of places outside a city: a question that names one asks about somewhere else."""

import re
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("data") / "places.txt"


@cache
def _pattern() -> re.Pattern[str]:
    words = FILE.read_text(encoding="utf-8").split("\n")
    names = {name for line in words if not line.startswith("#") for name in line.split()}
    return re.compile("|".join(sorted(map(re.escape, names), key=len, reverse=True)))


def places_in(folded: str) -> list[str]:
    """Return the provinces, cities and countries named in a folded text, in order."""
    return [found[0] for found in _pattern().finditer(folded) if _is_whole(folded, found)]


def _is_whole(folded: str, found: re.Match[str]) -> bool:
    """Tell whether a Latin name stands as a word of its own."""
    if not found[0].isascii():
        return True
    before, after = folded[found.start() - 1 : found.start()], folded[found.end() : found.end() + 1]
    return not (before.isascii() and before.isalpha()) and not (after.isascii() and after.isalpha())
