"""A document among others: what it is called, and whether it holds, in words for the one who asks."""

import re
from dataclasses import dataclass
from datetime import date

from policies.rules import Validity

# Longer names first: a 若干措施 is a 措施 too.
KINDS = "方案|措施|条例|办法|规定|意见|细则|通知|规划|计划|纲要|决定|公告"
KIND_AT_END = re.compile(rf"({KINDS})[》”\"]?(?:[(（][^)）]*[)）])?$")


@dataclass(frozen=True)
class Standing:
    """A document and how it stands on a day: `since` is when that began (an expired one's last day), where it is known.

    `successor` is the title of what has replaced it.
    """

    document: str
    title: str
    title_en: str = ""
    issuer: str = ""
    validity: Validity = "in_force"
    since: date | None = None
    successor: str = ""

    @property
    def in_force(self) -> bool:
        return self.validity == "in_force"

    @property
    def kind(self) -> str:
        """Return what the document calls itself: 方案, 条例; 文件 where its title does not say."""
        found = KIND_AT_END.search(self.title)
        return found[1] if found else "文件"


def how_it_stands(one: Standing, *, named: bool, english: bool) -> str:
    """Return the line that goes before a text that does not hold, "" for one in force. `named` says which document it is."""
    if one.in_force:
        return ""
    return _in_english(one, named=named) if english else _in_chinese(one, named=named)


def _in_chinese(one: Standing, *, named: bool) -> str:
    what = f"《{one.title}》" if named else f"该{one.kind}"
    if one.validity == "not_yet":
        return f"{what}自 {one.since} 起施行，目前尚未生效，下面是它写的："
    if one.validity == "expired":
        return f"{what}已于 {one.since} 到期，下面是它写的："
    by = f"已被《{one.successor}》替代" if one.successor else "已被替代"
    since = f"（自 {one.since} 起）" if one.since else ""
    return f"{what}{by}{since}，下面是它写的："


def _in_english(one: Standing, *, named: bool) -> str:
    what = f"《{one.title}》" if named else "This document"
    if one.validity == "not_yet":
        return f"{what} takes effect on {one.since} and is not in force yet. It says:"
    if one.validity == "expired":
        return f"{what} expired on {one.since}. It said:"
    by = f" by 《{one.successor}》" if one.successor else ""
    since = f" (since {one.since})" if one.since else ""
    return f"{what} has been replaced{by}{since}. It said:"
