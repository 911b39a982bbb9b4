"""What a text says of itself: who issued it and when, from when until when it holds. Offered, for a person to check."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta

from policies.drafts.composing import titles
from policies.drafts.leading import DATE, ISSUERS
from policies.drafts.rules import ASIDE, Paragraph
from policies.numbering import numeral

NUMBER = "[0-9零〇一二两三四五六七八九十]{1,4}"
ANY_DATE = re.compile(rf"(?P<y>{NUMBER})\s*年\s*(?P<m>{NUMBER})\s*月\s*(?P<d>{NUMBER})\s*日")
FROM = re.compile(rf"自\s*{ANY_DATE.pattern}\s*起(?:正式)?(?:施行|实施|执行|生效)")
FROM_ISSUE = re.compile(r"自(?:印发|发布|公布|颁布)之日起(?:正式)?(?:施行|实施|执行|生效)")
UNTIL = re.compile(rf"(?:有效期|施行|执行|实施|有效)(?:限)?(?:截?至|到)\s*{ANY_DATE.pattern}")
YEARS = re.compile(rf"有效期(?:限)?(?:为)?\s*(?P<n>{NUMBER})\s*年")
NAME = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)*")


def about_from(paragraphs: Sequence[Paragraph]) -> dict[str, str]:
    """Return what the text says of itself: title, issuer, issued, effective, expires; what it does not say is missing."""
    text = _with_zero("\n".join(one.text for one in paragraphs))
    issuer, issued = _signed([_with_zero(one.text) for one in paragraphs if one.role == ASIDE])
    effective = _date(FROM.search(text)) or (issued if FROM_ISSUE.search(text) else None)
    expires = _date(UNTIL.search(text)) or _after(effective, YEARS.search(text))
    said = {"title": titles(paragraphs), "issuer": issuer}
    said |= {
        name: found.isoformat() if found else ""
        for name, found in (("issued", issued), ("effective", effective), ("expires", expires))
    }
    return {name: value for name, value in said.items() if value}


def identifier(filename: str, taken: Sequence[str], year: int) -> str:
    """Return an id to offer: the file's name if it is one, else policy-<year>-<number>; never one that is taken."""
    name = re.sub(r"[^a-z0-9._-]+", "-", filename.rpartition(".")[0].lower()).strip("-_.")[:60]
    if NAME.fullmatch(name) and re.search(r"[a-z]", name) and filename.isascii() and name not in taken:
        return name
    return next(offer for n in range(1, len(taken) + 2) if (offer := f"policy-{year}-{n}") not in taken)


def _signed(asides: Sequence[str]) -> tuple[str, date | None]:
    """Return who signed and when: the last date that stands alone, and the name above it."""
    places = [place for place, text in enumerate(asides) if DATE.fullmatch(text.strip())]
    if not places:
        return "", None
    place = places[-1]
    above = asides[place - 1].strip() if place else ""
    return above if above.endswith(ISSUERS) else "", _date(ANY_DATE.search(asides[place]))


def _date(found: re.Match[str] | None) -> date | None:
    parts: Mapping[str, str] = found.groupdict() if found else {}
    numbers = [numeral(parts[name]) for name in "ymd" if name in parts]
    with suppress(ValueError, TypeError):
        return date(*numbers)  # type: ignore[arg-type]  # None is refused, as any other wrong date
    return None


def _with_zero(text: str) -> str:
    """Return a text with 〇 where a circle stands for it: 二○二五."""
    return re.sub(r"(?<=[一二三四五六七八九○])○|○(?=[一二三四五六七八九])", "〇", text)


def _after(start: date | None, years: re.Match[str] | None) -> date | None:
    """Return the last day of a span of years from a day on."""
    length = numeral(years["n"]) if years else None
    if start is None or not length:
        return None
    with suppress(ValueError):
        return start.replace(year=start.year + length) - timedelta(days=1)
    return None
