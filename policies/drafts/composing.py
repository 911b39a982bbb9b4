"""From paragraphs to a policy file in the strict format, and to what the reader will show of it."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from policies.drafts.rules import ABOUT, ARTICLE, ASIDE, BODY, CHAPTER, OMITTED, TITLE, Paragraph
from policies.parser import ASIDE_MARK, FENCE

# The chapter of a document that has none: the strict format knows no article outside a chapter.
ONLY_CHAPTER = "正文"
HASH = re.compile(r"^( {0,3})#", re.MULTILINE)
LEVELS = {TITLE: "#", CHAPTER: "##", ARTICLE: "###"}


@dataclass(frozen=True)
class Drafted:
    """An article as it will be; `place` counts its paragraph from 0, in the list that it was drafted from."""

    ordinal: int
    chapter: str
    heading: str
    text: str
    place: int


@dataclass(frozen=True)
class Outline:
    """What the reader will show: articles, asides as a version stores them, and chapters with their places."""

    articles: list[Drafted] = field(default_factory=list)
    asides: list[dict[str, Any]] = field(default_factory=list)
    chapters: list[tuple[str, int]] = field(default_factory=list)


@dataclass(frozen=True)
class _Block:
    """A heading (or none) with its text and with what stands after that outside the articles."""

    role: str
    heading: str
    place: int
    body: list[str] = field(default_factory=list)
    after: list[str] = field(default_factory=list)


def outline(paragraphs: Sequence[Paragraph]) -> Outline:
    """Return what the reader will show of these paragraphs, whatever is wrong with them."""
    found, chapter = Outline(), ""
    for block in _blocks(paragraphs):
        if block.role == CHAPTER:
            chapter = block.heading
            found.chapters.append((chapter, block.place))
        if block.role == ARTICLE:
            text = "\n".join([block.heading, *(["\n\n".join(block.body)] if block.body else [])])
            found.articles.append(Drafted(len(found.articles) + 1, chapter, block.heading, text, block.place))
        outside = block.after if block.role == ARTICLE else [*block.body, *block.after]
        if outside:
            before = len(found.articles) + 1
            found.asides.append({"before": before, "chapter": chapter, "text": "\n\n".join(outside)})
    return found


def compose(about: Mapping[str, str], paragraphs: Sequence[Paragraph]) -> str:
    """Return the policy file in the strict format. Whether it holds, policies.parser.parse says."""
    head = [f"{name}: {_scalar(about[name])}" for name in ABOUT if about.get(name)]
    parts = ["\n".join([FENCE, *head, FENCE])]
    for block in _blocks(paragraphs):
        if block.role == TITLE:
            parts.append(f"# {about.get('title') or block.heading}")
        elif block.heading:
            parts.append(f"{LEVELS[block.role]} {block.heading}")
        parts += block.body
        parts += [ASIDE_MARK, *block.after] if block.after and block.role == ARTICLE else block.after
    return "\n\n".join(parts) + "\n"


def titles(paragraphs: Sequence[Paragraph]) -> str:
    """Return the title that the paragraphs give, in one line."""
    return "".join(_in_line(one.text) for one in paragraphs if one.role == TITLE)


def _blocks(paragraphs: Sequence[Paragraph]) -> list[_Block]:
    blocks = [_Block("", "", 0)]
    chaptered = False
    title = titles(paragraphs)
    for place, role, text in _lines(paragraphs):
        if role == TITLE:
            if all(one.role != TITLE for one in blocks) and not chaptered:
                blocks.append(_Block(TITLE, title, place))
            continue
        if role == ARTICLE and not chaptered:
            blocks.append(_Block(CHAPTER, ONLY_CHAPTER, place))
        chaptered = chaptered or role in {CHAPTER, ARTICLE}
        if role in {CHAPTER, ARTICLE}:
            blocks.append(_Block(role, text, place))
        else:
            _add(blocks[-1], role, text)
    return blocks


def _add(block: _Block, role: str, text: str) -> None:
    """Put text where it belongs: below an article it is the article's, until something stands outside."""
    inside = block.role == ARTICLE and role == BODY and not block.after
    (block.body if inside or block.role != ARTICLE else block.after).append(text)


def _lines(paragraphs: Sequence[Paragraph]) -> Iterator[tuple[int, str, str]]:
    """Yield place, role and text of what is taken in; further lines of a heading are the text below it."""
    for place, one in enumerate(paragraphs):
        text = _safe(one.text)
        if one.role == OMITTED or not text:
            continue
        if one.role not in {CHAPTER, ARTICLE}:
            yield place, one.role, text
            continue
        heading, _, rest = text.partition("\n")
        yield place, one.role, heading.strip()
        if rest.strip():
            yield place, BODY if one.role == ARTICLE else ASIDE, rest.strip("\n")


def _safe(text: str) -> str:
    """Return a text in which no line can be taken for a heading or for the mark that ends an article."""
    lines = [line.rstrip() for line in text.replace(ASIDE_MARK, "").split("\n")]
    return HASH.sub(r"\1＃", "\n".join(lines).strip("\n"))


def _in_line(text: str) -> str:
    return "".join(line.strip() for line in text.split("\n"))


def _scalar(value: str) -> str:
    """Return a value as YAML writes it: plain where that is read back as the same words, else quoted."""
    try:
        node = yaml.compose(f"x: {value}", Loader=yaml.SafeLoader)
        found = node.value[0][1]
        plain = found.value == value and found.tag != "tag:yaml.org,2002:null" and found.style is None
    except (yaml.YAMLError, AttributeError, TypeError, IndexError):
        plain = False
    return value if plain else json.dumps(value, ensure_ascii=False)
