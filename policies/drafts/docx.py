"""A Word document as paragraphs: styles, automatic numbers, tables, notes, tracked changes. What is left out is told."""

import re
import zipfile
from collections.abc import Iterator, Mapping
from io import BytesIO
from typing import Any

from docx import Document
from docx.exceptions import PythonDocxError
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.exceptions import OpcError
from docx.oxml.parser import parse_xml
from flask_babel import gettext as _

from core.errors import InvalidInputError
from policies.drafts.counters import Counters
from policies.drafts.normal import differences, normal
from policies.drafts.sources import Reading, Source
from policies.drafts.word import W, Words, attribute, below, children, first, name, plain

# What the parts of the document may come to unpacked: as a tree in memory they take ten times as much.
MOST_XML = 20 * 1024 * 1024
HEADING = re.compile(r"(?:heading|标题)\s*([1-9])", re.IGNORECASE)
TITLE_STYLES = {"title", "标题", "公文标题", "文件标题", "主标题", "大标题"}
CONTENTS_STYLE = re.compile(r"(?:toc|目录)\s*(?:\d|heading|标题)?", re.IGNORECASE)
CELL_JOINT = "；"
DEEPEST_HEADING = 6
UNREADABLE = (PythonDocxError, OpcError, KeyError, ValueError, SyntaxError, AttributeError, OSError, zipfile.BadZipFile)


def read(data: bytes) -> Reading:
    """Return the paragraphs of a DOCX file. Raises InvalidInputError for one that is too large or cannot be read."""
    try:
        _check_size(data)
        found = _Document(Document(BytesIO(data)))
        sources = [*found.blocks(found.body)]
    except UNREADABLE:
        raise InvalidInputError(_("这个 DOCX 文件无法读取，可能已经损坏；请用文字处理软件打开后重新保存")) from None
    changed = sum(differences(one.text) for one in sources)
    clean = [Source(text, one.level) for one in sources if (text := _tidy(one.text))]
    return Reading(clean, notices=[*_notices(found.words.told, changed)])


def _check_size(data: bytes) -> None:
    with zipfile.ZipFile(BytesIO(data)) as archive:
        size = sum(one.file_size for one in archive.infolist() if one.filename.endswith((".xml", ".rels")))
    if size > MOST_XML:
        raise InvalidInputError(_("这个 DOCX 文件解压后过大，请拆分后再导入"))


def _tidy(text: str) -> str:
    lines = (re.sub(r"[ \t]+", " ", line).strip() for line in normal(text).split("\n"))
    return "\n".join(line for line in lines if line)


class _Document:
    """A document that is read from top to bottom."""

    def __init__(self, document: Any) -> None:
        self.body = document.element.body
        self.words = Words()
        self._part = document.part
        self._styles = {attribute(one, "styleId"): one for one in children(document.styles.element, "style")}
        self._normal = next((key for key, one in self._styles.items() if _is_default(one)), "")
        self._counters = Counters(self._related(RELATIONSHIP_TYPE.NUMBERING))
        self.words.told["margins"] += self._has_margins()
        self._notes = {
            "footnote": self._related(RELATIONSHIP_TYPE.FOOTNOTES),
            "endnote": self._related(RELATIONSHIP_TYPE.ENDNOTES),
        }

    def blocks(self, element: Any) -> Iterator[Source]:
        """Yield the paragraphs and tables below an element; a paragraph whose mark was deleted goes on in the next."""
        held = ""
        for one in element:
            kind = name(one)
            if kind == "p":
                found = [*self._paragraph(one)]
                if first(one, "pPr", "rPr", "del") is not None and found:
                    held += found[0].text
                    continue
                yield from ([Source(held + found[0].text, found[0].level), *found[1:]] if found else [])
                held = ""
            elif kind == "tbl":
                yield from self._table(one)
            elif kind == "sdt" and not self._is_contents(one):
                yield from self.blocks(first(one, "sdtContent") if first(one, "sdtContent") is not None else ())
            elif kind in {"ins", "moveTo", "customXml", "smartTag"}:
                yield from self.blocks(one)
        if held:
            yield Source(held)

    def _paragraph(self, paragraph: Any) -> Iterator[Source]:
        style = attribute(first(paragraph, "pPr", "pStyle"), "val") or self._normal
        named = self._name(style)
        if CONTENTS_STYLE.fullmatch(named):
            self.words.told["contents"] += 1
            return
        text = self.words.text(paragraph)
        notes = list(self.words.notes)
        number = self._number(paragraph, style) if text.strip() else ""
        yield Source(number + text.lstrip() if number else text, self._heading(paragraph, style))
        for place, (kind, key) in enumerate(notes, 1):
            self.words.told["notes"] += 1
            yield Source(f"注{place}：{self._note(kind, key)}")

    def _table(self, table: Any) -> Iterator[Source]:
        rows = [row for row in below(table, "tr") if first(row, "trPr", "del") is None]
        cells = [[*below(row, "tc")] for row in rows]
        if len(cells) == 1 and len(cells[0]) == 1:
            yield from self.blocks(cells[0][0])
            return
        self.words.told["tables"] += 1
        lines = (CELL_JOINT.join(text for cell in row if (text := self._cell(cell))) for row in cells)
        yield Source("\n".join(line for line in lines if line))

    def _cell(self, cell: Any) -> str:
        texts = (normal(source.text).replace("\n", " ").strip() for source in self.blocks(cell))
        return " ".join(text for text in texts if text)

    def _is_contents(self, holder: Any) -> bool:
        found = first(holder, "sdtPr", "docPartObj", "docPartGallery")
        is_contents = attribute(found, "val") == "Table of Contents"
        self.words.told["contents"] += is_contents
        return is_contents

    def _number(self, paragraph: Any, style: str) -> str:
        for holder in [paragraph, *self._chain(style)]:
            numbering = first(holder, "pPr", "numPr")
            list_id = attribute(first(numbering, "numId"), "val")
            if list_id:
                level = attribute(first(numbering, "ilvl"), "val")
                return self._counters.next(list_id, int(level) if level.isdigit() else 0)
        return ""

    def _heading(self, paragraph: Any, style: str) -> int | None:
        for holder in [paragraph, *self._chain(style)]:
            named = attribute(first(holder, "name"), "val").strip()
            if named.lower() in TITLE_STYLES:
                return 0
            found = HEADING.fullmatch(named)
            outline = attribute(first(holder, "pPr", "outlineLvl"), "val")
            level = int(found[1]) if found else int(outline) + 1 if outline.isdigit() else 0
            if level:
                return level if level <= DEEPEST_HEADING else None
        return None

    def _name(self, style: str) -> str:
        return attribute(first(self._styles.get(style), "name"), "val").strip()

    def _chain(self, style: str) -> list[Any]:
        """Return a style and those it is based on, the nearest first."""
        found = list[Any]()
        while style in self._styles and self._styles[style] not in found:
            found.append(self._styles[style])
            style = attribute(first(found[-1], "basedOn"), "val")
        return found

    def _note(self, kind: str, key: str) -> str:
        notes = children(self._notes[kind], kind)
        return plain([part for one in notes if attribute(one, "id") == key for part in one.iter(f"{W}p")])

    def _has_margins(self) -> bool:
        """Tell whether a header or a footer says more than the number of the page."""
        kinds = (RELATIONSHIP_TYPE.HEADER, RELATIONSHIP_TYPE.FOOTER)
        related = (one.target_part for one in self._part.rels.values() if one.reltype in kinds)
        texts = (plain([*part.element.iter(f"{W}p")]) for part in related if hasattr(part, "element"))
        return any(re.search(r"[^\W\d_]", text) for text in texts)

    def _related(self, kind: str) -> Any:
        try:
            part = self._part.part_related_by(kind)
        except KeyError:
            return None
        element = getattr(part, "element", None)
        return parse_xml(part.blob) if element is None else element


def _is_default(style: Any) -> bool:
    return attribute(style, "type") == "paragraph" and attribute(style, "default") in {"1", "true"}


def _notices(told: Mapping[str, int], changed: int) -> Iterator[str]:
    said = {
        "contents": _("自动目录没有收入"),
        "tables": _("%(n)s 个表格按行转成了文字，单元格之间用“；”隔开", n=told["tables"]),
        "notes": _("%(n)s 条脚注或尾注放在了所在段落之后", n=told["notes"]),
        "inserted": _("修订中插入的文字（%(n)s 处）已收入", n=told["inserted"]),
        "deleted": _("修订中删除的文字（%(n)s 处）没有收入", n=told["deleted"]),
        "boxes": _("%(n)s 个文本框没有收入，请核对其中的文字", n=told["boxes"]),
        "pictures": _("%(n)s 幅图片没有收入", n=told["pictures"]),
        "hidden": _("%(n)s 处隐藏文字没有收入", n=told["hidden"]),
        "comments": _("%(n)s 处批注没有收入", n=told["comments"]),
        "margins": _("页眉和页脚没有收入"),
        "formulas": _("%(n)s 个公式只收入了其中的文字，请核对", n=told["formulas"]),
    }
    yield from (words for key, words in said.items() if told[key])
    if changed:
        yield _("%(n)s 个全角字母数字、部首等字符改成了通用写法", n=changed)
