"""Which files are taken, and whether the bytes are what the name says. Plain functions over bytes."""

import re
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Any

import puremagic
from flask_babel import gettext

from core.errors import InvalidInputError

LONGEST_NAME = 200
LONGEST_ENDING = 16
MOST_ENTRIES = 5000
MOST_UNPACKED = 300 * 1024 * 1024
# A document of blank pages packs well; from here on an archive must not unpack to more than MOST_RATIO times its size.
SMALL = 20 * 1024 * 1024
MOST_RATIO = 200
CHUNK = 1024 * 1024
ENCRYPTED = 0x1
METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
SCRIPTS = {"bat", "cmd", "hta", "js", "jse", "lnk", "ps1", "reg", "sh", "vbe", "vbs", "wsf"}
MACROS = {"docm", "dotm", "potm", "ppam", "pptm", "xlam", "xlsm", "xltm"}
PROGRAMS = {"apk", "com", "cpl", "dll", "exe", "jar", "msi", "pif", "scr"} | SCRIPTS | MACROS
INSTEAD = MappingProxyType(
    {
        **dict.fromkeys(("doc", "wps", "rtf", "odt"), "docx"),
        **dict.fromkeys(("xls", "et", "ods"), "xlsx"),
        **dict.fromkeys(("ppt", "dps", "odp"), "pptx"),
        **dict.fromkeys(("rar", "7z", "tar", "gz", "tgz"), "zip"),
        **dict.fromkeys(("bmp", "gif", "tif", "tiff", "webp", "heic"), "png"),
    }
)
OFFICE = "application/vnd.openxmlformats-officedocument."
CONTENT_TYPES = "[Content_Types].xml"


@dataclass(frozen=True)
class FileType:
    """A kind of file: its media type, and a check of bytes and name that raises InvalidInputError."""

    media_type: str
    check: Callable[[bytes, str], None]


def extension(name: str) -> str:
    """Return what stands after the last dot, in lower case, "" if there is nothing."""
    return PurePosixPath(name).suffix[1:].lower()


def clean_name(given: str) -> str:
    """Return the name to keep of an uploaded file: no folders, no control or direction marks, at most 200 characters.

    Raises InvalidInputError where nothing readable is left.
    """
    base = unicodedata.normalize("NFKC", re.split(r"[/\\]", given)[-1])
    visible = "".join(c for c in base if unicodedata.category(c)[0] != "C" and c != "\N{REPLACEMENT CHARACTER}")
    name = re.sub(r'[<>:"/\\|?*]', "_", " ".join(visible.split())).strip(". ")
    stem, ending = PurePosixPath(name).stem, PurePosixPath(name).suffix
    if not re.search(r"[^\W_]", stem):
        raise InvalidInputError(gettext("文件名是空的或无法识别，请改名后再上传"))
    if len(ending) > LONGEST_ENDING:
        stem, ending = name, ""
    return stem[: LONGEST_NAME - len(ending)].rstrip(". ") + ending


def check(name: str, data: bytes) -> FileType:
    """Return the type of a file whose bytes are what its name says. Raises InvalidInputError with one readable line."""
    ending = extension(name)
    known = ALLOWED.get(ending)
    if known is None:
        raise InvalidInputError(_not_taken(ending))
    if not data:
        raise InvalidInputError(gettext("文件“%(name)s”是空的", name=name))
    known.check(data, name)
    return known


def accepted() -> str:
    """Return the value of a file field's `accept`: .pdf,.docx,…"""
    return ",".join(f".{ending}" for ending in ALLOWED)


def _not_taken(ending: str) -> Any:
    if not ending:
        return gettext("文件名没有扩展名，无法知道是什么文件；可以上传：%(endings)s", endings="、".join(ALLOWED))
    if ending in INSTEAD:
        return gettext(
            "不接受 .%(ending)s 文件，请另存为 .%(instead)s 后再上传", ending=ending, instead=INSTEAD[ending]
        )
    if ending in PROGRAMS:
        return gettext("不接受 .%(ending)s 文件：程序和带宏的文档可能有害", ending=ending)
    return gettext("不接受 .%(ending)s 文件；可以上传：%(endings)s", ending=ending, endings="、".join(ALLOWED))


def _seems(data: bytes) -> str:
    """Return the extension that the first bytes speak for, "" if they say nothing that people would know."""
    if data.startswith(b"PK"):
        return "zip"
    try:
        found = puremagic.magic_string(data[: 64 * 1024])
    except (puremagic.PureError, ValueError):
        return ""
    endings = (str(match.extension).lstrip(".") for match in found)
    return next((ending for ending in endings if ending in {*ALLOWED, *INSTEAD, "exe"}), "")


def _lie(data: bytes, name: str) -> InvalidInputError:
    ending, seems = extension(name), _seems(data)
    if seems and seems != ending:
        return InvalidInputError(
            gettext(
                "“%(name)s”的内容与扩展名 .%(ending)s 不符，看起来是 .%(seems)s 文件",
                name=name,
                ending=ending,
                seems=seems,
            )
        )
    return InvalidInputError(
        gettext("“%(name)s”的内容与扩展名 .%(ending)s 不符，或文件已经损坏", name=name, ending=ending)
    )


def _starts(magic: bytes) -> Callable[[bytes, str], None]:
    def check_start(data: bytes, name: str) -> None:
        if not data.startswith(magic):
            raise _lie(data, name)

    return check_start


def _text(data: bytes, name: str) -> None:
    """Text is UTF-8, GB 18030, or UTF-16 with its mark, holds no control characters, and is no printable document."""
    if data.startswith((b"%PDF-", b"%!PS", b"{\\rtf")):
        raise _lie(data, name)
    encodings = ("utf-16",) if data.startswith((b"\xff\xfe", b"\xfe\xff")) else ("utf-8", "gb18030")
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not re.search(r"[\x00-\x08\x0b\x0e-\x1f\x7f]", text):
            return
    raise _lie(data, name)


def _archive(data: bytes, name: str) -> dict[str, bytes]:
    """Check a ZIP archive whole: its entries are intact, few, harmless by name, and do not explode.

    Returns the content of `[Content_Types].xml` and `OFD.xml` if they are there, b"" for every other entry.
    """
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_entries(entries, len(data), name)
            return {entry.filename: _unpacked(archive, entry) for entry in entries}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, OSError):
        raise _lie(data, name) from None


def _check_entries(entries: list[zipfile.ZipInfo], size: int, name: str) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_ENTRIES or unpacked > max(SMALL, min(MOST_UNPACKED, size * MOST_RATIO)):
        raise InvalidInputError(gettext("“%(name)s”解压后过大或文件过多，请拆分后再上传", name=name))
    for entry in entries:
        _check_entry(entry, name)


def _check_entry(entry: zipfile.ZipInfo, name: str) -> None:
    if entry.flag_bits & ENCRYPTED:
        raise InvalidInputError(gettext("“%(name)s”加了密码，无法检查；请去掉密码后再上传", name=name))
    parts = PurePosixPath(entry.filename.replace("\\", "/")).parts
    if not parts or parts[0] == "/" or ".." in parts or ":" in parts[0] or entry.compress_type not in METHODS:
        raise InvalidInputError(gettext("“%(name)s”的打包方式不常见，请重新打包后再上传", name=name))
    if extension(parts[-1]) in PROGRAMS:
        raise InvalidInputError(
            gettext("“%(name)s”里有程序或带宏的文档（%(entry)s），不能上传", name=name, entry=parts[-1])
        )


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Read an entry to its end, which checks its checksum; zipfile never yields more than the size it declares."""
    kept = entry.filename in {CONTENT_TYPES, "OFD.xml"} and entry.file_size <= CHUNK
    with archive.open(entry) as content:
        if kept:
            return content.read()
        while content.read(CHUNK):
            pass
    return b""


def _zip(data: bytes, name: str) -> None:
    if not _archive(data, name):
        raise InvalidInputError(gettext("文件“%(name)s”是空的", name=name))


def _ofd(data: bytes, name: str) -> None:
    if b"OFD" not in _archive(data, name).get("OFD.xml", b""):
        raise _lie(data, name)


def _ooxml(folder: str, main: str) -> Callable[[bytes, str], None]:
    def check_package(data: bytes, name: str) -> None:
        if data.startswith(b"\xd0\xcf\x11\xe0"):  # an old binary document, or a package with a password
            raise InvalidInputError(
                gettext(
                    "“%(name)s”是旧格式或加了密码的文档，请去掉密码、另存为 .%(ending)s 后再上传",
                    name=name,
                    ending=extension(name),
                )
            )
        parts = _archive(data, name)
        types = parts.get(CONTENT_TYPES, b"")
        if _has_macros(parts, types):
            raise InvalidInputError(gettext("“%(name)s”带有宏，请另存为不带宏的文档后再上传", name=name))
        if f"{OFFICE}{main}.main+xml".encode() not in types or not any(part.startswith(folder) for part in parts):
            raise _lie(data, name)

    return check_package


def _has_macros(parts: Mapping[str, bytes], types: bytes) -> bool:
    said = types.lower()
    names = " ".join(parts).lower()
    return any(word in said for word in (b"macroenabled", b"vbaproject", b"macrosheet")) or any(
        word in names for word in ("vbaproject", "vbadata", "/macrosheets/")
    )


ALLOWED: Mapping[str, FileType] = MappingProxyType(
    {
        "pdf": FileType("application/pdf", _starts(b"%PDF-")),
        "docx": FileType(f"{OFFICE}wordprocessingml.document", _ooxml("word/", "wordprocessingml.document")),
        "xlsx": FileType(f"{OFFICE}spreadsheetml.sheet", _ooxml("xl/", "spreadsheetml.sheet")),
        "pptx": FileType(f"{OFFICE}presentationml.presentation", _ooxml("ppt/", "presentationml.presentation")),
        "ofd": FileType("application/ofd", _ofd),
        "png": FileType("image/png", _starts(b"\x89PNG\r\n\x1a\n")),
        "jpg": FileType("image/jpeg", _starts(b"\xff\xd8\xff")),
        "jpeg": FileType("image/jpeg", _starts(b"\xff\xd8\xff")),
        "zip": FileType("application/zip", _zip),
        "csv": FileType("text/csv", _text),
        "md": FileType("text/markdown", _text),
        "txt": FileType("text/plain", _text),
    }
)
