"""The scanner's yes is yes and its no is no; whatever else it says, or does not say, is no answer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core import scanner
from core.scanner import Outcome, Verdict
from core.settings import SettingsError, load_settings
from tests.conftest import make_app
from tests.core.clamd import CLAMD, EICAR, LIMIT, answering, free_port, real_clamd, stand_in


@pytest.fixture(
    scope="module",
    params=[pytest.param(real_clamd, marks=pytest.mark.skipif(not CLAMD, reason="clamd is not installed")), stand_in],
    ids=["clamd", "stand-in"],
)
def addresses(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    with request.param() as found:
        yield found


def ask(folder: Path, address: str, data: bytes) -> Verdict:
    with make_app(folder, clamav=address).app_context():
        return scanner.scan(data)


@pytest.mark.parametrize("kind", ["unix", "tcp"])
def test_a_virus_is_named_and_other_bytes_pass(tmp_path: Path, addresses: dict[str, str], kind: str) -> None:
    found = ask(tmp_path, addresses[kind], EICAR)
    assert found.outcome is Outcome.INFECTED
    assert found.detail.startswith("Eicar-Test-Signature")
    for harmless in (b"", b"a plain text", bytes(LIMIT // 2)):
        assert ask(tmp_path, addresses[kind], harmless) == Verdict(Outcome.CLEAN)


@pytest.mark.parametrize("kind", ["unix", "tcp"])
def test_a_file_beyond_the_scanners_limit_is_not_passed(tmp_path: Path, addresses: dict[str, str], kind: str) -> None:
    assert ask(tmp_path, addresses[kind], bytes(3 * LIMIT)).outcome is Outcome.UNAVAILABLE


def test_the_scanner_says_whether_it_is_awake(tmp_path: Path, addresses: dict[str, str]) -> None:
    with make_app(tmp_path, clamav=addresses["unix"]).app_context():
        assert scanner.is_awake()
    with make_app(tmp_path, clamav=f"tcp:127.0.0.1:{free_port()}").app_context():
        assert not scanner.is_awake()


@pytest.mark.parametrize("address", ["unix:/nowhere/clamd.ctl", f"unix:/{'long' * 50}", "tcp:127.0.0.1:1"])
def test_a_scanner_that_is_not_there_is_no_answer(tmp_path: Path, address: str) -> None:
    assert ask(tmp_path, address, EICAR).outcome is Outcome.UNAVAILABLE


@pytest.mark.parametrize("reply", [b"", b"\0", b"stream: OK", b"stream: OK but", b"UNKNOWN COMMAND\0", b"\xff\xfe\0"])
def test_half_a_reply_or_another_one_is_no_answer(tmp_path: Path, reply: bytes) -> None:
    with answering(reply) as address:
        assert ask(tmp_path, address, b"data").outcome is Outcome.UNAVAILABLE


def test_without_a_scanner_nothing_is_claimed(tmp_path: Path) -> None:
    assert ask(tmp_path, "", b"data").outcome is Outcome.UNAVAILABLE


@pytest.mark.parametrize("value", ["/run/clamav/clamd.ctl", "unix:run", "tcp:host", "tcp:host:99999", "http://x:1"])
def test_an_address_that_is_none_stops_the_start(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("CLAMAV", value)
    with pytest.raises(SettingsError, match=r"setting CLAMAV: .*unix:/path or tcp:host:port"):
        load_settings()
