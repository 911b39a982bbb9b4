"""The numbers that paragraphs begin with: 第一章, 第一条, 一、, （一）, 1., （1）."""

import re
from dataclasses import dataclass

from policies.numbering import NUMERAL, numeral

CHINESE = "[零〇一二两三四五六七八九十百]+"
PART, CHAPTER, SECTION, CLAUSE, LISTED, BRACKETED, ARABIC, BRACKETED_ARABIC = (
    "part",
    "chapter",
    "section",
    "clause",
    "listed",
    "bracketed",
    "arabic",
    "bracketed_arabic",
)
# 第三条规定的…, 第三条第二款: text that speaks of an article, no article.
SPOKEN_OF = r"(?!\s*(?:规定|所称|所列|中的|的|至|到|和|或|以及|、|第|之规定|修改|改为|删去|增加))"
PATTERNS = {
    PART: re.compile(rf"第\s*(?P<n>{NUMERAL})\s*(?:编|篇|部分)"),
    CHAPTER: re.compile(rf"第\s*(?P<n>{NUMERAL})\s*章"),
    SECTION: re.compile(rf"第\s*(?P<n>{NUMERAL})\s*节"),
    CLAUSE: re.compile(rf"第\s*(?P<n>{NUMERAL})\s*条(?:之(?P<sub>{NUMERAL}))?{SPOKEN_OF}"),
    LISTED: re.compile(rf"(?P<n>{CHINESE})\s*[、.．]"),
    BRACKETED: re.compile(rf"[(（]\s*(?P<n>{CHINESE})\s*[)）]、?"),
    ARABIC: re.compile(r"(?P<n>\d{1,3})\s*(?:[.．](?![\d])|、)"),
    BRACKETED_ARABIC: re.compile(r"[(（]\s*(?P<n>\d{1,3})\s*[)）]"),
}


@dataclass(frozen=True)
class Mark:
    """The number at the start of a text: its form, as written, and as (number, 之 number)."""

    form: str
    written: str
    number: tuple[int, int]


def mark_of(text: str) -> Mark | None:
    """Return the number that a text begins with, None if it begins with none."""
    for form, pattern in PATTERNS.items():
        if found := pattern.match(text):
            number = numeral(found["n"])
            sub = numeral(found.groupdict().get("sub") or "零")
            return None if number is None or sub is None else Mark(form, found[0], (number, sub))
    return None


def without_mark(text: str) -> str:
    """Return a text without the number it begins with."""
    mark = mark_of(text)
    return text[len(mark.written) :].strip() if mark else text
