"""A Markdown file as paragraphs. One in the strict format of policies.parser is taken as it is."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import date

import yaml
from flask_babel import gettext as _

from core.errors import InvalidInputError
from policies.drafts.normal import differences, normal
from policies.drafts.rules import ABOUT, ARTICLE, ASIDE, BODY, CHAPTER, LONGEST_TEXT, TITLE, Paragraph
from policies.drafts.sources import Reading, Source
from policies.parser import ASIDE_MARK, FENCE, HEADING, ParsedPolicy, PolicyFormatError, clean, parse

COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
MARKED = re.compile(r"(\*\*|__)(?=\S)(.{1,300}?)(?<=\S)\1")
RULE = re.compile(r"\s*(?:[-*_]\s*){3,}")
TABLE_RULE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*")
PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
LEADING = re.compile(r"\s*(?:>\s*)*(?:[-*+]\s+)?")
ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+\-.!>|])")
ROLES = {1: TITLE, 2: CHAPTER, 3: ARTICLE}


def decode(data: bytes) -> tuple[str, bool]:
    """Return the text of a file and whether it was in GB 18030. Raises InvalidInputError for no text."""
    marked = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    encodings = ("utf-16",) if marked else ("utf-8-sig", "gb18030")
    for encoding in encodings:
        with suppress(UnicodeDecodeError):
            return data.decode(encoding), encoding == "gb18030"
    raise InvalidInputError(_("文件不是 UTF-8 或 GB 18030 编码的文字"))


def read(data: bytes) -> Reading:
    """Return the paragraphs of a Markdown file. Raises InvalidInputError for one that is no text."""
    text, foreign = decode(data)
    if len(text) > 2 * LONGEST_TEXT:
        raise InvalidInputError(_("文件超过 %(most)s 字，请拆分后再导入", most=LONGEST_TEXT))
    with suppress(PolicyFormatError):
        return _strict(parse(text))
    notices = [_("文件按 GB 18030 编码读取")] if foreign else []
    about, body = _front_matter(clean(text))
    changed = differences(body)
    body = normal(body)
    if COMMENT.search(body):
        notices.append(_("注释没有收入"))
    if PICTURE.search(body):
        notices.append(_("图片没有收入"))
    if changed:
        notices.append(_("%(n)s 个全角字母数字、部首等字符改成了通用写法", n=changed))
    return Reading([*_sources(PICTURE.sub("", COMMENT.sub("", body)))], about, notices)


def about_of(parsed: ParsedPolicy) -> dict[str, str]:
    """Return what a file's front matter says, each part as it is typed."""
    said = asdict(parsed) | {"articles": None, "asides": None}
    return {name: _typed(said[name]) for name in ABOUT}


def paragraphs_of(text: str) -> list[Paragraph]:
    """Return the paragraphs of a text in the strict format, without its front matter, by their marks."""
    found, role, held = list[Paragraph](), ASIDE, list[str]()
    for line in [*text.split("\n"), "# "]:
        heading = HEADING.fullmatch(line)
        if heading is None and line.strip() != ASIDE_MARK:
            held.append(line)
            continue
        found += [Paragraph(role, part) for part in paragraphs_in("\n".join(held))]
        role, held = ASIDE, []
        if heading is not None and heading["text"]:
            kind = ROLES[len(heading["marks"])]
            found.append(Paragraph(kind, heading["text"].strip()))
            role = BODY if kind == ARTICLE else ASIDE
    return found


def paragraphs_in(text: str) -> list[str]:
    """Return the parts of a text between its empty lines."""
    return [part for one in re.split(r"\n(?:[^\S\n]*\n)+", text) if (part := one.strip("\n").rstrip()).strip()]


def _strict(parsed: ParsedPolicy) -> Reading:
    lines = parsed.normalised.split("\n")
    end = next(place for place, line in enumerate(lines[1:], 1) if line.rstrip() == FENCE)
    notices = [_("文件是标准格式，按原样收入，没有改动文字")]
    return Reading(about=about_of(parsed), notices=notices, settled=paragraphs_of("\n".join(lines[end + 1 :])))


def _typed(value: str | date | None) -> str:
    return value.isoformat() if isinstance(value, date) else value or ""


def _front_matter(text: str) -> tuple[Mapping[str, str], str]:
    """Return what the front matter says, as far as it can be read, and the rest of the file."""
    head, found, rest = text.removeprefix(f"{FENCE}\n").partition(f"\n{FENCE}\n")
    if not text.startswith(f"{FENCE}\n") or not found:
        return {}, text
    try:
        said = yaml.safe_load(head)
    except yaml.YAMLError:
        return {}, text
    if not isinstance(said, dict):
        return {}, text
    # What is written once and named many times may come to gigabytes as text: only single values are taken.
    values = {name: said[name] for name in ABOUT if isinstance(said.get(name), str | int | date)}
    return {name: str(value).strip() for name, value in values.items()}, rest


def _sources(text: str) -> Iterator[Source]:
    for line in text.split("\n"):
        heading = HEADING.fullmatch(line)
        if heading is not None:
            if words := _words(heading["text"] or ""):
                yield Source(words, len(heading["marks"]))
        elif (words := _line(line)) and not RULE.fullmatch(line) and not TABLE_RULE.fullmatch(line):
            yield Source(words)


def _line(line: str) -> str:
    if line.strip().startswith("|"):
        cells = (_words(cell) for cell in line.strip().strip("|").split("|"))
        return "；".join(cell for cell in cells if cell)
    return _words(LEADING.sub("", line, count=1))


def _words(text: str) -> str:
    return ESCAPED.sub(r"\1", MARKED.sub(r"\2", text)).strip()
