"""Word documents made for tests: with python-docx, and with XML of our own where it writes none."""

import zipfile
from collections.abc import Iterable, Mapping
from io import BytesIO

from docx import Document
from docx.oxml.parser import parse_xml

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def saved(document) -> bytes:
    stream = BytesIO()
    document.save(stream)
    return stream.getvalue()


def worded(*paragraphs: str, styles: Mapping[int, str] | None = None) -> bytes:
    """Return a document of plain paragraphs; `styles` names the style of some of them."""
    document = Document()
    for place, text in enumerate(paragraphs):
        document.add_paragraph(text, style=(styles or {}).get(place))
    return saved(document)


def bodied(*xml: str) -> bytes:
    """Return a document whose body is this XML; `w:` is declared."""
    document = Document()
    fill(document, xml)
    return saved(document)


def fill(document, xml: Iterable[str]) -> None:
    last = document.element.body[-1]
    for one in xml:
        head, _, rest = one.partition(">")
        last.addprevious(parse_xml(f"{head.removesuffix('/')} {W}{'/' if head.endswith('/') else ''}>{rest}"))


def numbered(levels: Mapping[int, tuple[str, str, str]], *paragraphs: tuple[int, str], extra: str = "") -> bytes:
    """Return a document with one list: `levels` gives format, text and suffix, paragraphs their level and text."""
    document = Document()
    numbering = document.part.numbering_part.element
    for old in list(numbering):
        numbering.remove(old)
    inside = "".join(
        f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/><w:suff w:val="{suffix}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
        for level, (kind, text, suffix) in levels.items()
    )
    numbering.append(parse_xml(f'<w:abstractNum {W} w:abstractNumId="7">{inside}</w:abstractNum>'))
    numbering.append(parse_xml(f'<w:num {W} w:numId="3"><w:abstractNumId w:val="7"/></w:num>'))
    numbering.append(parse_xml(f'<w:num {W} w:numId="4"><w:abstractNumId w:val="7"/>{extra}</w:num>'))
    fill(
        document,
        (
            f'<w:p><w:pPr><w:numPr><w:ilvl w:val="{level % 10}"/><w:numId w:val="{4 if level >= 10 else 3}"/></w:numPr>'
            f"</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"
            for level, text in paragraphs
        ),
    )
    return saved(document)


def with_part(data: bytes, name: str, content: str, kind: str) -> bytes:
    """Return a document with one more part, related to its main part; `kind` is footnotes or endnotes."""
    stream = BytesIO()
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    with zipfile.ZipFile(BytesIO(data)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.namelist():
            text = old.read(entry)
            if entry == "[Content_Types].xml":
                media = f"application/vnd.openxmlformats-officedocument.wordprocessingml.{kind}+xml"
                text = text.replace(
                    b"</Types>", f'<Override PartName="/word/{name}" ContentType="{media}"/></Types>'.encode()
                )
            if entry == "word/_rels/document.xml.rels":
                relation = f'<Relationship Id="rIdX" Type="{office}/{kind}" Target="{name}"/></Relationships>'
                text = text.replace(b"</Relationships>", relation.encode())
            new.writestr(entry, text)
        new.writestr(f"word/{name}", content)
    return stream.getvalue()
