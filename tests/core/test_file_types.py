"""What is taken and what is not, by the bytes and not by the name; every refusal is one line in Chinese."""

import re
import struct
import zipfile
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidInputError
from core.file_types import ALLOWED, INSTEAD, LONGEST_NAME, PROGRAMS, accepted, check, clean_name, extension
from tests.core.documents import DOCX, GOOD, JPEG, MACRO_SHEET, OFFICE, OLE, PDF, PROGRAM, ooxml, packed

BINARY = sorted(set(ALLOWED) - {"txt", "csv", "md"})
SHEET = f"{OFFICE}spreadsheetml.sheet.main+xml"


def problem(name: str, data: bytes) -> str:
    with pytest.raises(InvalidInputError) as caught:
        check(name, data)
    (line,) = caught.value.problems
    assert re.search(r"[一-鿿]", line)
    assert "\n" not in line
    return line


def answer(name: str, data: bytes) -> int:
    """Return how many problems a file has; any other error is this test's failure."""
    try:
        check(name, data)
    except InvalidInputError as error:
        return len(error.problems)
    return 0


def test_there_is_a_good_example_of_every_type() -> None:
    assert GOOD.keys() == ALLOWED.keys()
    assert accepted() == ",".join(f".{ending}" for ending in ALLOWED)
    assert not set(ALLOWED) & (PROGRAMS | set(INSTEAD))


@pytest.mark.parametrize("ending", ALLOWED)
def test_a_file_that_is_what_it_says_is_taken(ending: str) -> None:
    assert check(f"说明.{ending}", GOOD[ending]) is ALLOWED[ending]
    assert check(f"说明.{ending.upper()}", GOOD[ending]) is ALLOWED[ending]


@pytest.mark.parametrize("ending", BINARY)
@pytest.mark.parametrize("content", [*BINARY, "txt"])
def test_a_file_that_lies_about_its_type_is_refused(ending: str, content: str) -> None:
    unpacks = ending == "zip" and GOOD[content].startswith(b"PK")
    if ending == content or unpacks or {ending, content} == {"jpg", "jpeg"}:
        assert check(f"a.{ending}", GOOD[content])
    else:
        assert "“a." in problem(f"a.{ending}", GOOD[content])


@pytest.mark.parametrize("ending", ["txt", "csv", "md"])
@pytest.mark.parametrize("data", [*(GOOD[name] for name in BINARY), PROGRAM, OLE, b"a\0b", b"a\x1b[31m", b"\xff"])
def test_what_is_not_text_is_refused_as_text(ending: str, data: bytes) -> None:
    assert "损坏" in problem(f"a.{ending}", data) or "看起来是" in problem(f"a.{ending}", data)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_text_as_people_here_save_it_is_taken(encoding: str) -> None:
    assert check("a.csv", "名称,单位\r\n\t阅片,卫生健康委\r\n".encode(encoding))


def test_what_it_seems_to_be_is_said() -> None:
    assert "看起来是 .png 文件" in problem("方案.pdf", GOOD["png"])
    assert "看起来是 .exe 文件" in problem("方案.pdf", PROGRAM)


@pytest.mark.parametrize(
    ("name", "said"), [("a.doc", ".docx"), ("a.wps", ".docx"), ("a.xls", ".xlsx"), ("a.rar", ".zip")]
)
def test_for_old_formats_the_way_out_is_said(name: str, said: str) -> None:
    assert f"请另存为 {said}" in problem(name, OLE)


@pytest.mark.parametrize(
    ("name", "said"), [("a.exe", "程序"), ("a.docm", "宏"), ("a.html", "可以上传"), ("a", "扩展名")]
)
def test_other_names_are_refused(name: str, said: str) -> None:
    assert said in problem(name, PDF)


@pytest.mark.parametrize("ending", ALLOWED)
def test_nothing_is_no_file(ending: str) -> None:
    assert "空的" in problem(f"a.{ending}", b"")


@pytest.mark.parametrize(
    "data",
    [
        ooxml("xl", MACRO_SHEET),
        ooxml("xl", SHEET, **{"xl/vbaProject.bin": b"x"}),
        ooxml("xl", SHEET, **{"xl/macrosheets/sheet1.xml": b"x"}),
        ooxml("xl", f"{SHEET} application/vnd.ms-office.vbaProject"),
    ],
)
def test_macros_are_refused_whatever_the_name_says(data: bytes) -> None:
    assert "带有宏" in problem("预算.xlsx", data)


def test_the_main_part_decides_what_a_package_is() -> None:
    assert ".xlsx 不符" in problem("a.xlsx", DOCX)
    assert ".docx 不符" in problem("a.docx", packed({"word/document.xml": "<x/>"}))
    assert ".docx 不符" in problem("a.docx", ooxml("elsewhere", f"{OFFICE}wordprocessingml.document.main+xml"))


def test_a_document_with_a_password_says_so() -> None:
    assert "密码" in problem("a.docx", OLE)


@pytest.mark.parametrize("name", ["../up.txt", "/etc/passwd.txt", "a/../../b.txt", "C:\\x.txt", "..\\x.txt"])
def test_an_archive_that_writes_elsewhere_is_refused(name: str) -> None:
    assert "打包" in problem("a.zip", packed({name: "x"}))


@pytest.mark.parametrize("name", ["安装.exe", "x/run.BAT", "宏.xlsm", "a.js"])
def test_an_archive_with_programs_is_refused(name: str) -> None:
    assert name.rpartition("/")[2] in problem("a.zip", packed({name: "x", "b.txt": "x"}))


def test_an_archive_of_other_data_is_taken() -> None:
    assert check("a.zip", packed({"样例/影像.dcm": bytes(1000), "数据.json": "{}", "内层.zip": packed({"a": "b"})}))


def test_an_archive_that_explodes_is_refused() -> None:
    assert "解压后过大" in problem("a.zip", packed({"zeros.txt": bytes(64 * 1024 * 1024)}))
    assert "解压后过大" in problem("a.docx", ooxml("word", "x", zeros=bytes(64 * 1024 * 1024)))
    assert "文件过多" in problem("a.zip", packed({f"{n}.txt": "" for n in range(5001)}))


def test_an_archive_that_lies_about_its_size_is_refused() -> None:
    data = packed({"zeros.txt": bytes(64 * 1024 * 1024)})
    small = data.replace(struct.pack("<L", 64 * 1024 * 1024), struct.pack("<L", 1000))
    assert small != data
    assert "损坏" in problem("a.zip", small)


def test_an_encrypted_archive_is_refused() -> None:
    data = bytearray(packed({"a.txt": "x"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert "密码" in problem("a.zip", bytes(data))


def test_an_unusual_compression_is_refused() -> None:
    assert "打包方式" in problem("a.zip", packed({"a.txt": "x" * 1000}, zipfile.ZIP_LZMA))


def test_an_empty_archive_is_refused() -> None:
    assert "空的" in problem("a.zip", packed({}))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["docx", "xlsx", "zip", "ofd"]), st.data())
def test_a_damaged_archive_is_taken_or_refused_but_never_an_accident(ending: str, draw: st.DataObject) -> None:
    data = bytearray(GOOD[ending])
    for _ in range(draw.draw(st.integers(1, 4))):
        data[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    cut = draw.draw(st.one_of(st.none(), st.integers(0, len(data))))
    assert answer(f"a.{ending}", bytes(data[:cut])) <= 1


@settings(max_examples=300)
@given(st.sampled_from(sorted(ALLOWED)), st.binary(max_size=200))
def test_any_bytes_get_an_answer(ending: str, data: bytes) -> None:
    assert answer(f"a.{ending}", data) <= 1


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("说明.pdf", "说明.pdf"),
        (r"C:\Users\chen\桌面\说明.pdf", "说明.pdf"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("附件（一）.PDF", "附件(一).PDF"),
        ("ｐｄｆ／a.pdf", "pdf_a.pdf"),
        ("a\r\nX-Evil: 1.pdf", "aX-Evil_ 1.pdf"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("a\0b.pdf", "ab.pdf"),
        ("  多  空格 .pdf ", "多 空格.pdf"),
        ('"><img src=x>.png', "___img src=x_.png"),
        (".htaccess.txt", "htaccess.txt"),
    ],
)
def test_names_are_cleaned(given_name: str, kept: str) -> None:
    assert clean_name(given_name) == kept


@pytest.mark.parametrize("name", ["", " ", ".", "...", "/", "\\", "\u202e", "???.pdf", "\ud800\ud801"])
def test_a_name_with_nothing_readable_is_refused(name: str) -> None:
    with pytest.raises(InvalidInputError, match="文件名"):
        clean_name(name)


def test_a_long_name_is_cut_before_its_ending() -> None:
    name = clean_name("长" * 300 + ".docx")
    assert (len(name), extension(name)) == (LONGEST_NAME, "docx")
    assert len(clean_name("a." + "x" * 300)) <= LONGEST_NAME


@settings(max_examples=500)
@given(st.text(max_size=400))
def test_a_cleaned_name_is_safe_and_stays_as_it_is(given_name: str) -> None:
    try:
        name = clean_name(given_name)
    except InvalidInputError:
        return
    assert 0 < len(name) <= LONGEST_NAME
    assert name.isprintable()
    assert not re.search(r'[<>:"/\\|?*\r\n]|^[. ]|[. ]$', name)
    assert clean_name(name) == name
    assert extension(name) == extension(clean_name(name))


def test_jpeg_has_two_endings() -> None:
    assert check("a.jpeg", JPEG).media_type == check("a.jpg", JPEG).media_type == "image/jpeg"


def test_bytes_after_an_archive_do_not_hide_it() -> None:
    with zipfile.ZipFile(BytesIO(b"%PDF-1.7" + DOCX)):  # still an archive to whoever unpacks it
        pass
    assert check("a.pdf", b"%PDF-1.7" + DOCX).media_type == "application/pdf"  # and only ever sent as a PDF, to keep
