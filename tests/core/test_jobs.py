"""What must happen by the clock is known to the consumer as soon as the application is."""

import os
import subprocess
import sys
from pathlib import Path
from threading import Event

import pytest
from flask import Flask
from huey.storage import SqliteStorage

from core.jobs import consumer, huey, job
from core.settings import ROOT

LIST = "import app; from core.jobs import huey; print(*(task.name for task in huey._registry.periodic_tasks))"


def test_importing_the_application_registers_the_periodic_jobs(tmp_path: Path) -> None:
    environment = {**os.environ, "INSTANCE": str(tmp_path)}
    command = [sys.executable, "-W", "ignore", "-c", LIST]
    found = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    wanted = {
        "scan_again",
        "sweep_files",
        "deliver_what_waits",
        "forget_old_mail",
        "deliver_what_was_missed",
        "catch_up",
    }
    assert wanted <= set(found.stdout.split())


def test_a_task_that_waits_holds_up_no_other(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a scheduled batch behind a mail server that does not answer."""
    monkeypatch.setattr(huey, "storage", SqliteStorage(filename=str(tmp_path / "queue.db")))
    monkeypatch.setattr(huey, "_immediate", False)
    answered, done = Event(), Event()
    slow = job(name="slow")(lambda: done.wait(20) and answered.set())
    quick = job(name="quick")(done.set)
    running = consumer()
    slow()
    quick()
    try:
        for _, thread in running.worker_threads:
            thread.start()
        assert answered.wait(10)
    finally:
        done.set()
        running.stop_flag.set()
        for _, thread in running.worker_threads:
            thread.join(10)
        for task in (slow, quick):
            huey._registry.unregister(task.task_class)
