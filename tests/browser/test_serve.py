"""`make run` seen from outside: one Ctrl-C ends web server and consumer; mistakes are one line."""

import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from core.settings import ROOT
from tests.browser.conftest import free_port, site_environment, wait_for

pytestmark = [pytest.mark.browser, pytest.mark.model]
SERVE = [sys.executable, "-m", "core.serve"]


def descendants(pid: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found += [child, *descendants(child)]
    return found


def grown(pid: int, count: int) -> list[int]:
    """Return the processes under `pid` once there are `count`, or after 20 s."""
    until = time.monotonic() + 20
    while len(found := descendants(pid)) < count and time.monotonic() < until:
        time.sleep(0.2)
    return found


def refused(environment: dict[str, str]) -> str:
    result = subprocess.run(SERVE, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 2
    assert result.stdout == ""
    return result.stderr


def test_a_second_start_skips_the_data_and_one_signal_ends_all(site: str, instance: Path) -> None:
    wait_for(f"{site}/healthz")
    port = free_port()
    with subprocess.Popen(
        SERVE, cwd=ROOT, env=site_environment(instance, port), stdout=subprocess.PIPE, text=True
    ) as process:
        wait_for(f"http://127.0.0.1:{port}/")
        family = grown(process.pid, 3)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=30)
    assert process.returncode == 0
    assert len(family) >= 3, "web server, its worker and the consumer"
    assert "数据库迁移" not in output
    time.sleep(0.5)
    assert [pid for pid in family if Path(f"/proc/{pid}").exists()] == []


def test_a_port_in_use_is_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        line = refused(site_environment(tmp_path, taken.getsockname()[1]))
    assert line.startswith("error: setting HOST/PORT: cannot listen on ")
    assert line.count("\n") == 1


def test_a_wrong_city_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "city.toml").write_text("name = ")
    line = refused({**site_environment(tmp_path, free_port()), "CITY_FILE": str(tmp_path / "city.toml")})
    assert line.startswith("error: city.toml: ")
    assert line.count("\n") == 1


def test_pages_answer_while_the_model_loads(site: str) -> None:
    with urllib.request.urlopen(f"{site}/scenarios") as answer:  # noqa: S310 - the site under test
        assert answer.status == 200
