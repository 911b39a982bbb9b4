"""Files that are handed in: kept apart, passed by the scanner or not at all, and gone when they should be."""

import os
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from stat import S_IMODE

import pytest
from flask import Flask, Response, request
from sqlalchemy import select
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import NotFound

from core import files
from core.access import access
from core.errors import InvalidInputError
from core.extensions import db
from core.files import StoredFile, accept, allow_upload, erase, read, send
from tests.conftest import make_app, opened
from tests.core.clamd import CLAMD, EICAR, free_port, real_clamd, stand_in
from tests.core.documents import DOCX, PDF, packed

MIB = 1024 * 1024


def upload(name: str | None = "说明.pdf", data: bytes = PDF) -> FileStorage:
    return FileStorage(BytesIO(data), name)


def stored(name: str = "说明.pdf", data: bytes = PDF) -> StoredFile:
    found = accept(db.session(), upload(name, data), purpose="attachment", organisation_id=7)
    db.session.commit()
    return found


def path_of(app: Flask, file: StoredFile) -> Path:
    return Path(app.instance_path) / "files" / file.token[:2] / file.token


def kept(app: Flask) -> list[Path]:
    """Return every file that lies in the instance folder's store."""
    return [path for path in (Path(app.instance_path) / "files").rglob("*") if path.is_file()]


@pytest.fixture(
    params=[pytest.param(real_clamd, marks=pytest.mark.skipif(not CLAMD, reason="clamd is not installed")), stand_in],
    ids=["clamd", "stand-in"],
)
def scanned(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """An application with a scanner."""
    with request.param() as addresses, opened(make_app(tmp_path, clamav=addresses["unix"])) as app:
        yield app


@pytest.fixture
def unscanned(tmp_path: Path) -> Iterator[Flask]:
    """An application whose scanner is away."""
    with opened(make_app(tmp_path, clamav=f"tcp:127.0.0.1:{free_port()}")) as app:
        yield app


# — handing in —


def test_a_file_is_kept_whole_and_private(app: Flask) -> None:
    file = stored("附件（一）.PDF")
    assert (file.name, file.media_type, file.size) == ("附件(一).PDF", "application/pdf", len(PDF))
    assert (file.state, file.purpose, file.organisation_id, len(file.token)) == ("clean", "attachment", 7, 32)
    assert file.created_at.tzinfo is not None
    path = path_of(app, file)
    assert S_IMODE(path.stat().st_mode) == 0o600
    assert {S_IMODE(folder.stat().st_mode) for folder in (path.parent, path.parent.parent)} == {0o700}
    assert path.read_bytes() == read(file) == PDF
    assert not path.is_relative_to(Path(app.static_folder or ""))


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("说明.pdf", b"", "空的"),
        ("说明.pdf", DOCX, "不符"),
        ("说明.exe", PDF, "程序"),
        ("说明", PDF, "扩展名"),
        ("", PDF, "文件名"),
        (None, PDF, "文件名"),
        ("说明.zip", packed({"a/../../x.txt": "x"}), "打包"),
    ],
)
def test_what_is_refused_leaves_no_row_and_no_bytes(app: Flask, name: str | None, data: bytes, said: str) -> None:
    with pytest.raises(InvalidInputError, match=said):
        accept(db.session(), upload(name, data), purpose="attachment")
    db.session.commit()
    assert db.session.scalars(select(StoredFile)).all() == []
    assert kept(app) == []


def test_the_size_limit_is_the_setting(tmp_path: Path) -> None:
    with opened(make_app(tmp_path, max_file_mb=1)):
        assert stored(data=PDF.ljust(MIB)).size == MIB
        with pytest.raises(InvalidInputError, match="超过 1 MB"):
            accept(db.session(), upload(data=PDF.ljust(MIB + 1)), purpose="attachment")


# — transactions —


@pytest.mark.parametrize("ending", ["rollback", "close", "remove"])
def test_without_a_commit_the_bytes_go(app: Flask, ending: str) -> None:
    accept(db.session(), upload(), purpose="attachment")
    assert len(kept(app)) == 1
    getattr(db.session, ending)()
    assert kept(app) == []


def test_a_savepoint_that_is_rolled_back_takes_its_file_along_at_the_commit(app: Flask) -> None:
    outer = accept(db.session(), upload(), purpose="attachment")
    savepoint = db.session.begin_nested()
    accept(db.session(), upload(), purpose="attachment")
    savepoint.rollback()
    with db.session.begin_nested():
        accept(db.session(), upload(), purpose="attachment")
    assert len(kept(app)) == 3
    db.session.commit()
    assert len(kept(app)) == 2
    assert read(outer) == PDF


def test_erasing_takes_the_bytes_when_it_is_committed(app: Flask) -> None:
    file = stored()
    twin = Path(app.instance_path) / "twin"
    os.link(path_of(app, file), twin)  # to see what is left on the disk
    erase(db.session(), file, "含有个人信息")
    assert path_of(app, file).exists()
    db.session.commit()
    assert (file.state, file.reason) == ("erased", "含有个人信息")
    assert not path_of(app, file).exists()
    assert twin.read_bytes() == bytes(len(PDF))
    with pytest.raises(FileNotFoundError):
        read(file)


def test_erasing_that_is_rolled_back_keeps_the_file(app: Flask) -> None:
    file = stored()
    erase(db.session(), file, "误删")
    db.session.rollback()
    assert read(file) == PDF
    savepoint = db.session.begin_nested()
    erase(db.session(), file, "误删")
    savepoint.rollback()
    db.session.commit()
    assert read(file) == PDF


# — sending —


def test_a_file_is_sent_as_a_download_with_its_own_name(app: Flask) -> None:
    file = stored("需求 说明“终稿”.pdf")
    with app.test_request_context():
        response = app.process_response(send(file))
        response.direct_passthrough = False
        assert response.get_data() == PDF
        response.close()
    headers = response.headers
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Disposition"].startswith("attachment; ")
    assert "filename*=UTF-8''%E9%9C%80%E6%B1%82%20" in headers["Content-Disposition"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == files.SANDBOX
    assert headers["Cache-Control"] == "private, no-store"
    assert "ETag" not in headers


def test_text_is_sent_in_the_encoding_it_came_in(app: Flask) -> None:
    file = stored("名单.csv", "名称".encode("gbk"))
    with app.test_request_context():
        response = send(file)
        assert response.headers["Content-Type"] == "text/csv"
        response.close()


@pytest.mark.parametrize("state", ["quarantined", "refused", "erased"])
def test_nothing_but_a_clean_file_is_sent_or_read(app: Flask, state: str) -> None:
    file = stored()
    file.state = state
    with app.test_request_context(), pytest.raises(NotFound):
        send(file)
    with pytest.raises(FileNotFoundError):
        read(file)


def test_a_file_whose_bytes_are_lost_is_not_found(app: Flask) -> None:
    file = stored()
    path_of(app, file).unlink()
    with app.test_request_context(), pytest.raises(NotFound):
        send(file)


# — the scanner —


def test_a_virus_is_refused_and_its_bytes_go(scanned: Flask) -> None:
    file = stored("说明.txt", EICAR)
    assert file.state == "refused"
    assert file.reason.startswith("Eicar-Test-Signature")
    assert kept(scanned) == []


def test_a_harmless_file_is_passed(scanned: Flask) -> None:
    assert stored().state == "clean"
    assert len(kept(scanned)) == 1


def test_a_file_waits_until_the_commit_to_be_scanned(scanned: Flask) -> None:
    file = accept(db.session(), upload("a.txt", EICAR), purpose="attachment")
    assert file.state == "quarantined"
    with db.session.begin_nested():
        pass
    assert file.state == "quarantined"
    db.session.commit()
    assert file.state == "refused"


def test_without_an_answer_a_file_stays_in_quarantine(unscanned: Flask) -> None:
    file = stored()
    for _ in range(3):
        files.scan_again()
        db.session.refresh(file)
        assert (file.state, read_or_none(file)) == ("quarantined", None)
    assert len(kept(unscanned)) == 1


def read_or_none(file: StoredFile) -> bytes | None:
    try:
        return read(file)
    except FileNotFoundError:
        return None


def test_when_the_scanner_is_back_what_waited_is_scanned(tmp_path: Path) -> None:
    with opened(make_app(tmp_path, clamav=f"tcp:127.0.0.1:{free_port()}")):
        good, bad, gone = stored(), stored("a.txt", EICAR), stored()
        erase(db.session(), gone, "撤回")
        db.session.commit()
        numbers = [good.id, bad.id, gone.id]
    with stand_in() as addresses, opened(make_app(tmp_path, clamav=addresses["tcp"])) as app:
        assert files.scan_waiting(db.session()) == 2
        assert [db.session.get_one(StoredFile, number).state for number in numbers] == ["clean", "refused", "erased"]
        assert len(kept(app)) == 1
        assert files.scan_waiting(db.session()) == 0


def test_one_file_that_the_scanner_will_not_take_does_not_hold_up_the_others(tmp_path: Path) -> None:
    with opened(make_app(tmp_path, clamav=f"tcp:127.0.0.1:{free_port()}")):
        numbers = [stored(data=PDF.ljust(3 * MIB)).id, stored().id]
    with stand_in() as addresses, opened(make_app(tmp_path, clamav=addresses["tcp"])):
        assert files.scan_waiting(db.session()) == 1
        assert [db.session.get_one(StoredFile, n).state for n in numbers] == ["quarantined", "clean"]


def test_an_erased_file_does_not_come_back_through_the_scanner(scanned: Flask) -> None:
    file = stored()
    erase(db.session(), file, "撤回")
    db.session.commit()
    assert files.scan(db.session(), file.token) is None
    assert file.state == "erased"


# — after a crash —


def test_bytes_that_belong_to_nobody_are_swept_but_not_at_once(app: Flask) -> None:
    clean, erased = stored(), stored()
    crashed = Path(app.instance_path) / "files" / "Zz" / ("Zz" + "0" * 30)
    crashed.parent.mkdir(exist_ok=True)
    crashed.write_bytes(b"half a file")
    lost = path_of(app, erased)
    content = lost.read_bytes()
    erase(db.session(), erased, "撤回")
    db.session.commit()
    lost.write_bytes(content)  # as if the process had died before it could remove them
    assert files.sweep() == 0
    long_ago = time.time() - files.GRACE - 1
    for path in kept(app):
        os.utime(path, (long_ago, long_ago))
    assert files.sweep() == 2
    assert kept(app) == [path_of(app, clean)]


def test_an_empty_store_is_swept_without_complaint(app: Flask) -> None:
    assert files.sweep() == 0


# — the size of requests —


@pytest.fixture
def site(tmp_path: Path) -> Flask:
    """An application with a page that takes files and one that does not, both behind the CSRF check."""
    app = make_app(tmp_path, max_file_mb=5)
    app.config["WTF_CSRF_ENABLED"] = True

    @app.post("/take", endpoint="take")
    @access("read")
    @allow_upload
    def take() -> Response:
        return Response(str(len(request.files["file"].read())))

    @app.post("/other", endpoint="other")
    @access("read")
    def other() -> Response:
        return Response(str(len(request.files["file"].read())))

    @app.get("/token", endpoint="token")
    @access("read")
    def token() -> Response:
        from flask_wtf.csrf import generate_csrf

        return Response(generate_csrf())

    return app


@pytest.mark.parametrize(
    ("address", "size", "status"), [("/take", 9, 200), ("/take", 12, 413), ("/other", 3, 200), ("/other", 5, 413)]
)
def test_only_pages_that_take_files_take_large_requests(site: Flask, address: str, size: int, status: int) -> None:
    client = site.test_client()
    token = client.get("/token").text
    # Written out here: werkzeug's own client leaves the temporary file of a body that nobody reads to the collector.
    field = "Content-Disposition: form-data; name="
    start = f'--b\r\n{field}"csrf_token"\r\n\r\n{token}\r\n--b\r\n{field}"file"; filename="a.bin"\r\n\r\n'
    body = start.encode() + bytes(size * MIB) + b"\r\n--b--\r\n"
    answer = client.post(address, data=body, content_type="multipart/form-data; boundary=b")
    assert answer.status_code == status
    assert status != 200 or answer.text == str(size * MIB)


def test_a_page_that_takes_files_still_asks_for_the_csrf_token(site: Flask) -> None:
    assert site.test_client().post("/take", data={"file": (BytesIO(b"x"), "a.bin")}).status_code == 403
