"""Small documents of each type, made by what makes them in the field where that is installed."""

import struct
import zipfile
import zlib
from collections.abc import Mapping
from io import BytesIO

import openpyxl

OFFICE = "application/vnd.openxmlformats-officedocument."
MACRO_SHEET = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"


def packed(entries: Mapping[str, str | bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a ZIP archive."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return target.getvalue()


def ooxml(folder: str, main: str, **more: str | bytes) -> bytes:
    """Return a package with a main part, as Office writes it, with `more` entries."""
    types = (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/{folder}/main.xml" ContentType="{main}"/></Types>'
    )
    return packed({"[Content_Types].xml": types, "_rels/.rels": "<x/>", f"{folder}/main.xml": "<x/>", **more})


def workbook() -> bytes:
    target = BytesIO()
    book = openpyxl.Workbook()
    book.active["A1"] = "示范"
    book.save(target)
    return target.getvalue()


def picture() -> bytes:
    """Return a PNG of one grey pixel."""
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(b"\0\x7f")),
        (b"IEND", b""),
    ]
    sealed = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(sealed)


PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
DOCX = ooxml("word", f"{OFFICE}wordprocessingml.document.main+xml")
PPTX = ooxml("ppt", f"{OFFICE}presentationml.presentation.main+xml")
OFD = packed({"OFD.xml": '<ofd:OFD xmlns:ofd="http://www.ofdspec.org/2016"/>', "Doc_0/Document.xml": "<x/>"})
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + bytes(64) + b"\xff\xd9"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512)
PROGRAM = b"MZ\x90\x00\x03\x00\x00\x00" + bytes(64)

GOOD = {
    "pdf": PDF,
    "docx": DOCX,
    "xlsx": workbook(),
    "pptx": PPTX,
    "ofd": OFD,
    "png": picture(),
    "jpg": JPEG,
    "jpeg": JPEG,
    "zip": packed({"资料/说明.txt": "内容", "资料/空/": ""}),
    "csv": "名称,数量\n阅片,4000\n".encode("gb18030"),
    "md": "# 需求\n\n- 一\n".encode(),
    "txt": "\ufeff说明\r\n".encode(),
}
