"""How an audit event is hashed, and how a whole chain is checked: plain values in, findings out. See docs/audit.md."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

START = "0" * 64

# All that an event says. Its hash covers these; the salt stands outside, so that it can be erased.
SAID = (
    "id",
    "at",
    "actor",
    "role",
    "organisation",
    "verb",
    "subject_type",
    "subject_id",
    "before",
    "after",
    "salt_digest",
    "previous",
)

_ENCODER = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
_STORED = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}", re.ASCII)
_HASH = re.compile(r"[0-9a-f]{64}")


class AnchorsError(Exception):
    """One line that says what is wrong with a file of anchors."""


@dataclass(frozen=True)
class Anchor:
    """What the log's end was at one moment: so many events, the last one's hash. `line` is its place in the file."""

    count: int
    hash: str
    at: str
    cause: str
    line: int = 0


@dataclass(frozen=True)
class Finding:
    """Something that is not as it was written; `event` is the number of the event it shows at."""

    event: int
    text: str


def canonical(values: Mapping[str, Any]) -> str:
    """Return values as the JSON that is hashed: keys sorted, no spaces, characters as themselves."""
    return _ENCODER.encode(values)


def digest(text: str) -> str:
    """Return the SHA-256 of a text in UTF-8, in hexadecimal."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def instant(at: datetime) -> str:
    """Return an instant as it is hashed: 2026-05-01T02:03:04.000005+00:00."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def stored_instant(text: Any) -> Any:
    """Return an instant, as SQLite holds it, as it is hashed; what is written otherwise stays, and fits no hash."""
    if isinstance(text, str) and _STORED.fullmatch(text):
        return f"{text[:10]}T{text[11:]}+00:00"
    return text


def link(said: Mapping[str, Any]) -> str:
    """Return the hash of an event: `said` has the keys of SAID, `at` as `instant` writes it."""
    return digest(canonical(said))


@dataclass
class Check:
    """Reads a chain from its first event to its last, in bounded memory, and yields what is wrong with it."""

    anchors: Iterable[Anchor] = ()
    count: int = 0
    hash: str = START
    _waiting: dict[int, list[Anchor]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for anchor in self.anchors:
            self._waiting.setdefault(anchor.count, []).append(anchor)

    def start(self) -> Iterator[Finding]:
        """Check what the anchors say of the empty log."""
        yield from self._anchored()

    def read(self, said: Mapping[str, Any], salt: Any, written: Any) -> Iterator[Finding]:
        """Check the next event, by rising number: what it says, its salt, and the hash that stands with it."""
        number, missing = said["id"], range(self.count + 1, said["id"])
        if missing:
            yield Finding(missing.start, f"{_span(missing)}缺失：被删除")
        yield from _own(said, salt, written, None if missing else self.hash)
        self.count, self.hash = max(number, self.count), written
        yield from self._anchored()

    def end(self, count: Any, last: Any) -> Iterator[Finding]:
        """Check the log's end: `count` and `last` are what the head row says, None where it is missing."""
        if not isinstance(count, int):
            yield Finding(self.count, "末端记录（audit_head）缺失或不是条数")
        elif count > self.count:
            missing = range(self.count + 1, count + 1)
            yield Finding(missing.start, f"{_span(missing)}缺失：末尾被截断")
        elif count < self.count:
            yield Finding(count + 1, f"末端记录（audit_head）只到第 {count} 条：被回退，或其后的事件是插入的")
        elif last != self.hash:
            yield Finding(self.count, "末端记录（audit_head）的哈希与最后一条事件不符：被改动")
        for anchors in self._waiting.values():
            yield from (_beyond(anchor) for anchor in anchors)

    def _anchored(self) -> Iterator[Finding]:
        for anchor in self._waiting.pop(self.count, ()):
            if anchor.hash != self.hash:
                yield Finding(anchor.count, f"与第 {anchor.line} 行锚点（{anchor.at}）不符：此前的日志被改写")


def parse_anchors(lines: Iterable[str]) -> list[Anchor]:
    """Read a file of anchors, one JSON object a line. Raises AnchorsError naming the first line that is none."""
    return [_anchor(line, number) for number, line in enumerate(lines, 1) if line.strip()]


def _anchor(line: str, number: int) -> Anchor:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise AnchorsError(f"第 {number} 行不是 JSON 对象")
    count, last = found.get("count"), found.get("hash")
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        raise AnchorsError(f"第 {number} 行的 count 不是条数")
    if not isinstance(last, str) or not _HASH.fullmatch(last):
        raise AnchorsError(f"第 {number} 行的 hash 不是 64 位十六进制数")
    return Anchor(count, last, str(found.get("at", "")), str(found.get("cause", "")), number)


def _own(said: Mapping[str, Any], salt: Any, written: Any, previous: str | None) -> Iterator[Finding]:
    """Check one event against itself and the hash before it (None: not known)."""
    number = said["id"]
    if link(said) != written:
        yield Finding(number, "内容与哈希不符：被改动、调换或插入")
    elif previous is not None and said["previous"] != previous:
        yield Finding(number, f"所连的哈希不是第 {number - 1} 条的：第 {number - 1} 条被改写，或本条是插入的")
    elif not _salted(salt, said["salt_digest"]):
        yield Finding(number, "盐值被改动（只允许清空）")


def _salted(salt: Any, expected: str) -> bool:
    return salt == "" or (isinstance(salt, str) and digest(salt) == expected)


def _beyond(anchor: Anchor) -> Finding:
    return Finding(anchor.count, f"第 {anchor.line} 行锚点（{anchor.at}）记有这一条，日志中没有：被截断或删除")


def _span(missing: Sequence[int]) -> str:
    return f"第 {missing[0]} 条" if len(missing) == 1 else f"第 {missing[0]}–{missing[-1]} 条"
