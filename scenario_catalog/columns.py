"""The columns of a scenario list: their names, and how each cell is read. Plain functions over plain values."""

import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from core.city import City, Term
from core.typed import UNSEEN
from policies.numbering import NUMERAL, numeral
from scenario_catalog.rules import MODES

TITLE_LENGTH = 120
TEXT_LENGTH = 20_000
CONTACT_LENGTH = 60
URL_LENGTH = 500
LARGEST_BUDGET = 10_000_000

SEPARATORS = re.compile(r"[、,;/\n|]+")
ITEM_NUMBER = re.compile(r"^\s*(?:[(（]?\d{1,2}[)）、]|\d{1,2}\.(?!\d)|[①-⑳]|[•·]|-(?![\d.]))\s*")
ITEM_END = re.compile(r"[\n；;]+")
DATE = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[T\s]+[\d:.]+Z?)?")
# Days since this one are how a workbook stores a date whose cell has lost its format.
EXCEL_EPOCH = date(1899, 12, 30)
EXCEL_DAYS = range(20_000, 80_000)

FORMULA_ERRORS = ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!")

UNIT = r"\s*(?:万元|万)?\s*"
RANGE = re.compile(rf"(\d+(?:\.\d+)?){UNIT}(?:[-–—~]|至|到)\s*(\d+(?:\.\d+)?){UNIT}")
AT_LEAST = re.compile(rf"(?:不低于|不少于|≥|>=)\s*(\d+(?:\.\d+)?){UNIT}|(\d+(?:\.\d+)?){UNIT}(?:以上|起)")
AT_MOST = re.compile(rf"(?:不超过|不高于|≤|<=)\s*(\d+(?:\.\d+)?){UNIT}|(\d+(?:\.\d+)?){UNIT}(?:以内|以下)")
EXACTLY = re.compile(rf"(\d+(?:\.\d+)?){UNIT}")
NEGOTIABLE = frozenset({"", "面议", "0", "待定", "另议"})

ARTICLE = re.compile(rf"[(第]?\s*({NUMERAL})\s*[)条]?")


class CellError(ValueError):
    """Why a cell cannot be taken, in words for its author."""


class UnknownAgencyError(CellError):
    """The agency is not registered; who imports may have it registered."""


@dataclass(frozen=True)
class Terms:
    """What cells may name: the city's own words, the articles of its plan, and agencies, any if None are listed."""

    city: City
    articles: frozenset[int]
    agencies: frozenset[str] | None = None


Parse = Callable[[Any, Terms], Any]


@dataclass(frozen=True)
class Column:
    """A column: the field it fills, its name and the other names it goes by."""

    field: str
    name: str
    parse: Parse
    synonyms: tuple[str, ...] = ()
    required: bool = False


def plain(value: Any) -> str:
    """Return a cell's text in NFKC, white space folded: for names, dates and numbers, not for prose."""
    return " ".join(unicodedata.normalize("NFKC", prose(value)).split())


def prose(value: Any) -> str:
    """Return a cell's text as it was written, without what cannot be seen."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool | dict | list):
        raise CellError("应为文字")
    if value in FORMULA_ERRORS:
        raise CellError(f"公式出错（{value}）")
    return UNSEEN.sub("", str(value).replace("\r\n", "\n").replace("\r", "\n").replace("_x000D_", "")).strip()


def _text(longest: int) -> Parse:
    def parse(value: Any, _terms: Terms) -> str:
        found = prose("\n".join(map(prose, value)) if isinstance(value, list) else value)
        if len(found) > longest:
            raise CellError(f"最多 {longest} 字，现在是 {len(found)} 字")
        return found

    return parse


def _one_line(longest: int) -> Parse:
    def parse(value: Any, _terms: Terms) -> str:
        found = " ".join(prose(value).split())
        if len(found) > longest:
            raise CellError(f"最多 {longest} 字，现在是 {len(found)} 字")
        return found

    return parse


def _agency(value: Any, terms: Terms) -> str:
    written: str = _one_line(TITLE_LENGTH)(value, terms)
    if terms.agencies is not None and plain(written) not in terms.agencies:
        raise UnknownAgencyError(f"没有登记“{written}”")
    return written


def _named(kind: str) -> Parse:
    def parse(value: Any, terms: Terms) -> str:
        return _code(plain(value), getattr(terms.city, kind))

    return parse


def _code(wanted: str, known: Sequence[Term]) -> str:
    for term in known:
        if wanted in {plain(term.name), term.code}:
            return term.code
    raise CellError(f"没有“{wanted}”，可填：{'、'.join(term.name for term in known)}")


def _tags(value: Any, terms: Terms) -> tuple[str, ...]:
    parts = [plain(part) for part in value] if isinstance(value, list) else SEPARATORS.split(_lines(value))
    return tuple(dict.fromkeys(_code(part.strip(), terms.city.tags) for part in parts if part.strip()))


def _lines(value: Any) -> str:
    return unicodedata.normalize("NFKC", prose(value))


def _indicators(value: Any, _terms: Terms) -> tuple[str, ...]:
    parts = value if isinstance(value, list) else [value]
    found = tuple(item for part in parts for text in ITEM_END.split(prose(part)) if (item := _item(text)))
    if sum(map(len, found)) > TEXT_LENGTH:
        raise CellError(f"最多 {TEXT_LENGTH} 字")
    return found


def _item(text: str) -> str:
    """Return an indicator without number and full stop, such that it is read as itself again."""
    while (bare := ITEM_NUMBER.sub("", text).strip().rstrip("。；;")) != text:
        text = bare
    return text


def _mode(value: Any, _terms: Terms) -> str:
    wanted = plain(value)
    for code, name in MODES.items():
        if wanted in {code, name}:
            return code
    raise CellError(f"没有“{wanted}”，可填：{'、'.join(MODES.values())}")


def _district(value: Any, terms: Terms) -> str:
    wanted = plain(value)
    if wanted not in terms.city.districts:
        raise CellError(f"没有“{wanted}”，可填：{'、'.join(terms.city.districts)}")
    return wanted


def _budget(value: Any, _terms: Terms) -> tuple[int | None, int | None]:
    if isinstance(value, list):
        return _bounds(value)
    wanted = plain(value)
    if wanted in NEGOTIABLE:
        return None, None
    if found := EXACTLY.fullmatch(wanted):
        return (_wan(found[1]),) * 2
    if found := RANGE.fullmatch(wanted):
        return _ordered(_wan(found[1]), _wan(found[2]))
    if found := AT_LEAST.fullmatch(wanted):
        return _wan(found[1] or found[2]), None
    if found := AT_MOST.fullmatch(wanted):
        return None, _wan(found[1] or found[2])
    raise CellError(f"看不懂“{wanted}”，请填“120-200”“300”或“面议”，单位万元")


def _bounds(values: Sequence[Any]) -> tuple[int | None, int | None]:
    if len(values) != len(("low", "high")):
        raise CellError("应为下限和上限两个数")
    return _ordered(*(None if value is None else _wan(plain(value)) for value in values))


def _ordered(low: int | None, high: int | None) -> tuple[int | None, int | None]:
    if low is not None and high is not None and low > high:
        raise CellError(f"下限 {low} 大于上限 {high}")
    return low, high


def _wan(written: str) -> int:
    try:
        value = float(written)
    except ValueError:
        raise CellError(f"“{written}”不是数") from None
    if not value.is_integer() or not 0 < value <= LARGEST_BUDGET:
        raise CellError(f"“{written}”应为 1 到 {LARGEST_BUDGET} 之间的整数，单位万元")
    return int(value)


def _deadline(value: Any, _terms: Terms) -> date:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        if math.isfinite(value) and int(value) in EXCEL_DAYS:
            return EXCEL_EPOCH + timedelta(days=int(value))
        raise CellError(f"“{value}”不是日期，请填“2026-12-31”")
    found = DATE.fullmatch(plain(value))
    if found is None:
        raise CellError(f"“{plain(value)}”不是日期，请填“2026-12-31”“2026年12月31日”或“2026/12/31”")
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        raise CellError(f"没有“{plain(value)}”这一天") from None


def _number(value: Any, terms: Terms) -> str:
    wanted = plain(value).upper()
    if not re.fullmatch(rf"{terms.city.prefix}-\d{{4}}-\d{{4,6}}", wanted):
        raise CellError(f"“{wanted}”不是编号，应如“{terms.city.prefix}-2026-0042”；留空则发布时编号")
    return wanted


def _articles(value: Any, terms: Terms) -> tuple[int, ...]:
    parts = value if isinstance(value, list) else [part for part in SEPARATORS.split(_lines(value)) if part.strip()]
    return tuple(dict.fromkeys(_article(plain(part), terms) for part in parts))


def _article(written: str, terms: Terms) -> int:
    found = ARTICLE.fullmatch(written)
    ordinal = numeral(found[1]) if found else None
    if ordinal is None:
        raise CellError(f"“{written}”不是条款，请填“10”“第十条”或“(十)”，多条用顿号分开")
    if ordinal not in terms.articles:
        raise CellError(f"行动方案没有第 {ordinal} 条")
    return ordinal


def _url(value: Any, _terms: Terms) -> str:
    wanted = prose(value)
    try:
        parts = urlsplit(wanted)
    except ValueError:
        parts = None
    if not parts or parts.scheme not in {"http", "https"} or not parts.hostname or any(map(str.isspace, wanted)):
        raise CellError(f"“{wanted}”不是网址，应以 http:// 或 https:// 开头")
    if len(wanted) > URL_LENGTH:
        raise CellError(f"最多 {URL_LENGTH} 字")
    return wanted


COLUMNS: tuple[Column, ...] = (
    Column("number", "编号", _number, ("场景编号",)),
    Column(
        "title", "场景名称", _one_line(TITLE_LENGTH), ("应用场景名称", "场景机会名称", "名称", "标题"), required=True
    ),
    Column("agency", "需求单位", _agency, ("单位名称", "牵头部门", "发布单位", "责任单位"), required=True),
    Column("system", "体系", _named("systems"), ("所属体系", "场景体系"), required=True),
    Column("domain", "领域", _named("domains"), ("应用领域", "所属领域", "场景类型"), required=True),
    Column("tags", "标签", _tags, ("场景标签", "子场景", "细分场景")),
    Column("background", "背景与痛点", _text(TEXT_LENGTH), ("背景", "痛点", "背景痛点", "需求背景")),
    Column(
        "scope", "建设内容", _text(TEXT_LENGTH), ("场景简介", "具体需求", "需求描述", "需求内容", "详情"), required=True
    ),
    Column("indicators", "考核指标", _indicators, ("指标", "技术标准", "技术指标")),
    Column("resources", "可开放资源", _text(TEXT_LENGTH), ("可开放的数据/算力/场地", "可开放数据算力场地", "开放资源")),
    Column("district", "落地区域", _district, ("拟落地应用区域", "拟落地区域", "应用区域")),
    Column("mode", "合作模式", _mode, ("合作方式",), required=True),
    Column("budget", "预算(万元)", _budget, ("预算", "预算金额", "意向金额", "预算金额(万元)", "意向金额(万元)")),
    Column("conditions", "揭榜条件", _text(TEXT_LENGTH), ("申报条件", "应标条件", "资质要求")),
    Column("acceptance", "验收标准", _text(TEXT_LENGTH), ("验收", "验收要求")),
    Column("deadline", "报名截止", _deadline, ("截止日期", "报名截止日期", "截止时间", "报名截止时间"), required=True),
    Column("contact_name", "联系人", _one_line(CONTACT_LENGTH)),
    Column("contact_phone", "联系方式", _one_line(CONTACT_LENGTH), ("联系电话", "电话")),
    Column("articles", "关联条款", _articles, ("相关条款", "政策条款")),
    Column("notice_url", "采购公告链接", _url, ("采购公告", "公告链接", "公告网址")),
)


def _key(name: str) -> str:
    """Return the form in which names of columns are compared: width, case, blanks and marks of required columns aside."""
    return re.sub(r"[\s*:_]", "", unicodedata.normalize("NFKC", name)).lower()


BY_NAME: Mapping[str, Column] = {
    _key(name): column for column in COLUMNS for name in (column.name, column.field, *column.synonyms)
}


def column_named(name: Any) -> Column | None:
    return BY_NAME.get(_key(str(name)))
