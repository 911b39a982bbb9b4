"""Finding and taking out exact texts, in texts and in what JSON holds. Plain functions over plain values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from core.errors import InvalidInputError

REMOVED = "〔已删除〕"
SHORTEST, MOST = 2, 20
AROUND = 12

REASONS: Mapping[str, str] = {
    "personal": "个人信息",
    "secret": "涉密信息",
    "rights": "侵犯第三方权利",
    "other": "其他依法应当删除的内容",
}


@dataclass(frozen=True)
class Occurrence:
    """A place where a text stands: what is around it, for the one who is about to remove it."""

    place: str
    before: str
    text: str
    after: str


def needles(typed: str) -> list[str]:
    """Read the texts to remove, one a line. Raises InvalidInputError for what is too short to be meant."""
    found = [*dict.fromkeys(line.strip() for line in typed.splitlines() if line.strip())]
    problems = [_("“%(text)s”太短，至少 %(n)s 个字", text=text, n=SHORTEST) for text in found if len(text) < SHORTEST]
    if len(found) > MOST:
        problems.append(_("一次最多 %(n)s 段文字", n=MOST))
    problems += [_("“%(text)s”是替换后的标记，不能删除", text=text) for text in found if text in REMOVED]
    if problems:
        raise InvalidInputError(problems)
    # The longer first: a text that holds another one is gone whole.
    return sorted(found, key=len, reverse=True)


def occurrences(value: Any, texts: Sequence[str], place: str) -> Iterator[Occurrence]:
    """Yield each place of one of the texts in a value that JSON can hold; keys of objects are names, not content."""
    for found in strings(value):
        for text in texts:
            at = found.find(text)
            while at >= 0:
                end = at + len(text)
                yield Occurrence(place, found[max(0, at - AROUND) : at], text, found[end : end + AROUND])
                at = found.find(text, end)


def contains(value: Any, texts: Sequence[str]) -> bool:
    return any(text in found for found in strings(value) for text in texts)


def replaced(value: Any, texts: Sequence[str]) -> Any:
    """Return the value with each of the texts replaced; what holds none is returned as it is."""
    if isinstance(value, str):
        for text in texts:
            value = value.replace(text, REMOVED)
        return value
    if isinstance(value, Mapping):
        return {key: replaced(item, texts) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [replaced(item, texts) for item in value]
    return value


def strings(value: Any) -> Iterator[str]:
    """Yield the texts in a value that JSON can hold."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from strings(item)
