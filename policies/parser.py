"""A policy file, read strictly: Markdown with front matter, articles as `###` headings under `##` sections.

Nothing is guessed and nothing is dropped: a file that does not fit is refused with line and reason, and text that stands
outside the articles is kept as asides.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import yaml

from core.errors import InvalidInputError
from core.typed import UNSEEN
from policies.numbering import Label, read_label

FENCE = "---"
# A line that ends an article: what stands between it and the next heading belongs to no article.
ASIDE_MARK = "<!-- 条外 -->"
DATES = ("issued", "effective", "expires")
IDENTIFIER = re.compile(r"[a-z0-9]+(?:[-_.][a-z0-9]+)*")
LONGEST = {"id": 64, "title": 255, "title_en": 255, "issuer": 255, "source": 500, "language": 16}
HEADING = re.compile(r" {0,3}(?P<marks>#{1,6})(?:[ \t\u3000]+(?P<text>.*?))?(?:[ \t]+#+)?[ \t]*")
NO_BLANK = re.compile(r" {0,3}#{2,6}[^#\s]")
TITLE, SECTION, ARTICLE = 1, 2, 3
LONGEST_HEADING = {TITLE: 255, SECTION: 255, ARTICLE: 500}


class PolicyFormatError(InvalidInputError):
    """The file is not a policy: `line` counts from 1."""

    def __init__(self, line: int, reason: str) -> None:
        self.line, self.reason = line, reason
        super().__init__(f"第 {line} 行：{reason}")


@dataclass(frozen=True)
class ParsedArticle:
    """An article; `text` is the heading, a newline and the body, to the letter of the file in NFC."""

    ordinal: int
    chapter: str
    label: str
    heading: str
    text: str
    line: int


@dataclass(frozen=True)
class Aside:
    """Text outside the articles: it stands before the article with ordinal `before`, or after the last."""

    before: int
    chapter: str
    text: str


@dataclass(frozen=True)
class ParsedPolicy:
    """What a policy file says. `normalised` is the whole file as it was read; it holds from `effective` to `expires`."""

    id: str
    title: str
    title_en: str
    issuer: str
    issued: date | None
    effective: date | None
    expires: date | None
    source: str
    language: str
    articles: list[ParsedArticle]
    asides: list[Aside]
    normalised: str


@dataclass(frozen=True)
class Value:
    text: str
    line: int


@dataclass(frozen=True)
class Block:
    """A heading with what stands below it, down to the next heading; level 0 is what precedes the first."""

    level: int
    heading: str
    line: int
    body: str


def parse(markdown_text: str) -> ParsedPolicy:
    """Read a policy file. Raises PolicyFormatError with line and reason."""
    text = clean(markdown_text)
    lines = text.split("\n")
    end = _front_matter_end(lines)
    values = _front_matter("\n".join(lines[1:end]))
    named: dict[str, Any] = {
        "id": _identifier(values),
        "title": _required(values, "title"),
        **{name: _optional(values, name) for name in ("title_en", "issuer", "source")},
        "language": _optional(values, "language") or "zh-CN",
    }
    named |= _dates(values)
    articles, asides = _articles(list(_blocks(lines, end + 1)))
    if not articles:
        raise PolicyFormatError(text.rstrip().count("\n") + 1, "没有条文：条文应写作“## 章节”之下的“### 标题”")
    return ParsedPolicy(**named, articles=articles, asides=asides, normalised=text)


def clean(text: str) -> str:
    """Return the text in NFC, lines ended by newlines only, without control and invisible characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", UNSEEN.sub("", text))


def _front_matter_end(lines: Sequence[str]) -> int:
    if lines[0].rstrip() != FENCE:
        raise PolicyFormatError(1, "缺少文件头：第一行应为“---”")
    for index, line in enumerate(lines[1:], 1):
        if line.rstrip() == FENCE:
            return index
    raise PolicyFormatError(1, "文件头没有结束的“---”")


def _front_matter(source: str) -> dict[str, Value]:
    try:
        node = yaml.compose(source, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        raise PolicyFormatError(mark.line + 2 if mark else 1, f"文件头不是有效的 YAML：{error.problem}") from None
    except yaml.YAMLError as error:
        raise PolicyFormatError(1, f"文件头不是有效的 YAML：{error}") from None
    if node is None:
        return {}
    if not isinstance(node, yaml.MappingNode):
        raise PolicyFormatError(2, "文件头应为“名称: 内容”的形式")
    return _values(node)


def _values(node: yaml.MappingNode) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for key, value in node.value:
        line = key.start_mark.line + 2
        if key.value in values:
            raise PolicyFormatError(line, f"“{key.value}”出现了两次")
        if isinstance(value, yaml.ScalarNode):
            empty = value.tag == "tag:yaml.org,2002:null"
            values[key.value] = Value("" if empty else value.value.strip(), line)
        elif key.value in LONGEST or key.value in DATES:
            raise PolicyFormatError(line, f"“{key.value}”应为一行文字")
    return values


def _required(values: dict[str, Value], name: str) -> str:
    found = _optional(values, name)
    if not found:
        raise PolicyFormatError(values[name].line if name in values else 1, f"文件头缺少 {name}")
    return found


def _optional(values: dict[str, Value], name: str) -> str:
    value = values.get(name)
    if value is None:
        return ""
    if "\n" in value.text:
        raise PolicyFormatError(value.line, f"“{name}”应为一行文字")
    if len(value.text) > LONGEST[name]:
        raise PolicyFormatError(value.line, f"“{name}”超过 {LONGEST[name]} 个字符")
    return value.text


def _identifier(values: dict[str, Value]) -> str:
    found = _required(values, "id")
    if not IDENTIFIER.fullmatch(found):
        reason = f"id “{found}”无效：只能用小写英文字母、数字，以连字符、下划线或句点相连"
        raise PolicyFormatError(values["id"].line, reason)
    return found


def _dates(values: dict[str, Value]) -> dict[str, date | None]:
    found = {name: _date(values, name) for name in DATES}
    effective, expires = found["effective"], found["expires"]
    if effective and expires and expires < effective:
        raise PolicyFormatError(values["expires"].line, f"expires “{expires}”早于 effective “{effective}”")
    return found


def _date(values: dict[str, Value], name: str) -> date | None:
    value = values.get(name)
    if value is None or not value.text:
        return None
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value.text, re.ASCII):
        with suppress(ValueError):
            return date.fromisoformat(value.text)
    raise PolicyFormatError(value.line, f"{name} “{value.text}”不是有效日期：应写作 2024-07-30")


def _blocks(lines: Sequence[str], start: int) -> Iterator[Block]:
    level, heading, line, body = 0, "", start + 1, list[str]()
    for number, text in enumerate(lines[start:], start + 1):
        found = HEADING.fullmatch(text)
        if found is None:
            _check_mark(number, text)
            body.append(text)
            continue
        yield Block(level, heading, line, _body(body))
        level, heading, line, body = len(found["marks"]), (found["text"] or "").strip(), number, []
        _check_heading(level, heading, number)
    yield Block(level, heading, line, _body(body))


def _check_mark(line: int, text: str) -> None:
    if NO_BLANK.match(text):
        raise PolicyFormatError(line, "标题符号“#”之后缺少空格")


def _check_heading(level: int, heading: str, line: int) -> None:
    if level > ARTICLE:
        raise PolicyFormatError(line, f"不能使用 {level} 级标题：章节用“##”，条文用“###”")
    if not heading:
        raise PolicyFormatError(line, "标题没有文字")
    if len(heading) > LONGEST_HEADING[level]:
        raise PolicyFormatError(line, f"标题超过 {LONGEST_HEADING[level]} 个字符")


def _body(lines: Sequence[str]) -> str:
    return re.sub(r"\A(?:[^\S\n]*\n)+|\s+\Z", "", "\n".join(lines))


def _articles(blocks: Sequence[Block]) -> tuple[list[ParsedArticle], list[Aside]]:
    articles, asides = list[ParsedArticle](), list[Aside]()
    chapter, titled, numbers = "", False, Numbers()
    for block in blocks:
        if block.level == ARTICLE:
            body, after = _parted(block.body)
            articles.append(_article(replace(block, body=body), len(articles) + 1, chapter, numbers))
            if after:
                asides.append(Aside(len(articles) + 1, chapter, after))
            continue
        if block.level == TITLE and (titled or chapter):
            raise PolicyFormatError(block.line, "“#”只能用于文件名称，且在所有章节之前")
        titled = titled or block.level == TITLE
        if block.level == SECTION:
            chapter = block.heading
            numbers.start_chapter()
        if block.body:
            asides.append(Aside(len(articles) + 1, chapter, block.body))
    return articles, asides


def _parted(body: str) -> tuple[str, str]:
    """Return what of the text below an article's heading is its body, and what stands after it outside the articles."""
    lines = body.split("\n")
    marked = [place for place, line in enumerate(lines) if line.strip() == ASIDE_MARK]
    if not marked:
        return body, ""
    after = [line for line in lines[marked[0] :] if line.strip() != ASIDE_MARK]
    return _body(lines[: marked[0]]), _body(after)


def _article(block: Block, ordinal: int, chapter: str, numbers: "Numbers") -> ParsedArticle:
    if not chapter:
        raise PolicyFormatError(block.line, "条文“###”不在任何章节“##”之下")
    label = read_label(block.heading)
    numbers.take(block, label)
    if not block.body and not _says_all(block.heading, label):
        raise PolicyFormatError(block.line, f"条文“{block.heading}”没有内容")
    text = f"{block.heading}\n{block.body}" if block.body else block.heading
    return ParsedArticle(ordinal, chapter, label.written if label else "", block.heading, text, block.line)


def _says_all(heading: str, label: Label | None) -> bool:
    """Tell whether the heading is the article: regulations write 第一条 and a whole sentence in one line."""
    return label is not None and label.clause and heading.endswith(("。", "；", "："))


class Numbers:
    """The numbers given so far: 第…条 count through the document, (…) may start at (一) again in each chapter."""

    def __init__(self) -> None:
        self._seen: dict[tuple[object, ...], int] = {}
        self._fresh = True

    def start_chapter(self) -> None:
        self._fresh = True

    def take(self, block: Block, label: Label | None) -> None:
        """Raise PolicyFormatError if this article's number, or the heading of an unnumbered one, stands already."""
        if self._fresh and (label is None or not label.clause):
            if label is None or label.number == (1, 0):
                self._seen = {key: line for key, line in self._seen.items() if key[0] is True}
            self._fresh = False
        key = (label.clause, label.number) if label else (None, block.heading)
        if key in self._seen:
            name = label.written if label else block.heading
            raise PolicyFormatError(block.line, f"条文编号“{name}”重复，第 {self._seen[key]} 行已使用")
        self._seen[key] = block.line
