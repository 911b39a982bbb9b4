"""What a reader chose in a list, read from an address and written back to it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, ClassVar, Self
from urllib.parse import quote_plus, urlencode

from core.errors import NotFoundError
from core.typed import UNSEEN

# The facets in the order of the page; each is a parameter of the address, and a field of `Filters`.
FACETS: Mapping[str, str] = {
    "status": "状态",
    "closing": "即将截止",
    "domain": "领域",
    "system": "体系",
    "mode": "合作模式",
    "district": "落地区域",
    "tag": "场景标签",
    "agency": "需求单位",
    "batch": "批次",
}

# Days left, the closing day included.
CLOSING: Mapping[str, str] = {"3": "3 天内", "7": "7 天内", "30": "30 天内"}

SORTS: Mapping[str, str] = {"relevance": "相关度", "newest": "最新发布", "deadline": "截止时间", "budget": "预算金额"}

LONGEST_QUERY = 500

Vocabulary = Mapping[str, Mapping[str, str]]
"""For each facet the codes that exist, in the order they are shown in, with the names people read."""


@dataclass(frozen=True, kw_only=True)
class Choices:
    """The state of a list. Codes of one facet are alternatives; facets and the search text narrow each other.

    A list declares its facets, in the order of the page, as fields of a subclass; of those in `ALONE` one code at most
    is chosen.
    """

    FACETS: ClassVar[Mapping[str, str]]
    SORTS: ClassVar[Mapping[str, str]]
    ALONE: ClassVar[frozenset[str]] = frozenset()

    q: str = ""
    sort: str = ""

    @classmethod
    def parse(cls, args: Mapping[str, Sequence[str]], vocabulary: Vocabulary) -> Self:
        """Read an address. Raises NotFoundError for a code that nothing has; what is empty was not chosen."""
        chosen: dict[str, Any] = {facet: _codes(args.get(facet, ()), vocabulary[facet]) for facet in cls.FACETS}
        chosen |= {facet: chosen[facet][-1:] for facet in cls.ALONE}
        sort = _codes(args.get("sort", ()), cls.SORTS)[-1:]
        return cls(**chosen, q=clean(args.get("q", ())), sort=sort[0] if sort else "")

    @property
    def too_long(self) -> bool:
        return len(self.q) > LONGEST_QUERY

    @property
    def query(self) -> str:
        """The text to search for; empty when there is none, or too much of it."""
        return "" if self.too_long else self.q

    @property
    def order(self) -> str:
        """How the list is sorted: as chosen, else by relevance when something was searched for."""
        fallback = "relevance" if self.query else "newest"
        return self.sort if self.sort and (self.query or self.sort != "relevance") else fallback

    def codes(self, facet: str) -> tuple[str, ...]:
        found: tuple[str, ...] = getattr(self, facet)
        return found

    def chosen(self) -> list[tuple[str, str]]:
        """Return (facet, code) of all that narrows the list, in the order of the page."""
        return [(facet, code) for facet in self.FACETS for code in self.codes(facet)]

    def without(self, facet: str, code: str) -> Self:
        return self._with(facet, (kept for kept in self.codes(facet) if kept != code))

    def toggled(self, facet: str, code: str) -> Self:
        """Return the state after a choice is added or taken away; it replaces the other where one stands alone."""
        if code in self.codes(facet):
            return self.without(facet, code)
        kept = () if facet in self.ALONE else self.codes(facet)
        return self._with(facet, (*kept, code))

    def _with(self, facet: str, codes: Iterable[str]) -> Self:
        changed: dict[str, Any] = {facet: tuple(codes)}
        return replace(self, **changed)

    def toggling(self, facet: str) -> Callable[[str], str]:
        """Return what makes, for each code of a facet, the query string after `toggled`; quick for many codes."""
        others = [(name, value) for name, value in self.pairs() if name != facet]
        own = self.codes(facet)

        def query(code: str) -> str:
            alone = () if facet in self.ALONE else own
            codes = [kept for kept in own if kept != code] if code in own else [*alone, code]
            parts = [fixed, *(f"{facet}={_quoted(kept)}" for kept in codes)]
            return "?" + "&".join(part for part in parts if part) if any(parts) else ""

        fixed = urlencode(others)
        return query

    def sorted_by(self, sort: str) -> Self:
        return replace(self, sort=sort)

    def without_query(self) -> Self:
        return replace(self, q="")

    def pairs(self) -> list[tuple[str, str]]:
        """Return the parameters of the address that `parse` reads back."""
        written = [("q", self.q), ("sort", self.sort)]
        return [*self.chosen(), *((name, value) for name, value in written if value)]

    def query_string(self, **more: Any) -> str:
        """Return `?…`, or nothing for the whole list."""
        found = urlencode([*self.pairs(), *((name, value) for name, value in more.items() if value)])
        return f"?{found}" if found else ""


@dataclass(frozen=True, kw_only=True)
class Filters(Choices):
    """The state of the list of scenarios; of days left there is at most one choice."""

    FACETS = FACETS
    SORTS = SORTS
    ALONE = frozenset({"closing"})

    status: tuple[str, ...] = ()
    closing: tuple[str, ...] = ()
    domain: tuple[str, ...] = ()
    system: tuple[str, ...] = ()
    mode: tuple[str, ...] = ()
    district: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    agency: tuple[str, ...] = ()
    batch: tuple[str, ...] = ()


@lru_cache(maxsize=4096)
def _quoted(code: str) -> str:
    return quote_plus(code)


def clean(values: Iterable[str]) -> str:
    """Return the last text given, without what cannot be seen, white space folded."""
    last = [*values][-1:]
    return " ".join(UNSEEN.sub("", last[0]).split()) if last else ""


def _codes(values: Iterable[str], known: Mapping[str, str]) -> tuple[str, ...]:
    wanted = {value for value in values if value}
    if wanted - known.keys():
        raise NotFoundError("unknown code")
    return tuple(code for code in known if code in wanted)
