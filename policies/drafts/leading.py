"""What surrounds the articles of a document: its title, a table of contents, attachments, signature and date."""

import re
from collections.abc import Iterator, Sequence

from policies.drafts.marks import Mark
from policies.drafts.sources import Source

CONTENTS = re.compile(r"目\s*[录次]")
LEADER = re.compile(r"(?:\s*[.．·…‥\-_]{3,}\s*|\t+\s*|\s{2,})\(?\d{1,4}\)?\s*$")
PAGE_NUMBER = re.compile(r"[-—–\s]*第?\s*\d{1,3}\s*页?(?:\s*/?\s*共?\s*\d{1,3}\s*页?)?[-—–\s]*")
ENDS = (
    "通知|通告|公告|办法|规程|方案|措施|规定|意见|计划|规划|细则|条例|规则|决定|指引|指南|纲要|政策|标准|章程|决议|清单|"
    "导则|准则|制度|规范|要求|工作要点|行动|若干条"
)
TITLED = re.compile(rf"(?:{ENDS})\s*(?:[(（〔《][^)）〕》]{{1,20}}[)）〕》])?$")
# （征求意见稿）, （2025—2027年） below the title belong to it; who passed it and when does not.
EDITION = re.compile(r"[(（](?![^)）]*(?:通过|公布|发布|施行|修正|修订|批准|号))[^)）]{2,20}[)）]")
FILE_NUMBER = re.compile(r"[〔\[［(（]\s*(?:19|20)\d\d\s*[〕\]］)）]\s*第?\s*\d+\s*号$")
ISSUERS = ("政府", "办公厅", "办公室", "委员会", "局", "厅", "委", "部", "院", "处", "文件", "中心", "小组")
DATE = re.compile(
    r"(?:\d{4}|[〇零○O一二三四五六七八九]{4})\s*年\s*[\d一二三四五六七八九十]{1,3}\s*月\s*[\d一二三四五六七八九十]{1,3}\s*日"
)
NOTE = re.compile(r"[(（](?:此件|联系人|主动公开|依申请公开|信息公开)[^)）]*[)）]")
ATTACHMENT_HEADING = re.compile(r"附\s*件\s*[一二三四五六七八九十\d]*\s*$")
ATTACHMENT_LIST = re.compile(r"附\s*件\s*[一二三四五六七八九十\d]*\s*[:：]")
LONGEST_TITLE, LONGEST_SIGNATURE, MOST_SIGNATURE = 80, 40, 3
SHORT_TITLE = 14
SENTENCE_ENDS = ("。", "；", "：", "，", "、", "！", "？", ";", ":", ",")


def contents_of(sources: Sequence[Source]) -> frozenset[int]:
    """Return the places of a table of contents and of page numbers."""
    numbers = {place for place, one in enumerate(sources) if PAGE_NUMBER.fullmatch(one.text)}
    leading = {place for place, one in enumerate(sources) if len(one.text) <= LONGEST_TITLE and LEADER.search(one.text)}
    heading = next((place for place, one in enumerate(sources) if CONTENTS.fullmatch(one.text)), None)
    return frozenset(numbers | leading | ({*_listed(sources, heading)} if heading is not None else set()))


def _listed(sources: Sequence[Source], heading: int) -> Iterator[int]:
    """Yield the heading of the contents and its lines: those that end in a page, or stand again below."""
    yield heading
    for place in range(heading + 1, len(sources)):
        text = sources[place].text
        if len(text) > 2 * LONGEST_TITLE:
            return
        plain = _plain(LEADER.sub("", text))
        again = any(_plain(one.text).startswith(plain) for one in sources[place + 1 :])
        if not (LEADER.search(text) or PAGE_NUMBER.fullmatch(text) or again):
            return
        yield place


def _plain(text: str) -> str:
    return re.sub(r"\s+", "", text)


def title_of(sources: Sequence[Source], marks: Sequence[Mark | None], left_out: frozenset[int]) -> list[int]:
    """Return the places of the title: what a style says, else what ends as titles do before the first number."""
    found = _title(sources, marks, left_out)
    after = found[-1] + 1 if found else len(sources)
    return [*found, after] if after < len(sources) and EDITION.fullmatch(sources[after].text) else found


def _title(sources: Sequence[Source], marks: Sequence[Mark | None], left_out: frozenset[int]) -> list[int]:
    styled = [place for place, one in enumerate(sources) if one.level == 0]
    tops = [place for place, one in enumerate(sources) if one.level == 1]
    if styled:
        return styled[:2] if len(styled) > 1 and styled[1] == styled[0] + 1 else styled[:1]
    if len(tops) == 1 and marks[tops[0]] is None and all(one.level is None for one in sources[: tops[0]]):
        return tops
    return _by_words(sources, [place for place in _before_numbers(sources, marks) if place not in left_out])


def _before_numbers(sources: Sequence[Source], marks: Sequence[Mark | None]) -> list[int]:
    first = next((place for place, mark in enumerate(marks) if mark), min(len(sources), MOST_SIGNATURE))
    short = (place for place in range(first) if len(sources[place].text) <= LONGEST_TITLE)
    return [place for place in short if _may_be_title(sources[place].text)]


def _may_be_title(text: str) -> bool:
    return not (text.endswith(SENTENCE_ENDS) or FILE_NUMBER.search(text) or DATE.search(text) or text.startswith("附"))


def _by_words(sources: Sequence[Source], places: Sequence[int]) -> list[int]:
    named = [place for place in places if TITLED.search(sources[place].text)]
    if not named:
        return list(places[:1])
    last, before = named[-1], named[-1] - 1
    broken = before in places and len(sources[last].text) <= SHORT_TITLE and not TITLED.search(sources[before].text)
    return [before, last] if broken and not sources[before].text.endswith(ISSUERS) else [last]


def signature_of(sources: Sequence[Source], marks: Sequence[Mark | None], first: int) -> frozenset[int]:
    """Return the places, from `first` on, of signatures with their dates, and of notes on who may read it."""
    notes = {place for place, one in enumerate(sources) if NOTE.fullmatch(one.text) and place >= first}
    dated = [place for place, one in enumerate(sources) if DATE.fullmatch(one.text) and place >= first]
    return frozenset(notes).union(*(_signed(sources, marks, place) for place in dated))


def _signed(sources: Sequence[Source], marks: Sequence[Mark | None], dated: int) -> set[int]:
    """Return the place of a date with those of the names above it."""
    found = {dated}
    for place in range(dated - 1, max(-1, dated - 1 - MOST_SIGNATURE), -1):
        text = sources[place].text
        if marks[place] or len(text) > LONGEST_SIGNATURE or text.endswith(SENTENCE_ENDS) or not text.endswith(ISSUERS):
            break
        found.add(place)
    return found
