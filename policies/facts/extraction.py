"""Reading proposals for facts out of any policy's articles, by its words alone. A person confirms or corrects them."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from policies.facts.rules import LOWER, SUPPORT, TARGET, TERM, Fact, place_of, plain
from policies.figures import BEFORE, LOWER_AFTER, REACHING, UPPER_AFTER, comparator
from policies.numbering import NUMERAL
from policies.quantities import Dated, Quantity, dates, quantities
from retrieval.text import Span, sentences


class ArticleText(Protocol):
    @property
    def ordinal(self) -> int: ...
    @property
    def heading(self) -> str: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True)
class Sentence:
    """A sentence of an article with its quantities and points in time; their offsets count in `text`."""

    article: int
    start: int
    text: str
    amounts: tuple[Quantity, ...]
    dates: tuple[Dated, ...]

    @property
    def end(self) -> int:
        return self.start + len(self.text)


CLAUSE = re.compile(r"[^,，;；、:：。!！?？\n]+(?:(?<=\d)[,，](?=\d{3})[^,，;；、:：。!！?？\n]+)*")

# 一批, 一系列, 一体: a way of speaking, no figure. 同一 and 统一 end in 一 by chance.
VAGUE = re.compile(r"一(?:批|种|个|条|项|类|件|家|名|位|处|部|支|张|架|款|座|所|场|台|套|辆|人|户|间|升|米)")
NUMBERED = re.compile(r"第\s*\Z")
GIVEN = re.compile(r"资助|奖励|补贴|补助|奖补|补偿|贴息|扶持|津贴|安家费|经费|减免|返还|贷款额度|拨付|发放")
GIVEN_LAST = re.compile(rf"(?:给予)?(?:{GIVEN.pattern})\Z")
PAID_OUT = re.compile(r"(?:拨付|发放|兑付)(?:其余|剩余)?(?:的)?\Z")
HEADING = re.compile(rf"^(?:第\s*{NUMERAL}\s*条(?:之{NUMERAL})?|[(（]{NUMERAL}[)）])")
NOT_GIVEN = re.compile(r"不|前述|上述|其他|已获")
BASE = re.compile(r"(?:较|比|与|从|同)\Z")
UNTIL = re.compile(r"(?:以?前|之前|为止|止|内)")
PERIOD = re.compile(r"每(?:年|季度?|月|周|天|日|两年|三年|半年)|逐年")
RELATIVE = re.compile(r"自[^,，。;；]{2,16}之日起")
BODY = re.compile(
    r"由([^,，。;；、]{2,24}?)(?=分[一二两三四五六七八九十]+期|负责|审核|牵头|拨付|组织|会同|实施|承担|制定|统筹|认定|评审|安排|解释|受理|主管|发放|核定|管理|另行)"
)
PLACE = re.compile(
    r"(?:在|依托|位于|落户|将)([^,，。;；]{2,20}?)(?=各?(?:建设|设立|打造|配建|布局|建成|建立|试点|开展|实行|实施|划为|[\d.]+平方))"
)
WHOM = re.compile(r"(?:对|面向|为)([^,，。;；]{2,40}?)(?=给予|按|发放|提供|实行|每|一次性|最高|不超过|[,，。;；])")
PER = re.compile(
    r"(?:每(?:人|家|个[^,，。;；\d]{1,6}?|项|套|户)|单个[^,，。;；\d]{1,6}?|同一[^,，。;；\d]{1,6}?每年)(?=奖|补|给|资|最高|不超过|\d)"
)
EXCEPTION = re.compile(r"但|除外|不得|只能|不重复|取消|仅限|其中|须|应当|同一")
PROGRAMME = re.compile(r"(?:实施|设立|开展|组织|推出)([^,，。;；]{3,24}?(?:计划|工程|专项|行动|项目|政策|基金))")
NAMED = re.compile(
    r"(?:发放|给予|提供|享受|设立|安排|落实)([^,，。;；、]{0,16}?(?:券|补贴|补助|资助|奖励|贴息|津贴|住房保障|减免|优惠|经费|投资))"
)
REACH = re.compile(
    r"(?:推动|力争|实现|形成|建成|打造|引进|培育|培养|达|新增|建设|完成|落地|赋能|支持|参与|组织|配建|举办|设立|开放|收录)"
)
LEADING = re.compile(
    r"^(?:和|并|及|以及|将|其中|按照?|单个|每家|同一企业|力争|推动|支持|引进|培育|培养|形成|赋能|打造|实现|完成|落地|组织|参与|发挥|设立|配建|在[^,，]{2,12}(?=配建|建设|设立))+"
)


LONGEST_FIGURE, LONGEST_INDICATOR = 40, 120


def proposals(articles: Iterable[ArticleText]) -> list[Fact]:
    """Return what the articles state in figures, and the supports they name without any, in the order of the text."""
    found = (fact for one in articles for fact in _of_article(one))
    return sorted((replace(one, indicator=one.indicator[:LONGEST_INDICATOR]) for one in found), key=place_of)


def sentences_of(article: ArticleText) -> list[Span]:
    """Return the heading, then the sentences of the body, as the index has them; an article of one line is one text."""
    if article.text.strip() == article.heading.strip():
        return sentences(article.text)
    head = Span(0, len(article.heading), article.heading)
    body = [one for one in sentences(article.text) if one.start >= len(article.heading)]
    return [head, *body]


def _of_article(article: ArticleText) -> Iterator[Fact]:
    cut = [_read(article.ordinal, one) for one in sentences_of(article)]
    bodies = {found for one in cut if (found := _body(one.text))}
    body = bodies.pop() if len(bodies) == 1 else ""
    for before, one, after in zip([None, *cut[:-1]], cut, [*cut[1:], None], strict=True):
        for fact in _of_sentence(one, _goes_on(before), after.text if after else ""):
            yield replace(fact, body=fact.body or body) if fact.role == SUPPORT else fact


def _goes_on(before: "Sentence | None") -> str:
    """Return the text before when a line break, not a full stop, parts it from its sentence."""
    return before.text if before and before.text.endswith((",", "，", "、", "；", ";")) else ""


def _read(article: int, span: Span) -> Sentence:
    dated = tuple(dates(span.text))
    amounts = tuple(one for one in quantities(span.text) if _is_figure(span.text, one, dated))
    return Sentence(article, span.start, span.text, amounts, dated)


def _is_figure(text: str, one: Quantity, dated: Sequence[Dated]) -> bool:
    if (
        one.kind == "year"
        or len(one.text) > LONGEST_FIGURE
        or any(date.start <= one.start < date.end for date in dated)
    ):
        return False
    numbered = NUMBERED.search(text[: one.start]) or (
        one.text.startswith("一") and text[: one.start].endswith(("同", "统"))
    )
    return not numbered and not VAGUE.fullmatch(one.text)


def _of_sentence(one: Sentence, lead: str, following: str) -> Iterator[Fact]:
    figures = [_figure(one, amount, lead, following) for amount in one.amounts]
    yield from figures
    for dated in one.dates:
        if not _is_base(one, dated) and not any(dated.text in fact.deadline for fact in figures):
            yield _date(one, dated, following)
    if not any(amount.kind in {"money", "share"} for amount in one.amounts):
        named = (found for found in NAMED.finditer(one.text) if not NOT_GIVEN.search(found[1]))
        yield from (_named(one, found, following) for found in named)


def _figure(one: Sentence, amount: Quantity, lead: str, following: str) -> Fact:
    bound = comparator(one.text, amount.start, amount.end)
    fact = _fact(one, amount.start, amount.text, following)
    role = _role(one, amount, lead, bound)
    indicator = _support_indicator(lead + one.text[: amount.start], one, amount) if role == SUPPORT else ""
    fact = replace(fact, comparator=bound, value=amount.exact, unit=amount.unit, kind=amount.kind, role=role)
    return replace(fact, indicator=indicator or _indicator(one, amount))


def _date(one: Sentence, dated: Dated, following: str) -> Fact:
    fact = _fact(one, dated.start, dated.text, following)
    clause = _clause(one.text, dated.start)
    indicator = plain(re.sub(r"^(?:以?前|之前|起|止|至)", "", one.text[dated.end : clause.end]))
    begins = one.text[: dated.start].endswith("自") and one.text.startswith("起", dated.end)
    deadline, role = "" if begins else fact.deadline, TARGET if _reaches(one, dated) and not begins else TERM
    return replace(fact, indicator=indicator or plain(clause.text), kind="date", role=role, deadline=deadline)


def _named(one: Sentence, found: re.Match[str], following: str) -> Fact:
    fact = _fact(one, found.start(1), found[1], following)
    return replace(fact, indicator=plain(found[1]), kind="named", role=SUPPORT)


def _fact(one: Sentence, at: int, written: str, following: str) -> Fact:
    """Return a fact with what its sentence says around the figure at `at`."""
    return Fact(
        article=one.article,
        indicator="",
        comparator="",
        value=None,
        unit="",
        kind="",
        deadline=_deadline(one, at),
        body=_body(one.text),
        place=_place(one.text),
        conditions=_conditions(one.text, following),
        quote=one.text,
        start=one.start,
        end=one.end,
        written=written,
        at=one.start + at,
    )


def _role(one: Sentence, amount: Quantity, lead: str, bound: str) -> str:
    """Tell money given from what is to be reached and from a term: a threshold, an instalment, a span of time."""
    clause = _clause(one.text, amount.start)
    instalment = PAID_OUT.search(one.text[: amount.start])
    given = amount.kind in {"money", "share"} and GIVEN.search(lead + one.text) and bound not in LOWER
    if given and not instalment:
        return SUPPORT
    if amount.kind == "time" or instalment or (bound in LOWER_AFTER and GIVEN.search(one.text)):
        return TERM
    if EXCEPTION.search(clause.text):
        return TERM
    return TARGET if REACH.search(clause.text) or one.dates else TERM


def _support_indicator(before: str, one: Sentence, amount: Quantity) -> str:
    """Name a support by its programme or by whom it is for: 大数据…计划资助比例."""
    programmes, whom = PROGRAMME.findall(before), WHOM.findall(before + ",")
    clauses = [found[0] for found in CLAUSE.finditer(before)]
    name = programmes[-1] if programmes else whom[-1] if whom else clauses[-2] if len(clauses) > 1 else ""
    given = GIVEN.search(one.text, amount.start) or GIVEN.search(before) or GIVEN.search(one.text)
    what = {"share": "比例", "money": "上限" if BEFORE.search(before) else "金额"}[amount.kind]
    return f"{plain(GIVEN_LAST.sub('', name))}{given[0] if given else ''}{what}"


def _indicator(one: Sentence, amount: Quantity) -> str:
    clause = _clause(one.text, amount.start)
    after = plain(_without_bound(one.text[amount.end : clause.end]))
    before = _without_dates(HEADING.sub("", one.text[clause.start : amount.start]))
    before = plain(BEFORE.sub("", re.sub(rf"(?:{'|'.join(REACHING)})$", "", before)))
    if amount.kind in {"count", "time"} and after:
        return after
    return plain(LEADING.sub("", before)) or after or plain(_previous(one.text, clause.start))


def _without_bound(after: str) -> str:
    return re.sub(rf"^\([^)]*\)|^（[^）]*）|^(?:{'|'.join(UPPER_AFTER + LOWER_AFTER)}|内)", "", after)


def _without_dates(before: str) -> str:
    for dated in reversed([one for one in dates(before) if not BASE.search(before[: one.start])]):
        before = before[: dated.start] + UNTIL.sub("", before[dated.end :], count=1)
    return before


def _clause(text: str, place: int) -> Span:
    found = next((one for one in CLAUSE.finditer(text) if one.start() <= place < one.end()), None)
    return Span(found.start(), found.end(), found[0]) if found else Span(0, len(text), text)


def _previous(text: str, start: int) -> str:
    before = [one[0] for one in CLAUSE.finditer(text) if one.end() <= start]
    return _without_dates(before[-1]) if before else ""


def _deadline(one: Sentence, at: int) -> str:
    """Return by when: the last point in time before the figure, else one in its clause, else how often."""
    usable = [dated for dated in one.dates if not _is_base(one, dated)]
    clause = _clause(one.text, at)
    near = [dated for dated in usable if dated.start <= at] or [dated for dated in usable if dated.start < clause.end]
    if near:
        last = near[-1] if near[-1].start <= at else near[0]
        tail = UNTIL.match(one.text, last.end)
        return last.text + (tail[0] if tail else "")
    period = PERIOD.search(one.text[: clause.end])
    return period[0] if period else ""


def _is_base(one: Sentence, dated: Dated) -> bool:
    """Tell whether a date is only what something is compared with: 较2025年."""
    return bool(BASE.search(one.text[: dated.start]))


def _reaches(one: Sentence, dated: Dated) -> bool:
    return bool(UNTIL.match(one.text, dated.end) or REACH.search(one.text[dated.end :]))


def _conditions(text: str, following: str) -> str:
    parts = [plain(found) for found in WHOM.findall(text)][:1] if GIVEN.search(text) or NAMED.search(text) else []
    parts += [found[0] for found in PER.finditer(text)]
    parts += [found[0] for found in RELATIVE.finditer(text)]
    parts += [plain(clause[0]) for clause in CLAUSE.finditer(text) if EXCEPTION.search(clause[0])]
    if following.startswith(("同一", "但", "其中", "未", "对瞒报", "前款", "上述", "项目未")):
        parts.append(plain(following))
    return "；".join(dict.fromkeys(part for part in parts if part))[:400]


def _body(text: str) -> str:
    return _first(BODY, text)


def _place(text: str) -> str:
    found = _first(PLACE, text)
    return "" if found.endswith(("领域", "方面", "环节", "过程")) else found


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return plain(found[1]) if found else ""
