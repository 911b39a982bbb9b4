"""`python -m core.serve`: data if needed, then the web server and the job consumer, ended by one Ctrl-C."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from types import FrameType

from core import stamp
from core.city import load_city
from core.settings import ROOT, Settings, SettingsError, load_settings

GRACE = 10.0
# Seconds between two starts: on a small machine the web server's first page goes before the consumer's imports.
APART = 2.5
FLASK = (sys.executable, "-m", "flask", "--app", "app")


def main() -> int:
    """Run the site until a signal or until one of its processes ends; return an exit code."""
    try:
        settings = load_settings()
        load_city(settings.city_file)
        _check_port(settings)
    except SettingsError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - this is the command's one line
        return 2
    if not stamp.is_fresh(settings) and subprocess.run([*FLASK, "data"], cwd=ROOT, check=False).returncode:
        return 1
    print(f"→ http://{settings.host}:{settings.port}  (Ctrl-C 结束)", flush=True)  # noqa: T201 - where to click
    _print_demo_accounts(settings)
    return _supervise([_web(settings), [*FLASK, "jobs"]])


def _print_demo_accounts(settings: Settings) -> None:
    """Print the list that `flask data` wrote of the accounts to try the site with, where they are let in."""
    path = settings.instance / "demo-accounts.txt"
    if settings.demo_accounts and path.is_file():
        print(path.read_text(encoding="utf-8"), flush=True)  # noqa: T201 - who to sign in as


def _check_port(settings: Settings) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise SettingsError(
                f"setting HOST/PORT: cannot listen on {settings.host}:{settings.port}: {error.strerror}"
            ) from None


def _web(settings: Settings) -> list[str]:
    options = {
        "--interface": "wsgi",
        "--host": settings.host,
        "--port": settings.port,
        "--workers": settings.workers,
        "--blocking-threads": settings.threads,
        "--workers-kill-timeout": 5,
        "--backpressure": settings.threads,
        "--log-level": "warning",
    }
    flat = [str(part) for option in options.items() for part in option]
    return [sys.executable, "-m", "granian", *flat, "--factory", "app:serve"]


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _supervise(commands: Sequence[Sequence[str]]) -> int:
    """Start the commands; when one ends, or a signal comes, end all."""
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell's background job starts with SIGINT ignored
        signal.signal(number, _stop)
    children: list[subprocess.Popen[bytes]] = []
    try:
        for command in commands:
            children.append(subprocess.Popen(command, cwd=ROOT))
            time.sleep(APART)
        while all(child.poll() is None for child in children):
            time.sleep(0.2)
    except KeyboardInterrupt:
        return 0
    else:
        return 1
    finally:
        _end(children)


def _end(children: Sequence[subprocess.Popen[bytes]]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for child in children:
        if child.poll() is None:
            child.terminate()
    deadline = time.monotonic() + GRACE
    for child in children:
        try:
            child.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.kill()


if __name__ == "__main__":
    sys.exit(main())
